//! The codes of findings. They stay the same, since monitoring systems know findings by them.

use std::fmt;

use crate::health::severity::Severity;

macro_rules! codes {
    ($($(#[$doc:meta])+ $code:ident = $name:literal, $severity:ident;)+) => {
        /// The kind of a finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$doc])+ $code,)+
        }

        impl Code {
            /// Every code, in the order in which the guide lists them.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// The code as it is shown.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$code => $name,)+
                }
            }

            /// How bad such a finding is, unless its cause leaves the applications without prefixes.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$code => Severity::$severity,)+
                }
            }
        }
    };
}

codes! {
    /// The executable is not there.
    PackageMissing = "package-missing", Error;
    /// SSR has no link to the module.
    LinkMissing = "link-missing", Error;
    /// The link points to nothing.
    LinkBroken = "link-broken", Error;
    /// There is no configuration.
    ConfigurationMissing = "configuration-missing", Error;
    /// The configuration cannot be used.
    ConfigurationUnusable = "configuration-unusable", Error;
    /// The configuration has no application.
    ConfigurationEmpty = "configuration-empty", Warning;
    /// The router does not run application identification modules. The generator's finding has the same code.
    ModeModuleMissing = "mode-module-missing", Error;
    /// Whether it does cannot be told here.
    ModeUnknown = "mode-unknown", Note;
    /// `update-mode` is watch, and no service runs.
    ServiceMissing = "service-missing", Warning;
    /// `update-mode` is poll, and a service runs.
    ServiceUnexpected = "service-unexpected", Warning;
    /// A registration is left by which SSR may not read the output file.
    RegistrationLeft = "registration-left", Warning;
    /// The source does not answer.
    SourceSilent = "source-silent", Warning;
    /// The source was not queried.
    SourceUnchecked = "source-unchecked", Note;
    /// No BGP session is established.
    SessionsNone = "sessions-none", Warning;
    /// A BGP session was established, and is not.
    SessionLost = "session-lost", Warning;
    /// There was no run yet.
    RunMissing = "run-missing", Error;
    /// There is no output file.
    OutputMissing = "output-missing", Error;
    /// There was no run for too long.
    RunOverdue = "run-overdue", Error;
    /// The last run is later than now.
    RunInFuture = "run-in-future", Warning;
    /// The last run failed, and the last good prefixes are kept.
    RunHeld = "run-held", Warning;
    /// The last run failed, and there are no prefixes.
    RunFailed = "run-failed", Error;
    /// Some communities of the last run are not up to date.
    RunPartial = "run-partial", Warning;
    /// More prefixes than `max-prefixes`.
    PrefixLimit = "prefix-limit", Warning;
    /// The source has not all routes yet, or any more.
    NotConverged = "not-converged", Warning;
    /// A file of the state directory cannot be read.
    StateUnreadable = "state-unreadable", Warning;
    /// Communities whose prefixes are not up to date.
    CommunityStale = "community-stale", Warning;
    /// A community that brings nothing, of an application that has prefixes.
    CommunityEmpty = "community-empty", Warning;
    /// An application without prefixes.
    ApplicationEmpty = "application-empty", Warning;
    /// An application that lost most of its prefixes.
    ApplicationLoss = "application-loss", Warning;
    /// An application that keeps what it had, although the source answered.
    ApplicationKept = "application-kept", Warning;
    /// Prefixes that a guard leaves out.
    PrefixLeftOut = "prefix-left-out", Warning;
    /// A prefix in several applications.
    PrefixShared = "prefix-shared", Warning;
    /// Something unusual in what the source answered.
    AnswerUnusual = "answer-unusual", Warning;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
