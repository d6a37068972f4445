//! What the tests of packages share: what `dist` leaves, unsigned and signed, and the packages of the release before.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use task::workspace;

use crate::succeed;

/// The packages by name and tag.
pub const PACKAGES: [(&str, &str); 4] = [
    (bgpcs::CONDUCTOR_PACKAGE, "el7"),
    (bgpcs::CONDUCTOR_PACKAGE, "el9"),
    (bgpcs::ROUTER_PACKAGE, "el7"),
    (bgpcs::ROUTER_PACKAGE, "el9"),
];

/// The file name of a package.
pub fn file_name(name: &str, tag: &str) -> String {
    format!("{name}-{}-{}.{tag}.x86_64.rpm", bgpcs::VERSION, bgpcs::RELEASE)
}

/// `cargo xtask dist` into a directory, whatever the state of the tree.
pub fn dist(directory: &Path) -> Command {
    let mut dist = Command::new(env!("CARGO_BIN_EXE_xtask"));
    dist.args(["dist", "--any-tree", "--out"]).arg(directory);
    dist
}

/// The folder of unsigned packages, built once for all tests.
pub fn packages() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
        succeed(&mut dist(&directory));
        directory
    })
}

/// Runs rpm in some release of it, which must succeed, and returns its standard output.
pub fn query(package: &Path, format: &str) -> String {
    succeed(Command::new("rpm").args(["-qp", "--nosignature", "--qf", format]).arg(package))
}

/// A keyring of its own, with its agent.
pub struct Keyring {
    directory: tempfile::TempDir,
}

impl Keyring {
    /// An empty one.
    pub fn create() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
        Self { directory }
    }

    /// A program that works with it.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("GNUPGHOME", self.directory.path()).env("LC_ALL", "C").env_remove("GPG_TTY");
        command.stdin(std::process::Stdio::null());
        command
    }

    /// Makes a key by parameters as in GnuPG's manual, at a time or now.
    pub fn generate(&self, parameters: &str, time: Option<&str>) {
        let file = self.directory.path().join("parameters");
        fs::write(&file, parameters).unwrap();
        let mut gpg = self.command("gpg");
        gpg.args(["--batch", "--pinentry-mode", "loopback"]);
        gpg.args(time.iter().flat_map(|time| ["--faked-system-time", time]));
        succeed(gpg.arg("--generate-key").arg(file));
    }

    /// Makes the agent forget every passphrase.
    pub fn forget(&self) {
        succeed(self.command("gpgconf").args(["--kill", "gpg-agent"]));
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        // gpg leaves an agent behind that runs as long as its keyring exists; it may have ended already.
        let _ = self.command("gpgconf").args(["--kill", "gpg-agent"]).output();
    }
}

/// A directory of signed packages and repositories, with their key.
pub struct Signed {
    keyring: Keyring,
    directory: tempfile::TempDir,
}

impl Signed {
    /// The one that all tests share while any of them uses it.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Signed>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let signed = Arc::new(Self::build());
            *shared = Arc::downgrade(&signed);
            signed
        })
    }

    /// The key is made now, after the commit that is built.
    fn build() -> Self {
        let signed = Self { keyring: Keyring::create(), directory: tempfile::tempdir().unwrap() };
        let key =
            "%no-protection\nKey-Type: RSA\nKey-Length: 2048\nName-Real: Test\nExpire-Date: 0\n%commit\n";
        signed.keyring.generate(key, None);
        let public = succeed(signed.command("gpg").args(["--armor", "--export", "Test"]));
        fs::write(signed.public_key(), public).unwrap();
        signed.dist(&signed.packages());
        signed
    }

    /// Builds, signs, and makes repositories.
    pub fn dist(&self, directory: &Path) {
        let mut dist = self.command(env!("CARGO_BIN_EXE_xtask"));
        dist.args(["dist", "--any-tree", "--sign", "Test", "--repo", "--out"]).arg(directory);
        succeed(&mut dist);
    }

    /// The file of its public key.
    pub fn public_key(&self) -> PathBuf {
        self.directory.path().join("public.asc")
    }

    /// The directory that `dist` wrote.
    pub fn packages(&self) -> PathBuf {
        self.directory.path().join("packages")
    }

    /// A program that works with its keyring.
    pub fn command(&self, program: &str) -> Command {
        self.keyring.command(program)
    }

    /// Writes the signature of a file beside it.
    pub fn sign_file(&self, file: &Path) {
        let mut gpg = self.command("gpg");
        succeed(gpg.args(["--batch", "--yes", "--armor", "--detach-sign"]).arg(file));
    }

    /// Signs packages in place.
    pub fn sign_packages(&self, packages: &[PathBuf]) {
        // rpm expects gpg at a path that differs between distributions, and does not search for it.
        let gpg = succeed(Command::new("sh").args(["-c", "command -v gpg"]));
        let mut rpmsign = self.command("rpmsign");
        rpmsign.arg("--define").arg(format!("__gpg {}", gpg.trim()));
        rpmsign.args(["--define", "_gpg_name Test", "--define", "_gpg_digest_algo sha256", "--addsign"]);
        succeed(rpmsign.args(packages));
    }

    /// What `verify` says of a directory.
    pub fn verify(&self, directory: &Path) -> Output {
        let mut verify = self.command(env!("CARGO_BIN_EXE_xtask"));
        verify.arg("verify").arg(directory).arg("--key").arg(self.public_key()).output().unwrap()
    }
}

/// The release before.
pub const BEFORE: &str = "4.1.0";

/// The packages of the release before, which `cargo xtask setup` builds from its commit; none, and a word about it, if this
/// clone has not the whole history.
pub fn packages_before() -> Option<PathBuf> {
    let directory = workspace::lab().join("releases").join(BEFORE);
    if directory.join("SHA256SUMS").exists() {
        return Some(directory);
    }
    let mut git = Command::new("git");
    git.current_dir(workspace::root()).args(["rev-parse", "--is-shallow-repository"]);
    let is_whole = git.output().is_ok_and(|output| output.stdout == b"false\n");
    assert!(!is_whole, "{} is missing; run: cargo xtask setup", directory.display());
    println!(
        "did not run: release {BEFORE} cannot be built from this clone; `git fetch --unshallow` brings its commit"
    );
    None
}
