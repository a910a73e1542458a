//! A sorted list in chunks that know the least that their entries ask for, so that a walk skips what cannot start.

use crate::model::Totals;
use crate::units::SimDuration;
use std::collections::VecDeque;

/// At most what each of some jobs asks for: the least demand, component by component, and the shortest estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy::queue) struct Least {
    pub(super) demand: Totals,
    pub(super) estimate: SimDuration,
}

impl Least {
    /// The least of both.
    fn and(self, other: Self) -> Self {
        let (a, b) = (self.demand, other.demand);
        Self {
            demand: Totals {
                cores_milli: a.cores_milli.min(b.cores_milli),
                memory: a.memory.min(b.memory),
                accelerators_milli: a.accelerators_milli.min(b.accelerators_milli),
            },
            estimate: self.estimate.min(other.estimate),
        }
    }

    /// Whether the least is worth another look without `gone`, which was one of them. A resource that some do without is mostly one that
    /// none asks for: it is left as it is, which is no more than the others ask for.
    fn may_rise_without(&self, gone: &Self) -> bool {
        let meets = |least: u128, gone: u128| least > 0 && least == gone;
        self.estimate == gone.estimate
            || self.demand.cores_milli == gone.demand.cores_milli
            || meets(self.demand.memory, gone.demand.memory)
            || meets(self.demand.accelerators_milli.into(), gone.demand.accelerators_milli.into())
    }
}

/// What is kept sorted.
pub(in crate::policy::queue) trait Entry {
    type Key: Ord + Copy;
    /// Unique in its list.
    fn key(&self) -> Self::Key;
    fn least(&self) -> Least;
}

/// Entries per chunk at most; halves are split off.
pub(super) const CHUNK: usize = 64;

/// Never empty.
#[derive(Debug, Clone)]
struct Chunk<T> {
    /// What comes in goes mostly to the end, and what leaves mostly from the front.
    entries: VecDeque<T>,
    least: Option<Least>,
}

impl<T: Entry> Chunk<T> {
    fn new(entries: VecDeque<T>) -> Self {
        let mut chunk = Self { entries, least: None };
        chunk.measure();
        chunk
    }

    fn measure(&mut self) {
        self.least = self.entries.iter().map(T::least).reduce(Least::and);
    }

    /// The least without one that was among the entries: of those that are left, or something less. Some are left.
    fn measure_without(&mut self, gone: &Least) {
        let Some(least) = self.least.as_mut().filter(|least| least.may_rise_without(gone)) else { return };
        if least.demand.memory > 0 || least.demand.accelerators_milli > 0 {
            return self.measure();
        }
        // What is 0 stays 0.
        (least.demand.cores_milli, least.estimate) = (u64::MAX, SimDuration::MAX);
        for entry in &self.entries {
            let Least { demand, estimate } = entry.least();
            least.demand.cores_milli = least.demand.cores_milli.min(demand.cores_milli);
            least.estimate = least.estimate.min(estimate);
        }
    }

    /// The least after one entry has changed.
    fn follow(&mut self, before: &Least, after: Least) {
        self.measure_without(before);
        self.least = self.least.map(|least| least.and(after));
    }
}

/// The sorted list. A change costs a search, a move within a chunk and one of the chunks' headers.
#[derive(Debug, Clone)]
pub(in crate::policy::queue) struct Chunks<T> {
    chunks: Vec<Chunk<T>>,
    len: usize,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }
}

impl<T: Entry> Chunks<T> {
    /// A list of entries in any order.
    pub(super) fn of(mut entries: Vec<T>) -> Self {
        entries.sort_unstable_by_key(T::key);
        let mut list = Self { chunks: Vec::with_capacity(entries.len().div_ceil(CHUNK / 2)), len: entries.len() };
        let mut entries = entries.into_iter();
        loop {
            let part: VecDeque<T> = entries.by_ref().take(CHUNK / 2).collect();
            if part.is_empty() {
                return list;
            }
            list.chunks.push(Chunk::new(part));
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn first(&self) -> Option<&T> {
        self.chunks.first().and_then(|chunk| chunk.entries.front())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.entries.iter())
    }

    /// The least of all; `None` of nothing.
    pub(super) fn least(&self) -> Option<Least> {
        self.chunks.iter().filter_map(|chunk| chunk.least).reduce(Least::and)
    }

    fn chunk_of(&self, key: &T::Key) -> usize {
        let begins_by = |chunk: &Chunk<T>| chunk.entries.front().is_some_and(|entry| entry.key() <= *key);
        self.chunks.partition_point(begins_by).saturating_sub(1)
    }

    fn place_of(&self, key: &T::Key) -> Option<(usize, usize)> {
        let at = self.chunk_of(key);
        let entries = &self.chunks.get(at)?.entries;
        if entries.front().is_some_and(|first| first.key() == *key) {
            return Some((at, 0));
        }
        Some((at, entries.binary_search_by_key(key, T::key).ok()?))
    }

    pub(super) fn insert(&mut self, entry: T) {
        self.len += 1;
        let key = entry.key();
        let at = self.chunk_of(&key);
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push(Chunk::new(VecDeque::from([entry])));
            return;
        };
        let least = entry.least();
        chunk.least = Some(chunk.least.map_or(least, |known| known.and(least)));
        if chunk.entries.back().is_some_and(|last| last.key() < key) {
            chunk.entries.push_back(entry);
        } else {
            let within = chunk.entries.partition_point(|other| other.key() < key);
            chunk.entries.insert(within, entry);
        }
        if chunk.entries.len() > CHUNK {
            let upper = chunk.entries.split_off(CHUNK / 2);
            chunk.measure();
            self.chunks.insert(at + 1, Chunk::new(upper));
        }
    }

    pub(super) fn remove(&mut self, key: &T::Key) -> Option<T> {
        let (at, within) = self.place_of(key)?;
        let chunk = &mut self.chunks[at];
        let entry = chunk.entries.remove(within)?;
        self.len -= 1;
        if chunk.entries.is_empty() {
            self.chunks.remove(at);
        } else {
            chunk.measure_without(&entry.least());
        }
        Some(entry)
    }

    pub(super) fn get(&self, key: &T::Key) -> Option<&T> {
        self.place_of(key).map(|(at, within)| &self.chunks[at].entries[within])
    }

    /// Changes an entry, but not its key; what `change` returns, `None` where there is no such entry.
    pub(super) fn change<R>(&mut self, key: &T::Key, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let (at, within) = self.place_of(key)?;
        let chunk = &mut self.chunks[at];
        let before = chunk.entries[within].least();
        let result = change(&mut chunk.entries[within]);
        let after = chunk.entries[within].least();
        if after != before {
            chunk.follow(&before, after);
        }
        Some(result)
    }

    /// The first that `find` finds among the entries from `key` on (all for `None`) whose least `may`.
    pub(super) fn find_from<'a, R>(
        &'a self,
        key: Option<&T::Key>,
        may: impl Fn(&Least) -> bool,
        mut find: impl FnMut(&'a T) -> Option<R>,
    ) -> Option<R> {
        let start = key.map_or(0, |key| self.chunk_of(key));
        let chunks = self.chunks.iter().skip(start).filter(|chunk| chunk.least.as_ref().is_some_and(&may));
        for chunk in chunks {
            let from = key.map_or(0, |key| chunk.entries.partition_point(|entry| entry.key() < *key));
            let found = chunk.entries.range(from..).filter(|entry| may(&entry.least())).find_map(&mut find);
            if found.is_some() {
                return found;
            }
        }
        None
    }
}
