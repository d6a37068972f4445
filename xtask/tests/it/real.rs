//! Tests that need installed tools: rpm, rpmlint, rpmsign, gpg, dnf, createrepo_c, readelf, systemd-analyze.

mod packages;
mod release;
