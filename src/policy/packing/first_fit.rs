//! First-fit: the nodes with the lowest numbers.
//!
//! Idea: walk the nodes by number and put on each as many of the job's tasks as fit, until all are placed. Holes at low numbers are
//! filled first, so that high numbers stay idle, for large jobs or to be withheld. A share of a card is taken from
//! the lowest card with enough.
//!
//! Source: Garey, Graham and Ullman, "Worst-case analysis of memory allocation algorithms", STOC 1972; the default of most batch systems.
//!
//! Cost: the logarithm of the pool's ranges for each range of nodes that is used.

use super::Packing;
use super::parts::Parts;
use crate::model::{Allocation, CardOrder, NodePool, TaskShape};

/// The lowest numbers that fit.
#[derive(Debug, Clone, Copy, Default)]
pub struct FirstFit;

impl Packing for FirstFit {
    fn preview(&self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Allocation> {
        if !nodes.free().covers(&task.times(tasks)) {
            return None;
        }
        let need = nodes.need(task)?;
        let mut parts = Parts::new(need, CardOrder::Lowest);
        let mut left = tasks;
        let mut fitting = nodes.fitting(need);
        if tasks == 1 {
            let range = fitting.next()?;
            parts.add(range.first, 1, 1, &range.state);
            return Some(parts.finish());
        }
        while left > 0 {
            let range = fitting.next()?;
            left = parts.fill(range.first, range.count, need.fit(&range.state), &range.state, left);
        }
        Some(parts.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cores, part, pool, take, used};
    use super::*;

    #[test]
    fn lowest_numbers_first() {
        // Four nodes of 4 cores with 1, 4, 2, 4 free. Six one-core tasks: 1 on node 0, 4 on node 1, the last on node 2.
        let mut nodes = pool(4, 4, 0);
        take(&mut nodes, 0, 3);
        take(&mut nodes, 2, 2);
        let chosen = FirstFit.choose(&nodes, 6, &cores(1)).unwrap();
        assert_eq!(used(&chosen), [(0, 1, 1), (1, 1, 4), (2, 1, 1)]);
        // Two-core tasks leap over node 0: two on node 1, one on node 2.
        let chosen = FirstFit.choose(&nodes, 3, &cores(2)).unwrap();
        assert_eq!(used(&chosen), [(1, 1, 2), (2, 1, 1)]);
        // 1 + 4 + 2 + 4 = 11 tasks fit, 12 do not; four-core tasks: nodes 1 and 3 only.
        assert_eq!(FirstFit.choose(&nodes, 11, &cores(1)).map(|all| all.tasks()), Some(11));
        assert_eq!(FirstFit.choose(&nodes, 12, &cores(1)), None);
        assert_eq!(FirstFit.choose(&nodes, 2, &cores(4)).map(|all| used(&all)), Some(vec![(1, 1, 4 / 4), (3, 1, 1)]));
        assert_eq!(FirstFit.choose(&nodes, 3, &cores(4)), None);
    }

    #[test]
    fn shares_from_the_lowest_card_with_enough() {
        // One node of two cards, 0.7 of card 0 in use: 0.3 and 1.0 free. 0.4 goes to card 1, then 0.3 to card 0.
        let mut nodes = pool(1, 8, 2);
        let share = |milli| TaskShape { accelerators_milli: milli, ..cores(0) };
        assert!(nodes.allocate(&Allocation { parts: vec![part(0, 1, 1, &[700])].into() }, &share(700)));
        let chosen = FirstFit.choose(&nodes, 1, &share(400)).unwrap();
        assert_eq!(chosen.parts[0].cards[..2], [0, 400]);
        assert!(nodes.allocate(&chosen, &share(400)));
        assert_eq!(FirstFit.choose(&nodes, 1, &share(300)).unwrap().parts[0].cards[..2], [300, 0]);
        // No card is wholly free; 0.3 + 0.6 free do not make 0.7 of one.
        assert_eq!(FirstFit.choose(&nodes, 1, &share(1000)), None);
        assert_eq!(FirstFit.choose(&nodes, 1, &share(700)), None);
        // Three of 0.3: one on card 0, two on card 1.
        assert_eq!(FirstFit.choose(&nodes, 3, &share(300)).unwrap().parts[0].cards[..2], [300, 600]);
    }
}
