//! The most that any of some nodes has free, and a tree of it that finds the next nodes worth a look.

use super::Need;

/// The most that any of some nodes has free, component by component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Most {
    pub(super) memory: u64,
    pub(super) cores_milli: u32,
    /// Thousandths free of the emptiest card.
    pub(super) share: u16,
    /// Cards that are wholly free.
    pub(super) whole: u8,
    /// Whether any is open to jobs.
    pub(super) open: bool,
    /// Whether any is withheld from jobs.
    pub(super) withheld: bool,
}

impl Most {
    /// Whether one of the nodes may hold a task. Exact for nodes in one state.
    pub(super) const fn may_hold(&self, need: &Need) -> bool {
        self.open
            && self.cores_milli >= need.cores_milli
            && self.memory >= need.memory
            && self.whole >= need.whole
            && self.share >= need.share
    }

    /// Whether these bounds of a group still hold, and are met, when nodes with `gone` leave it and nodes with `come` join: whether
    /// wherever a bound may rest on the former the latter have as much.
    pub(super) const fn keeps(&self, gone: &Self, come: &Self) -> bool {
        (gone.memory < self.memory || come.memory >= gone.memory)
            && (gone.cores_milli < self.cores_milli || come.cores_milli >= gone.cores_milli)
            && (gone.share < self.share || come.share >= gone.share)
            && (gone.whole < self.whole || come.whole >= gone.whole)
            && (!gone.open || come.open)
            && (!gone.withheld || come.withheld)
    }

    /// Of both groups together.
    pub(super) fn join(&self, other: &Self) -> Self {
        Self {
            memory: self.memory.max(other.memory),
            cores_milli: self.cores_milli.max(other.cores_milli),
            share: self.share.max(other.share),
            whole: self.whole.max(other.whole),
            open: self.open || other.open,
            withheld: self.withheld || other.withheld,
        }
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
    #[cfg(test)]
    pub(super) fn group(&self, group: usize) -> Most {
        self.tree[self.leaves + group]
    }

    /// Makes the tree anew for these groups.
    pub(super) fn rebuild(&mut self, groups: impl ExactSizeIterator<Item = Most>) {
        self.groups = groups.len();
        self.leaves = self.groups.next_power_of_two();
        self.tree.clear();
        self.tree.resize(self.leaves, Most::default());
        self.tree.extend(groups);
        self.tree.resize(2 * self.leaves, Most::default());
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

    /// The first group from `from` on for which `wanted` holds. It must hold for a join wherever it does for a part.
    pub(super) fn next(&self, from: usize, wanted: impl Fn(&Most) -> bool) -> Option<usize> {
        if from >= self.leaves {
            return None;
        }
        let mut node = self.leaves + from;
        loop {
            if wanted(&self.tree[node]) {
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

    /// The last group before `end` for which `wanted` holds. It must hold for a join wherever it does for a part.
    pub(super) fn previous(&self, end: usize, wanted: impl Fn(&Most) -> bool) -> Option<usize> {
        let mut node = self.leaves + end.checked_sub(1)?.min(self.leaves.checked_sub(1)?);
        loop {
            if wanted(&self.tree[node]) {
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
