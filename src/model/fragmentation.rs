//! Fragmentation: how much of what is free on a node typical tasks could not use.
//!
//! A typical task `m` sees as fragmented, on a node in some state: everything free where it does not fit (too few cores, or too few cards with
//! enough free, or it may not run there at all) or asks for no accelerator; else the free parts of the cards that have too little
//! for it. The node's amount is the mean over typical tasks by how often they come: `F(state) = Σ p_m F_m(state)`. Memory is not looked at.
//!
//! Source: Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent", USENIX ATC 2023, section 4.
//!
//! Amounts are integers, thousandths of accelerators times weights, so that a difference of two states is exact.

use super::{ConstraintId, NodeState, TaskShape};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The share of all tasks that typical ones make up at least, in percent.
const TYPICAL_PERCENT: u128 = 95;

/// A kind of task that comes often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypicalTask {
    /// What it needs; memory is 0, for it is not looked at.
    pub task: TaskShape,
    /// Where it may run.
    pub constraint: ConstraintId,
    /// How many such tasks were counted.
    pub weight: u64,
}

/// Counts kinds of tasks.
#[derive(Debug, Clone, Default)]
pub struct TaskCounts {
    counts: BTreeMap<(TaskShape, ConstraintId), u64>,
}

impl TaskCounts {
    /// Counts `tasks` tasks.
    pub fn add(&mut self, task: &TaskShape, constraint: ConstraintId, tasks: u64) {
        *self.counts.entry((TaskShape { memory: 0, ..*task }, constraint)).or_default() += tasks;
    }

    /// Whether any of them takes a share of a card.
    #[must_use]
    pub fn share_cards(&self) -> bool {
        self.counts.keys().any(|(task, _)| (1..1000).contains(&task.accelerators_milli))
    }

    /// The most frequent kinds, until they make up 95 percent of all tasks; of equally frequent ones those that need more
    /// cores, then more of a card, then more cards come first.
    #[must_use]
    pub fn typical(&self) -> Vec<TypicalTask> {
        let all: u128 = self.counts.values().map(|count| u128::from(*count)).sum();
        let kinds = self.counts.iter().map(|((task, constraint), weight)| TypicalTask {
            task: *task,
            constraint: *constraint,
            weight: *weight,
        });
        let mut kinds: Vec<TypicalTask> = kinds.collect();
        kinds.sort_by_key(|kind| {
            let (cards, each) = cards_of(&kind.task);
            Reverse((kind.weight, kind.task.cores_milli, each, cards, kind.constraint))
        });
        let mut sum = 0;
        kinds
            .into_iter()
            .take_while(|kind| {
                let more = sum * 100 < all * TYPICAL_PERCENT;
                sum += u128::from(kind.weight);
                more
            })
            .collect()
    }
}

/// How many cards a task needs, and how many thousandths of each.
fn cards_of(task: &TaskShape) -> (u32, u16) {
    match task.accelerators_milli {
        0 => (0, 0),
        // Lossless: less than 1000.
        share if share < 1000 => (1, share as u16),
        whole => (whole.div_ceil(1000), 1000),
    }
}

/// Typical tasks that need as much of a card each.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Alike {
    /// Thousandths of a card.
    each: u16,
    /// Cards, cores in thousandths, weight.
    tasks: Vec<(u32, u32, u64)>,
}

/// What typical tasks see on nodes of one pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragmentation {
    alike: Vec<Alike>,
    /// Weight of tasks that need no card or may not run here: to them all that is free is fragmented.
    apart: u64,
    all: u64,
}

impl Fragmentation {
    /// The measure of a pool where a typical task may run if `allowed` says so. `None` without typical tasks.
    #[must_use]
    pub fn new(typical: &[TypicalTask], allowed: impl Fn(&TypicalTask) -> bool) -> Option<Self> {
        let mut groups: BTreeMap<u16, Vec<(u32, u32, u64)>> = BTreeMap::new();
        let (mut apart, mut all) = (0_u64, 0_u64);
        for kind in typical {
            all += kind.weight;
            let (cards, each) = cards_of(&kind.task);
            if cards == 0 || !allowed(kind) {
                apart += kind.weight;
            } else {
                groups.entry(each).or_default().push((cards, kind.task.cores_milli, kind.weight));
            }
        }
        let alike = groups.into_iter().map(|(each, tasks)| Alike { each, tasks }).collect();
        (all > 0).then_some(Self { alike, apart, all })
    }

    /// The fragmented amount of a node in this state: thousandths of accelerators times [`Fragmentation::weight`].
    #[must_use]
    pub fn amount(&self, state: &NodeState) -> u128 {
        let free = u64::from(state.accelerators_milli());
        if free == 0 {
            return 0;
        }
        let mut sum = u128::from(self.apart) * u128::from(free);
        for alike in &self.alike {
            let (mut enough, mut small) = (0, 0);
            for card in &state.cards {
                if *card >= alike.each {
                    enough += 1;
                } else {
                    small += u64::from(*card);
                }
            }
            for (cards, cores_milli, weight) in &alike.tasks {
                let fits = enough >= *cards && state.cores_milli >= *cores_milli;
                sum += u128::from(*weight) * u128::from(if fits { small } else { free });
            }
        }
        sum
    }

    /// What amounts are divided by: the weight of all typical tasks.
    #[must_use]
    pub const fn weight(&self) -> u64 {
        self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CARDS_MAX;

    fn task(cores_milli: u32, accelerators_milli: u32) -> TaskShape {
        TaskShape { cores_milli, memory: 0, accelerators_milli, accelerator: None }
    }

    fn kind(cores_milli: u32, accelerators_milli: u32, weight: u64) -> TypicalTask {
        TypicalTask { task: task(cores_milli, accelerators_milli), constraint: ConstraintId(0), weight }
    }

    fn state(cores_milli: u32, cards: &[u16]) -> NodeState {
        let mut free = [0; CARDS_MAX];
        free[..cards.len()].copy_from_slice(cards);
        NodeState { cores_milli, memory: 0, cards: free }
    }

    #[test]
    fn worked_by_hand() {
        // Cards with 1.0, 0.6 and 0.3 free, 4 cores free. Per kind of task, thousandths:
        // 2 cores and 0.5 of a card: fits; the 0.3 are too small: 300. Eight cores and 0.5: no cores, all 1900.
        // Two whole cards: only one is free, all 1900. One whole card: 600 + 300 = 900. Cores alone: 1900.
        let here = state(4000, &[1000, 600, 300]);
        let amount = |kinds: &[TypicalTask]| Fragmentation::new(kinds, |_| true).expect("weights").amount(&here);
        assert_eq!(amount(&[kind(2000, 500, 1)]), 300);
        assert_eq!(amount(&[kind(8000, 500, 1)]), 1900);
        assert_eq!(amount(&[kind(0, 2000, 1)]), 1900);
        assert_eq!(amount(&[kind(4000, 1000, 1)]), 900);
        assert_eq!(amount(&[kind(1000, 0, 1)]), 1900);
        // Weights: 3 x 300 + 1 x 1900 = 2800, to be divided by 4: 0.7 of a card.
        let both = Fragmentation::new(&[kind(2000, 500, 3), kind(0, 2000, 1)], |_| true).expect("weights");
        assert_eq!((both.amount(&here), both.weight()), (2800, 4));
        // Where a task may not run all is fragmented to it.
        let apart = Fragmentation::new(&[kind(2000, 500, 3)], |_| false).expect("weights");
        assert_eq!(apart.amount(&here), 3 * 1900);
        assert_eq!(Fragmentation::new(&[], |_| true), None);
    }

    #[test]
    fn typical_tasks_make_up_95_percent() {
        let mut counts = TaskCounts::default();
        for (task, count) in [(task(1, 0), 60), (task(2, 500), 30), (task(3, 0), 5), (task(4, 0), 5)] {
            counts.add(&TaskShape { memory: 7, ..task }, ConstraintId(0), count);
        }
        // 60 + 30 = 90 are too few; of the two of five the one with more cores comes: 95.
        let found: Vec<(u32, u64)> = counts.typical().iter().map(|kind| (kind.task.cores_milli, kind.weight)).collect();
        assert_eq!(found, [(1, 60), (2, 30), (4, 5)]);
        assert!(counts.share_cards());
        assert!(TaskCounts::default().typical().is_empty());
    }
}
