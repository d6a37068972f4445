//! Prefixes by application, which SSR calls services.

use std::fmt;

use bgpcs::{ApplicationName, MaxPrefixes};
use ipnet::IpNet;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::collect::guard::Guards;
use crate::prefix::{Family, Prefix, missing};

/// The most applications that are read.
const MOST_APPLICATIONS: usize = 10_000;

/// The most prefixes that are written, over all applications.
const MOST_PREFIXES: u64 = 1_000_000;

/// The most prefixes that are read: what is written, and what stays without an answer beside it, fits.
const MOST_PREFIXES_READ: usize = 1_200_000;

/// How many prefixes all applications together may have: `max-prefixes`, as far as so many can be read again in the next run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrefixLimit(pub MaxPrefixes);

impl PrefixLimit {
    /// The number.
    pub fn get(self) -> u64 {
        u64::from(self.0.get()).min(MOST_PREFIXES)
    }
}

impl fmt::Display for PrefixLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u64::from(self.0.get()) <= MOST_PREFIXES {
            true => write!(f, "max-prefixes {}", self.0),
            false => write!(f, "the {MOST_PREFIXES} that an output file may have"),
        }
    }
}

/// Prefixes by application, in the operator's order of applications. The prefixes of an application are sorted, each once.
/// An application without prefixes does not appear in any output.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Services(Vec<(ApplicationName, Vec<Prefix>)>);

impl Services {
    /// These applications, in this order, without prefixes yet.
    pub fn of<'a>(applications: impl IntoIterator<Item = &'a ApplicationName>) -> Self {
        let mut services = Self::default();
        applications.into_iter().for_each(|application| services.add(application, &[]));
        services
    }

    /// Whether no application has a prefix.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The applications that have prefixes, with their prefixes.
    pub fn iter(&self) -> impl Iterator<Item = (&ApplicationName, &[Prefix])> {
        let lists = self.0.iter().map(|(name, prefixes)| (name, prefixes.as_slice()));
        lists.filter(|(_, prefixes)| !prefixes.is_empty())
    }

    /// How many prefixes there are, over all applications.
    pub fn prefix_count(&self) -> u64 {
        self.0.iter().map(|(_, prefixes)| prefixes.len() as u64).sum()
    }

    /// Adds prefixes, sorted, to those of an application.
    pub fn add(&mut self, application: &ApplicationName, prefixes: &[Prefix]) {
        match self.0.iter_mut().find(|(name, _)| name == application) {
            Some((_, known)) => {
                known.extend_from_slice(prefixes);
                // Two sorted runs, which the stable sort merges in one pass.
                known.sort();
                known.dedup();
            }
            None => self.0.push((application.clone(), prefixes.to_vec())),
        }
    }

    /// Removes what the guards of its application do not admit.
    pub fn guard(&mut self, guards: &Guards) {
        for (name, prefixes) in &mut self.0 {
            let guards = guards.of_application(name);
            prefixes.retain(|prefix| guards.admits(*prefix));
        }
    }

    /// Adds the prefixes of others.
    pub fn absorb(&mut self, others: Self) {
        for (name, prefixes) in others.0 {
            match self
                .0
                .iter_mut()
                .find(|(known, known_prefixes)| *known == name && known_prefixes.is_empty())
            {
                Some((_, empty)) => *empty = prefixes,
                None => self.add(&name, &prefixes),
            }
        }
    }

    /// Merges the prefixes of each application into the fewest that contain the same addresses.
    pub fn aggregate(&mut self) {
        for (_, prefixes) in &mut self.0 {
            let nets: Vec<IpNet> = prefixes.iter().map(|prefix| IpNet::from(*prefix)).collect();
            *prefixes = IpNet::aggregate(&nets).into_iter().map(Prefix::from).collect();
            prefixes.sort();
        }
    }

    /// The same, [merged](Self::aggregate).
    pub fn aggregated(&self) -> Self {
        let mut services = self.clone();
        services.aggregate();
        services
    }

    /// The prefixes of a family that an application has here and not in `other`.
    pub fn missing_in<'s>(&'s self, other: &'s Self, family: Family) -> impl Iterator<Item = Prefix> + 's {
        let missing = self.0.iter().flat_map(|(name, prefixes)| missing(prefixes, other.get(name)));
        missing.filter(move |prefix| prefix.family() == family)
    }

    /// The prefixes of an application, sorted; none for an unknown one.
    pub fn get(&self, application: &ApplicationName) -> &[Prefix] {
        self.0.iter().find(|(name, _)| name == application).map_or(&[], |(_, prefixes)| prefixes)
    }

    /// Removes the applications for which `keep` is false.
    pub fn retain(&mut self, keep: impl Fn(&ApplicationName) -> bool) {
        self.0.retain(|(name, _)| keep(name));
    }
}

/// Puts together what is read of an output file, within the bounds.
#[derive(Debug, Default)]
pub struct ServicesReader {
    services: Services,
    prefixes: usize,
}

impl ServicesReader {
    /// Counts a prefix; `None` when it is one too many.
    pub fn count(&mut self) -> Option<()> {
        self.prefixes += 1;
        (self.prefixes <= MOST_PREFIXES_READ).then_some(())
    }

    /// Adds the prefixes of an application; `None` when it is one too many.
    pub fn add(&mut self, name: ApplicationName, mut prefixes: Vec<Prefix>) -> Option<()> {
        prefixes.sort();
        prefixes.dedup();
        let Services(lists) = &mut self.services;
        if lists.len() == MOST_APPLICATIONS {
            return None;
        }
        match lists.iter().any(|(known, _)| *known == name) {
            true => self.services.add(&name, &prefixes),
            false => lists.push((name, prefixes)),
        }
        Some(())
    }

    /// What was read.
    pub fn finish(self) -> Services {
        self.services
    }
}

/// One entry of an application's list; SSR would also take ports and a protocol here.
#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
struct PrefixEntry {
    ip_prefix: Prefix,
}

impl<'de> Deserialize<'de> for Services {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByApplication;

        impl<'de> Visitor<'de> for ByApplication {
            type Value = Services;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("lists of prefixes by application")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Services, A::Error> {
                let mut read = ServicesReader::default();
                while let Some(name) = map.next_key::<ApplicationName>()? {
                    let prefixes = map.next_value_seed(Entries(&mut read))?;
                    let too_many = || A::Error::invalid_length(MOST_APPLICATIONS + 1, &self);
                    read.add(name, prefixes).ok_or_else(too_many)?;
                }
                Ok(read.finish())
            }
        }

        deserializer.deserialize_map(ByApplication)
    }
}

/// Reads an application's list, as far as there is room for its prefixes.
struct Entries<'r>(&'r mut ServicesReader);

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = Vec<Prefix>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Prefix>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = Vec<Prefix>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {MOST_PREFIXES_READ} prefixes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Prefix>, A::Error> {
        let mut prefixes = Vec::new();
        while let Some(PrefixEntry { ip_prefix }) = list.next_element()? {
            self.0.count().ok_or_else(|| A::Error::invalid_length(MOST_PREFIXES_READ, &self))?;
            prefixes.push(ip_prefix);
        }
        Ok(prefixes)
    }
}
