//! Users by number and name, without a name service, which a static program does not have.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use rustix::process::geteuid;

/// As much of the list of users as is read, in bytes.
const LONGEST_LIST: u64 = 1 << 20;

/// The users, besides root and this program's own, who may hold the port of a route source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedUsers(Vec<String>);

impl TrustedUsers {
    /// Users by their names in `/etc/passwd`, or by their numbers. A name that no user has is nobody's.
    pub fn of(users: impl IntoIterator<Item = String>) -> Self {
        Self(users.into_iter().collect())
    }

    /// Whether this user is one of them.
    pub fn contain(&self, user: u32) -> bool {
        let names = || names_of(user);
        is_own_or_root(user)
            || self.0.iter().any(|listed| listed.parse() == Ok(user))
            || names().iter().any(|name| self.0.contains(name))
    }
}

impl fmt::Display for TrustedUsers {
    /// `root, nginx or 1000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("root")?;
        for (index, user) in self.0.iter().enumerate() {
            let separator = if index + 1 == self.0.len() { " or " } else { ", " };
            write!(f, "{separator}{user}")?;
        }
        Ok(())
    }
}

/// Whether this user can change what this program does anyway: root, or whoever runs it.
pub fn is_own_or_root(user: u32) -> bool {
    user == 0 || is_own(user)
}

/// Whether it is the user who runs this program.
pub fn is_own(user: u32) -> bool {
    user == geteuid().as_raw()
}

/// A user's name and number: `nobody (65534)`.
pub fn described(user: u32) -> String {
    match names_of(user).first() {
        Some(name) => format!("{name} ({user})"),
        None => user.to_string(),
    }
}

/// The names of a user (`passwd(5)`).
fn names_of(user: u32) -> Vec<String> {
    let Ok(file) = File::open("/etc/passwd") else { return Vec::new() };
    let lines = BufReader::new(file.take(LONGEST_LIST)).lines().map_while(Result::ok);
    let name = |line: String| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(user)).then(|| name.to_owned())
    };
    lines.filter_map(name).collect()
}
