//! Checksums as `SHA256SUMS` has them.

use std::path::Path;

use anyhow::Result;
use fs_err as fs;
use sha2::{Digest, Sha256};

/// The name of the file of checksums, which `sha256sum --check` reads.
pub const SUMS: &str = "SHA256SUMS";

/// The SHA-256 of a file, in hexadecimal.
pub fn sha256(path: &Path) -> Result<String> {
    let content = fs::read(path)?;
    Ok(Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect())
}
