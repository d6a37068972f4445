//! What `verify` finds and prints.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use fs_err as fs;

/// The fault of a file that nothing made.
pub const DOES_NOT_BELONG: &str = "does not belong here";

/// What is printed, a line for each file.
#[derive(Default)]
pub struct Report {
    faults: u32,
}

impl Report {
    /// Prints what was checked of a file, or its fault.
    pub fn line(&mut self, name: &str, result: Result<String>) {
        match result {
            Ok(what) => println!("ok      {name}: {what}"),
            Err(fault) => {
                self.faults += 1;
                println!("FAILED  {name}: {fault:#}");
            }
        }
    }

    /// How many files had a fault.
    pub fn faults(&self) -> u32 {
        self.faults
    }
}

/// The names in a directory, in order.
pub fn names(directory: &Path) -> Result<BTreeSet<String>> {
    let names = fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect()
}
