//! The ranges of nodes by the state that they are in.

use super::ranges::Run;
use super::states::StateId;
use std::collections::BTreeMap;

/// The most ranges of a state that are kept in a row; more are kept in a tree.
const ROW_MAX: usize = 256;

/// Counts by first node, in the order of numbers.
#[derive(Debug, Clone)]
enum Counts {
    /// Few: a row, where a change moves what lies behind.
    Row(Vec<(u64, u64)>),
    /// Many.
    Tree(BTreeMap<u64, u64>),
}

/// First nodes and counts of ranges by state.
#[derive(Debug, Clone, Default)]
pub(super) struct ByState {
    states: Vec<Counts>,
}

impl Counts {
    fn insert(&mut self, first: u64, count: u64) {
        match self {
            Self::Row(row) if row.len() >= ROW_MAX => {
                let mut tree: BTreeMap<u64, u64> = row.iter().copied().collect();
                tree.insert(first, count);
                *self = Self::Tree(tree);
            }
            Self::Row(row) => row.insert(place(row, first), (first, count)),
            Self::Tree(tree) => _ = tree.insert(first, count),
        }
    }

    fn remove(&mut self, first: u64) {
        match self {
            Self::Row(row) => {
                let at = place(row, first);
                if row.get(at).is_some_and(|range| range.0 == first) {
                    row.remove(at);
                }
            }
            Self::Tree(tree) => {
                tree.remove(&first);
                if tree.len() <= ROW_MAX / 4 {
                    *self = Self::Row(tree.iter().map(|(first, count)| (*first, *count)).collect());
                }
            }
        }
    }

    /// A range shrinks or grows at either end, and keeps its place among the others.
    fn resize(&mut self, old: u64, first: u64, count: u64) {
        match self {
            Self::Row(row) => {
                let at = place(row, old);
                if let Some(range) = row.get_mut(at) {
                    *range = (first, count);
                }
            }
            Self::Tree(tree) => {
                if old != first {
                    tree.remove(&old);
                }
                tree.insert(first, count);
            }
        }
    }
}

/// Where a range that begins with this node is in a row, or would be.
fn place(row: &[(u64, u64)], first: u64) -> usize {
    row.partition_point(|range| range.0 < first)
}

impl ByState {
    /// Of all these ranges.
    pub(super) fn of<'a>(runs: impl Iterator<Item = &'a Run>) -> Self {
        let mut all = Self::default();
        runs.for_each(|run| all.insert(run));
        all
    }

    /// First nodes and counts of the ranges in a state, in the order of numbers.
    pub(super) fn ranges(&self, state: StateId) -> impl Iterator<Item = (u64, u64)> {
        let (row, tree) = match self.states.get(state as usize) {
            Some(Counts::Row(row)) => (row.as_slice(), None),
            Some(Counts::Tree(tree)) => (&[][..], Some(tree)),
            None => (&[][..], None),
        };
        row.iter().copied().chain(tree.into_iter().flatten().map(|(first, count)| (*first, *count)))
    }

    /// Adds a range, or changes its count.
    pub(super) fn insert(&mut self, run: &Run) {
        let counts = self.of_state(run.state);
        counts.remove(run.first);
        counts.insert(run.first, run.count);
    }

    /// One range that changed in part, with the ranges beside it that it was joined with (`gone`, the one that changed first), became
    /// these; the first and the last of them, where they are not empty, are what is left of it.
    pub(super) fn replace(&mut self, gone: &[Option<Run>; 3], [left, middle, right]: [Run; 3]) {
        let [Some(old), before, after] = gone else { return };
        let rest = self.of_state(old.state);
        match (left.count > 0, right.count > 0) {
            (false, false) => rest.remove(old.first),
            (true, false) => rest.resize(old.first, left.first, left.count),
            (false, true) => rest.resize(old.first, right.first, right.count),
            (true, true) => {
                rest.resize(old.first, left.first, left.count);
                rest.insert(right.first, right.count);
            }
        }
        let grown = self.of_state(middle.state);
        match (before, after) {
            (None, None) => grown.insert(middle.first, middle.count),
            (Some(run), None) | (None, Some(run)) => grown.resize(run.first, middle.first, middle.count),
            (Some(run), Some(other)) => {
                grown.remove(other.first);
                grown.resize(run.first, middle.first, middle.count);
            }
        }
    }

    fn of_state(&mut self, state: StateId) -> &mut Counts {
        let at = state as usize;
        if at >= self.states.len() {
            self.states.resize(at + 1, Counts::Row(Vec::new()));
        }
        &mut self.states[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_becomes_a_tree_and_a_row_again() {
        let run = |first: u64, count| Run { first, count, state: 7 };
        let mut all = ByState::default();
        let mut expected = BTreeMap::new();
        // Every second node from the last to the first, then all but every tenth range away again.
        for first in (0..1000_u64).rev() {
            all.insert(&run(first * 2, 1));
            expected.insert(first * 2, 1);
        }
        assert!(all.ranges(7).eq(expected.iter().map(|(first, count)| (*first, *count))));
        assert!(matches!(all.states[7], Counts::Tree(_)));
        for first in (0..1000_u64).filter(|first| first % 10 > 0 || *first > 500) {
            all.states[7].remove(first * 2);
            expected.remove(&(first * 2));
        }
        assert!(all.ranges(7).eq(expected.iter().map(|(first, count)| (*first, *count))));
        assert!(matches!(all.states[7], Counts::Row(_)));
        // The node behind the first range joins it; the range behind that begins one node later.
        all.states[7].resize(0, 0, 2);
        all.states[7].resize(20, 21, 3);
        assert!(all.ranges(7).take(3).eq([(0, 2), (21, 3), (40, 1)]));
        assert_eq!(all.ranges(8).count(), 0);
    }
}
