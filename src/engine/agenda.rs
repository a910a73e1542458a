//! The agenda: events by time, class and sequence.

use crate::units::SimTime;
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

/// An event whose instant has come. Rank in the upper 8 bits of `order`, sequence in the lower 56: one comparison for both, and the
/// sequence is unique.
#[derive(Debug, Clone)]
struct Due<E> {
    order: u64,
    event: E,
}

impl<E> PartialEq for Due<E> {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl<E> Eq for Due<E> {}

impl<E> PartialOrd for Due<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Due<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // The greatest of a heap is the first.
        other.order.cmp(&self.order)
    }
}

/// An event of a later instant.
#[derive(Debug, Clone)]
struct Later<E> {
    time: SimTime,
    due: Due<E>,
}

/// Later events that agree with the base in all bits of the time above one, and differ in that one.
#[derive(Debug, Clone)]
struct Bucket<E> {
    /// The earliest instant; [`SimTime::MAX`] of none.
    first: SimTime,
    events: Vec<Later<E>>,
}

impl<E> Bucket<E> {
    const EMPTY: Self = Self { first: SimTime::MAX, events: Vec::new() };
}

/// The future events of one run.
///
/// There is no cancellation: what can become obsolete carries an epoch, and its owner ignores events of older epochs.
///
/// A radix heap (R. K. Ahuja, K. Mehlhorn, J. B. Orlin, R. E. Tarjan: Faster Algorithms for the Shortest Path Problem, 1990), which may be as
/// time never runs backwards: later events lie in buckets by the highest bit in which their instant differs from a base, the instant
/// that was last begun for one of them. When the clock comes to the first bucket's first instant, that becomes the base and the bucket's
/// events go to the buckets below, which were empty. An event falls at most once from each bucket to a lower one, and none is compared with
/// others but those of its instant.
///
/// One event at a time can lie apart ([`Agenda::schedule_apart`]): that of a stream of which only the next is known, and which mostly is the
/// next of all. It falls through no buckets.
#[derive(Debug, Clone)]
pub struct Agenda<E> {
    /// Events of the instant that was begun last.
    due: BinaryHeap<Due<E>>,
    /// That instant.
    at: SimTime,
    /// The last one at which an event of a bucket was due.
    base: SimTime,
    buckets: [Bucket<E>; BUCKETS],
    /// Which buckets hold anything.
    held: u64,
    later: usize,
    /// The first instant of all that is not due; [`SimTime::MAX`] of nothing.
    next: SimTime,
    /// The event that lies apart.
    apart: Option<Later<E>>,
    now: SimTime,
    sequence: u64,
    rule: SameInstant,
}

const SEQUENCE_BITS: u32 = 56;

/// One for each bit of a time.
const BUCKETS: usize = 64;

impl<E> Agenda<E> {
    /// An empty agenda at time zero.
    #[must_use]
    pub const fn new(rule: SameInstant) -> Self {
        Self {
            due: BinaryHeap::new(),
            at: SimTime::ZERO,
            apart: None,
            base: SimTime::ZERO,
            buckets: [const { Bucket::EMPTY }; BUCKETS],
            held: 0,
            later: 0,
            next: SimTime::MAX,
            now: SimTime::ZERO,
            sequence: 0,
            rule,
        }
    }

    /// The clock: the instant of the event handled last.
    #[must_use]
    pub const fn now(&self) -> SimTime {
        self.now
    }

    /// Adds an event. An instant that has passed counts as now: time never runs backwards.
    pub fn schedule(&mut self, time: SimTime, class: Class, event: E) {
        let due = self.due(class, event);
        self.place(Later { time: time.max(self.now), due });
    }

    /// Adds an event that lies apart from the others where none does so already. When it comes, and in which order, is the same as with
    /// [`Agenda::schedule`].
    pub fn schedule_apart(&mut self, time: SimTime, class: Class, event: E) {
        let later = Later { time: time.max(self.now), due: self.due(class, event) };
        if self.apart.is_some() || later.time == self.at {
            return self.place(later);
        }
        self.next = self.next.min(later.time);
        self.apart = Some(later);
    }

    const fn due(&mut self, class: Class, event: E) -> Due<E> {
        let order = ((self.rule.rank(class) as u64) << SEQUENCE_BITS) | self.sequence;
        self.sequence += 1;
        Due { order, event }
    }

    fn place(&mut self, later: Later<E>) {
        if later.time == self.at {
            return self.due.push(later.due);
        }
        let number = (later.time.0 ^ self.base.0).ilog2() as usize;
        let bucket = &mut self.buckets[number];
        bucket.first = bucket.first.min(later.time);
        self.next = self.next.min(later.time);
        bucket.events.push(later);
        self.held |= 1 << number;
        self.later += 1;
    }

    /// The instant of the next event.
    #[must_use]
    pub fn next_time(&self) -> Option<SimTime> {
        if !self.due.is_empty() {
            return Some(self.at);
        }
        (self.held != 0 || self.apart.is_some()).then_some(self.next)
    }

    /// Moves the clock on to an instant that is not after the next event.
    pub fn advance(&mut self, now: SimTime) {
        debug_assert!(now >= self.now && self.next_time().is_none_or(|next| now <= next));
        self.now = self.now.max(now);
    }

    /// The rank of the next event at the current instant; `None` where no event is due.
    #[must_use]
    pub fn due_rank(&mut self) -> Option<u8> {
        self.begin_instant();
        self.due.peek().map(|due| (due.order >> SEQUENCE_BITS) as u8)
    }

    /// Takes the next event if it is due at the current instant.
    pub fn pop_due(&mut self) -> Option<E> {
        self.begin_instant();
        self.due.pop().map(|due| due.event)
    }

    /// Where events are due at the current instant, sees to it that they are among those that are due.
    #[inline]
    fn begin_instant(&mut self) {
        if self.due.is_empty() && self.next == self.now {
            self.collect_due();
        }
    }

    fn collect_due(&mut self) {
        self.at = self.now;
        if let Some(later) = self.apart.take_if(|later| later.time == self.now) {
            self.due.push(later.due);
        }
        let number = self.held.trailing_zeros() as usize;
        if self.buckets.get(number).is_some_and(|bucket| bucket.first == self.now) {
            self.held &= self.held - 1;
            self.base = self.now;
            let bucket = &mut self.buckets[number];
            bucket.first = SimTime::MAX;
            let mut events = std::mem::take(&mut bucket.events);
            self.later -= events.len();
            for later in events.drain(..) {
                self.place(later);
            }
            // Its memory stays: none of its events came back to it.
            self.buckets[number].events = events;
        }
        let first = self.buckets.get(self.held.trailing_zeros() as usize).map_or(SimTime::MAX, |bucket| bucket.first);
        self.next = self.apart.as_ref().map_or(first, |later| first.min(later.time));
    }

    /// Some of the events of later instants, those of the first of them, but in no order: so much can be said without putting them in order.
    /// The one that lies apart is not among them.
    pub fn soon(&self) -> impl Iterator<Item = &E> {
        let mut held = self.held;
        let buckets = std::iter::from_fn(move || {
            let number = held.trailing_zeros();
            held &= held.wrapping_sub(1);
            self.buckets.get(number as usize)
        });
        buckets.take(3).flat_map(|bucket| bucket.events.iter().map(|later| &later.due.event))
    }

    /// How many events are pending.
    #[must_use]
    pub fn len(&self) -> usize {
        self.due.len() + self.later + usize::from(self.apart.is_some())
    }

    /// Whether no event is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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

    #[test]
    fn what_comes_soon_is_there_but_for_what_is_due() {
        let mut agenda = Agenda::new(SameInstant::default());
        assert_eq!(agenda.soon().count(), 0);
        for time in [5, 4, 1 << 40, 9, 1 << 20] {
            agenda.schedule(SimTime(time), Class::Wake, time);
        }
        let mut soon: Vec<u64> = agenda.soon().copied().collect();
        soon.sort_unstable();
        assert_eq!(soon, [4, 5, 9, 1 << 20]);
        agenda.advance(SimTime(4));
        assert_eq!(agenda.pop_due(), Some(4));
        assert!(!agenda.soon().any(|time| *time == 4));
    }

    #[test]
    fn what_lies_apart_may_be_at_the_end_of_time_and_is_one_at_most() {
        let mut agenda = Agenda::new(SameInstant::default());
        agenda.schedule_apart(SimTime::MAX, Class::Submission, "last");
        assert_eq!((agenda.next_time(), agenda.len()), (Some(SimTime::MAX), 1));
        for (time, name) in [(7, "second"), (7, "third"), (3, "first")] {
            agenda.schedule_apart(SimTime(time), Class::Submission, name);
        }
        assert_eq!((agenda.next_time(), agenda.len()), (Some(SimTime(3)), 4));
        assert_eq!(drain(&mut agenda), ["first", "second", "third", "last"]);
        assert!(agenda.is_empty());
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

        /// The same while events come and go, the clock stops between them, and some are scheduled for instants before the next one.
        #[test]
        fn agrees_with_an_ordered_map_as_time_goes_on(
            steps in prop::collection::vec((0u64..5, 0u32..40, 0usize..5), 0..300),
        ) {
            let classes = [Class::Boundary, Class::Release, Class::Change, Class::Submission, Class::Wake];
            let mut agenda = Agenda::new(SameInstant::default());
            let mut map: BTreeMap<(u64, u8, usize), usize> = BTreeMap::new();
            let mut now = 0;
            for (sequence, (kind, far, class)) in steps.iter().enumerate() {
                let next = map.keys().next().map(|key| key.0);
                prop_assert_eq!(agenda.next_time().map(|time| time.0), next);
                prop_assert_eq!(agenda.len(), map.len());
                match kind {
                    // Near and far instants alike.
                    0 | 1 | 4 => {
                        let time = now + if *far < 8 { u64::from(*far) } else { 1 << far };
                        match kind {
                            4 => agenda.schedule_apart(SimTime(time), classes[*class], sequence),
                            _ => agenda.schedule(SimTime(time), classes[*class], sequence),
                        }
                        map.insert((time, SameInstant::default().rank(classes[*class]), sequence), sequence);
                    }
                    2 => {
                        now = next.map_or(now, |next| next.min(now + u64::from(*far)));
                        agenda.advance(SimTime(now));
                    }
                    _ => {
                        now = next.unwrap_or(now);
                        agenda.advance(SimTime(now));
                        let first = map.keys().next().copied().filter(|key| key.0 == now);
                        prop_assert_eq!(agenda.due_rank(), first.map(|key| key.1));
                        prop_assert_eq!(agenda.pop_due(), first.and_then(|key| map.remove(&key)));
                    }
                }
            }
            agenda.advance(SimTime(now));
            prop_assert_eq!(drain(&mut agenda), map.into_values().collect::<Vec<_>>());
        }
    }
}
