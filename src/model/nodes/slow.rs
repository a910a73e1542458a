//! The obvious pool: a vector of nodes. The oracle of tests.

use super::{NodeState, Totals};
use crate::model::{Allocation, AllocationPart, NodeShape, TaskShape};

/// Nodes by number; `None` is withheld.
#[derive(Debug, Clone)]
pub(crate) struct SlowPool {
    pub(crate) shape: NodeShape,
    pub(crate) nodes: Vec<Option<NodeState>>,
    owed: u64,
}

impl SlowPool {
    pub(crate) fn new(shape: NodeShape, nodes: usize) -> Self {
        Self { shape, nodes: vec![Some(NodeState::idle(&shape)); nodes], owed: 0 }
    }

    pub(crate) fn open(&self) -> u64 {
        self.nodes.iter().flatten().count() as u64
    }

    pub(crate) fn free(&self) -> Totals {
        let mut sum = Totals::default();
        for node in self.nodes.iter().flatten() {
            sum.cores_milli += u64::from(node.cores_milli);
            sum.memory += u128::from(node.memory);
            sum.accelerators_milli += node.cards.iter().map(|card| u64::from(*card)).sum::<u64>();
        }
        sum
    }

    pub(crate) fn allocate(&mut self, allocation: &Allocation, task: &TaskShape) -> bool {
        let mut after = self.nodes.clone();
        for (number, part) in numbers(allocation) {
            let Some(Some(node)) = after.get_mut(number) else { return false };
            let cores = u64::from(task.cores_milli) * u64::from(part.tasks_per_node);
            let memory = u128::from(task.memory) * u128::from(part.tasks_per_node);
            if u64::from(node.cores_milli) < cores || u128::from(node.memory) < memory {
                return false;
            }
            node.cores_milli -= cores as u32;
            node.memory -= memory as u64;
            for (free, taken) in node.cards.iter_mut().zip(&part.cards) {
                if *free < *taken {
                    return false;
                }
                *free -= taken;
            }
        }
        self.nodes = after;
        true
    }

    pub(crate) fn exchange(
        &mut self,
        before: &Allocation,
        task: &TaskShape,
        after: Option<Allocation>,
    ) -> Option<Allocation> {
        let owed = std::mem::take(&mut self.owed);
        let nodes = self.nodes.clone();
        self.release(before, task);
        let done = after.filter(|after| self.allocate(after, task));
        if done.is_none() {
            self.nodes = nodes;
        }
        self.owed = owed;
        self.collect();
        done
    }

    pub(crate) fn release(&mut self, allocation: &Allocation, task: &TaskShape) {
        for (number, part) in numbers(allocation) {
            let node = self.nodes[number].as_mut().expect("a withheld node holds nothing");
            node.cores_milli += task.cores_milli * part.tasks_per_node;
            node.memory += task.memory * u64::from(part.tasks_per_node);
            node.cards.iter_mut().zip(&part.cards).for_each(|(free, given)| *free += given);
        }
        self.collect();
    }

    pub(crate) fn set_open(&mut self, target: u64) {
        while self.open() - self.owed > target {
            self.owed += 1;
        }
        self.collect();
        while self.open() - self.owed < target {
            let idle = Some(NodeState::idle(&self.shape));
            if self.owed > 0 {
                self.owed -= 1;
            } else if let Some(node) = self.nodes.iter_mut().find(|node| node.is_none()) {
                *node = idle;
            } else {
                self.nodes.push(idle);
            }
        }
    }

    fn collect(&mut self) {
        let idle = Some(NodeState::idle(&self.shape));
        while self.owed > 0 {
            let Some(node) = self.nodes.iter_mut().rev().find(|node| **node == idle) else { return };
            *node = None;
            self.owed -= 1;
        }
    }
}

fn numbers(allocation: &Allocation) -> impl Iterator<Item = (usize, &AllocationPart)> {
    let of = |part| move |number| (number as usize, part);
    allocation.parts.iter().flat_map(move |part| (part.first..part.first + part.count).map(of(part)))
}
