//! What a reader did with lines that are not as they should be.

use std::collections::BTreeMap;
use std::fmt;

/// How many line numbers are kept for each reason.
const KEPT: usize = 10;

/// Why a line was skipped, repaired or filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    /// Skipped: the job's number, submission, run time or processors cannot be read.
    Unreadable,
    /// Skipped: fewer than five fields.
    TooFewFields,
    /// Skipped: longer than a mebibyte.
    TooLong,
    /// Repaired: between five and seventeen fields; the others count as not known.
    FieldsMissing,
    /// Repaired: a field that no schedule needs is not a number, or out of range, and counts as not known.
    FieldUnreadable,
    /// Repaired: a negative number other than -1 counts as not known.
    Negative,
    /// Repaired: no requested time; the run time is taken.
    RequestMissing,
    /// Repaired: the job ran longer than it had requested, and is cut (filter `predictsim` only).
    RunCut,
    /// Skipped: no run time.
    RunMissing,
    /// Skipped: no processors, neither requested nor allocated.
    ProcessorsMissing,
    /// Filtered: more processors than the machine has.
    TooManyProcessors,
    /// Filtered: a run time of 0 or none.
    RunZero,
    /// Filtered: a requested time of 0 or none.
    RequestZero,
    /// Filtered: submitted outside the window.
    OutsideWindow,
    /// Submitted earlier than the line before it.
    Unsorted,
}

impl Notice {
    /// What was done and why, for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Unreadable => "skipped: job number, submission, run time or processors unreadable",
            Self::TooFewFields => "skipped: fewer than 5 fields",
            Self::TooLong => "skipped: line too long",
            Self::FieldsMissing => "repaired: fewer than 18 fields",
            Self::FieldUnreadable => "repaired: a minor field unreadable, taken as not known",
            Self::Negative => "repaired: a negative field other than -1, taken as not known",
            Self::RequestMissing => "repaired: no requested time, the run time taken",
            Self::RunCut => "repaired: run time cut at the requested time",
            Self::RunMissing => "skipped: no run time",
            Self::ProcessorsMissing => "skipped: no processors",
            Self::TooManyProcessors => "filtered: more processors than the machine has",
            Self::RunZero => "filtered: no run time",
            Self::RequestZero => "filtered: no requested time",
            Self::OutsideWindow => "filtered: submitted outside the window",
            Self::Unsorted => "submitted earlier than the job before",
        }
    }
}

/// How often, and where first.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct NoticeCount {
    /// How many lines.
    pub count: u64,
    /// Numbers of the first ten, from 1.
    pub lines: Vec<u64>,
}

impl NoticeCount {
    /// Counts one line.
    pub(in crate::workload) fn add(&mut self, line: u64) {
        self.count += 1;
        if self.lines.len() < KEPT {
            self.lines.push(line);
        }
    }
}

impl fmt::Display for NoticeCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.lines.iter().map(u64::to_string).collect();
        let more = if self.count > self.lines.len() as u64 { ", ..." } else { "" };
        write!(f, "line {}{more}", shown.join(", "))
    }
}

/// All that a reader has to say about a log.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct ReadReport {
    /// Lines of the file, comments included.
    pub lines: u64,
    /// Records read, filtered ones included.
    pub records: u64,
    /// Jobs handed on.
    pub jobs: u64,
    /// Lines by reason.
    pub notices: BTreeMap<Notice, NoticeCount>,
}

impl ReadReport {
    /// Counts one line.
    pub(super) fn note(&mut self, notice: Notice, line: u64) {
        self.notices.entry(notice).or_default().add(line);
    }

    /// How many lines of a reason.
    #[must_use]
    pub fn count(&self, notice: Notice) -> u64 {
        self.notices.get(&notice).map_or(0, |n| n.count)
    }
}

impl fmt::Display for ReadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} lines, {} records, {} jobs", self.lines, self.records, self.jobs)?;
        for (notice, kept) in &self.notices {
            writeln!(f, "  {} {} ({kept})", kept.count, notice.text())?;
        }
        Ok(())
    }
}
