//! Flows through the fluid model, on generated cases.
//!
//! The generator, so that another simulator can be run on the same input:
//! - *mesh of S*: each site has an up lane and a down lane of 10 Gbps; each ordered pair has a private lane of 5 Gbps.
//!   A flow from i to j crosses up i, private (i, j), down j.
//! - *star of S*: each site has an up lane and a down lane of 10 Gbps. A flow crosses up i, down j.
//! - *chains*: C chains send N / C flows each, one after another without a pause, between two distinct sites drawn anew
//!   for each flow (uniform); a chain starts after an exponential time of mean 100 s. So C bounds the flows in flight.
//! - *burst*: N flows that start at uniform instants within one second.
//! - Sizes are log-normal with a mean of 10 GB (sigma of the logarithm 1), rounded down to bytes.
//!
//! Random numbers: Xoshiro256++ seeded with 1. Flows are drawn before the clock starts. The loop that is timed does what
//! a simulator does: ask for the next change, advance, start what follows, read the changed lanes.

use crate::cpu;
use eastwest::model::LaneId;
use eastwest::network::{FairNetwork, Flow, LaneRate, NetworkModel};
use eastwest::units::{Bytes, SimTime};
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Exp, LogNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::sync::Arc;

#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Mesh(u32),
    Star(u32),
}

impl Shape {
    pub(crate) fn sites(self) -> u32 {
        match self {
            Self::Mesh(sites) | Self::Star(sites) => sites,
        }
    }

    fn capacities(self) -> Vec<f64> {
        let sites = self.sites() as usize;
        match self {
            Self::Mesh(_) => [vec![1e10; 2 * sites], vec![5e9; sites * sites]].concat(),
            Self::Star(_) => vec![1e10; 2 * sites],
        }
    }

    fn route(self, from: u32, to: u32) -> Arc<[LaneId]> {
        let sites = self.sites();
        match self {
            Self::Mesh(_) => [from, 2 * sites + from * sites + to, sites + to].map(LaneId).into(),
            Self::Star(_) => [from, sites + to].map(LaneId).into(),
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Pattern {
    Chains(usize),
    Burst,
}

#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) flows: usize,
    pub(crate) pattern: Pattern,
    /// What is asked for: flows per CPU second.
    pub(crate) target: Option<f64>,
}

/// The flows of each chain in order, and the instants at which the chains start.
pub(crate) struct Input {
    /// The routes that are used.
    pub(crate) routes: Vec<Arc<[LaneId]>>,
    /// Chain after chain, the place of the route and the bytes of each flow.
    pub(crate) flows: Vec<(u32, u64)>,
    pub(crate) starts: Vec<(u64, usize)>,
}

impl Input {
    /// Chains are numbered by their start, so that the loop that is timed reads what was drawn for them in order, as a simulator that draws
    /// as it goes would.
    fn by_start(mut self, each: usize) -> Self {
        self.starts.sort_unstable();
        let flows = self.starts.iter().flat_map(|(_, chain)| &self.flows[chain * each..(chain + 1) * each]);
        self.flows = flows.copied().collect();
        self.starts.iter_mut().enumerate().for_each(|(number, (_, chain))| *chain = number);
        self
    }
}

pub(crate) fn generate(case: &Case) -> Input {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    // The mean of a log-normal is exp(mu + sigma^2 / 2).
    let sizes = LogNormal::new(1e10_f64.ln() - 0.5, 1.0).expect("a finite sigma");
    let stagger = Exp::new(1.0 / 100.0).expect("a positive rate");
    let sites = case.shape.sites();
    let chains = match case.pattern {
        Pattern::Chains(chains) => chains,
        Pattern::Burst => case.flows,
    };
    let mut places: Vec<Option<u32>> = vec![None; (sites * sites) as usize];
    let mut input = Input { routes: Vec::new(), flows: Vec::with_capacity(case.flows), starts: Vec::new() };
    for chain in 0..chains {
        let seconds: f64 = match case.pattern {
            Pattern::Chains(_) => stagger.sample(&mut random),
            Pattern::Burst => random.random_range(0.0..1.0),
        };
        input.starts.push(((seconds * 1e9) as u64, chain));
        for _ in 0..case.flows / chains {
            let from = random.random_range(0..sites);
            let to = (from + random.random_range(1..sites)) % sites;
            let place = *places[(from * sites + to) as usize].get_or_insert_with(|| {
                input.routes.push(case.shape.route(from, to));
                (input.routes.len() - 1) as u32
            });
            input.flows.push((place, sizes.sample(&mut random) as u64));
        }
    }
    input.by_start(case.flows / chains)
}

pub(crate) struct Outcome {
    pub(crate) seconds: f64,
    pub(crate) ended: usize,
    pub(crate) mean_in_flight: f64,
    pub(crate) end_s: f64,
}

/// Runs a case; `on_end` is told the chain of each flow that ends, and when in nanoseconds.
pub(crate) fn run(case: &Case, mut on_end: impl FnMut(u32, u64)) -> Outcome {
    let Input { routes, flows, starts } = generate(case);
    let each = flows.len() / starts.len();
    let mut next_flow = vec![0_u32; starts.len()];
    let mut network = FairNetwork::new(&case.shape.capacities());
    let mut chain_of: Vec<u32> = Vec::new();
    let (mut starts, mut ended, mut changed) = (starts.into_iter().peekable(), Vec::new(), Vec::<LaneRate>::new());
    let (mut count, mut now, mut flight_time) = (0, 0, 0.0);
    let mut launching: Vec<usize> = Vec::new();
    let began = cpu::seconds();
    loop {
        let next = match (network.next_change(), starts.peek()) {
            (Some(change), Some(&(start, _))) => change.0.min(start),
            (Some(change), None) => change.0,
            (None, Some(&(start, _))) => start,
            (None, None) => break,
        };
        flight_time += network.in_flight() as f64 * (next - now) as f64;
        now = next;
        network.advance(SimTime(now), &mut ended);
        count += ended.len();
        for key in ended.drain(..) {
            let chain = chain_of[key.slot()];
            on_end(chain, now);
            launching.push(chain as usize);
        }
        while let Some((_, chain)) = starts.next_if(|&(start, _)| start <= now) {
            launching.push(chain);
        }
        for chain in launching.drain(..) {
            let nth = next_flow[chain] as usize;
            if nth == each {
                continue;
            }
            let (route, bytes) = flows[chain * each + nth];
            next_flow[chain] += 1;
            let flow = Flow::new(Arc::clone(&routes[route as usize]), Bytes(u128::from(bytes)));
            let slot = network.start(SimTime(now), flow).slot();
            if slot >= chain_of.len() {
                chain_of.resize(slot + 1, 0);
            }
            chain_of[slot] = chain as u32;
        }
        network.changed_lanes(&mut changed);
        changed.clear();
    }
    Outcome {
        seconds: cpu::seconds() - began,
        ended: count,
        mean_in_flight: flight_time / now.max(1) as f64,
        end_s: now as f64 * 1e-9,
    }
}

/// The cases.
pub(crate) fn cases() -> Vec<Case> {
    let chains =
        |name, shape, flows, chains, target| Case { name, shape, flows, pattern: Pattern::Chains(chains), target };
    let burst = |name, shape, flows, target| Case { name, shape, flows, pattern: Pattern::Burst, target };
    let (mesh, star) = (Shape::Mesh(10), Shape::Star(2_000));
    vec![
        chains("mesh-10/100", mesh, 100_000, 100, None),
        chains("mesh-10/1000", mesh, 100_000, 1_000, Some(300_000.0)),
        chains("mesh-10/10000", mesh, 100_000, 10_000, None),
        chains("mesh-10/100000", mesh, 100_000, 100_000, None),
        chains("mesh-10/100000, ten each", mesh, 1_000_000, 100_000, None),
        chains("mesh-100/1000", Shape::Mesh(100), 100_000, 1_000, None),
        chains("star-2000/1000", star, 100_000, 1_000, Some(500_000.0)),
        chains("star-2000/10000", star, 100_000, 10_000, None),
        burst("burst, star-10", Shape::Star(10), 10_000, Some(10_000.0 / 0.1)),
        burst("burst, star-2000", star, 10_000, Some(10_000.0 / 3.0)),
    ]
}
