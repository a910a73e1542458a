//! What a reader did with lines that are not as they should be.

use std::collections::BTreeMap;
use std::fmt;

/// How many line numbers are kept for each reason.
pub(super) const LINES_KEPT: usize = 10;
/// So many bytes of the first line that was skipped are shown.
const SHOWN: usize = 80;

/// A field of the format, from 1 to 18.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field(pub u8);

impl Field {
    /// What stands there.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            1 => "job number",
            2 => "submission",
            3 => "wait",
            4 => "run time",
            5 => "processors",
            6 => "CPU time",
            7 => "memory",
            8 => "requested processors",
            9 => "requested time",
            10 => "requested memory",
            11 => "status",
            12 => "user",
            13 => "group",
            14 => "application",
            15 => "queue",
            16 => "partition",
            17 => "preceding job",
            _ => "think time",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "field {} ({})", self.0, self.name())
    }
}

/// Why a line was skipped, repaired or filtered, or what of it is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Notice {
    /// Skipped: a field that decides a schedule cannot be read, or the job's number or submission is not known.
    Unreadable(Field),
    /// Skipped: fewer than five fields.
    TooFewFields,
    /// Skipped: longer than a mebibyte.
    TooLong,
    /// Skipped: a partial execution (status 2 to 4) of a job that has a line of its own.
    PartialExecution,
    /// Skipped: a partial execution, while those of a million other jobs wait for a line of their job.
    TooManyParts,
    /// Joined to one job: partial executions of a job that has no line of its own.
    PartsJoined,
    /// Skipped: partial executions of a job that has neither a line of its own nor a submission.
    PartsWithoutSubmission,
    /// Repaired: between five and seventeen fields; the others count as not known.
    FieldsMissing,
    /// Repaired: a field that no schedule needs is not a number, or out of range, and counts as not known.
    FieldUnreadable(Field),
    /// Repaired: a negative number other than -1 counts as not known.
    Negative(Field),
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
    /// Ignored: the job that had to end before (field 17).
    PrecedingIgnored,
    /// Ignored: a think time (field 18) after no job.
    ThinkTimeIgnored,
    /// Kept: another line has the same job number.
    NumberTwice,
    /// Submitted earlier than the line before it.
    Unsorted,
}

impl Notice {
    /// What was done and why, for people.
    #[must_use]
    pub fn text(self) -> String {
        let text = match self {
            Self::Unreadable(field) => return format!("skipped: {field} unreadable"),
            Self::FieldUnreadable(field) => return format!("repaired: {field} unreadable, taken as not known"),
            Self::Negative(field) => {
                return format!("repaired: {field} negative other than -1, taken as not known");
            }
            Self::TooFewFields => "skipped: fewer than 5 fields",
            Self::TooLong => "skipped: line too long",
            Self::TooManyParts => {
                "skipped: partial executions (status 2 to 4), while a million other jobs have no summary line yet"
            }
            Self::PartialExecution => "skipped: partial executions (status 2 to 4) of jobs whose summary line is there",
            Self::PartsJoined => {
                "joined: partial executions (status 2 to 4) of jobs without a summary line, each job once"
            }
            Self::PartsWithoutSubmission => {
                "skipped: partial executions (status 2 to 4) of jobs without a summary line and a submission"
            }
            Self::FieldsMissing => "repaired: fewer than 18 fields",
            Self::RequestMissing => "repaired: no requested time, the run time taken",
            Self::RunCut => "repaired: run time cut at the requested time",
            Self::RunMissing => "skipped: no run time",
            Self::ProcessorsMissing => "skipped: no processors",
            Self::TooManyProcessors => "filtered: more processors than the machine has",
            Self::RunZero => "filtered: no run time",
            Self::RequestZero => "filtered: no requested time",
            Self::OutsideWindow => "filtered: submitted outside the window",
            Self::PrecedingIgnored => {
                "ignored: fields 17 and 18 (preceding job, think time); jobs are submitted when the log says"
            }
            Self::ThinkTimeIgnored => "ignored: field 18 (think time) without a preceding job",
            Self::NumberTwice => "kept: the job number was used before",
            Self::Unsorted => "submitted earlier than the job before",
        };
        text.to_owned()
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
        self.add_all(1, &[line]);
    }

    /// Counts so many lines, of which the first are these.
    pub(super) fn add_all(&mut self, count: u64, first: &[u64]) {
        self.count += count;
        for line in first {
            let at = self.lines.partition_point(|before| before <= line);
            if at < LINES_KEPT {
                self.lines.insert(at, *line);
                self.lines.truncate(LINES_KEPT);
            }
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadReport {
    /// Lines of the file, comments included.
    pub lines: u64,
    /// Records read, filtered ones included.
    pub records: u64,
    /// Jobs handed on.
    pub jobs: u64,
    /// Lines by reason.
    pub notices: BTreeMap<Notice, NoticeCount>,
    /// The first line that could not be read: its number and its beginning.
    pub strange: Option<(u64, String)>,
}

impl ReadReport {
    /// Counts one line.
    pub(super) fn note(&mut self, notice: Notice, line: u64) {
        self.notices.entry(notice).or_default().add(line);
    }

    /// Counts a line that cannot be read.
    pub(super) fn skip(&mut self, notice: Notice, line: u64, text: &[u8]) {
        self.note(notice, line);
        if self.strange.is_none() {
            let shown = String::from_utf8_lossy(&text[..text.len().min(SHOWN)]).trim().to_owned();
            self.strange = Some((line, shown));
        }
    }

    /// What was skipped, repaired, filtered and ignored: a text for each reason, with the numbers of the first such lines.
    pub fn reasons(&self) -> impl Iterator<Item = String> {
        self.notices.iter().map(|(notice, kept)| format!("{} {} ({kept})", kept.count, notice.text()))
    }

    /// Why there is nothing to run; `None` where there is a job.
    #[must_use]
    pub fn nothing(&self) -> Option<String> {
        if self.jobs > 0 {
            return None;
        }
        let mut text = format!("no job that can be run ({} lines)", self.lines);
        let reasons: Vec<String> = self.reasons().collect();
        if reasons.is_empty() {
            text += if self.lines == 0 { ": it is empty" } else { ": it holds comments and blank lines only" };
        } else {
            text += &format!(": {}", reasons.join("; "));
        }
        if let Some((line, shown)) = &self.strange {
            text += &format!("; line {line} is {shown:?}");
        }
        Some(text)
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
        self.reasons().try_for_each(|reason| writeln!(f, "  {reason}"))
    }
}
