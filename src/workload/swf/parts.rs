//! Lines of partial executions: status 2 to 4, the bursts of a job that was swapped out or checkpointed.
//!
//! The format has a line for the whole job and a line a burst, and says to use one or the other. Where the job has a line of its own,
//! before or after, its bursts are left out. Bursts without such a line are joined: submitted with the first, as wide as the widest, and
//! as long as all of them together.

use super::record::SwfRecord;
use super::report::{LINES_KEPT, Notice, ReadReport};
use std::collections::BTreeMap;

/// Whole numbers as runs of neighbors: a log that counts up takes one run.
#[derive(Debug, Default)]
struct NumberSet {
    /// The run met last, from `begin` to before `next`; it ends before `limit`, where another begins.
    begin: u64,
    next: u64,
    limit: u64,
    /// All others: where they begin, and the number behind their end.
    others: BTreeMap<u64, u64>,
}

impl NumberSet {
    /// Adds a number; whether it is new.
    fn insert(&mut self, number: u64) -> bool {
        if number == self.next && number < self.limit {
            self.next += 1;
            return true;
        }
        self.insert_elsewhere(number)
    }

    fn insert_elsewhere(&mut self, number: u64) -> bool {
        if (self.begin..self.next).contains(&number) {
            return false;
        }
        if self.begin < self.next {
            self.others.insert(self.begin, self.next);
        }
        let before = self.others.range(..=number).next_back().map(|(begin, end)| (*begin, *end));
        let behind = number.saturating_add(1);
        let (begin, next, new) = match before {
            Some((begin, end)) if number < end => (begin, end, false),
            Some((begin, end)) if number == end => (begin, behind, true),
            _ => (number, behind, true),
        };
        self.others.remove(&begin);
        (self.begin, self.next) = (begin, self.others.remove(&next).unwrap_or(next));
        self.limit = self.others.range(self.next..).next().map_or(u64::MAX, |(begin, _)| *begin);
        new
    }

    fn contains(&self, number: u64) -> bool {
        let others = || self.others.range(..=number).next_back().is_some_and(|(_, end)| number < *end);
        (self.begin..self.next).contains(&number) || others()
    }
}

/// The bursts of a job that has no line of its own so far.
#[derive(Debug)]
pub(super) struct Bursts {
    /// All of them as one job; its submission can be unknown.
    pub(super) record: SwfRecord,
    /// The line of the first.
    pub(super) line: u64,
    /// How many jobs had been taken before it.
    pub(super) place: u64,
    count: u64,
    lines: Vec<u64>,
}

impl Bursts {
    fn join(&mut self, record: &SwfRecord, line: u64) {
        let joined = &mut self.record;
        joined.submit = joined.submit.min(record.submit);
        joined.run = match (joined.run, record.run) {
            (Some(before), Some(more)) => Some(before.saturating_add(more)),
            (before, more) => before.or(more),
        };
        joined.processors = joined.processors.max(record.processors);
        joined.requested_processors = joined.requested_processors.max(record.requested_processors);
        joined.requested_time = joined.requested_time.or(record.requested_time);
        joined.user = joined.user.or(record.user);
        joined.queue = joined.queue.or(record.queue);
        joined.status = record.status;
        self.count += 1;
        if self.lines.len() < LINES_KEPT {
            self.lines.push(line);
        }
    }

    /// Counts its lines.
    pub(super) fn note(&self, notice: Notice, report: &mut ReadReport) {
        report.notices.entry(notice).or_default().add_all(self.count, &self.lines);
    }
}

/// Bursts that wait for a line of their job, at most; those of more jobs are skipped.
const OPEN_MAX: usize = 1 << 20;

/// Which jobs have a line of their own, and the bursts of those that have none so far.
#[derive(Debug, Default)]
pub(super) struct Parts {
    whole: NumberSet,
    open: BTreeMap<u64, Bursts>,
}

impl Parts {
    /// Whether a line tells of a part of a job.
    pub(super) const fn is_part(record: &SwfRecord) -> bool {
        matches!(record.status, Some(2..=4))
    }

    /// A line for a whole job.
    pub(super) fn whole(&mut self, number: u64, line: u64, report: &mut ReadReport) {
        if !self.whole.insert(number) {
            report.note(Notice::NumberTwice, line);
        }
        if !self.open.is_empty()
            && let Some(bursts) = self.open.remove(&number)
        {
            bursts.note(Notice::PartialExecution, report);
        }
    }

    /// A line for a part.
    pub(super) fn part(&mut self, record: &SwfRecord, line: u64, report: &mut ReadReport) {
        if self.whole.contains(record.number) {
            report.note(Notice::PartialExecution, line);
        } else if let Some(bursts) = self.open.get_mut(&record.number) {
            bursts.join(record, line);
        } else if self.open.len() >= OPEN_MAX {
            report.note(Notice::TooManyParts, line);
        } else {
            let bursts = Bursts { record: record.clone(), line, place: report.jobs, count: 1, lines: vec![line] };
            self.open.insert(record.number, bursts);
        }
    }

    /// Bursts of jobs that have no line of their own, in the order of their first.
    pub(super) fn without_whole(&mut self) -> Vec<Bursts> {
        let mut rest: Vec<Bursts> = std::mem::take(&mut self.open).into_values().collect();
        rest.sort_by_key(|bursts| bursts.line);
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn runs_are_a_set(numbers in prop::collection::vec(prop_oneof![0..40u64, Just(u64::MAX - 1)], 0..120)) {
            let (mut set, mut plain) = (NumberSet::default(), BTreeSet::new());
            for number in numbers {
                prop_assert_eq!(set.insert(number), plain.insert(number));
                for number in 0..42 {
                    prop_assert_eq!(set.contains(number), plain.contains(&number));
                }
            }
        }
    }

    #[test]
    fn a_log_that_counts_up_takes_one_run() {
        let mut set = NumberSet::default();
        (1..=100_000).for_each(|number| assert!(set.insert(number)));
        assert!(!set.insert(7) && set.others.len() <= 1);
        // Down, and in two halves that meet.
        let mut set = NumberSet::default();
        (0..1000).rev().chain((1000..2000).rev()).for_each(|number| assert!(set.insert(number)));
        assert!(set.others.len() <= 1, "{:?}", set.others.len());
    }
}
