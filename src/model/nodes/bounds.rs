//! The most that any of some nodes has free, and a tree of it that finds the next nodes worth a look.

use super::Need;
use super::brief::{Brief, short_cores};

/// The most that any of some nodes has free, component by component; or the least that is needed of nodes worth a look.
///
/// In a row of numbers, all of them at least 0, that a processor compares several at a time: for each of [`STEPS`] the most memory of nodes with
/// at least so many cores (where one node has cores left and another memory, neither holds a task that needs both), then what stands below.
/// Amounts are rounded as those of [`Brief`] are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Most([i16; WIDTH]);

const WIDTH: usize = 16;

/// Cores, in thousandths, from which on memory is kept beside.
const STEPS: [u32; 8] = [250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000];

/// The same, as a [`Brief`] has cores: each is the least number with its code.
const STEP_CODES: [i16; STEPS.len()] = {
    let mut codes = [0; STEPS.len()];
    let mut step = 0;
    while step < STEPS.len() {
        codes[step] = short_cores(STEPS[step]);
        step += 1;
    }
    codes
};

// Places in the row.
const CORES: usize = STEPS.len();
const MEMORY: usize = CORES + 1;
/// Thousandths free of the emptiest card.
const SHARE: usize = CORES + 2;
/// Cards that are wholly free, plus one; 0 where all nodes are withheld.
const WHOLE: usize = CORES + 3;
/// 1 where any is withheld from jobs.
const WITHHELD: usize = CORES + 4;

impl Most {
    /// Of no nodes; and the least that is needed of them where nothing is.
    pub(super) const NONE: Self = Self([0; WIDTH]);

    /// What withheld nodes have.
    pub(super) const WITHHELD: Self = {
        let mut row = [0; WIDTH];
        row[WITHHELD] = 1;
        Self(row)
    };

    /// Of nodes in one state.
    pub(super) fn of(brief: Brief) -> Self {
        if brief == Brief::WITHHELD {
            return Self::WITHHELD;
        }
        let (cores, memory) = (brief.cores(), brief.memory());
        let mut row = [0; WIDTH];
        for (most, step) in row.iter_mut().zip(STEP_CODES) {
            *most = if cores >= step { memory } else { 0 };
        }
        (row[CORES], row[MEMORY]) = (cores, memory);
        (row[SHARE], row[WHOLE]) = (brief.share(), brief.whole());
        Self(row)
    }

    /// What nodes that hold a task have at least.
    pub(super) fn least(need: &Need) -> Self {
        let brief = Brief::of_need(need);
        let mut row = [0; WIDTH];
        if let Some(step) = STEPS.iter().rposition(|step| need.cores_milli >= *step) {
            row[step] = brief.memory();
        }
        (row[CORES], row[MEMORY]) = (brief.cores(), brief.memory());
        (row[SHARE], row[WHOLE]) = (brief.share(), brief.whole());
        Self(row)
    }

    /// Whether one of the nodes may be worth a look for one who needs `least`.
    pub(super) fn covers(&self, least: &Self) -> bool {
        // All are compared without a way out, several at once; so in what follows.
        self.0.iter().zip(&least.0).fold(true, |all, (have, need)| all & (have >= need))
    }

    /// Whether these bounds of a group still hold, and are met, when nodes with `gone` leave it and nodes with `come` join: whether
    /// wherever a bound may rest on the former the latter have as much.
    pub(super) fn keeps(&self, gone: &Self, come: &Self) -> bool {
        (0..WIDTH).fold(true, |all, at| all & ((gone.0[at] < self.0[at]) | (come.0[at] >= gone.0[at])))
    }

    /// Of both groups together.
    pub(super) fn join(&self, other: &Self) -> Self {
        let mut row = self.0;
        row.iter_mut().zip(&other.0).for_each(|(most, other)| *most = (*most).max(*other));
        Self(row)
    }
}

/// A binary tree over a row of groups of nodes: each of its nodes holds the join of the two below.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    /// The root is at 1, the children of `n` at `2n` and `2n + 1`, the leaves from `leaves` on; unused leaves are empty groups.
    tree: Vec<Most>,
    leaves: usize,
    groups: usize,
}

impl Bounds {
    /// Of no groups.
    pub(super) const EMPTY: Self = Self { tree: Vec::new(), leaves: 0, groups: 0 };

    /// How many groups there are.
    pub(super) const fn groups(&self) -> usize {
        self.groups
    }

    /// What is kept of a group.
    pub(super) fn group(&self, group: usize) -> &Most {
        &self.tree[self.leaves + group]
    }

    /// Makes the tree anew for these groups.
    pub(super) fn rebuild(&mut self, groups: impl ExactSizeIterator<Item = Most>) {
        self.groups = groups.len();
        self.leaves = self.groups.next_power_of_two();
        self.tree.clear();
        self.tree.resize(self.leaves, Most::NONE);
        self.tree.extend(groups);
        self.tree.resize(2 * self.leaves, Most::NONE);
        for node in (1..self.leaves).rev() {
            self.tree[node] = self.tree[2 * node].join(&self.tree[2 * node + 1]);
        }
    }

    /// Changes one group.
    pub(super) fn set(&mut self, group: usize, most: Most) {
        let mut node = self.leaves + group;
        self.tree[node] = most;
        while node > 1 {
            node /= 2;
            let joined = self.tree[2 * node].join(&self.tree[2 * node + 1]);
            if self.tree[node] == joined {
                return;
            }
            self.tree[node] = joined;
        }
    }

    /// The first group from `from` on whose bounds cover `least`.
    pub(super) fn next(&self, from: usize, least: &Most) -> Option<usize> {
        if from >= self.leaves {
            return None;
        }
        // Who looks for the first of all begins at the root.
        let mut node = if from == 0 { 1 } else { self.leaves + from };
        loop {
            if self.tree[node].covers(least) {
                if node >= self.leaves {
                    return Some(node - self.leaves);
                }
                node *= 2;
                continue;
            }
            // Up from right children, then to the sibling on the right.
            node >>= node.trailing_ones();
            if node == 0 {
                return None;
            }
            node += 1;
        }
    }

    /// The last group before `end` whose bounds cover `least`.
    pub(super) fn previous(&self, end: usize, least: &Most) -> Option<usize> {
        let mut node = self.leaves + end.checked_sub(1)?.min(self.leaves.checked_sub(1)?);
        loop {
            if self.tree[node].covers(least) {
                if node >= self.leaves {
                    return Some(node - self.leaves);
                }
                node = 2 * node + 1;
                continue;
            }
            // Up from left children, then to the sibling on the left; the root ends the walk.
            node >>= node.trailing_zeros();
            if node == 1 {
                return None;
            }
            node -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::NodeState;
    use super::*;
    use crate::model::CARDS_MAX;

    #[test]
    fn steps_are_the_least_with_their_codes() {
        for (step, code) in STEPS.iter().zip(STEP_CODES) {
            assert!(short_cores(step - 1) < code && short_cores(*step) == code);
        }
    }

    #[test]
    fn cores_of_one_and_memory_of_another_hold_nothing() {
        // One node has 4 cores and 100 bytes free, another half a core and 900.
        let most = |cores_milli, memory| Most::of(Brief::of(&NodeState { cores_milli, memory, cards: [0; CARDS_MAX] }));
        let both = most(4000, 100).join(&most(500, 900));
        let need = |cores_milli, memory| Most::least(&Need { cores_milli, memory, whole: 0, share: 0 });
        for (cores, memory, may) in [
            (4000, 100, true),
            (500, 900, true),
            (1000, 101, false),
            (600, 900, true),
            (2000, 900, false),
            (0, 900, true),
        ] {
            assert_eq!(both.covers(&need(cores, memory)), may, "{cores} {memory}");
        }
        assert!(!Most::WITHHELD.covers(&need(0, 0)) && !Most::NONE.covers(&need(0, 0)));
    }
}
