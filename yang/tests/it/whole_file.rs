//! A file is replaced whole or not at all.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use bgpcs::whole_file::{self, Batch, Staged};
use tempfile::TempDir;

/// The names in a directory, sorted.
fn names(directory: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(directory).unwrap().map(name).collect();
    names.sort();
    names
}

#[test]
fn a_file_is_replaced_with_its_mode_and_nothing_is_left_beside_it() {
    let directory = TempDir::new().unwrap();
    let target = directory.path().join("config.json");
    for (content, mode) in [("old and longer", 0o644), ("new", 0o600), ("", 0o666)] {
        whole_file::write(&target, content.as_bytes(), mode).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), content);
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o7777, mode);
    }
    assert_eq!(names(directory.path()), ["config.json"]);
}

#[test]
fn staged_content_has_no_name_until_it_is_published() {
    let directory = TempDir::new().unwrap();
    let target = directory.path().join("node.one.sls");
    fs::write(&target, "old").unwrap();
    drop(Staged::write(&target, b"given up", 0o644).unwrap());
    assert_eq!(names(directory.path()), ["node.one.sls"]);
    let staged = Staged::write(&target, b"new", 0o644).unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "old");
    staged.publish().unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "new");
    assert_eq!(names(directory.path()), ["node.one.sls"]);
}

#[test]
fn what_a_kill_leaves_is_swept_and_nothing_else() {
    let directory = TempDir::new().unwrap();
    let target = directory.path().join("a.sls");
    fs::write(&target, "old").unwrap();
    for other in [".hidden", "b.partial", ".editor.swp"] {
        fs::write(directory.path().join(other), "").unwrap();
    }
    fs::create_dir(directory.path().join(".directory.partial")).unwrap();
    // Forgotten, the staged file stays on disk as if the process had been killed.
    std::mem::forget(Staged::write(&target, b"new", 0o644).unwrap());
    assert_eq!(names(directory.path()).len(), 6);
    assert_eq!(fs::read_to_string(&target).unwrap(), "old");
    whole_file::sweep(directory.path()).unwrap();
    assert_eq!(
        names(directory.path()),
        [".directory.partial", ".editor.swp", ".hidden", "a.sls", "b.partial"]
    );
}

#[test]
fn beside_a_file_only_what_is_left_of_it_is_swept() {
    let directory = TempDir::new().unwrap();
    let target = directory.path().join("a.json");
    std::mem::forget(Staged::write(&target, b"new", 0o644).unwrap());
    fs::write(directory.path().join(".b.json.other.partial"), "").unwrap();
    whole_file::sweep_beside(&target).unwrap();
    assert_eq!(names(directory.path()), [".b.json.other.partial"]);
}

#[test]
fn a_batch_shows_nothing_before_it_is_published_and_leaves_nothing_behind() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("a.sls"), "old").unwrap();
    fs::write(directory.path().join(".a.sls.partial"), "of an interrupted batch").unwrap();
    let batch = Batch::new(directory.path()).unwrap();
    let obstructed = batch.stage("a.sls", b"new", 0o640).unwrap_err().to_string();
    assert!(obstructed.ends_with("/.a.sls.partial has the name of its temporary file"), "{obstructed}");
    whole_file::sweep(directory.path()).unwrap();
    batch.stage("a.sls", b"new", 0o640).unwrap();
    batch.stage("b.sls", b"given up", 0o640).unwrap();
    assert_eq!(fs::read_to_string(directory.path().join("a.sls")).unwrap(), "old");
    batch.publish("a.sls").unwrap();
    assert!(batch.publish("c.sls").is_err(), "never staged");
    drop(batch);
    assert_eq!(names(directory.path()), ["a.sls"]);
    assert_eq!(fs::read_to_string(directory.path().join("a.sls")).unwrap(), "new");
    assert_eq!(fs::metadata(directory.path().join("a.sls")).unwrap().permissions().mode() & 0o7777, 0o640);
}

#[test]
fn a_refusal_names_the_file_and_changes_nothing() {
    let directory = TempDir::new().unwrap();
    let absent = directory.path().join("absent");
    let occupied = directory.path().join("occupied");
    fs::create_dir_all(occupied.join("by-a-directory")).unwrap();
    for target in [&absent.join("config.json"), &occupied, Path::new("/")] {
        let error = whole_file::write(target, b"new", 0o644).unwrap_err().to_string();
        let named = format!("cannot write {}: ", target.display());
        assert!(error.starts_with(&named) && error.ends_with("the file is unchanged"), "{error}");
    }
    assert_eq!(names(directory.path()), ["occupied"]);
    let error = whole_file::sweep(&absent).unwrap_err().to_string();
    assert!(error.contains(&absent.display().to_string()), "{error}");
}
