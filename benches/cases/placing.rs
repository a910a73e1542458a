//! First-fit placement, beside a linear scan over a row of nodes.
//!
//! Nodes are of 64 cores and 256 GiB. A request asks for 0.25 to 8 cores and 0.5 to 32 GiB, drawn independently, each of six sizes with equal chance; stays are exponential. The scan must
//! choose the same nodes.

use crate::cpu;
use eastwest::model::{Allocation, NodePool, NodeShape, TaskShape};
use eastwest::policy::packing::{FirstFit, Packing};
use eastwest::rng::{Generator, Streams, below, standard_exponential};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const GIB: u64 = 1 << 30;
const NODE: NodeShape = NodeShape { cores_milli: 64_000, memory: 256 * GIB, cards: 0, accelerator: None };
const CORES_MILLI: [u32; 6] = [250, 500, 1000, 2000, 4000, 8000];
const MEMORY: [u64; 6] = [GIB / 2, GIB, 2 * GIB, 8 * GIB, 16 * GIB, 32 * GIB];

/// A case: so many requests to any of the pools; they stay for so many arrivals on average, or for good.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) pools: u64,
    pub(crate) nodes: u64,
    pub(crate) requests: u64,
    pub(crate) stay: Option<f64>,
}

/// The cases; the first is that of other simulators, the last of 500 million nodes.
pub(crate) const CASES: [Case; 3] = [
    Case { name: "none leaving", pools: 1, nodes: 10_000, requests: 100_000, stay: None },
    Case { name: "leaving", pools: 1, nodes: 10_000, requests: 1_000_000, stay: Some(1e5) },
    Case { name: "large", pools: 2000, nodes: 250_000, requests: 10_000_000, stay: Some(1e6) },
];

/// What is asked for, where, and how many arrivals later it leaves.
pub(crate) struct Requests {
    rng: Generator,
    pools: u64,
    stay: Option<f64>,
}

impl Requests {
    pub(crate) fn new(case: &Case) -> Self {
        Self { rng: Streams::new(1, 0).stream("bench.placement"), pools: case.pools, stay: case.stay }
    }

    pub(crate) fn next(&mut self) -> (usize, TaskShape, Option<u64>) {
        let one_of_six = |rng: &mut Generator| below(rng, 6) as usize;
        let task = TaskShape {
            cores_milli: CORES_MILLI[one_of_six(&mut self.rng)],
            memory: MEMORY[one_of_six(&mut self.rng)],
            accelerators_milli: 0,
            accelerator: None,
        };
        let pool = below(&mut self.rng, self.pools) as usize;
        let stay = self.stay.map(|mean| (standard_exponential(&mut self.rng) * mean) as u64);
        (pool, task, stay)
    }
}

/// Where requests are placed, and the sum of the node numbers, by which two ways are compared.
trait Hosts {
    type Held;
    fn place(&mut self, pool: usize, task: &TaskShape) -> Option<(u64, Self::Held)>;
    fn leave(&mut self, pool: usize, held: &Self::Held, task: &TaskShape);
}

struct Pools(Vec<NodePool>);

impl Hosts for Pools {
    type Held = Allocation;

    fn place(&mut self, pool: usize, task: &TaskShape) -> Option<(u64, Allocation)> {
        let nodes = &mut self.0[pool];
        let found = FirstFit.choose(nodes, 1, task)?;
        nodes.allocate(&found, task).then(|| (found.parts[0].first, found))
    }

    fn leave(&mut self, pool: usize, held: &Allocation, task: &TaskShape) {
        assert!(self.0[pool].release(held, task));
    }
}

/// A row of nodes: cores and memory free.
struct Row(Vec<(u32, u64)>);

impl Hosts for Row {
    type Held = usize;

    fn place(&mut self, _pool: usize, task: &TaskShape) -> Option<(u64, usize)> {
        let at = self.0.iter().position(|(cores, memory)| *cores >= task.cores_milli && *memory >= task.memory)?;
        self.0[at].0 -= task.cores_milli;
        self.0[at].1 -= task.memory;
        Some((at as u64, at))
    }

    fn leave(&mut self, _pool: usize, at: &usize, task: &TaskShape) {
        self.0[*at].0 += task.cores_milli;
        self.0[*at].1 += task.memory;
    }
}

/// Who holds what; places in the list are used again.
type Holders<H> = Vec<Option<(usize, H, TaskShape)>>;

/// What came of it; two ways that placed alike have the same sum of node numbers.
pub(crate) struct Outcome {
    pub(crate) seconds: f64,
    pub(crate) placed: (u64, u64),
}

/// In pools by first-fit.
pub(crate) fn in_pools(case: &Case) -> Outcome {
    run(&mut Pools((0..case.pools).map(|_| NodePool::new(NODE, case.nodes)).collect()), case)
}

/// In one row of nodes, by looking at each.
pub(crate) fn in_a_row(case: &Case) -> Outcome {
    run(&mut Row(vec![(NODE.cores_milli, NODE.memory); case.nodes as usize]), case)
}

/// Places all requests.
fn run<H: Hosts>(hosts: &mut H, case: &Case) -> Outcome {
    let mut requests = Requests::new(case);
    let before = cpu::seconds();
    let mut leaving: BinaryHeap<Reverse<(u64, u32)>> = BinaryHeap::new();
    let (mut holders, mut unused): (Holders<H::Held>, Vec<u32>) = (Vec::new(), Vec::new());
    let (mut placed, mut sum) = (0, 0_u64);
    for now in 0..case.requests {
        while let Some(Reverse((at, slot))) = leaving.peek().copied().filter(|Reverse((at, _))| *at <= now) {
            leaving.pop();
            debug_assert!(at <= now);
            if let Some((pool, held, task)) = holders[slot as usize].take() {
                hosts.leave(pool, &held, &task);
            }
            unused.push(slot);
        }
        let (pool, task, stay) = requests.next();
        let Some((node, held)) = hosts.place(pool, &task) else { continue };
        placed += 1;
        sum = sum.wrapping_add(node);
        if let Some(stay) = stay {
            let slot = unused.pop().unwrap_or_else(|| {
                holders.push(None);
                holders.len() as u32 - 1
            });
            holders[slot as usize] = Some((pool, held, task));
            leaving.push(Reverse((now + 1 + stay, slot)));
        }
    }
    Outcome { seconds: cpu::seconds() - before, placed: (placed, sum) }
}
