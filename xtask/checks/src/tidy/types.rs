//! Type names that are not unique, or that shadow the standard library.

use std::collections::BTreeMap;

use super::modules::Modules;

/// Names of the standard library that are in its prelude or in everyday use; a type of the same name would shadow them.
const STANDARD: &str = "\
    Arc AsMut AsRef BTreeMap BTreeSet Box BufRead BufReader BufWriter Cell Child Clone Copy Cow Debug \
    Default Display Drop Duration Err Error ErrorKind ExitCode ExitStatus Extend File Fn FnMut FnOnce \
    Formatter From FromIterator FromStr Hash HashMap HashSet Hasher Instant Into IntoIterator IpAddr \
    Ipv4Addr Ipv6Addr Iterator Metadata Mutex None Ok OpenOptions Option Ord Ordering OsStr OsString \
    Output PartialEq PartialOrd Path PathBuf Rc Read RefCell Result RwLock Seek Send Sized SocketAddr \
    Some Stdio String Sync SystemTime TcpListener TcpStream Thread ToOwned ToString TryFrom TryInto \
    UdpSocket UnixDatagram UnixListener UnixStream Vec VecDeque Wrapping Write \
";

/// The types of a package that share a name, and those that are called like one of the standard library.
pub fn ambiguous(modules: &Modules) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for module in &modules.all {
        for (name, line) in &module.types {
            places.entry(name).or_default().push(format!("{}:{line}", module.file));
        }
    }
    let mut found = Vec::new();
    for (name, places) in places {
        if STANDARD.split_whitespace().any(|standard| standard == name) {
            found.push(format!("{}: type {name} has a name of the standard library", places.join(", ")));
        }
        if places.len() > 1 {
            found.push(format!("{}: {} types are called {name}", places.join(", "), places.len()));
        }
    }
    found
}
