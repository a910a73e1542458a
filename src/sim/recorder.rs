//! What is told only of jobs that somebody wants explained: the broker's reasons, and the rates of their flows.
//!
//! Without [`Options::explain`](super::Options::explain) none of it is worked out. It changes nothing of the run: it reads and tells.

use super::driver::Driver;
use super::error::RunError;
use super::world::World;
use crate::model::{JobNumber, JobSlot, LaneId};
use crate::network::{FlowKey, LaneRate, NetworkModel};
use crate::observe::Record;
use std::sync::Arc;

/// Two rates that differ by less than this share are the same: of sums of doubles no more is known.
const SAME: f64 = 1e-9;

/// A flow whose rate is told.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub(super) flow: FlowKey,
    pub(super) number: JobNumber,
    pub(super) lanes: Arc<[LaneId]>,
    /// As last told.
    pub(super) told: Option<(f64, Option<LaneId>, u32)>,
}

/// Flows whose rates are told, and what is known of lanes for it.
#[derive(Debug, Clone, Default)]
pub(super) struct Watching {
    flows: Vec<Watched>,
    /// By lane: bits per second in use and flows, as last told.
    lanes: Vec<(f64, u32)>,
}

impl Driver<'_> {
    /// Tells the rates of watched flows, where they changed with one of these lanes (in lane order).
    pub(super) fn tell_flows(&mut self, changed: &[LaneRate]) -> Result<(), RunError> {
        let Some(mut watching) = self.watching.take() else { return Ok(()) };
        watching.lanes.resize(self.world.links.len() * 2, (0.0, 0));
        for lane in changed {
            watching.lanes[lane.lane.index()] = (lane.rate, lane.flows);
        }
        for flow in &mut watching.flows {
            let crosses = |lane: &LaneId| changed.binary_search_by_key(lane, |changed| changed.lane).is_ok();
            if !flow.lanes.iter().any(crosses) {
                continue;
            }
            let Some(rate) = self.world.network.rate(flow.flow) else { continue };
            let (bottleneck, flows) = bottleneck(&mut self.world, &watching.lanes, flow, rate);
            let now = (rate, bottleneck, flows);
            if flow.told != Some(now) {
                flow.told = Some(now);
                let (flow, number) = (flow.flow, flow.number);
                let record = Record::FlowRate { flow, number, rate, bottleneck, flows };
                self.out.plain(&self.world.jobs, record)?;
            }
        }
        self.watching = Some(watching);
        Ok(())
    }

    /// Watches a flow of a job that is to be explained.
    pub(super) fn watch(&mut self, flow: FlowKey, slot: JobSlot) {
        let job = &self.world.jobs[slot];
        if let (Some(transfer), true) = (&job.transfer, self.options.explains(&job.job)) {
            let (number, lanes) = (job.job.request.number, Arc::clone(&transfer.lanes));
            if let Some(watching) = &mut self.watching {
                watching.flows.push(Watched { flow, number, lanes, told: None });
            }
        }
    }

    /// A flow is no more.
    pub(super) fn unwatch(&mut self, flow: FlowKey) {
        if let Some(watching) = &mut self.watching {
            watching.flows.retain(|watched| watched.flow != flow);
        }
    }
}

/// The lane that holds a flow to its rate, and how many flows share it: a full lane on which none is faster (max-min). `None` where
/// its TCP window does.
fn bottleneck(world: &mut World, lanes: &[(f64, u32)], watched: &Watched, rate: f64) -> (Option<LaneId>, u32) {
    let full = |lane: &LaneId| lanes[lane.index()].0 >= world.lane_capacity(lane.link()).1 * (1.0 - SAME);
    let candidates: Vec<LaneId> = watched.lanes.iter().copied().filter(full).collect();
    let told = |lane: LaneId| (Some(lane), lanes[lane.index()].1);
    match candidates.as_slice() {
        [] => (None, 0),
        [only] => told(*only),
        [first, ..] => {
            let found = candidates.iter().find(|lane| fastest(world, **lane) <= rate * (1.0 + SAME));
            told(*found.unwrap_or(first))
        }
    }
}

/// The rate of the fastest flow on a lane.
fn fastest(world: &mut World, lane: LaneId) -> f64 {
    let on_lane = |slot: &JobSlot| {
        let job = world.jobs.get(*slot)?;
        let crosses = job.transfer.as_ref().is_some_and(|transfer| transfer.lanes.contains(&lane));
        job.flow.filter(|_| crosses)
    };
    let keys: Vec<FlowKey> = world.flows.iter().flatten().filter_map(on_lane).collect();
    keys.into_iter().filter_map(|key| world.network.rate(key)).fold(0.0, f64::max)
}
