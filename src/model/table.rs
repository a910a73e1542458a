//! Values by number, in memory that follows how many there are.

/// A table from numbers to values: open addressing with linear probing at no more than half load. An ordered map would do; this
/// one costs a memory access where that costs ten, and observers look up every record. Its order is never seen.
#[derive(Debug, Clone)]
pub(crate) struct Table<V> {
    slots: Vec<Option<(u64, V)>>,
    len: usize,
}

const SLOTS_MIN: usize = 16;

impl<V: Copy> Table<V> {
    pub(crate) fn new() -> Self {
        Self { slots: vec![None; SLOTS_MIN], len: 0 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// All values, in no order that means anything.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.slots.iter().flatten().map(|(_, value)| value)
    }

    /// All values, to be changed, in no order that means anything.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.slots.iter_mut().flatten().map(|(_, value)| value)
    }

    /// The least number in the table.
    pub(crate) fn least(&self) -> Option<u64> {
        self.slots.iter().flatten().map(|(number, _)| *number).min()
    }

    pub(crate) fn get(&self, number: u64) -> Option<&V> {
        self.slots[self.find(number)].as_ref().map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut V> {
        let at = self.find(number);
        self.slots[at].as_mut().map(|(_, value)| value)
    }

    /// False and nothing done where the number is there already.
    pub(crate) fn insert(&mut self, number: u64, value: V) -> bool {
        let at = self.find(number);
        if self.slots[at].is_some() {
            return false;
        }
        self.slots[at] = Some((number, value));
        self.len += 1;
        if self.len * 2 > self.slots.len() {
            self.grow();
        }
        true
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<V> {
        let mut hole = self.find(number);
        let (_, value) = self.slots[hole].take()?;
        self.len -= 1;
        // Whoever was pushed past the hole moves back into it, so that every search still ends at the first empty slot.
        let mask = self.slots.len() - 1;
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let Some((other, _)) = self.slots[at] else { return Some(value) };
            if at.wrapping_sub(self.home(other)) & mask >= at.wrapping_sub(hole) & mask {
                self.slots[hole] = self.slots[at].take();
                hole = at;
            }
        }
    }

    /// Where a number is or would be.
    fn find(&self, number: u64) -> usize {
        let mut at = self.home(number);
        while self.slots[at].as_ref().is_some_and(|(other, _)| *other != number) {
            at = (at + 1) & (self.slots.len() - 1);
        }
        at
    }

    /// Fibonacci hashing: the high bits of a multiple of 2^64 over the golden ratio.
    fn home(&self, number: u64) -> usize {
        let bits = self.slots.len().trailing_zeros();
        (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - bits)) as usize
    }

    fn grow(&mut self) {
        let larger = vec![None; self.slots.len() * 2];
        for (number, value) in std::mem::replace(&mut self.slots, larger).into_iter().flatten() {
            let at = self.find(number);
            self.slots[at] = Some((number, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn it_is_an_ordered_map() {
        let (mut table, mut map) = (Table::new(), BTreeMap::new());
        let mut state = 1_u64;
        for round in 0..20_000_u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = (state >> 33) % 500 * 0x1_0000_0001;
            if state >> 63 == 0 {
                assert_eq!(table.insert(number, round), !map.contains_key(&number));
                map.entry(number).or_insert(round);
            } else {
                assert_eq!(table.remove(number), map.remove(&number));
            }
            assert_eq!(table.get_mut(number).copied(), map.get(&number).copied());
            assert_eq!(table.get(number), map.get(&number));
            assert_eq!(table.len(), map.len());
        }
        assert_eq!(table.least(), map.keys().next().copied());
        for (number, value) in map {
            assert_eq!(table.remove(number), Some(value));
        }
        assert_eq!(table.len(), 0);
    }
}
