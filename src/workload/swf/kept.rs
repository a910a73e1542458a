//! All jobs of a log in memory.

use super::options::Entry;
use super::record::SECOND;
use std::vec;

/// So many jobs are kept in one part of memory: none moves to a larger place while the log is read, and each part is given back once its
/// jobs are taken.
const PART: usize = 2048;

/// An entry in half the space, as most logs have them: whole seconds, and numbers of 32 bits.
#[derive(Debug, Clone, Copy)]
struct Small {
    number: u32,
    submit_s: u32,
    run_s: u32,
    requested_s: u32,
    processors: u32,
    /// [`NONE`] where nothing is known.
    user: u32,
    queue: u32,
}

const NONE: u32 = u32::MAX;

impl Small {
    /// `None` where the entry does not fit.
    fn of(entry: &Entry) -> Option<Self> {
        let Entry { number, submit, run, requested, processors, user, queue } = *entry;
        let seconds = |nanos: u64| u32::try_from(nanos / SECOND).ok().filter(|_| nanos.is_multiple_of(SECOND));
        if user == Some(NONE) || queue == Some(NONE) {
            return None;
        }
        Some(Self {
            number: u32::try_from(number).ok()?,
            submit_s: seconds(submit)?,
            run_s: seconds(run)?,
            requested_s: seconds(requested)?,
            processors,
            user: user.unwrap_or(NONE),
            queue: queue.unwrap_or(NONE),
        })
    }

    fn entry(&self) -> Entry {
        let known = |number: u32| (number != NONE).then_some(number);
        Entry {
            number: self.number.into(),
            submit: u64::from(self.submit_s) * SECOND,
            run: u64::from(self.run_s) * SECOND,
            requested: u64::from(self.requested_s) * SECOND,
            processors: self.processors,
            user: known(self.user),
            queue: known(self.queue),
        }
    }
}

/// Some neighbors.
#[derive(Debug)]
enum Part {
    Small(Vec<Small>),
    Whole(Vec<Entry>),
}

/// Entries in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Kept {
    parts: Vec<Part>,
}

impl Kept {
    pub(super) fn push(&mut self, entry: &Entry) {
        match (Small::of(entry), self.parts.last_mut()) {
            (Some(small), Some(Part::Small(part))) if part.len() < PART => part.push(small),
            // Whoever would fit in half the space comes along, so that no part is left almost empty for the next.
            (_, Some(Part::Whole(part))) if part.len() < PART => part.push(*entry),
            (Some(small), _) => self.parts.push(Part::Small(begun(small))),
            (None, _) => self.parts.push(Part::Whole(begun(*entry))),
        }
    }

    fn len(&self) -> usize {
        let lengths = self.parts.iter().map(|part| match part {
            Part::Small(part) => part.len(),
            Part::Whole(part) => part.len(),
        });
        lengths.sum()
    }

    /// The same in the order of submission; ties stay in theirs. All are there twice meanwhile.
    pub(super) fn sorted(self) -> Self {
        let mut all: Vec<Entry> = Vec::with_capacity(self.len());
        all.extend(self);
        all.sort_by_key(|entry| entry.submit);
        let mut sorted = Self::default();
        all.iter().for_each(|entry| sorted.push(entry));
        sorted
    }
}

fn begun<T>(first: T) -> Vec<T> {
    let mut part = Vec::with_capacity(PART);
    part.push(first);
    part
}

impl IntoIterator for Kept {
    type Item = Entry;
    type IntoIter = IntoIter;
    fn into_iter(self) -> IntoIter {
        IntoIter { parts: self.parts.into_iter(), present: Present::Whole(Vec::new().into_iter()) }
    }
}

/// What is left of the part that is being taken.
#[derive(Debug)]
enum Present {
    Small(vec::IntoIter<Small>),
    Whole(vec::IntoIter<Entry>),
}

/// Takes all entries, one after the other.
#[derive(Debug)]
pub(super) struct IntoIter {
    parts: vec::IntoIter<Part>,
    present: Present,
}

impl Iterator for IntoIter {
    type Item = Entry;
    fn next(&mut self) -> Option<Entry> {
        loop {
            let next = match &mut self.present {
                Present::Small(part) => part.next().map(|small| small.entry()),
                Present::Whole(part) => part.next(),
            };
            if next.is_some() {
                return next;
            }
            self.present = match self.parts.next()? {
                Part::Small(part) => Present::Small(part.into_iter()),
                Part::Whole(part) => Present::Whole(part.into_iter()),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = Option<u32>> {
        prop_oneof![Just(None), Just(Some(0)), Just(Some(NONE)), Just(Some(NONE - 1)), (0..9u32).prop_map(Some)]
    }

    fn nanos() -> impl Strategy<Value = u64> {
        let most = u64::from(u32::MAX) * SECOND;
        prop_oneof![
            6 => (0..9u64).prop_map(|seconds| seconds * SECOND),
            1 => prop_oneof![Just(1), Just(most), Just(most + SECOND), Just(u64::MAX)],
        ]
    }

    proptest! {
        #[test]
        fn what_is_kept_comes_back(
            entries in prop::collection::vec(
                (prop_oneof![0..9u64, Just(u64::from(u32::MAX)), Just(1 << 32)], [nanos(), nanos(), nanos()], number(), number()), 0..60,
            ),
            times in prop_oneof![Just(1), Just(3 * PART)],
        ) {
            let entries = entries.into_iter().map(|(number, [submit, run, requested], user, queue)| {
                Entry { number, submit, run, requested, processors: number as u32, user, queue }
            });
            let mut entries: Vec<Entry> = entries.collect();
            // Whole parts of one kind too.
            if let Some(last) = entries.last().copied() {
                entries.extend(std::iter::repeat_n(last, times));
            }
            let keep = || {
                let mut kept = Kept::default();
                entries.iter().for_each(|entry| kept.push(entry));
                kept
            };
            prop_assert!(keep().into_iter().eq(entries.iter().copied()));
            let sorted: Vec<Entry> = keep().sorted().into_iter().collect();
            entries.sort_by_key(|entry| entry.submit);
            prop_assert_eq!(sorted, entries);
        }
    }

    #[test]
    fn most_take_half_the_space() {
        assert_eq!((size_of::<Small>(), size_of::<Entry>()), (28, 56));
    }
}
