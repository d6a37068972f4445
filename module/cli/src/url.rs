//! URLs of HTTP services on the router itself.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use bgpcs::Quoted;
use http::Uri;

/// The default URL of routingManager. Its path is not public: an assumption.
pub const ROUTING_MANAGER_URL: &str =
    "http://127.0.0.1:31517/api/v1/routing-manager/bgp/{family}/unicast/community/{community}";

/// The default URL of BaGPipe-BGP's looking glass.
pub const BAGPIPE_URL: &str = "http://127.0.0.1:8082/looking-glass";

/// An `http` URL without a final `/`; its host is an address or `localhost`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl(String);

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for HttpUrl {
    type Err = HttpUrlError;

    fn from_str(text: &str) -> Result<Self, HttpUrlError> {
        let fault = match text.parse::<Uri>() {
            Err(_) => "is not a URL",
            Ok(url) if url.scheme_str() != Some("http") => "does not start with http://",
            Ok(url) if address(&url).is_none() => "has a host that is neither an address nor localhost",
            Ok(_) => return Ok(Self(text.trim_end_matches('/').to_owned())),
        };
        Err(HttpUrlError { text: text.to_owned(), fault })
    }
}

/// A text that is not an [`HttpUrl`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {fault}; expected a form like http://127.0.0.1:8082/path", Quoted(.text))]
pub struct HttpUrlError {
    text: String,
    /// What is wrong with the text, as the end of a sentence.
    pub fault: &'static str,
}

/// The address in a URL's host part; `localhost` is 127.0.0.1, any other name is `None`.
pub fn address(uri: &Uri) -> Option<IpAddr> {
    match uri.host()? {
        "localhost" => Some(Ipv4Addr::LOCALHOST.into()),
        host => host.trim_start_matches('[').trim_end_matches(']').parse().ok(),
    }
}

/// An `http` URL with the placeholders `{family}` (`ipv4`, `ipv6`) and `{community}`, and perhaps `{vrf}` (`default` for
/// the default instance); its host is an address or `localhost`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlTemplate(String);

const FAMILY: &str = "{family}";
const COMMUNITY: &str = "{community}";
const VRF: &str = "{vrf}";

impl UrlTemplate {
    /// The URL with these texts in place of the placeholders. None of the texts may need escaping in a URL.
    pub fn fill(&self, family: &str, community: &str, vrf: &str) -> String {
        self.0.replace(FAMILY, family).replace(COMMUNITY, community).replace(VRF, vrf)
    }

    /// Whether it can name a VRF.
    pub fn names_vrf(&self) -> bool {
        self.0.contains(VRF)
    }
}

impl fmt::Display for UrlTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for UrlTemplate {
    type Err = UrlTemplateError;

    fn from_str(text: &str) -> Result<Self, UrlTemplateError> {
        let template = Self(text.to_owned());
        let fault = match template.fill("ipv4", "1:1", "default").parse::<HttpUrl>() {
            _ if ![FAMILY, COMMUNITY].iter().all(|placeholder| text.contains(placeholder)) => {
                "does not have both placeholders {family} and {community}"
            }
            Err(error) => error.fault,
            Ok(_) => return Ok(template),
        };
        Err(UrlTemplateError { text: text.to_owned(), fault })
    }
}

/// A text that is not a [`UrlTemplate`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {fault}; expected a form like {ROUTING_MANAGER_URL}", Quoted(.text))]
pub struct UrlTemplateError {
    text: String,
    fault: &'static str,
}
