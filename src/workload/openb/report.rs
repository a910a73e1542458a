//! What the reader of pods did with lines that are not as they should be.

use crate::workload::swf::NoticeCount;
use std::collections::BTreeMap;
use std::fmt;

/// Why a line was skipped or repaired, or a pod left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PodNotice {
    /// Skipped: more or fewer cells than the header.
    WrongLength,
    /// Skipped: name, cores, memory or cards cannot be read.
    Unreadable,
    /// Skipped: another pod has the name.
    NameTwice,
    /// Skipped: it asks for cards, but for nothing of them.
    NothingOfCards,
    /// Skipped: it asks for a share of each of several cards.
    SharesOfSeveral,
    /// Repaired: more than the whole of a card counts as the whole.
    MoreThanCards,
    /// Repaired: a time that cannot be read counts as not known.
    TimeUnreadable,
    /// Left out of a replay in time: it was never started, or its times are not known.
    NeverRan,
}

impl PodNotice {
    /// What was done and why, for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::WrongLength => "skipped: not as many cells as the header",
            Self::Unreadable => "skipped: name, cores, memory or cards unreadable",
            Self::NameTwice => "skipped: the name was used before",
            Self::NothingOfCards => "skipped: asks for cards, but for nothing of them",
            Self::SharesOfSeveral => "skipped: asks for shares of several cards",
            Self::MoreThanCards => "repaired: more than a whole card, taken as whole",
            Self::TimeUnreadable => "repaired: a time unreadable, taken as not known",
            Self::NeverRan => "left out: never started, so no run time is known",
        }
    }
}

/// All that the reader has to say about a table of pods.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct PodReport {
    /// Lines after the header.
    pub rows: u64,
    /// Lines by reason.
    pub notices: BTreeMap<PodNotice, NoticeCount>,
}

impl PodReport {
    /// Counts one line.
    pub fn note(&mut self, notice: PodNotice, line: u64) {
        self.notices.entry(notice).or_default().add(line);
    }

    /// What was skipped, repaired and left out: a text for each reason, with the numbers of the first such lines.
    pub fn reasons(&self) -> impl Iterator<Item = String> {
        self.notices.iter().map(|(notice, kept)| format!("{} {} ({kept})", kept.count, notice.text()))
    }

    /// Why there is nothing to run where no pod was taken.
    #[must_use]
    pub fn nothing(&self, taken: usize) -> Option<String> {
        if taken > 0 {
            return None;
        }
        let reasons: Vec<String> = self.reasons().collect();
        let why = if reasons.is_empty() { "there is no line after the header".to_owned() } else { reasons.join("; ") };
        Some(format!("no pod that can be run ({} listed): {why}", self.rows))
    }

    /// How many lines of a reason.
    #[must_use]
    pub fn count(&self, notice: PodNotice) -> u64 {
        self.notices.get(&notice).map_or(0, |kept| kept.count)
    }
}

impl fmt::Display for PodReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} pods listed", self.rows)?;
        self.reasons().try_for_each(|reason| writeln!(f, "  {reason}"))
    }
}
