//! Numbers by hash.

use super::caches::bring;

/// Small numbers, found by a hash that whoever owns them knows: open addressing with linear probing at no more than half load. Its order
/// is never seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct HashIndex {
    slots: Vec<Slot>,
    len: usize,
}

/// A number, and the lower half of its hash: those that are passed by need no look at what they stand for.
#[derive(Debug, Clone, Copy)]
struct Slot {
    hash: u32,
    number: u32,
}

/// The number of an empty slot.
const NONE: u32 = u32::MAX;

const EMPTY: Slot = Slot { hash: 0, number: NONE };

const SLOTS_MIN: usize = 16;

impl HashIndex {
    /// All numbers, in no order that means anything.
    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        self.slots.iter().map(|slot| slot.number).filter(|number| *number != NONE)
    }

    /// Brings the line where a search begins into the processor's caches.
    pub(crate) fn bring(&self, hash: u64) {
        if !self.slots.is_empty() {
            bring(&self.slots[self.home(hash as u32)]);
        }
    }

    /// The number of this hash that is the one looked for.
    pub(crate) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let hash = hash as u32;
        let mut at = self.home(hash);
        loop {
            let slot = self.slots[at];
            if slot.number == NONE {
                return None;
            }
            if slot.hash == hash && is(slot.number) {
                return Some(slot.number);
            }
            at = self.next(at);
        }
    }

    /// Takes in a number that is not there.
    pub(crate) fn insert(&mut self, number: u32, hash: u64) {
        self.len += 1;
        if self.len * 2 > self.slots.len() {
            let larger = vec![EMPTY; (self.slots.len() * 2).max(SLOTS_MIN)];
            let known = std::mem::replace(&mut self.slots, larger);
            known.into_iter().filter(|slot| slot.number != NONE).for_each(|slot| self.fill(slot));
        }
        self.fill(Slot { hash: hash as u32, number });
    }

    /// Takes out a number that is there.
    pub(crate) fn remove(&mut self, number: u32, hash: u64) {
        let mask = self.slots.len() - 1;
        let mut hole = self.home(hash as u32);
        while self.slots[hole].number != number {
            hole = self.next(hole);
        }
        self.len -= 1;
        // Whoever was pushed past the hole moves back into it, so that every search still ends at the first empty slot.
        let mut at = hole;
        loop {
            at = self.next(at);
            let other = self.slots[at];
            if other.number == NONE {
                self.slots[hole] = EMPTY;
                return;
            }
            if at.wrapping_sub(self.home(other.hash)) & mask >= at.wrapping_sub(hole) & mask {
                self.slots[hole] = other;
                hole = at;
            }
        }
    }

    fn fill(&mut self, slot: Slot) {
        let mut at = self.home(slot.hash);
        while self.slots[at].number != NONE {
            at = self.next(at);
        }
        self.slots[at] = slot;
    }

    /// The slot at which a search for a hash begins.
    const fn home(&self, hash: u32) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    const fn next(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn it_is_a_set() {
        // Few different hashes: long runs, and holes within them.
        let hash = |number: u32| u64::from(number % 37) << 1;
        let (mut index, mut set) = (HashIndex::default(), BTreeSet::new());
        let mut state = 1_u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = ((state >> 33) % 300) as u32;
            assert_eq!(index.find(hash(number), |other| other == number), set.get(&number).copied());
            if set.remove(&number) {
                index.remove(number, hash(number));
            } else {
                index.insert(number, hash(number));
                set.insert(number);
            }
            assert_eq!(index.find(hash(number), |other| other == number), set.get(&number).copied());
        }
        assert_eq!(index.iter().collect::<BTreeSet<_>>(), set);
    }
}
