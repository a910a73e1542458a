//! Which jobs are to be explained.

use crate::model::{ClassId, Job, Platform};
use crate::observe::mix;
use std::collections::BTreeSet;

/// Jobs chosen by a word of the command line, on a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// Every job.
    All,
    /// All of one class.
    Class(ClassId),
    /// Those of these names.
    Jobs {
        /// Names of their own.
        named: BTreeSet<String>,
        /// Class and place within it, for those known by them.
        numbered: BTreeSet<(ClassId, u64)>,
    },
    /// One in so many, chosen by the job's number alone, as in `--job-records`.
    Sample(u64),
}

impl Chosen {
    /// Reads `all`, `class=NAME`, `job=NAME[,NAME...]` or `sample:N`.
    ///
    /// # Errors
    /// What is wrong, and what would be right.
    pub fn parse(word: &str, platform: &Platform) -> Result<Self, String> {
        let wrong = || format!("\"{word}\" is none of all, class=NAME, job=NAME[,NAME], sample:N (one job in N)");
        if word == "all" {
            return Ok(Self::All);
        }
        if let Some(number) = word.strip_prefix("sample:") {
            let number = number.parse().ok().filter(|number| *number > 0);
            return number.map(Self::Sample).ok_or_else(|| format!("{}, N at least 1", wrong()));
        }
        if let Some(name) = word.strip_prefix("class=") {
            let found = platform.classes.iter().position(|class| class.name == name);
            let known: Vec<&str> = platform.classes.iter().map(|class| class.name.as_str()).collect();
            return found
                .map(|at| Self::Class(ClassId::from_index(at)))
                .ok_or_else(|| format!("no class is called \"{name}\"; its classes: {}", known.join(", ")));
        }
        match word.strip_prefix("job=") {
            Some(names) if names.split(',').all(|name| !name.is_empty()) => {
                Ok(Self::jobs(names.split(',').map(str::to_owned), platform))
            }
            _ => Err(wrong()),
        }
    }

    /// Jobs of these names.
    #[must_use]
    pub fn jobs(names: impl IntoIterator<Item = String>, platform: &Platform) -> Self {
        let named: BTreeSet<String> = names.into_iter().collect();
        let mut numbered = BTreeSet::new();
        for (at, class) in platform.classes.iter().enumerate() {
            for name in &named {
                let rest = name.strip_prefix(class.name.as_str()).and_then(|rest| rest.strip_prefix('-'));
                // The number as it is written: no sign, no leading zero.
                let ordinal = rest.and_then(|rest| rest.parse::<u64>().ok().filter(|n| n.to_string() == rest));
                numbered.extend(ordinal.map(|ordinal| (ClassId::from_index(at), ordinal)));
            }
        }
        Self::Jobs { named, numbered }
    }

    /// Whether a job is among them.
    #[must_use]
    pub fn covers(&self, job: &Job) -> bool {
        match self {
            Self::All => true,
            Self::Class(class) => job.request.class == *class,
            Self::Jobs { named, numbered } => match &job.name {
                Some(name) => named.contains(&*name.text()),
                None => numbered.contains(&(job.request.class, job.ordinal)),
            },
            Self::Sample(one_in) => mix(job.request.number.0).is_multiple_of(*one_in),
        }
    }

    /// Names that were asked for and are not among these.
    #[must_use]
    pub fn missing<'a>(&'a self, told: &BTreeSet<&str>) -> Vec<&'a str> {
        match self {
            Self::Jobs { named, .. } => named.iter().map(String::as_str).filter(|name| !told.contains(name)).collect(),
            _ => Vec::new(),
        }
    }
}
