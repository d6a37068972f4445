//! URLs of HTTP services on the router itself.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use bgpcs::{Community, Quoted};
use ureq::http::Uri;

use crate::instance::Table;

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

/// The placeholder of a VRF.
const VRF: &str = "{vrf}";

impl UrlTemplate {
    /// The URL of one query. The text forms of families, communities and VRFs need no escaping in a URL.
    pub fn fill(&self, table: &Table, community: &Community) -> String {
        let Table { instance, family } = table;
        let filled = self.0.replace("{family}", &family.to_string());
        filled.replace("{community}", &community.to_string()).replace(VRF, &instance.to_string())
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
        let filled = text.replace("{family}", "ipv4").replace("{community}", "1:1").replace(VRF, "default");
        let fault = match filled.parse::<HttpUrl>() {
            _ if !text.contains("{family}") || !text.contains("{community}") => {
                "does not have both placeholders {family} and {community}"
            }
            Err(error) => error.fault,
            Ok(_) => return Ok(Self(text.to_owned())),
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
