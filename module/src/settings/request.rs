//! The commands for operators.

use std::path::PathBuf;
use std::time::Duration;

use bgp_community_services_cli::Format;
use bgp_community_services_cli::selector::Selector;
use bgpcs_display::since::Since;

/// A command for operators, which only reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// The state of the module.
    Status {
        /// As nested text instead of tables.
        detail: bool,
        /// As JSON.
        json: bool,
        /// As JSON in one short line.
        brief: bool,
        /// Again and again, with this pause.
        watch: Option<Duration>,
    },
    /// The prefixes.
    Show {
        /// Only these; `None` for all.
        wanted: Option<Selector>,
        /// The form of the output.
        format: Format,
    },
    /// Why a prefix is in an application or not, or what a community or an application selects.
    Explain {
        /// The application, community, prefix or address.
        subject: Selector,
        /// As JSON.
        json: bool,
    },
    /// What changed, and why.
    Changes {
        /// Only changes of this application, or of prefixes that contain this one or are in it; `None` for all.
        wanted: Option<Selector>,
        /// Only changes since then.
        since: Option<Since>,
        /// As JSON.
        json: bool,
    },
    /// The communities on the received routes.
    Communities {
        /// Only those that no application lists.
        unlisted: bool,
        /// With the number of prefixes, and the neighbors.
        count: bool,
        /// The form of the output.
        form: CommunitiesForm,
    },
    /// What a profile would bring.
    Preview {
        /// The file with the profile, `-` for standard input, or the name of a preset.
        profile: PathBuf,
        /// The name of the profile, if the file has several.
        name: Option<String>,
        /// As JSON.
        json: bool,
    },
    /// Every check, and how to fix what is wrong.
    Doctor {
        /// As JSON.
        json: bool,
    },
    /// Metrics for a monitoring system.
    Metrics,
    /// A page for a browser.
    Report {
        /// The file to write; `-` is standard output.
        html: PathBuf,
    },
}

/// A form of the output of `communities`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommunitiesForm {
    /// A table.
    Text,
    /// JSON.
    Json,
    /// A profile, as PCLI text.
    Suggestion,
}
