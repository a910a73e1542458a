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
    /// The most memory, as a [`code`], of nodes with at least so many cores as each of [`STEPS`]: where one node has cores left and another
    /// memory, neither holds a task that needs both.
    pub(super) beside: [u16; STEPS.len()],
    /// Whether any is open to jobs.
    pub(super) open: bool,
    /// Whether any is withheld from jobs.
    pub(super) withheld: bool,
}

/// Cores, in thousandths, from which on memory is kept beside.
const STEPS: [u32; 8] = [250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000];

/// A number for an amount of bytes, the greater the more, equal only for amounts whose ten upper digits (binary) are.
const fn code(bytes: u64) -> u16 {
    let shift = (u64::BITS - bytes.leading_zeros()).saturating_sub(10);
    // Lossless: 54 x 512 + 1023 at most.
    shift as u16 * 512 + (bytes >> shift) as u16
}

impl Most {
    /// The memory of a node beside its cores.
    pub(super) fn beside(cores_milli: u32, memory: u64) -> [u16; STEPS.len()] {
        let memory = code(memory);
        STEPS.map(|step| if cores_milli >= step { memory } else { 0 })
    }

    /// Whether one of the nodes may have the memory beside the cores.
    fn both(&self, need: &Need) -> bool {
        let steps = STEPS.iter().filter(|step| need.cores_milli >= **step).count();
        steps == 0 || self.beside[steps - 1] >= code(need.memory)
    }

    /// Whether one of the nodes may hold a task. Exact for nodes in one state.
    pub(super) fn may_hold(&self, need: &Need) -> bool {
        self.open
            && self.cores_milli >= need.cores_milli
            && self.memory >= need.memory
            && self.whole >= need.whole
            && self.share >= need.share
            && self.both(need)
    }

    /// Whether these bounds of a group still hold, and are met, when nodes with `gone` leave it and nodes with `come` join: whether
    /// wherever a bound may rest on the former the latter have as much.
    pub(super) fn keeps(&self, gone: &Self, come: &Self) -> bool {
        (gone.memory < self.memory || come.memory >= gone.memory)
            && (gone.cores_milli < self.cores_milli || come.cores_milli >= gone.cores_milli)
            && (gone.share < self.share || come.share >= gone.share)
            && (gone.whole < self.whole || come.whole >= gone.whole)
            && (!gone.open || come.open)
            && (!gone.withheld || come.withheld)
            && (0..STEPS.len())
                .all(|step| gone.beside[step] < self.beside[step] || come.beside[step] >= gone.beside[step])
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
            beside: std::array::from_fn(|step| self.beside[step].max(other.beside[step])),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_the_order_of_amounts() {
        let amounts = (0..3000).chain((0..200).map(|step| 3000 + step * step * step * 1_000_003)).chain([u64::MAX]);
        let codes: Vec<u16> = amounts.map(code).collect();
        assert!(codes.is_sorted());
        assert!((0..1024).all(|bytes| code(bytes) == bytes as u16));
        assert_eq!((code(1024), code(1025), code(1026), code(u64::MAX)), (1024, 1024, 1025, 28_671));
    }

    #[test]
    fn cores_of_one_and_memory_of_another_hold_nothing() {
        // One node has 4 cores and 100 bytes free, another half a core and 900.
        let most = |cores_milli, memory| {
            let beside = Most::beside(cores_milli, memory);
            Most { cores_milli, memory, beside, open: true, ..Most::default() }
        };
        let both = most(4000, 100).join(&most(500, 900));
        let need = |cores_milli, memory| Need { cores_milli, memory, whole: 0, share: 0 };
        for (cores, memory, may) in [
            (4000, 100, true),
            (500, 900, true),
            (1000, 101, false),
            (600, 900, true),
            (2000, 900, false),
            (0, 900, true),
        ] {
            assert_eq!(both.may_hold(&need(cores, memory)), may, "{cores} {memory}");
        }
    }
}
