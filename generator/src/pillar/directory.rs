//! The directory of pillar files, made equal to a plan.
//!
//! First everything is compared and nothing is changed. Then new content is written under temporary names, brought to
//! disk where it replaces a file, and renamed. Last, our files that are not planned are removed. If the run is killed
//! at any moment, each file is whole, and the next run completes the set. Files that the generator did not write
//! stay, unless one has the name of a planned file.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bgpcs::AssetId;
use bgpcs::whole_file::{Batch, WholeFileError};
use rustix::fs::{FlockOperation, Mode, OFlags, flock, open, openat, syncfs};
use rustix::io::Errno;
use rustix::process::{getegid, geteuid};

use super::changes::{AppliedChanges, DirectoryChanges, FailedChange, FileWrite, WriteReason};
use super::error::PillarDirError;
use super::file;
use super::parallel::in_parallel;
use crate::plan::Plan;

/// Not every user of the conductor should see the configuration in the pillars; the Salt master reads them as root.
pub(super) const FILE_MODE: u32 = 0o640;
pub(super) const DIRECTORY_MODE: u32 = 0o750;

/// Up to this number, files are brought to disk one by one.
const SYNCED_ONE_BY_ONE: usize = 32;

/// A run that gets the lock within this time does not say that it had to wait.
const SILENT_WAIT: Duration = Duration::from_secs(1);

/// How long to wait between two tries for the lock.
const LOCK_INTERVAL: Duration = Duration::from_millis(20);

/// The directory, locked against other runs until this is dropped.
#[derive(Debug)]
pub struct PillarDir {
    pub(super) path: PathBuf,
    /// None if the directory does not exist and must not be created.
    pub(super) handle: Option<File>,
    /// User and group of this program, to which every file has to belong.
    owner: (u32, u32),
}

impl PillarDir {
    /// Creates the directory if necessary, and waits up to `limit` until no other run has locked it. If that takes
    /// longer than a second, calls `waits` once.
    ///
    /// # Errors
    /// When the directory cannot be created, opened or locked.
    pub fn lock(path: &Path, limit: Duration, waits: impl FnOnce()) -> Result<Self, PillarDirError> {
        DirBuilder::new()
            .recursive(true)
            .mode(DIRECTORY_MODE)
            .create(path)
            .map_err(|source| PillarDirError::at("create", path, source))?;
        Self::lock_existing(path, limit, waits)
    }

    /// As [`Self::lock`], but does not create the directory; one that does not exist is like an empty one.
    ///
    /// # Errors
    /// When the directory cannot be opened or locked.
    pub fn lock_existing(path: &Path, limit: Duration, waits: impl FnOnce()) -> Result<Self, PillarDirError> {
        let owner = (geteuid().as_raw(), getegid().as_raw());
        // With this flag opening does not wait for the other end of a pipe.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = match open(path, flags, Mode::empty()).map(File::from).map_err(io::Error::from) {
            Ok(handle) => handle,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path: path.to_owned(), handle: None, owner });
            }
            Err(source) => return Err(PillarDirError::at("open", path, source)),
        };
        let start = Instant::now();
        let mut waits = Some(waits);
        while let Err(error) = flock(&handle, FlockOperation::NonBlockingLockExclusive) {
            if error != Errno::WOULDBLOCK && error != Errno::INTR {
                return Err(PillarDirError::at("lock", path, error.into()));
            }
            if start.elapsed() > limit {
                return Err(PillarDirError::Busy { path: path.to_owned(), limit });
            }
            if let Some(waits) = waits.take_if(|_| start.elapsed() > SILENT_WAIT) {
                waits();
            }
            std::thread::sleep(LOCK_INTERVAL);
        }
        Ok(Self { path: path.to_owned(), handle: Some(handle), owner })
    }

    /// Compares the directory with a plan; changes nothing.
    ///
    /// # Errors
    /// When the directory or one of its files cannot be read.
    pub fn compare(&self, plan: &Plan<'_>) -> Result<DirectoryChanges, PillarDirError> {
        let mut changes = DirectoryChanges::default();
        let present = self.list(plan, &mut changes)?;
        let shares = in_parallel(plan.len(), |share| self.compare_share(plan, &present, share))?;
        for share in shares {
            changes.write.extend(share.write);
            changes.unchanged += share.unchanged;
            changes.existing += share.existing;
        }
        Ok(changes)
    }

    /// Which planned pillars, by index, have a file. Our other files become changes: they are kept or removed.
    fn list(&self, plan: &Plan<'_>, changes: &mut DirectoryChanges) -> Result<Vec<bool>, PillarDirError> {
        let mut present = vec![false; plan.len()];
        if self.handle.is_none() {
            return Ok(present);
        }
        let fail = |source| PillarDirError::at("list", &self.path, source);
        let mut start = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(fail)? {
            let name = entry.map_err(fail)?.file_name();
            let Some(name) = name.to_str() else { continue };
            let Some(asset_id) = name.strip_suffix(AssetId::FILE_SUFFIX) else { continue };
            if let Some(planned) = plan.index(asset_id).and_then(|index| present.get_mut(index)) {
                *planned = true;
                continue;
            }
            self.read(name, file::header(asset_id).len(), &mut start)?;
            if !is_ours(&start, asset_id) {
                continue;
            }
            changes.existing += 1;
            if plan.is_kept(asset_id) {
                changes.kept.push(name.to_owned());
            } else {
                changes.remove.push(name.to_owned());
            }
        }
        changes.kept.sort_unstable();
        changes.remove.sort_unstable();
        Ok(present)
    }

    fn compare_share(
        &self,
        plan: &Plan<'_>,
        present: &[bool],
        share: Range<usize>,
    ) -> Result<DirectoryChanges, PillarDirError> {
        let mut changes = DirectoryChanges::default();
        let mut content = Vec::new();
        for index in share {
            if present.get(index) != Some(&true) {
                changes.write.push(FileWrite { index, why: WriteReason::Absent });
                continue;
            }
            let Some((asset_id, document)) = plan.pillar(index) else { continue };
            let wanted = file::text(&asset_id, &document).map_err(PillarDirError::Text)?;
            let access = self.read(&asset_id.file_name(), wanted.len() + 1, &mut content)?;
            let ours = is_ours(&content, asset_id.as_str());
            changes.existing += usize::from(ours);
            let why = match content == wanted.as_bytes() {
                true => {
                    let Some(why) = access else {
                        changes.unchanged += 1;
                        continue;
                    };
                    why
                }
                false if content.is_empty() => WriteReason::Absent,
                false if ours => WriteReason::Content,
                false => WriteReason::Foreign,
            };
            changes.write.push(FileWrite { index, why });
        }
        Ok(changes)
    }

    /// Reads at most `limit` bytes of a file in the directory; none if it is absent or not a regular file. Gives what is
    /// wrong with its owner or its permissions, which may be stricter than those of a pillar file.
    pub(super) fn read(
        &self,
        name: &str,
        limit: usize,
        content: &mut Vec<u8>,
    ) -> Result<Option<WriteReason>, PillarDirError> {
        content.clear();
        let Some(handle) = &self.handle else { return Ok(None) };
        let fail = |source| PillarDirError::at("read", &self.path.join(name), source);
        // Follow no link, and do not wait for the other end of a pipe.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mut file = match openat(handle, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT | Errno::LOOP | Errno::NXIO) => return Ok(None),
            Err(error) => return Err(fail(error.into())),
        };
        let metadata = file.metadata().map_err(fail)?;
        if metadata.is_file() {
            content.resize(usize::try_from(metadata.len()).map_or(limit, |length| length.min(limit)), 0);
            file.read_exact(content).map_err(fail)?;
        }
        // The setuid, setgid and sticky bits are too much as well.
        let is_open = metadata.mode() & 0o7777 & !FILE_MODE != 0;
        let is_own = (metadata.uid(), metadata.gid()) == self.owner;
        Ok(match (is_own, is_open) {
            (false, _) => Some(WriteReason::Owner),
            (true, true) => Some(WriteReason::Permissions),
            (true, false) => None,
        })
    }

    /// Makes the changes.
    ///
    /// # Errors
    /// When nothing was changed. A single file that could not be changed is in the result instead.
    pub fn apply(
        &self,
        plan: &Plan<'_>,
        changes: &DirectoryChanges,
    ) -> Result<AppliedChanges, PillarDirError> {
        let mut applied = AppliedChanges::default();
        let Some(handle) = &self.handle else { return Ok(applied) };
        if !changes.write.is_empty() {
            let batch = Batch::new(&self.path).map_err(PillarDirError::Write)?;
            applied.failures = self.stage(&batch, handle, plan, changes)?;
            let unstaged: HashSet<String> =
                applied.failures.iter().map(|failure| failure.name.clone()).collect();
            let names = changes.write.iter().filter_map(|write| plan.file_name(write.index));
            for name in names.filter(|name| !unstaged.contains(name)) {
                match batch.publish(&name) {
                    Ok(()) => applied.written += 1,
                    Err(error) => {
                        applied.failures.push(FailedChange { name, error: PillarDirError::Write(error) })
                    }
                }
            }
        }
        for name in &changes.remove {
            let path = self.path.join(name);
            match fs::remove_file(&path) {
                Ok(()) => applied.removed += 1,
                Err(source) => {
                    let error = PillarDirError::at("remove", &path, source);
                    applied.failures.push(FailedChange { name: name.clone(), error });
                }
            }
        }
        Ok(applied)
    }

    /// Writes the new content of the planned pillars to temporary files. Gives those that something stands in the way of.
    fn stage(
        &self,
        batch: &Batch<'_>,
        handle: &File,
        plan: &Plan<'_>,
        changes: &DirectoryChanges,
    ) -> Result<Vec<FailedChange>, PillarDirError> {
        let sync = Durability::of(changes);
        let stage = |write: &FileWrite| {
            let Some((asset_id, document)) = plan.pillar(write.index) else { return Ok(None) };
            let text = file::text(&asset_id, &document).map_err(PillarDirError::Text)?;
            let name = asset_id.file_name();
            let file = match batch.stage(&name, text.as_bytes(), FILE_MODE) {
                Ok(file) => file,
                Err(error @ WholeFileError::Obstructed { .. }) => {
                    return Ok(Some(FailedChange { name, error: PillarDirError::Write(error) }));
                }
                Err(error) => return Err(PillarDirError::Write(error)),
            };
            let fail = |source| PillarDirError::at("sync", &self.path.join(&name), source);
            if sync == Durability::Each {
                file.sync_all().map_err(fail)?
            }
            Ok(None)
        };
        let shares = in_parallel(changes.write.len(), |share| {
            let writes = changes.write.get(share).unwrap_or_default();
            writes.iter().filter_map(|write| stage(write).transpose()).collect::<Result<Vec<_>, _>>()
        })?;
        if sync == Durability::FileSystem {
            syncfs(handle).map_err(|source| PillarDirError::at("sync", &self.path, source.into()))?;
        }
        Ok(shares.into_iter().flatten().collect())
    }
}

/// What has to be on disk before the files are renamed. Otherwise a power failure could leave an empty file in place
/// of a node's pillar, and Salt would remove the plugin from that node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Durability {
    /// Nothing: all files are new, so no node loses its pillar, and the next run completes them.
    Nothing,
    /// Each file: the cheapest way for a few files.
    Each,
    /// Everything on the file system: the cheapest way for many files.
    FileSystem,
}

impl Durability {
    fn of(changes: &DirectoryChanges) -> Self {
        match (changes.write.iter().any(|write| write.why != WriteReason::Absent), changes.write.len()) {
            (false, _) => Self::Nothing,
            (true, ..=SYNCED_ONE_BY_ONE) => Self::Each,
            (true, _) => Self::FileSystem,
        }
    }
}

fn is_ours(content: &[u8], asset_id: &str) -> bool {
    content.starts_with(file::header(asset_id).as_bytes())
}
