//! The work of a release engineer: sign, create repositories, verify.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::fixture::{Keyring, Signed, dist, file_name};
use crate::succeed;

/// The files below a directory with their content.
fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(directory).unwrap().to_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// The key is newer than the commit, as that of everybody who tries it for the first time.
#[test]
fn a_signed_release_verifies_and_is_the_same_again() {
    let signed = Signed::shared();
    let good = signed.verify(&signed.packages());
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stdout));
    let again = tempfile::tempdir().unwrap();
    signed.dist(again.path());
    let [first, second] = [signed.packages(), again.path().to_owned()].map(|path| contents(&path));
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (path, content) in first {
        assert!(content == second[&path], "{} differs", path.display());
    }
}

#[test]
fn every_damage_to_what_is_published_is_named() {
    let signed = Signed::shared();
    let router = |tag| file_name(bgpcs::ROUTER_PACKAGE, tag);
    let conductor = |tag| file_name(bgpcs::CONDUCTOR_PACKAGE, tag);
    let bill = |name: &str| format!("{name}-{}.cdx.json", bgpcs::VERSION);
    let statement = format!("{}-{}.intoto.json", bgpcs::CONDUCTOR_PACKAGE, bgpcs::VERSION);
    let change_last_byte = |path: PathBuf| {
        let mut content = fs::read(&path).unwrap();
        *content.last_mut().unwrap() ^= 1;
        fs::write(path, content).unwrap();
    };
    type Damage<'a> = &'a dyn Fn(&Path);
    let damages: [(&str, String, Damage); 16] = [
        ("which is not the one in SHA256SUMS", router("el7"), &|directory| {
            change_last_byte(directory.join(router("el7")));
        }),
        ("is not signed", router("el7"), &|directory| {
            succeed(signed.command("rpmsign").arg("--delsign").arg(directory.join(router("el7"))));
            resum(&signed, directory);
        }),
        ("is not signed by the key", "SHA256SUMS".to_owned(), &|directory| {
            let sums = fs::read_to_string(directory.join("SHA256SUMS")).unwrap();
            fs::write(directory.join("SHA256SUMS"), sums.repeat(2)).unwrap();
        }),
        ("says that it is", router("el7"), &|directory| {
            fs::copy(directory.join(conductor("el9")), directory.join(router("el7"))).unwrap();
            resum(&signed, directory);
        }),
        ("No such file", conductor("el9"), &|directory| {
            fs::remove_file(directory.join(conductor("el9"))).unwrap();
        }),
        ("does not belong here", "other.rpm".to_owned(), &|directory| {
            fs::copy(directory.join(conductor("el9")), directory.join("other.rpm")).unwrap();
        }),
        ("is not the bill of materials", bill(bgpcs::ROUTER_PACKAGE), &|directory| {
            let [from, to] =
                [bgpcs::CONDUCTOR_PACKAGE, bgpcs::ROUTER_PACKAGE].map(|name| directory.join(bill(name)));
            fs::copy(from, to).unwrap();
            resum(&signed, directory);
        }),
        ("with the checksum that it has", statement.clone(), &|directory| {
            let path = directory.join(&statement);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(path, text.replacen("\"sha256\": \"", "\"sha256\": \"0", 9)).unwrap();
            resum(&signed, directory);
        }),
        ("which is not the one in SHA256SUMS", format!("repository/el9/{}", router("el9")), &|directory| {
            change_last_byte(directory.join("repository/el9").join(router("el9")));
        }),
        ("does not belong here", "repository/el9/other.rpm".to_owned(), &|directory| {
            let repository = directory.join("repository/el9");
            fs::copy(repository.join(router("el9")), repository.join("other.rpm")).unwrap();
        }),
        ("which is none of this directory", "repository/el9/repodata".to_owned(), &|directory| {
            // The metadata of an earlier build, which the key has signed too.
            let earlier = tempfile::tempdir().unwrap();
            for name in [router("el9"), conductor("el9")] {
                let package = earlier.path().join(&name);
                fs::copy(directory.join(name), &package).unwrap();
                succeed(signed.command("rpmsign").arg("--delsign").arg(package));
            }
            replace_metadata(&signed, earlier.path(), &directory.join("repository/el9"));
        }),
        ("lacks ", "repository/el9/repodata".to_owned(), &|directory| {
            let part = tempfile::tempdir().unwrap();
            fs::copy(directory.join(router("el9")), part.path().join(router("el9"))).unwrap();
            replace_metadata(&signed, part.path(), &directory.join("repository/el9"));
        }),
        ("does not belong here", format!("repository/el7/{}", router("el9")), &|directory| {
            let [el7, el9, between] = ["el7", "el9", "x"].map(|name| directory.join("repository").join(name));
            fs::rename(&el7, &between).unwrap();
            fs::rename(&el9, &el7).unwrap();
            fs::rename(&between, &el9).unwrap();
        }),
        ("repomd.xml.asc is missing", "repository/el7/repodata".to_owned(), &|directory| {
            fs::remove_file(directory.join("repository/el7/repodata/repomd.xml.asc")).unwrap();
        }),
        ("is not signed by the key", "repository/el7/repodata".to_owned(), &|directory| {
            let index = directory.join("repository/el7/repodata/repomd.xml");
            let text = fs::read_to_string(&index).unwrap();
            fs::write(index, format!("{text}<!-- -->")).unwrap();
        }),
        ("is missing; `dist --repo` makes it", "repository/el7".to_owned(), &|directory| {
            fs::remove_dir_all(directory.join("repository/el7")).unwrap();
        }),
    ];
    for (expected, file, damage) in damages {
        let copy = tempfile::tempdir().unwrap();
        succeed(Command::new("cp").arg("-a").arg(signed.packages().join(".")).arg(copy.path()));
        damage(copy.path());
        let verdict = signed.verify(copy.path());
        let report = String::from_utf8_lossy(&verdict.stdout);
        let start = format!("FAILED  {file}: ");
        let named = report.lines().any(|line| line.starts_with(&start) && line.contains(expected));
        assert!(!verdict.status.success() && named, "expected {expected:?} of {file} in:\n{report}");
    }
}

/// Writes checksums and their signature again, so that only the changed file is wrong.
fn resum(signed: &Signed, directory: &Path) {
    let names = fs::read_to_string(directory.join("SHA256SUMS")).unwrap();
    let names = names.lines().map(|line| line.split_once("  ").unwrap().1);
    let sums = succeed(Command::new("sha256sum").current_dir(directory).args(names));
    fs::write(directory.join("SHA256SUMS"), sums).unwrap();
    signed.sign_file(&directory.join("SHA256SUMS"));
}

/// Gives a repository the signed metadata about the packages of another directory.
fn replace_metadata(signed: &Signed, packages: &Path, repository: &Path) {
    let mut createrepo = Command::new("createrepo_c");
    succeed(createrepo.args(["--quiet", "--compress-type", "gz", "--no-database"]).arg(packages));
    let metadata = repository.join("repodata");
    fs::remove_dir_all(&metadata).unwrap();
    succeed(Command::new("cp").arg("-r").arg(packages.join("repodata")).arg(&metadata));
    signed.sign_file(&metadata.join("repomd.xml"));
}

/// The keys that a release engineer may try, and what each is told; what was published before stays as it was.
#[test]
fn a_key_that_cannot_sign_has_its_sentence_and_nothing_changes() {
    let keyring = Keyring::create();
    let key = |name: &str, rest: &str| {
        format!("Key-Type: RSA\nKey-Length: 2048\nName-Real: {name}\n{rest}\n%commit\n")
    };
    let open = |name: &str, rest: &str| format!("%no-protection\n{}", key(name, rest));
    keyring.generate(&open("Expired", "Expire-Date: 2001-10-01"), Some("1000000000"));
    keyring.generate(&open("Certifier", "Key-Usage: cert"), None);
    keyring.generate(&key("Locked", "Passphrase: secret"), None);
    keyring
        .generate("%no-protection\nKey-Type: EDDSA\nKey-Curve: ed25519\nName-Real: Curve\n%commit\n", None);
    keyring.generate(&open("Double", ""), None);
    keyring.generate(&open("Double", ""), None);
    keyring.generate(&open("Good", ""), None);
    keyring.forget();

    let published = tempfile::tempdir().unwrap();
    let sums = published.path().join("SHA256SUMS");
    fs::write(&sums, "what was there before\n").unwrap();
    let fails = |key: &str, search_path: Option<&OsStr>| {
        let mut dist = dist(published.path());
        dist.args(["--sign", key, "--repo"])
            .envs(keyring.command("gpg").get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(path) = search_path {
            dist.env("PATH", path);
        }
        let output = dist.env_remove("GPG_TTY").stdin(Stdio::null()).output().unwrap();
        assert!(!output.status.success(), "{key}");
        let found = contents(published.path());
        assert_eq!(found.len(), 1, "{key} left {:?}", found.keys());
        assert_eq!(fs::read_to_string(&sums).unwrap(), "what was there before\n", "{key}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for (name, expected) in [
        ("Nobody", "gpg has no secret key Nobody; `gpg --list-secret-keys` shows its keys"),
        ("Expired", "key Expired expired on 2001-10-01; extend it with `gpg --quick-set-expire "),
        ("Certifier", "key Certifier cannot sign itself; use one whose primary key can"),
        ("Locked", "key Locked needs its passphrase, which gpg cannot ask for here; unlock it first"),
        ("Curve", "key Curve is no RSA key; use one"),
        ("Double", "Double fits more than one key of gpg's keyring; give the fingerprint of one: "),
    ] {
        let said = fails(name, None);
        assert!(said.contains(expected), "expected {expected:?} in:\n{said}");
    }

    // The last step fails: everything before it was made elsewhere.
    let tools = tempfile::tempdir().unwrap();
    let search_path = std::env::var_os("PATH").unwrap();
    let (with, without): (Vec<_>, Vec<_>) =
        std::env::split_paths(&search_path).partition(|folder| folder.join("createrepo_c").exists());
    for program in with.iter().flat_map(|folder| fs::read_dir(folder).unwrap()) {
        let program = program.unwrap();
        let link = tools.path().join(program.file_name());
        if program.file_name() != "createrepo_c" && !link.exists() {
            // Another folder may have a link of this name that leads nowhere.
            let _ = std::os::unix::fs::symlink(program.path(), link);
        }
    }
    let search_path =
        std::env::join_paths(without.iter().map(PathBuf::as_path).chain([tools.path()])).unwrap();
    let said = fails("Good", Some(&search_path));
    assert!(said.contains("dist failed at repositories: cannot start createrepo_c"), "{said}");
}

/// A repository without a file stands for one in which all files are changed, since git then tracks none of them.
#[test]
fn a_changed_tree_is_refused_and_a_tree_without_git_says_what_happens() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let repository = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.arg("--git-dir").arg(repository.path()).arg("--work-tree").arg(root);
        succeed(git.args(["-c", "user.name=Test", "-c", "user.email=test@example.com"]).args(arguments));
    };
    git(&["init", "--quiet"]);
    git(&["commit", "--quiet", "--allow-empty", "--message", "Nothing"]);
    let out = tempfile::tempdir().unwrap();
    let dist = |git_dir: &Path| {
        let mut dist = Command::new(env!("CARGO_BIN_EXE_xtask"));
        dist.env("GIT_DIR", git_dir).env("GIT_WORK_TREE", root).env("GNUPGHOME", out.path());
        // A key that nobody has ends what is not refused before anything is built.
        let output = dist
            .args(["dist", "--sign", "Nobody", "--out"])
            .arg(out.path().join("packages"))
            .output()
            .unwrap();
        assert!(!output.status.success() && !out.path().join("packages").exists());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let changed = dist(repository.path());
    assert!(changed.contains("the source has uncommitted changes: "), "{changed}");
    assert!(changed.contains("commit them, or build with --dirty, which marks the packages"), "{changed}");
    let without = dist(&out.path().join("nowhere"));
    assert!(
        without.contains("note: there is no commit here (") && without.contains("no secret key"),
        "{without}"
    );
}

#[test]
fn two_builds_in_different_places_give_the_same_bytes() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let list = ["ls-files", "--cached", "--others", "--exclude-standard"];
    for name in succeed(Command::new("git").current_dir(here).args(list)).lines() {
        let copy = elsewhere.path().join(name);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        if here.join(name).is_file() {
            fs::copy(here.join(name), copy).unwrap();
        }
    }
    let build = |root: &Path, target: &Path| {
        let out = tempfile::tempdir().unwrap();
        let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
        xtask.env("CARGO_MANIFEST_DIR", root.join("xtask")).env("CARGO_TARGET_DIR", target);
        xtask.env("SOURCE_DATE_EPOCH", "1700000000").args(["dist", "--any-tree", "--out"]).arg(out.path());
        succeed(&mut xtask);
        let sums = fs::read_to_string(out.path().join("SHA256SUMS")).unwrap();
        // The copy has no git, so that its provenance names no commit.
        sums.lines().filter(|line| !line.ends_with(".intoto.json")).map(str::to_owned).collect::<Vec<_>>()
    };
    let usual_target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    assert_eq!(build(here, usual_target), build(elsewhere.path(), &elsewhere.path().join("elsewhere")));
}
