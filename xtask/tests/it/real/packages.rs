//! The built packages, opened and installed by the real rpm.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bgpcs_testing::python_environment;
use serde_json::Value;

use super::fixture::{PACKAGES, Signed, dist, file_name, packages, query};
use crate::succeed;

/// The packages by name and tag.
fn each_package() -> BTreeMap<(&'static str, &'static str), PathBuf> {
    PACKAGES.into_iter().map(|(name, tag)| ((name, tag), packages().join(file_name(name, tag)))).collect()
}

/// Runs a tool that must succeed, and returns its standard output.
fn tool(program: &str, arguments: &[&str]) -> String {
    succeed(Command::new(program).args(arguments))
}

#[test]
fn packages_bills_of_materials_and_their_sums() {
    let mut names: Vec<String> = fs::read_dir(packages())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let provenance = format!("{}-{}.intoto.json", bgpcs::CONDUCTOR_PACKAGE, bgpcs::VERSION);
    let mut expected = vec!["SHA256SUMS".to_owned(), provenance];
    for name in [bgpcs::CONDUCTOR_PACKAGE, bgpcs::ROUTER_PACKAGE] {
        expected.push(format!("{name}-{}.cdx.json", bgpcs::VERSION));
    }
    expected
        .extend(each_package().values().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()));
    expected.sort();
    assert_eq!(names, expected);
    let check = Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(packages())
        .output();
    assert!(check.unwrap().status.success());
}

#[test]
fn each_step_of_dist_is_said_unless_it_is_to_be_silent() {
    // The programs are built here, not in two runs at once.
    packages();
    let out = tempfile::tempdir().unwrap();
    let run = |options: &[&str]| {
        let output = dist(out.path()).args(options).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (_, said) = run(&[]);
    let count = said.lines().count();
    for (line, number) in said.lines().zip(1..) {
        assert!(line.starts_with(&format!("dist {number}/{count}: ")), "{said}");
    }
    assert!(count > 3, "{said}");
    for silent in ["--json", "--quiet"] {
        let (printed, said) = run(&[silent]);
        assert!(printed.contains(".rpm") && said.is_empty(), "{silent}: {printed}{said}");
    }
}

#[test]
fn rpmlint_finds_nothing() {
    let configuration = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rpm-specs/rpmlint.toml");
    let packages: Vec<PathBuf> = each_package().into_values().collect();
    let mut arguments = vec!["--strict", "--config"];
    let files = std::iter::once(&configuration).chain(&packages).map(|path| path.to_str().unwrap());
    arguments.extend(files);
    let summary = tool("rpmlint", &arguments);
    assert!(summary.contains("packages: 4") && summary.contains(" 0 errors, 0 warnings"), "{summary}");
}

#[test]
fn each_says_who_it_is_in_what_el7_reads() {
    for ((name, tag), package) in each_package() {
        let identity = query(&package, "%{NAME} %{VERSION} %{RELEASE} %{ARCH} %{LICENSE} %{GROUP}");
        let (version, release) = (bgpcs::VERSION, bgpcs::RELEASE);
        let expected =
            format!("{name} {version} {release}.{tag} x86_64 Apache-2.0 Application Classification");
        assert_eq!(identity, expected);
        assert_eq!(query(&package, "%{PAYLOADFORMAT} %{PAYLOADCOMPRESSOR}"), "cpio gzip", "{name} {tag}");
        // The features of rpm 4.11; with any other the package could not be installed on Oracle Linux 7.
        let known = ["CompressedFileNames", "FileDigests", "PayloadFilesHavePrefix"];
        let required = tool("rpm", &["-qp", "--nosignature", "--requires", &package.to_string_lossy()]);
        for line in required.lines() {
            let feature = line.strip_prefix("rpmlib(").and_then(|rest| rest.split_once(')'));
            let fits = match feature {
                Some((feature, _)) => known.contains(&feature),
                // A package with configuration files requires the version of them that it provides itself.
                None => line == "/bin/sh" || line.starts_with(&format!("config({name}) =")),
            };
            assert!(fits, "{name} {tag} requires {line}");
        }
        let verdict = tool("rpm", &["-K", "--nosignature", &package.to_string_lossy()]);
        assert!(verdict.trim_end().ends_with("digests OK"), "{verdict}");
    }
}

/// What rpm 4.11 needs of a signature header; `rpmsign` keeps it.
#[test]
fn signature_headers_are_whole() {
    let signed = Signed::shared();
    for (name, tag) in PACKAGES {
        for directory in [packages().to_owned(), signed.packages()] {
            let path = directory.join(file_name(name, tag));
            let package = rpm::Package::open(&path).unwrap();
            let mut archive = package.clone();
            archive.decompress_payload().unwrap();
            let mut hashed = tempfile::NamedTempFile::new().unwrap();
            hashed.write_all(&package.header_bytes().unwrap()).unwrap();
            hashed.write_all(&package.payload).unwrap();
            let md5 = tool("md5sum", &[&hashed.path().to_string_lossy()]);
            let md5 = md5.split(' ').next().unwrap();
            let found = query(&path, "%{ARCHIVESIZE} %{SIGMD5}");
            assert_eq!(found, format!("{} {md5}", archive.payload.len()), "{}", path.display());
        }
    }
}

/// The schema is that of CycloneDX itself; its library reads licences as SPDX does.
#[test]
fn bills_of_materials_are_cyclonedx_with_licences_and_hashes() {
    let python = python_environment("cyclonedx").join("bin/python");
    let program = "import sys\nfrom cyclonedx.schema import SchemaVersion\n\
                   from cyclonedx.validation.json import JsonStrictValidator\n\
                   print(JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(sys.argv[1]).read()))";
    for name in [bgpcs::CONDUCTOR_PACKAGE, bgpcs::ROUTER_PACKAGE] {
        let path = packages().join(format!("{name}-{}.cdx.json", bgpcs::VERSION));
        let faults = succeed(Command::new(&python).args(["-c", program]).arg(&path));
        assert_eq!(faults.trim(), "None", "{name}");
        let bill: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let components = bill["components"].as_array().unwrap();
        assert!(components.iter().any(|component| component["name"] == "serde_json"), "{name}: {bill}");
        for component in components {
            let hash = component["hashes"][0]["content"].as_str().unwrap_or_default();
            let licence = component["licenses"][0]["expression"].as_str().unwrap_or_default();
            assert!(hash.len() == 64 && !licence.is_empty(), "{name}: {component}");
        }
    }
}

#[test]
fn the_provenance_names_commit_compiler_and_lock_file() {
    let path = packages().join(format!("{}-{}.intoto.json", bgpcs::CONDUCTOR_PACKAGE, bgpcs::VERSION));
    let statement: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicateType"], "https://slsa.dev/provenance/v1");
    let subjects = statement["subject"].as_array().unwrap();
    assert_eq!(subjects.len(), 6, "four packages and two bills of materials: {statement:#}");
    for subject in subjects {
        let file = packages().join(subject["name"].as_str().unwrap());
        let sum = tool("sha256sum", &[&file.to_string_lossy()]);
        assert_eq!(subject["digest"]["sha256"], sum.split(' ').next().unwrap());
    }
    let build = &statement["predicate"]["buildDefinition"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let lock = tool("sha256sum", &[&root.join("Cargo.lock").to_string_lossy()]);
    let compiler = tool("rustc", &["-vV"]);
    let compiler = compiler.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap();
    let mut expected = vec![
        ("Cargo.lock", "sha256", lock.split(' ').next().unwrap().to_owned()),
        ("rustc", "gitCommit", compiler.to_owned()),
    ];
    // An unpacked archive of the source has no commit.
    if root.join(".git").exists() {
        let commit = succeed(Command::new("git").current_dir(root).args(["rev-parse", "HEAD"]));
        expected.push(("source", "gitCommit", commit.trim().to_owned()));
    }
    for (name, kind, digest) in expected {
        let dependencies = build["resolvedDependencies"].as_array().unwrap();
        let named = dependencies.iter().find(|dependency| dependency["name"] == name);
        assert_eq!(named.unwrap()["digest"][kind], digest, "{name}");
    }
}

/// Thousands of routers download it at the same hour, and some keep packages on a small flash disk.
#[test]
fn the_router_package_is_within_its_limit() {
    for (_, package) in each_package().iter().filter(|((name, _), _)| *name == bgpcs::ROUTER_PACKAGE) {
        let installed: u32 = query(package, "%{SIZE}").parse().unwrap();
        assert!((1..2_400_000).contains(&installed), "{} takes {installed} bytes", package.display());
    }
}

#[test]
fn each_holds_what_its_spec_lists() {
    for ((name, tag), package) in each_package() {
        let format = "[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILEFLAGS:fflags} %{FILENAMES} %{FILELINKTOS}\n]";
        let listing: String =
            query(&package, format).lines().map(|line| format!("{}\n", line.trim_end())).collect();
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/{name}.files"));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&golden, &listing).unwrap();
        }
        assert_eq!(listing, fs::read_to_string(&golden).unwrap(), "{name} {tag}: see {}", golden.display());
    }
}

#[test]
fn programs_need_nothing_of_their_machine() {
    for ((name, tag), program) in [
        ((bgpcs::CONDUCTOR_PACKAGE, "el7"), bgpcs::paths::GENERATOR),
        ((bgpcs::ROUTER_PACKAGE, "el7"), bgpcs::paths::MODULE),
    ] {
        let unpacked = unpacked(name, tag);
        let program = unpacked.path().join("root").join(program.trim_start_matches('/'));
        let segments = tool("readelf", &["--program-headers", "--dynamic", &program.to_string_lossy()]);
        assert!(!segments.contains("INTERP"), "{} asks for a dynamic linker", program.display());
        assert!(!segments.contains("(NEEDED)"), "{} asks for a shared library", program.display());
        let version = tool(&program.to_string_lossy(), &["--version"]);
        assert!(version.trim_end().ends_with(bgpcs::VERSION), "{version}");
    }
}

#[test]
fn systemd_accepts_every_unit() {
    for (package, units) in [
        (
            bgpcs::CONDUCTOR_PACKAGE,
            [(bgpcs::GENERATOR_UNIT, "path"), (bgpcs::GENERATOR_UNIT, "service")]
                .into_iter()
                .chain([(bgpcs::FLEET_UNIT, "service"), (bgpcs::FLEET_UNIT, "timer")])
                .map(|(unit, kind)| format!("{unit}.{kind}"))
                .collect(),
        ),
        (bgpcs::ROUTER_PACKAGE, vec![format!("{}.service", bgpcs::PLUGIN)]),
    ] {
        let unpacked = unpacked(package, "el9");
        let root = unpacked.path().join("root");
        // The plugin's units are among those of the distribution, as on a conductor or router.
        let systemd = root.join("usr/lib/systemd");
        fs::create_dir_all(&systemd).unwrap();
        tool("cp", &["--recursive", "--no-clobber", "/usr/lib/systemd/system", &systemd.to_string_lossy()]);
        let root_argument = format!("--root={}", root.display());
        for unit in units {
            let path = format!("{}/{unit}", bgpcs::paths::UNIT_DIR);
            let arguments = ["verify", "--man=no", &root_argument, &path];
            let output = Command::new("systemd-analyze").env("LC_ALL", "C").args(arguments).output();
            let Output { status, stdout, stderr } = output.expect("systemd-analyze should start");
            let report = [stdout, stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
            // An unknown key is only a warning, so there must be no line about the plugin's units either.
            assert!(status.success() && !report.contains(bgpcs::PLUGIN), "{unit}: {status}\n{report}");
        }
    }
}

/// A package's files, below `root` in a directory of their own.
fn unpacked(name: &'static str, tag: &'static str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let package = rpm::Package::open(&each_package()[&(name, tag)]).unwrap();
    package.extract(directory.path().join("root")).unwrap();
    directory
}
