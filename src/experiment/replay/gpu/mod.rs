//! A GPU cluster of nodes of several shapes, and lists of pods for it.
//!
//! Nodes of one shape (model and number of cards, cores, memory) are a pool; all pools belong to one center. A pod goes to the pool whose packing
//! makes the best bid. In a **fill** the list is brought to a share of the cluster's capacity of accelerators and its pods come one by one, in any
//! order; who does not fit is turned away, nobody leaves. In a replay in **time** pods come and go as the table says.

mod allocation;
mod auction;
mod cluster;
mod fill;
mod jobs;
#[cfg(test)]
mod published;
#[cfg(test)]
mod tests;

pub use allocation::AllocationCurve;
pub use cluster::GpuCluster;

use super::policy::ReplayPolicy;
use crate::experiment::{Listeners, RunResult, run_audited};
use crate::model::PoolId;
use crate::policy::Stack;
use crate::policy::packing::{PackingSpec, PoolProfile};
use crate::rng::Streams;
use crate::scenario::Scenario;
use crate::sim::{Decide, Options, Rules, RunError};
use crate::workload::openb::{OpenbNode, OpenbPod, PodReport};
use crate::workload::{Listed, Merged};
use auction::Auction;

/// What is done with a list of pods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GpuReplay {
    /// Pods come and go as the table says.
    Time,
    /// The list is brought to this share of the capacity, and pods come one by one.
    Fill(f64),
}

/// A cluster with its pods, ready to be run.
pub struct GpuRun {
    /// The cluster as a scenario; its seed is that of the run.
    pub scenario: Scenario,
    /// What was read of the pods.
    pub report: PodReport,
    cluster: GpuCluster,
    jobs: Vec<crate::model::Job>,
    replay: GpuReplay,
    seed: u64,
}

impl GpuRun {
    /// Makes a cluster of these nodes and brings the pods to it. In a fill, `seed` shuffles the pods, draws those that are added or left out,
    /// and shuffles the nodes, whose order decides between equal scores; a replay in time takes all in the order of the tables.
    ///
    /// # Errors
    /// A fill of pods that ask for no accelerators, or of a cluster that has none; a share that is not a number above 0.
    pub fn new(
        name: &str,
        nodes: &[OpenbNode],
        pods: &[OpenbPod],
        mut report: PodReport,
        replay: GpuReplay,
        seed: u64,
    ) -> Result<Self, String> {
        let streams = Streams::new(seed, 0);
        let mut cluster = match replay {
            GpuReplay::Time => GpuCluster::new(nodes, 0..nodes.len()),
            GpuReplay::Fill(_) => {
                let mut order: Vec<usize> = (0..nodes.len()).collect();
                crate::rng::shuffle(&mut streams.stream("replay.nodes"), &mut order);
                GpuCluster::new(nodes, order)
            }
        }?;
        cluster.learn(pods);
        let jobs = match replay {
            GpuReplay::Time => jobs::in_time(pods, &cluster, &mut report),
            GpuReplay::Fill(share) => {
                let order = fill::order(pods, cluster.capacity_milli(), share, &mut streams.stream("replay.pods"))?;
                jobs::one_by_one(pods, &order, &cluster)
            }
        };
        let until = match replay {
            GpuReplay::Time => None,
            GpuReplay::Fill(_) => Some(jobs::after(jobs.len())),
        };
        let scenario = cluster.scenario(name, until, seed);
        Ok(Self { scenario, report, cluster, jobs, replay, seed })
    }

    /// How many pods will come.
    #[must_use]
    pub const fn pods(&self) -> usize {
        self.jobs.len()
    }

    /// An observer that draws the curve of a fill.
    #[must_use]
    pub fn curve(&self) -> AllocationCurve {
        AllocationCurve::new(&self.scenario.platform)
    }

    /// Runs the pods through the cluster.
    ///
    /// # Errors
    /// The run fails.
    pub fn run(
        self,
        packing: &PackingSpec,
        queue: &ReplayPolicy,
        listeners: Listeners<'_, '_>,
        options: Options<'_>,
    ) -> Result<RunResult, RunError> {
        let platform = &self.scenario.platform;
        let streams = Streams::new(self.seed, 0);
        let name = |id: usize| format!("cluster.{}", platform.pools[id].name);
        let build = |id: usize| packing.build(&streams, &name(id), &PoolProfile::of(platform, PoolId::from_index(id)));
        let pools = 0..platform.pools.len();
        let queues = pools.clone().map(|_| queue.queue()).collect();
        let drawn = matches!(packing, PackingSpec::Random(_)).then(|| streams.stream("replay.pool"));
        let stack = Stack {
            broker: Box::new(Auction::new(self.cluster.ranks(), drawn, matches!(self.replay, GpuReplay::Time))),
            queues,
            packings: pools.map(build).collect(),
            clairvoyant: queue.clairvoyant(),
        };
        // Each pod finds the nodes as the one before left them, also within one second.
        let rules = Rules { decide: Decide::PerEvent, ..queue.rules };
        let mut jobs = Merged::new(vec![Box::new(Listed::new(self.jobs))], None);
        let scenario = match self.replay {
            GpuReplay::Time => super::from_first(&self.scenario, &mut jobs)?,
            GpuReplay::Fill(_) => self.scenario,
        };
        run_audited(&scenario, stack, jobs, listeners, Options { rules, ..options })
    }
}
