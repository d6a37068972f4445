//! Tests that need installed tools: rpm, rpmlint, rpmsign, gpg, dnf, createrepo_c, readelf, systemd-analyze.

mod fixture;
mod packages;
mod release;
mod road;
mod rpms;
