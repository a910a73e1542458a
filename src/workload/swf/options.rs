//! What of a log is taken, and when.

use super::id::SwfId;
use super::record::SwfRecord;
use super::report::{Notice, ReadReport};
use crate::units::{SimDuration, SimTime};

/// Which jobs are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SwfFilter {
    /// Only jobs that cannot be run: without run time or processors.
    #[default]
    Runnable,
    /// The filter of the predictsim study (Gaussier et al., SC'15): more processors than the machine has, run time or
    /// request of 0 are dropped, run times are cut at the request.
    Predictsim {
        /// Processors of the machine.
        processors: u32,
    },
}

/// What the run's time 0 is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// The log's own zero: simulated times are the log's seconds.
    #[default]
    Log,
    /// The beginning of the window, or the first job taken.
    Window,
}

/// What of a log is taken, and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SwfOptions {
    /// Jobs submitted before, in the log's time, are left out.
    pub from: Option<SimTime>,
    /// Jobs submitted at or after, in the log's time, are left out.
    pub to: Option<SimTime>,
    /// Times between submissions are divided by this: 2 brings twice the load.
    pub load: f64,
    /// Which jobs are left out.
    pub filter: SwfFilter,
    /// What the run's time 0 is.
    pub clock: Clock,
}

impl Default for SwfOptions {
    fn default() -> Self {
        Self { from: None, to: None, load: 1.0, filter: SwfFilter::default(), clock: Clock::default() }
    }
}

/// What of a record a run needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub number: u64,
    pub submit: u64,
    pub run: u64,
    pub requested: u64,
    pub processors: u32,
    pub user: Option<SwfId>,
    pub queue: Option<SwfId>,
}

impl SwfOptions {
    /// The job of a record in the log's time, `None` where it is left out.
    pub(super) fn entry(&self, record: &SwfRecord, line: u64, report: &mut ReadReport) -> Option<Entry> {
        let submit = SimTime(record.submit);
        if self.from.is_some_and(|from| submit < from) || self.to.is_some_and(|to| submit >= to) {
            report.note(Notice::OutsideWindow, line);
            return None;
        }
        let taken = match self.filter {
            SwfFilter::Runnable => runnable(record),
            SwfFilter::Predictsim { processors } => predictsim(record, processors),
        };
        let (entry, repair) = match taken {
            Ok(taken) => taken,
            Err(notice) => {
                report.note(notice, line);
                return None;
            }
        };
        if let Some(notice) = repair {
            report.note(notice, line);
        }
        if record.preceding.is_some_and(|job| job > 0) {
            report.note(Notice::PrecedingIgnored, line);
        } else if record.think_time.is_some() {
            report.note(Notice::ThinkTimeIgnored, line);
        }
        report.jobs += 1;
        Some(entry)
    }

    /// The simulated instant of a submission, given that of the first job taken, both in ns after the log's start.
    #[must_use]
    pub fn instant(&self, submit: u64, first: u64) -> SimTime {
        let base = self.from.map_or(first, |from| from.0);
        let after = submit.saturating_sub(base);
        let scaled = if self.load.to_bits() == 1f64.to_bits() {
            after
        } else {
            SimDuration::from_secs_f64(SimDuration(after).as_secs_f64() / self.load).0
        };
        match self.clock {
            Clock::Log => SimTime(base.saturating_add(scaled)),
            Clock::Window => SimTime(scaled),
        }
    }
}

type Taken = Result<(Entry, Option<Notice>), Notice>;

fn entry(record: &SwfRecord, run: u64, requested: u64, processors: u32) -> Entry {
    let SwfRecord { number, submit, user, queue, .. } = *record;
    Entry { number, submit, run, requested, processors, user, queue }
}

fn runnable(record: &SwfRecord) -> Taken {
    let run = record.run.ok_or(Notice::RunMissing)?;
    let processors = record.width().ok_or(Notice::ProcessorsMissing)?;
    match record.requested_time {
        Some(requested) => Ok((entry(record, run, requested, processors), None)),
        None => Ok((entry(record, run, run, processors), Some(Notice::RequestMissing))),
    }
}

fn predictsim(record: &SwfRecord, machine: u32) -> Taken {
    let processors = record.width().ok_or(Notice::ProcessorsMissing)?;
    if processors > machine {
        return Err(Notice::TooManyProcessors);
    }
    let run = record.run.filter(|run| *run > 0).ok_or(Notice::RunZero)?;
    let requested = record.requested_time.filter(|time| *time > 0).ok_or(Notice::RequestZero)?;
    let cut = (run > requested).then_some(Notice::RunCut);
    Ok((entry(record, run.min(requested), requested, processors), cut))
}
