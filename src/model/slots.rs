//! Values by slot: small numbers that are given out again.

use super::caches::bring;

/// What tells one thing from another, and where its value is kept as long as it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    /// Below the most things that were ever there at a time.
    pub(crate) slot: usize,
    /// Its own for good.
    pub(crate) number: u64,
}

/// Values of things whose slots are given out by somebody else: a row by slot, without any search. The numbers are kept and compared, so
/// that nothing is found in the place of another.
#[derive(Debug, Clone)]
pub(crate) struct Slots<V> {
    entries: Vec<Entry<V>>,
    len: usize,
}

#[derive(Debug, Clone)]
struct Entry<V> {
    number: u64,
    value: Option<V>,
}

impl<V> Slots<V> {
    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new(), len: 0 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The least number that has a value.
    pub(crate) fn least(&self) -> Option<u64> {
        self.entries.iter().filter(|entry| entry.value.is_some()).map(|entry| entry.number).min()
    }

    /// All values by slot.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().filter_map(|entry| entry.value.as_ref())
    }

    /// All values by slot, to be changed.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().filter_map(|entry| entry.value.as_mut())
    }

    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut V> {
        self.entries.get_mut(key.slot).filter(|entry| entry.number == key.number)?.value.as_mut()
    }

    /// Brings a row into the caches; see [`caches`](crate::model::caches).
    pub(crate) fn bring(&self, key: Key) {
        if let Some(entry) = self.entries.get(key.slot) {
            bring(entry);
        }
    }

    pub(crate) fn get(&self, key: Key) -> Option<&V> {
        self.entries.get(key.slot).filter(|entry| entry.number == key.number)?.value.as_ref()
    }

    /// False and nothing done where the slot is taken.
    pub(crate) fn insert(&mut self, key: Key, value: V) -> bool {
        if key.slot >= self.entries.len() {
            self.entries.resize_with(key.slot + 1, || Entry { number: 0, value: None });
        }
        let entry = &mut self.entries[key.slot];
        if entry.value.is_some() {
            return false;
        }
        *entry = Entry { number: key.number, value: Some(value) };
        self.len += 1;
        true
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<V> {
        let value = self.entries.get_mut(key.slot).filter(|entry| entry.number == key.number)?.value.take();
        self.len -= usize::from(value.is_some());
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn it_is_an_ordered_map() {
        let (mut slots, mut map) = (Slots::new(), BTreeMap::new());
        let mut state = 1_u64;
        for round in 0..20_000_u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let slot = (state >> 33) % 100;
            // Few numbers a slot: that of another is often the one that is asked for.
            let number = slot + 100 * (state >> 61);
            let key = Key { slot: slot as usize, number };
            if state >> 63 == 0 {
                let taken = map.contains_key(&slot);
                assert_eq!(slots.insert(key, round), !taken);
                map.entry(slot).or_insert((number, round));
            } else {
                let there = map.get(&slot).is_some_and(|(other, _)| *other == number);
                assert_eq!(slots.remove(key), there.then(|| map.remove(&slot).unwrap().1));
            }
            if let Some(value) = slots.get_mut(key) {
                *value += 1;
                map.entry(slot).and_modify(|(_, value)| *value += 1);
            }
            let wanted = map.get(&slot).filter(|(other, _)| *other == number).map(|(_, value)| *value);
            assert_eq!(slots.get_mut(key).copied(), wanted);
            assert_eq!(slots.get(key).copied(), wanted);
            assert_eq!(slots.len(), map.len());
            assert_eq!(slots.least(), map.values().map(|(number, _)| *number).min());
        }
        slots.values_mut().for_each(|value| *value *= 2);
        assert!(slots.values().copied().eq(map.values().map(|(_, value)| value * 2)));
    }
}
