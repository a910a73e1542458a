//! All jobs of a log in memory.

use super::id::SwfId;
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
/// Marks the place of a name; larger numbers take the whole space.
const NAME: u32 = 1 << 31;

/// Whom a field names in 32 bits; `None` where it does not fit.
fn packed(id: Option<SwfId>) -> Option<u32> {
    match id {
        None => Some(NONE),
        Some(SwfId::Number(number)) => Some(number).filter(|number| *number < NAME),
        Some(SwfId::Name(place)) => Some(place | NAME).filter(|packed| place < NAME && *packed != NONE),
    }
}

fn unpacked(packed: u32) -> Option<SwfId> {
    match packed {
        NONE => None,
        NAME.. => Some(SwfId::Name(packed - NAME)),
        _ => Some(SwfId::Number(packed)),
    }
}

impl Small {
    /// `None` where the entry does not fit.
    fn of(entry: &Entry) -> Option<Self> {
        let Entry { number, submit, run, requested, processors, user, queue } = *entry;
        let seconds = |nanos: u64| u32::try_from(nanos / SECOND).ok().filter(|_| nanos.is_multiple_of(SECOND));
        Some(Self {
            number: u32::try_from(number).ok()?,
            submit_s: seconds(submit)?,
            run_s: seconds(run)?,
            requested_s: seconds(requested)?,
            processors,
            user: packed(user)?,
            queue: packed(queue)?,
        })
    }

    fn entry(&self) -> Entry {
        Entry {
            number: self.number.into(),
            submit: u64::from(self.submit_s) * SECOND,
            run: u64::from(self.run_s) * SECOND,
            requested: u64::from(self.requested_s) * SECOND,
            processors: self.processors,
            user: unpacked(self.user),
            queue: unpacked(self.queue),
        }
    }
}

/// Some neighbors.
#[derive(Debug, Clone)]
enum Part {
    Small(Vec<Small>),
    Whole(Vec<Entry>),
}

/// Entries in the order in which they came.
#[derive(Debug, Clone, Default)]
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

    /// The same, with others that come where so many are before them, in the order of submission; ties stay in theirs. All are there
    /// twice meanwhile. The others are in the order of their places.
    pub(super) fn sorted_with(self, others: Vec<(u64, Entry)>) -> Self {
        let mut all: Vec<Entry> = Vec::with_capacity(self.len() + others.len());
        let mut others = others.into_iter().peekable();
        for (at, entry) in self.into_iter().enumerate() {
            while let Some((_, other)) = others.next_if(|(place, _)| *place <= at as u64) {
                all.push(other);
            }
            all.push(entry);
        }
        all.extend(others.map(|(_, other)| other));
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
#[derive(Debug, Clone)]
enum Present {
    Small(vec::IntoIter<Small>),
    Whole(vec::IntoIter<Entry>),
}

/// Takes all entries, one after the other.
#[derive(Debug, Clone)]
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

    fn number() -> impl Strategy<Value = Option<SwfId>> {
        let number = prop_oneof![Just(0), Just(NONE), Just(NAME), Just(NAME - 1), 0..9u32];
        prop_oneof![
            1 => Just(None),
            3 => number.clone().prop_map(|number| Some(SwfId::Number(number))),
            3 => number.prop_map(|number| Some(SwfId::Name(number))),
        ]
    }

    fn nanos() -> impl Strategy<Value = u64> {
        let most = u64::from(u32::MAX) * SECOND;
        prop_oneof![
            6 => (0..9u64).prop_map(|seconds| seconds * SECOND),
            1 => prop_oneof![Just(1), Just(most), Just(most + SECOND), Just(u64::MAX)],
        ]
    }

    const NOTHING: Entry = Entry { number: 0, submit: 0, run: 0, requested: 0, processors: 0, user: None, queue: None };

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
            let others = vec![(0, Entry { number: 77, ..entries.first().copied().unwrap_or(NOTHING) }), (2, Entry { submit: 3, ..NOTHING })];
            let sorted: Vec<Entry> = keep().sorted_with(others.clone()).into_iter().collect();
            for (more, (place, other)) in others.into_iter().enumerate() {
                entries.insert((place as usize + more).min(entries.len()), other);
            }
            entries.sort_by_key(|entry| entry.submit);
            prop_assert_eq!(sorted, entries);
        }
    }

    #[test]
    fn most_take_half_the_space() {
        assert_eq!((size_of::<Small>(), size_of::<Entry>()), (28, 56));
    }
}
