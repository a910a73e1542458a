//! The agenda: events by time, class and sequence.

use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What kind of event it is. The order of the variants is the order of handling at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The measuring window opens: before all that happens at that instant.
    Boundary,
    /// Resources come free: a job or a transfer ended.
    Release,
    /// Resources change: capacity, background use, outage.
    Change,
    /// A job is submitted.
    Submission,
    /// Somebody asked to be woken.
    Wake,
}

/// Which of releases and submissions comes first at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SameInstant {
    /// A job can start the instant another one ends.
    #[default]
    ReleasesFirst,
    /// The rule of some published simulators.
    SubmissionsFirst,
}

impl SameInstant {
    /// The place of a class within an instant.
    #[must_use]
    pub const fn rank(self, class: Class) -> u8 {
        match (self, class) {
            (_, Class::Boundary) => 0,
            (Self::SubmissionsFirst, Class::Submission) => 1,
            (_, Class::Release) => 2,
            (_, Class::Change) => 3,
            (Self::ReleasesFirst, Class::Submission) => 4,
            (_, Class::Wake) => 5,
        }
    }
}

/// An event in the heap; the derived order compares time, rank and sequence, and the sequence is unique.
#[derive(Debug, Clone)]
struct Entry<E> {
    time: SimTime,
    /// Rank in the upper 8 bits, sequence in the lower 56: one comparison for both.
    order: u64,
    event: E,
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.time == other.time && self.order == other.order
    }
}

impl<E> Eq for Entry<E> {}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.time, self.order).cmp(&(other.time, other.order))
    }
}

/// The future events of one run.
///
/// There is no cancellation: what can become obsolete carries an epoch, and its owner ignores events of older epochs.
#[derive(Debug, Clone)]
pub struct Agenda<E> {
    heap: BinaryHeap<Reverse<Entry<E>>>,
    now: SimTime,
    sequence: u64,
    rule: SameInstant,
}

const SEQUENCE_BITS: u32 = 56;

impl<E> Agenda<E> {
    /// An empty agenda at time zero.
    #[must_use]
    pub const fn new(rule: SameInstant) -> Self {
        Self { heap: BinaryHeap::new(), now: SimTime::ZERO, sequence: 0, rule }
    }

    /// The clock: the instant of the event handled last.
    #[must_use]
    pub const fn now(&self) -> SimTime {
        self.now
    }

    /// Adds an event. An instant that has passed counts as now: time never runs backwards.
    pub fn schedule(&mut self, time: SimTime, class: Class, event: E) {
        let order = (u64::from(self.rule.rank(class)) << SEQUENCE_BITS) | self.sequence;
        self.sequence += 1;
        self.heap.push(Reverse(Entry { time: time.max(self.now), order, event }));
    }

    /// The instant of the next event.
    #[must_use]
    pub fn next_time(&self) -> Option<SimTime> {
        self.heap.peek().map(|Reverse(entry)| entry.time)
    }

    /// Moves the clock on to an instant that is not after the next event.
    pub fn advance(&mut self, now: SimTime) {
        debug_assert!(now >= self.now && self.next_time().is_none_or(|next| now <= next));
        self.now = self.now.max(now);
    }

    /// The rank of the next event at the current instant; `None` where no event is due.
    #[must_use]
    pub fn due_rank(&self) -> Option<u8> {
        let Reverse(entry) = self.heap.peek()?;
        (entry.time == self.now).then_some((entry.order >> SEQUENCE_BITS) as u8)
    }

    /// Takes the next event if it is due at the current instant.
    pub fn pop_due(&mut self) -> Option<E> {
        if self.next_time()? != self.now {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| entry.event)
    }

    /// How many events are pending.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether no event is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// How many events were ever scheduled.
    #[must_use]
    pub const fn scheduled(&self) -> u64 {
        self.sequence
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn drain<E>(agenda: &mut Agenda<E>) -> Vec<E> {
        let mut out = Vec::new();
        while let Some(t) = agenda.next_time() {
            agenda.advance(t);
            out.extend(agenda.pop_due());
        }
        out
    }

    fn one_instant(rule: SameInstant) -> Vec<&'static str> {
        let mut agenda = Agenda::new(rule);
        let t = SimTime(5);
        for (class, name) in [
            (Class::Wake, "wake"),
            (Class::Submission, "submission 1"),
            (Class::Release, "release 1"),
            (Class::Change, "change"),
            (Class::Submission, "submission 2"),
            (Class::Release, "release 2"),
            (Class::Boundary, "boundary"),
        ] {
            agenda.schedule(t, class, name);
        }
        drain(&mut agenda)
    }

    #[test]
    fn the_order_at_one_instant_is_class_then_sequence() {
        assert_eq!(
            one_instant(SameInstant::ReleasesFirst),
            ["boundary", "release 1", "release 2", "change", "submission 1", "submission 2", "wake"]
        );
        assert_eq!(
            one_instant(SameInstant::SubmissionsFirst),
            ["boundary", "submission 1", "submission 2", "release 1", "release 2", "change", "wake"]
        );
    }

    #[test]
    fn the_past_counts_as_now() {
        let mut agenda = Agenda::new(SameInstant::default());
        agenda.advance(SimTime(10));
        agenda.schedule(SimTime(3), Class::Release, 1);
        assert_eq!(agenda.next_time(), Some(SimTime(10)));
    }

    proptest! {
        /// The heap and an ordered map of (time, rank, sequence) hand out the same events in the same order.
        #[test]
        fn agrees_with_an_ordered_map(events in prop::collection::vec((0u64..20, 0usize..5), 0..200)) {
            let classes = [Class::Boundary, Class::Release, Class::Change, Class::Submission, Class::Wake];
            let mut agenda = Agenda::new(SameInstant::default());
            let mut map = BTreeMap::new();
            for (sequence, (time, class)) in events.iter().enumerate() {
                agenda.schedule(SimTime(*time), classes[*class], sequence);
                map.insert((*time, SameInstant::default().rank(classes[*class]), sequence), sequence);
            }
            prop_assert_eq!(drain(&mut agenda), map.into_values().collect::<Vec<_>>());
        }
    }
}
