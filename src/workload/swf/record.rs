//! One line of a log: 18 fields.

use super::report::{Notice, ReadReport};

/// Nanoseconds in a second.
pub(super) const SECOND: u64 = 1_000_000_000;

/// An amount of memory per processor in kilobytes, as the format has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kilobytes(pub u64);

/// The 18 fields in their order. `None` is the format's -1: not known. Times are nanoseconds, so that fractions stay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SwfRecord {
    /// 1: the job's number in the log.
    pub number: u64,
    /// 2: submission, in ns after the log's start.
    pub submit: u64,
    /// 3: time between submission and start, in ns.
    pub wait: Option<u64>,
    /// 4: run time, in ns.
    pub run: Option<u64>,
    /// 5: processors allocated.
    pub processors: Option<u32>,
    /// 6: average CPU time used on each processor, in ns.
    pub cpu_time: Option<u64>,
    /// 7: memory used.
    pub memory: Option<Kilobytes>,
    /// 8: processors requested.
    pub requested_processors: Option<u32>,
    /// 9: time requested, in ns.
    pub requested_time: Option<u64>,
    /// 10: memory requested.
    pub requested_memory: Option<Kilobytes>,
    /// 11: 1 completed, 0 failed, 5 canceled, 2 to 4 parts of a job.
    pub status: Option<u32>,
    /// 12: user.
    pub user: Option<u32>,
    /// 13: group.
    pub group: Option<u32>,
    /// 14: application.
    pub executable: Option<u32>,
    /// 15: queue.
    pub queue: Option<u32>,
    /// 16: partition.
    pub partition: Option<u32>,
    /// 17: the job that had to end before.
    pub preceding: Option<u64>,
    /// 18: time between the end of that one and this submission, in ns.
    pub think_time: Option<u64>,
}

/// A number as written.
enum Number {
    /// Not negative: whole part and billionths.
    Of(u64, u32),
    /// -1.
    Unknown,
    /// Negative otherwise.
    Negative,
    /// No number at all, or too large.
    Bad,
}

/// Reads a decimal number byte by byte: a sign, digits, a fraction. The `1e5` form is left to the standard library.
fn number(field: &[u8]) -> Number {
    let (negative, digits) = match field {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, field),
    };
    let mut whole = 0u64;
    let mut at = 0;
    while let Some(digit) = digits.get(at).map(|b| b.wrapping_sub(b'0')).filter(|d| *d < 10) {
        let Some(next) = whole.checked_mul(10).and_then(|w| w.checked_add(u64::from(digit))) else {
            return Number::Bad;
        };
        whole = next;
        at += 1;
    }
    let (mut billionths, mut weight) = (0u32, 100_000_000u32);
    let whole_digits = at;
    let mut digits_seen = whole_digits;
    if digits.get(at) == Some(&b'.') {
        at += 1;
        while let Some(digit) = digits.get(at).map(|b| b.wrapping_sub(b'0')).filter(|d| *d < 10) {
            billionths += u32::from(digit) * weight;
            weight /= 10;
            at += 1;
            digits_seen += 1;
        }
    }
    if digits_seen == 0 {
        return Number::Bad;
    }
    if at < digits.len() {
        return scientific(field);
    }
    match (negative, whole, billionths) {
        (false, whole, billionths) => Number::Of(whole, billionths),
        (true, 0, 0) => Number::Of(0, 0),
        (true, 1, 0) => Number::Unknown,
        (true, ..) => Number::Negative,
    }
}

#[cold]
fn scientific(field: &[u8]) -> Number {
    match std::str::from_utf8(field).ok().and_then(|text| text.parse::<f64>().ok()) {
        Some(value) if (0.0..1e18).contains(&value) => {
            let whole = value as u64;
            Number::Of(whole, ((value - whole as f64) * 1e9) as u32)
        }
        Some(value) if value.to_bits() == (-1f64).to_bits() => Number::Unknown,
        Some(value) if value < 0.0 => Number::Negative,
        _ => Number::Bad,
    }
}

/// The fields of one line, and what is wrong with them.
struct Fields<'a> {
    values: [&'a [u8]; 18],
    negative: bool,
    unreadable: bool,
    fatal: bool,
}

impl Fields<'_> {
    /// A number of a scale: `scale` is what one whole is worth (a second in ns, or 1).
    fn get(&mut self, at: usize, scale: u64) -> Option<u64> {
        let value = match number(self.values[at]) {
            Number::Of(whole, billionths) if scale == SECOND => {
                whole.checked_mul(SECOND).and_then(|ns| ns.checked_add(u64::from(billionths)))
            }
            Number::Of(whole, _) => Some(whole),
            Number::Unknown => return None,
            Number::Negative => {
                self.negative = true;
                return None;
            }
            Number::Bad => None,
        };
        if value.is_none() {
            self.bad(at);
        }
        value
    }

    fn small(&mut self, at: usize) -> Option<u32> {
        let value = u32::try_from(self.get(at, 1)?).ok();
        if value.is_none() {
            self.bad(at);
        }
        value
    }

    /// Number, submission, run time, processors and what was requested decide a schedule; the rest does not.
    fn bad(&mut self, at: usize) {
        if matches!(at, 0 | 1 | 3 | 4 | 7 | 8) {
            self.fatal = true;
        } else {
            self.unreadable = true;
        }
    }
}

impl SwfRecord {
    /// Reads one line without its end. `None` where it is skipped; the report says why.
    #[must_use]
    pub fn parse(line: &[u8], line_number: u64, report: &mut ReadReport) -> Option<Self> {
        let mut values: [&[u8]; 18] = [b"-1"; 18];
        let mut count = 0;
        // Extra columns are no fault: some archives add node lists after the 18th.
        for field in line.split(u8::is_ascii_whitespace).filter(|f| !f.is_empty()).take(18) {
            values[count] = field;
            count += 1;
        }
        if count < 5 {
            report.note(Notice::TooFewFields, line_number);
            return None;
        }
        let mut fields = Fields { values, negative: false, unreadable: false, fatal: false };
        let f = &mut fields;
        let (number, submit) = (f.get(0, 1), f.get(1, SECOND));
        let record = Self {
            number: number.unwrap_or(0),
            submit: submit.unwrap_or(0),
            wait: f.get(2, SECOND),
            run: f.get(3, SECOND),
            processors: f.small(4),
            cpu_time: f.get(5, SECOND),
            memory: f.get(6, 1).map(Kilobytes),
            requested_processors: f.small(7),
            requested_time: f.get(8, SECOND),
            requested_memory: f.get(9, 1).map(Kilobytes),
            status: f.small(10),
            user: f.small(11),
            group: f.small(12),
            executable: f.small(13),
            queue: f.small(14),
            partition: f.small(15),
            preceding: f.get(16, 1),
            think_time: f.get(17, SECOND),
        };
        if fields.fatal || number.is_none() || submit.is_none() {
            report.note(Notice::Unreadable, line_number);
            return None;
        }
        for (happened, notice) in [
            (fields.negative, Notice::Negative),
            (fields.unreadable, Notice::FieldUnreadable),
            (count < 18, Notice::FieldsMissing),
        ] {
            if happened {
                report.note(notice, line_number);
            }
        }
        Some(record)
    }

    /// The processors that the job takes: those requested, else those allocated; `None` where both are 0 or not known.
    #[must_use]
    pub fn width(&self) -> Option<u32> {
        self.requested_processors.filter(|n| *n > 0).or(self.processors).filter(|n| *n > 0)
    }

    /// The record with a simulated start and run time (ns after the log's start), as written back after a replay.
    #[must_use]
    pub fn simulated(mut self, start: u64, run: u64, completed: bool) -> Self {
        self.wait = Some(start.saturating_sub(self.submit));
        self.run = Some(run);
        self.processors = self.width();
        self.cpu_time = None;
        self.status = Some(u32::from(completed));
        self
    }
}
