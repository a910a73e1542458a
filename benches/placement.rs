//! What first-fit placement costs, beside a linear scan over a row of nodes: `cargo bench --bench placement [-- large]`.
//!
//! - `none leaving`: 10,000 nodes of 64 cores and 256 GiB, 100,000 requests, as other simulators are measured;
//! - `leaving`: the same nodes, 1,000,000 requests that stay for 100,000 arrivals on average;
//! - `large`: 500 million nodes in 2,000 pools, 10 million requests that go to any pool and stay for a million arrivals on average.
//!
//! A request asks for 0.25 to 8 cores and 0.5 to 32 GiB, drawn independently, each of six sizes with equal chance; stays are exponential. The scan must
//! choose the same nodes. CPU seconds are those of the thread (`/proc/thread-self/schedstat`); the peak memory is the process's so far.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "measure/cpu.rs"]
mod cpu;
#[path = "measure/memory.rs"]
mod memory;

use eastwest::model::{Allocation, NodePool, NodeShape, TaskShape};
use eastwest::policy::packing::{FirstFit, Packing};
use eastwest::rng::{Generator, Streams, below, standard_exponential};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const GIB: u64 = 1 << 30;
const NODE: NodeShape = NodeShape { cores_milli: 64_000, memory: 256 * GIB, cards: 0, accelerator: None };
const CORES_MILLI: [u32; 6] = [250, 500, 1000, 2000, 4000, 8000];
const MEMORY: [u64; 6] = [GIB / 2, GIB, 2 * GIB, 8 * GIB, 16 * GIB, 32 * GIB];

/// What is asked for, where, and how many arrivals later it leaves.
struct Requests {
    rng: Generator,
    pools: u64,
    stay: Option<f64>,
}

impl Requests {
    fn new(pools: u64, stay: Option<f64>) -> Self {
        Self { rng: Streams::new(1, 0).stream("bench.placement"), pools, stay }
    }

    fn next(&mut self) -> (usize, TaskShape, Option<u64>) {
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

/// Places all requests; gives the number placed and the sum of their node numbers.
fn run<H: Hosts>(hosts: &mut H, mut requests: Requests, count: u64) -> (u64, u64) {
    let mut leaving: BinaryHeap<Reverse<(u64, u32)>> = BinaryHeap::new();
    let (mut holders, mut unused): (Holders<H::Held>, Vec<u32>) = (Vec::new(), Vec::new());
    let (mut placed, mut sum) = (0, 0_u64);
    for now in 0..count {
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
    (placed, sum)
}

fn case<H: Hosts>(name: &str, hosts: &mut H, requests: Requests, count: u64) -> (u64, u64) {
    let before = cpu::seconds();
    let result = run(hosts, requests, count);
    let cpu = cpu::seconds() - before;
    let each = cpu / count as f64 * 1e9;
    println!(
        "{name:<28}{count:>10}{:>10}{cpu:>9.3}{each:>10.0}{:>10.0}",
        result.0,
        memory::peak_mib().unwrap_or(f64::NAN)
    );
    result
}

fn main() {
    let large = std::env::args().any(|argument| argument == "large");
    println!("{:<28}{:>10}{:>10}{:>9}{:>10}{:>10}", "case", "requests", "placed", "CPU s", "ns each", "peak MiB");
    for (name, count, stay) in [("none leaving", 100_000, None), ("leaving", 1_000_000, Some(100_000.0))] {
        let pools = case(name, &mut Pools(vec![NodePool::new(NODE, 10_000)]), Requests::new(1, stay), count);
        let mut row = Row(vec![(NODE.cores_milli, NODE.memory); 10_000]);
        let scan = case(&format!("{name}, linear scan"), &mut row, Requests::new(1, stay), count);
        assert_eq!(pools, scan, "the same requests on the same nodes");
    }
    if large {
        let mut pools = Pools((0..2000).map(|_| NodePool::new(NODE, 250_000)).collect());
        case("large", &mut pools, Requests::new(2000, Some(1e6)), 10_000_000);
    }
}
