//! Which nodes, cores and cards a job holds.

use serde::{Serialize, Serializer};
use std::ops::{Deref, DerefMut};

/// The most cards a node can have.
pub const CARDS_MAX: usize = 16;

/// Neighboring nodes used alike by one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AllocationPart {
    /// Number of the first node.
    pub first: u64,
    /// How many nodes.
    pub count: u64,
    /// Tasks on each of them.
    pub tasks_per_node: u32,
    /// Thousandths of each card in use by the job on each of these nodes.
    pub cards: [u16; CARDS_MAX],
}

/// Parts of an allocation, to be read as a slice. A single one, as most jobs have, lies in place; several lie in a list.
#[derive(Debug, Clone)]
pub struct PartList(Held);

#[derive(Debug, Clone)]
enum Held {
    One(AllocationPart),
    /// None or several.
    List(Vec<AllocationPart>),
}

impl PartList {
    /// No parts.
    #[must_use]
    pub const fn new() -> Self {
        Self(Held::List(Vec::new()))
    }

    /// One more, behind the others.
    pub fn push(&mut self, part: AllocationPart) {
        match &mut self.0 {
            Held::One(first) => self.0 = Held::List(vec![*first, part]),
            Held::List(list) if list.is_empty() => self.0 = Held::One(part),
            Held::List(list) => list.push(part),
        }
    }

    /// Puts parts in the order of node numbers, and neighbors that are used alike together.
    pub(crate) fn join(&mut self) {
        let Held::List(list) = &mut self.0 else { return };
        list.sort_unstable_by_key(|part| part.first);
        list.dedup_by(|next, part| {
            let joined = part.first + part.count == next.first
                && part.tasks_per_node == next.tasks_per_node
                && part.cards == next.cards;
            if joined {
                part.count += next.count;
            }
            joined
        });
        if let [only] = list.as_slice() {
            self.0 = Held::One(*only);
        }
    }
}

impl Default for PartList {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Vec<AllocationPart>> for PartList {
    fn from(list: Vec<AllocationPart>) -> Self {
        if let [only] = list.as_slice() { Self(Held::One(*only)) } else { Self(Held::List(list)) }
    }
}

impl Deref for PartList {
    type Target = [AllocationPart];
    fn deref(&self) -> &[AllocationPart] {
        match &self.0 {
            Held::One(part) => std::slice::from_ref(part),
            Held::List(list) => list,
        }
    }
}

impl DerefMut for PartList {
    fn deref_mut(&mut self) -> &mut [AllocationPart] {
        match &mut self.0 {
            Held::One(part) => std::slice::from_mut(part),
            Held::List(list) => list,
        }
    }
}

impl<'a> IntoIterator for &'a PartList {
    type Item = &'a AllocationPart;
    type IntoIter = std::slice::Iter<'a, AllocationPart>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for PartList {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for PartList {}

impl Serialize for PartList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

/// All that one job holds in a pool, by ascending node number; parts do not overlap.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Allocation {
    /// Node ranges.
    pub parts: PartList,
}

impl Allocation {
    /// Of one part.
    #[must_use]
    pub const fn one(part: AllocationPart) -> Self {
        Self { parts: PartList(Held::One(part)) }
    }

    /// Tasks in all parts.
    #[must_use]
    pub fn tasks(&self) -> u64 {
        self.parts.iter().map(|p| p.count * u64::from(p.tasks_per_node)).sum()
    }

    /// Nodes in all parts.
    #[must_use]
    pub fn nodes(&self) -> u64 {
        self.parts.iter().map(|p| p.count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(first: u64) -> AllocationPart {
        AllocationPart { first, count: 1, tasks_per_node: 2, cards: [0; CARDS_MAX] }
    }

    #[test]
    fn a_list_of_parts_is_what_a_vector_would_be() {
        let (mut parts, mut vector) = (PartList::new(), Vec::new());
        for first in [7, 3, 9, 4] {
            assert_eq!(parts, PartList::from(vector.clone()));
            assert_eq!(*parts, *vector);
            assert_eq!(serde_json::to_string(&parts).unwrap(), serde_json::to_string(&vector).unwrap());
            parts.push(part(first));
            vector.push(part(first));
        }
        parts.join();
        let two = AllocationPart { count: 2, ..part(3) };
        assert_eq!(*parts, [two, part(7), part(9)]);
        // Joined into one, it is equal to one from the start.
        let mut one = PartList::from(vec![part(4), part(3)]);
        one.join();
        one[0].first += 1;
        assert_eq!(Allocation { parts: one }, Allocation::one(AllocationPart { first: 4, ..two }));
    }
}
