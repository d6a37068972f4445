//! Every kind of error, with all that stands behind it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bgp_community_services::collect::convergence::Unconverged;
use bgp_community_services::collect::error::CollectError;
use bgp_community_services::collect::kept::KeptError;
use bgp_community_services::collect::plan::InstanceFault;
use bgp_community_services::collect::services::PrefixLimit;
use bgp_community_services::configuration::ConfigurationError;
use bgp_community_services::drive::ending::RunError;
use bgp_community_services::drive::once::NotWritten;
use bgp_community_services::drive::watch::WatchError;
use bgp_community_services::error_text::{FIX_FILE, with_causes};
use bgp_community_services::instance::Instance;
use bgp_community_services::operator::error::OperatorError;
use bgp_community_services::operator::preview::choose::PreviewError;
use bgp_community_services::prefix::Family;
use bgp_community_services::publish::change_log::ChangeLogError;
use bgp_community_services::source::bgpd::text::TextError;
use bgp_community_services::source::error::{Shape, SourceError, SourceErrorKind};
use bgp_community_services::source::gobgp;
use bgp_community_services::source::routes_json::ReplyError;
use bgpcs::whole_file::WholeFileError;
use bgpcs::{ApplicationName, Community, MaxPrefixes, VrfName};
use bgpcs_testing::form::{hold_every, hold_to_advice, hold_to_form};

fn refused() -> io::Error {
    io::Error::from_raw_os_error(13)
}

fn path() -> PathBuf {
    PathBuf::from("state")
}

fn unwritten() -> WholeFileError {
    WholeFileError::Write { path: path(), source: refused() }
}

fn application() -> ApplicationName {
    "Exchange Online".parse().unwrap()
}

fn community() -> Community {
    "12076:5010".parse().unwrap()
}

fn malformed() -> serde_json::Error {
    serde_json::from_str::<bgpcs::ModuleConfiguration>("[]").unwrap_err()
}

fn of_source(kind: SourceErrorKind) -> SourceError {
    SourceError::new(kind, "query to bgpd at bgpd.vty", Some("no reply".into()))
}

fn by_source(error: SourceError) -> CollectError {
    CollectError::Source {
        application: application(),
        community: community(),
        instance: Instance::Default,
        source: Arc::new(error),
    }
}

/// As standard error has it.
fn of_run(error: RunError) -> String {
    format!("{}; see how to fix it with: bgp-community-services doctor", with_causes(&error))
}

#[test]
fn of_a_run() {
    hold_every!(hold_to_advice, RunError, of_run, {
        RunError::Configuration(_) =>
            RunError::Configuration(ConfigurationError::Unreadable { path: path(), source: refused() }),
        RunError::Collect(_) => by_source(of_source(SourceErrorKind::TimedOut)).into(),
    });
    hold_every!(hold_to_advice, CollectError, |error: CollectError| of_run(error.into()), {
        CollectError::Source { .. } => by_source(of_source(SourceErrorKind::TimedOut)),
        CollectError::Selection { .. } => CollectError::Selection {
            source_name: "BaGPipe-BGP at http://127.0.0.1:8082/looking-glass".into(),
            application: application(),
            community: community(),
            instance: Instance::Default,
        },
        CollectError::Instance { .. } => CollectError::Instance {
            source_name: "ExaBGP".into(),
            fault: InstanceFault::NoVrfs,
            application: application(),
            community: community(),
            instance: "red".parse::<VrfName>().unwrap().into(),
        },
        CollectError::Unconverged { .. } => CollectError::Unconverged {
            reason: Unconverged::NoSession,
            application: application(),
            community: community(),
            instance: "red".parse::<VrfName>().unwrap().into(),
        },
        CollectError::TooManyPrefixes { .. } => CollectError::TooManyPrefixes {
            found: 11,
            limit: PrefixLimit(MaxPrefixes::default()),
            application: application(),
            community: community(),
            instance: Instance::Default,
        },
    });
    let of_application =
        |error: KeptError| format!("{error}; see how to fix it with: bgp-community-services doctor");
    hold_every!(hold_to_advice, KeptError, of_application, {
        KeptError::Loss { .. } => KeptError::Loss {
            largest: "50".parse().unwrap(),
            until: 1_800_000_000,
            application: application(),
            community: community(),
        },
        KeptError::NotUnderstood { .. } => KeptError::NotUnderstood {
            reason: "this release does not know color".into(),
            application: application(),
            community: "color:0:7".into(),
        },
    });
    hold_every!(hold_to_advice, ConfigurationError, |error: ConfigurationError| error.to_string(), {
        ConfigurationError::Unreadable { .. } => ConfigurationError::Unreadable { path: path(), source: refused() },
        ConfigurationError::NotAllowed { .. } => ConfigurationError::NotAllowed { path: path(), source: refused() },
        ConfigurationError::TooLong { .. } => ConfigurationError::TooLong { path: path(), source: refused() },
        ConfigurationError::Malformed { .. } => ConfigurationError::Malformed { path: path(), source: malformed() },
    });
    hold_every!(hold_to_form, Unconverged, |reason: Unconverged| reason.to_string(), {
        Unconverged::NoSession => Unconverged::NoSession,
        Unconverged::FamilyDown(_) => Unconverged::FamilyDown(Family::Ipv4),
        Unconverged::Starting(_) => Unconverged::Starting(Family::Ipv6),
        Unconverged::Removed => Unconverged::Removed,
    });
}

#[test]
fn of_a_source() {
    hold_every!(hold_to_advice, SourceErrorKind, |kind| of_run(by_source(of_source(kind)).into()), {
        SourceErrorKind::System(..) => SourceErrorKind::System(Some(111), "Connection refused".into()),
        SourceErrorKind::Distrusted(_) => SourceErrorKind::Distrusted(
            "127.0.0.1:31517 is held by user nobody (65534), expected root; end that program".into()
        ),
        SourceErrorKind::TimedOut => SourceErrorKind::TimedOut,
        SourceErrorKind::ClosedEarly => SourceErrorKind::ClosedEarly,
        SourceErrorKind::TooLong(_) => SourceErrorKind::TooLong(1 << 20),
        SourceErrorKind::Refused(_) => SourceErrorKind::Refused("unknown address family".into()),
        SourceErrorKind::Status(_) => SourceErrorKind::Status(502),
        SourceErrorKind::Shape(_) => SourceErrorKind::Shape(Shape::Nothing),
    });
    let of_reply = |error: ReplyError| {
        let shape = error.shape().unwrap_or(Shape::Text);
        of_run(by_source(SourceError::shape(shape, "query to bgpd at bgpd.vty", error)).into())
    };
    hold_every!(hold_to_advice, ReplyError, of_reply, {
        ReplyError::Io(_) => ReplyError::Io(refused()),
        ReplyError::Syntax(_) => ReplyError::Syntax(malformed()),
        ReplyError::Listing(_) => ReplyError::Listing(malformed()),
        ReplyError::Shape { .. } => ReplyError::Shape { expected: "an object routes", got: Shape::Array },
    });
    hold_every!(hold_to_form, TextError, |error| with_causes(&error), {
        TextError::Io(_) => TextError::Io(refused()),
        TextError::Unknown => TextError::Unknown,
    });
    hold_every!(hold_to_form, gobgp::rib::RibError, |error| with_causes(&error), {
        gobgp::rib::RibError::Reply(_) => gobgp::rib::RibError::Reply(ReplyError::Io(refused())),
        gobgp::rib::RibError::Refused(_) =>
            gobgp::rib::RibError::Refused("context deadline exceeded".into()),
    });
}

#[test]
fn of_a_service_and_of_commands() {
    hold_every!(hold_to_advice, WatchError, |error| with_causes(&error), {
        WatchError::Signals(_) => WatchError::Signals(refused()),
        WatchError::StateDirectory(..) => WatchError::StateDirectory(path(), refused()),
        WatchError::NotWritten(_) => WatchError::NotWritten(NotWritten::from(unwritten())),
    });
    let of_log =
        |error: ChangeLogError| format!("{}; what changed is not recorded; {FIX_FILE}", with_causes(&error));
    hold_every!(hold_to_advice, ChangeLogError, of_log, {
        ChangeLogError::Unusable { .. } => ChangeLogError::Unusable { path: path(), source: refused() },
        ChangeLogError::Full(_) => ChangeLogError::Full(unwritten()),
    });
    hold_every!(hold_to_advice, OperatorError, |error| with_causes(&error), {
        OperatorError::NotWritten(_) => OperatorError::NotWritten(unwritten()),
        OperatorError::Changes(_) =>
            OperatorError::Changes(ChangeLogError::Unusable { path: path(), source: refused() }),
        OperatorError::NotAllowed { .. } => OperatorError::NotAllowed { path: path(), source: refused() },
        OperatorError::Output(_) => OperatorError::Output(refused()),
        OperatorError::Address { .. } => OperatorError::Address { text: "1.2.3.400".into() },
        OperatorError::Community(_) =>
            OperatorError::Community("1:99999".parse::<Community>().unwrap_err()),
        OperatorError::Application { .. } => OperatorError::Application {
            text: "Exchange".into(),
            near: " (did you mean ExchangeOnline?)".into(),
        },
        OperatorError::NoAnswer { .. } => OperatorError::NoAnswer {
            source_name: "bgpd at bgpd.vty".into(),
            cause: of_source(SourceErrorKind::TimedOut).into(),
        },
        OperatorError::CannotList { .. } => OperatorError::CannotList { source_name: "ExaBGP".into() },
        OperatorError::CannotPreview { .. } => OperatorError::CannotPreview { source_name: "ExaBGP".into() },
        OperatorError::NoPreview { .. } => OperatorError::NoPreview {
            source_name: "bgpd at bgpd.vty".into(),
            cause: by_source(of_source(SourceErrorKind::TimedOut)).into(),
        },
        OperatorError::Preview(_) => OperatorError::Preview(PreviewError::NoFile {
            wanted: "O356".into(),
            presets: "O365".into(),
        }),
    });
}
