//! One line of a log: 18 fields.

use super::id::{Named, Names, SwfId};
use super::parts::Parts;
use super::report::{Field, Notice, ReadReport};

/// Nanoseconds in a second.
pub(super) const SECOND: u64 = 1_000_000_000;
/// The submission of a part of a job whose line names none.
const NO_SUBMISSION: u64 = u64::MAX;

/// An amount of memory per processor in kilobytes, as the format has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kilobytes(pub u64);

/// The 18 fields in their order. `None` is the format's -1: not known. Times are nanoseconds, so that fractions stay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SwfRecord {
    /// 1: the job's number in the log.
    pub number: u64,
    /// 2: submission, in ns after the log's start; of a part of a job (status 2 to 4) without one, the largest number.
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
    pub user: Option<SwfId>,
    /// 13: group.
    pub group: Option<SwfId>,
    /// 14: application.
    pub executable: Option<SwfId>,
    /// 15: queue.
    pub queue: Option<SwfId>,
    /// 16: partition.
    pub partition: Option<SwfId>,
    /// 17: the job that had to end before.
    pub preceding: Option<u64>,
    /// 18: time between the end of that one and this submission, in ns.
    pub think_time: Option<u64>,
}

/// A number as written.
pub(super) enum Number {
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
pub(super) fn number(field: &[u8]) -> Number {
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

/// The fields of one line, and what is wrong with them: a bit a field.
struct Fields<'a> {
    values: [&'a [u8]; 18],
    negative: u32,
    unreadable: u32,
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
                self.negative |= 1 << at;
                return None;
            }
            Number::Bad => None,
        };
        if value.is_none() {
            self.unreadable |= 1 << at;
        }
        value
    }

    fn small(&mut self, at: usize) -> Option<u32> {
        let value = u32::try_from(self.get(at, 1)?).ok();
        if value.is_none() {
            self.unreadable |= 1 << at;
        }
        value
    }

    /// Whom a field names.
    fn id(&mut self, at: usize, names: &mut Names) -> Option<SwfId> {
        match names.read(self.values[at]) {
            Named::Id(id) => return Some(id),
            Named::Unknown => {}
            Named::Negative => self.negative |= 1 << at,
            Named::Bad => self.unreadable |= 1 << at,
        }
        None
    }

    /// The fields of a set of bits.
    fn of(bits: u32) -> impl Iterator<Item = Field> {
        (0..18).filter(move |at| bits & (1 << at) != 0).map(|at| Field(at + 1))
    }
}

/// Number, submission, run time, processors and what was requested decide a schedule: a line on which one of them is no number is skipped.
const DECISIVE: u32 = 1 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 7 | 1 << 8;

impl SwfRecord {
    /// Reads one line without its end. `None` where it is skipped; the report says why.
    #[must_use]
    pub fn parse(line: &[u8], line_number: u64, names: &mut Names, report: &mut ReadReport) -> Option<Self> {
        let mut values: [&[u8]; 18] = [b"-1"; 18];
        let mut count = 0;
        // Extra columns are no fault: some archives add node lists after the 18th.
        for field in line.split(u8::is_ascii_whitespace).filter(|f| !f.is_empty()).take(18) {
            values[count] = field;
            count += 1;
        }
        if count < 5 {
            report.skip(Notice::TooFewFields, line_number, line);
            return None;
        }
        let mut fields = Fields { values, negative: 0, unreadable: 0 };
        let f = &mut fields;
        let (number, submit) = (f.get(0, 1), f.get(1, SECOND));
        let mut record = Self {
            number: number.unwrap_or(0),
            submit: submit.unwrap_or(NO_SUBMISSION),
            wait: f.get(2, SECOND),
            run: f.get(3, SECOND),
            processors: f.small(4),
            cpu_time: f.get(5, SECOND),
            memory: f.get(6, 1).map(Kilobytes),
            requested_processors: f.small(7),
            requested_time: f.get(8, SECOND),
            requested_memory: f.get(9, 1).map(Kilobytes),
            status: f.small(10),
            preceding: f.get(16, 1),
            think_time: f.get(17, SECOND),
            ..Self::default()
        };
        // The bursts of a job have a submission but for the first: the others follow it by their wait.
        let told = submit.is_some() || Parts::is_part(&record);
        if fields.unreadable & DECISIVE != 0 || number.is_none() || !told {
            let lost = Self::lost(&fields, number.is_none(), !told);
            report.skip(Notice::Unreadable(lost), line_number, line);
            return None;
        }
        // Names are numbered as they are met, on lines that are kept.
        let f = &mut fields;
        let ids =
            [&mut record.user, &mut record.group, &mut record.executable, &mut record.queue, &mut record.partition];
        for (at, id) in ids.into_iter().enumerate() {
            *id = f.id(11 + at, names);
        }
        Fields::of(fields.negative).for_each(|field| report.note(Notice::Negative(field), line_number));
        Fields::of(fields.unreadable).for_each(|field| report.note(Notice::FieldUnreadable(field), line_number));
        if count < 18 {
            report.note(Notice::FieldsMissing, line_number);
        }
        Some(record)
    }

    /// The first field for which a line is skipped.
    fn lost(fields: &Fields<'_>, no_number: bool, no_submission: bool) -> Field {
        let missing = u32::from(no_number) | u32::from(no_submission) << 1;
        Fields::of((fields.unreadable & DECISIVE) | missing).next().unwrap_or(Field(1))
    }

    /// When it was submitted, in ns after the log's start; `None` for a part of a job whose line does not say.
    #[must_use]
    pub fn submitted(&self) -> Option<u64> {
        Some(self.submit).filter(|submit| *submit != NO_SUBMISSION)
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
