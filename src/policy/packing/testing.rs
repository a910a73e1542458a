//! Small pools for the tests of packings.

use crate::model::{AcceleratorId, Allocation, AllocationPart, CARDS_MAX, NodePool, NodeShape, TaskShape};

/// Nodes of so many cores and cards, and as much memory in bytes as thousandths of cores.
pub(super) fn pool(nodes: u64, cores: u32, cards: u8) -> NodePool {
    let accelerator = (cards > 0).then_some(AcceleratorId(0));
    let shape = NodeShape { cores_milli: cores * 1000, memory: u64::from(cores) * 1000, cards, accelerator };
    NodePool::new(shape, nodes)
}

/// A task of so many cores.
pub(super) fn cores(cores: u32) -> TaskShape {
    TaskShape { cores_milli: cores * 1000, memory: 0, accelerators_milli: 0, accelerator: None }
}

/// A part that uses these cards, beginning with card 0.
pub(super) fn part(first: u64, count: u64, tasks_per_node: u32, used: &[u16]) -> AllocationPart {
    let mut cards = [0; CARDS_MAX];
    cards[..used.len()].copy_from_slice(used);
    AllocationPart { first, count, tasks_per_node, cards }
}

/// Takes cores of a node.
pub(super) fn take(nodes: &mut NodePool, node: u64, amount: u32) {
    assert!(nodes.allocate(&Allocation { parts: vec![part(node, 1, 1, &[])].into() }, &cores(amount)));
}

/// First node, nodes, tasks on each.
pub(super) fn used(allocation: &Allocation) -> Vec<(u64, u64, u32)> {
    allocation.parts.iter().map(|part| (part.first, part.count, part.tasks_per_node)).collect()
}
