//! Values by number, close together in memory that follows how many there are.

use super::hash_index::HashIndex;

/// An unordered map from numbers to values that are not small: an index by hash holds their places alone, and the places that were left
/// last are taken first. A search costs the line of the index that it probes and the value's own.
///
/// So for jobs by their slots: a slot counts all jobs of the system, and with a row of slots each, thousands of pools would hold thousands
/// of times as many places as there are jobs.
#[derive(Debug, Clone)]
pub(crate) struct Dense<V> {
    index: HashIndex,
    entries: Vec<Entry<V>>,
    unused: Vec<u32>,
}

#[derive(Debug, Clone)]
struct Entry<V> {
    number: u64,
    value: Option<V>,
}

/// Fibonacci hashing: the high bits of a multiple of 2^64 over the golden ratio.
const fn hash(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
}

impl<V> Dense<V> {
    pub(crate) fn new() -> Self {
        Self { index: HashIndex::default(), entries: Vec::new(), unused: Vec::new() }
    }

    /// All values, in no order that means anything.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().filter_map(|entry| entry.value.as_ref())
    }

    /// The numbers of all values, in no order that means anything.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.entries.iter().filter(|entry| entry.value.is_some()).map(|entry| entry.number)
    }

    /// Brings the line of the index where a number is or would be into the processor's caches; see [`caches`](super::caches).
    pub(crate) fn bring(&self, number: u64) {
        self.index.bring(hash(number));
    }

    fn place(&self, number: u64) -> Option<usize> {
        let found = self.index.find(hash(number), |place| self.entries[place as usize].number == number);
        found.map(|place| place as usize)
    }

    pub(crate) fn get(&self, number: u64) -> Option<&V> {
        self.entries[self.place(number)?].value.as_ref()
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut V> {
        let place = self.place(number)?;
        self.entries[place].value.as_mut()
    }

    /// False and nothing done where the number has a value already.
    pub(crate) fn insert(&mut self, number: u64, value: V) -> bool {
        if self.place(number).is_some() {
            return false;
        }
        let entry = Entry { number, value: Some(value) };
        let place = match self.unused.pop() {
            Some(place) => {
                self.entries[place as usize] = entry;
                place
            }
            None => {
                self.entries.push(entry);
                (self.entries.len() - 1) as u32
            }
        };
        self.index.insert(place, hash(number));
        true
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<V> {
        let place = self.place(number)?;
        self.index.remove(place as u32, hash(number));
        self.unused.push(place as u32);
        self.entries[place].value.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn it_is_an_ordered_map() {
        let (mut dense, mut map) = (Dense::new(), BTreeMap::new());
        let mut state = 1_u64;
        for round in 0..20_000_u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = (state >> 33) % 500 * 0x1_0000_0001;
            if state >> 63 == 0 {
                assert_eq!(dense.insert(number, round), !map.contains_key(&number));
                map.entry(number).or_insert(round);
            } else {
                assert_eq!(dense.remove(number), map.remove(&number));
            }
            if let Some(value) = dense.get_mut(number) {
                *value += 1;
                map.entry(number).and_modify(|value| *value += 1);
            }
            assert_eq!(dense.get(number), map.get(&number));
        }
        let mut values: Vec<u64> = dense.values().copied().collect();
        let mut wanted: Vec<u64> = map.into_values().collect();
        values.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(values, wanted);
    }

    #[test]
    fn places_follow_the_values_that_are_there() {
        let mut dense = Dense::new();
        for round in 0..1000_u64 {
            dense.insert(round * 1_000, round);
            if round >= 10 {
                dense.remove((round - 10) * 1_000);
            }
        }
        assert_eq!(dense.entries.len(), 11);
    }
}
