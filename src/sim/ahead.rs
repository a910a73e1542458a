//! What events to come will touch is brought into the processor's caches while this one is handled; see [`caches`](crate::model::caches).
//!
//! An event's job leads to its pool and tenant, and these to what is kept of them: each step reads what the one before has brought. A guess at
//! which events come next is enough for it, and nothing of it changes anything of a run.

use super::driver::{Driver, Event};
use crate::model::JobSlot;
use crate::model::caches::bring;
use crate::network::FlowKey;

/// So many events are looked at.
const EVENTS: usize = 4;

/// The flow that ends next, as far as is known, and how many steps were taken for it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NextFlow {
    due: u64,
    key: Option<FlowKey>,
    steps: u32,
}

impl Driver<'_> {
    /// Takes a step for each of some events to come: the sooner, the further.
    pub(super) fn look_ahead(&mut self) {
        // A small run is in the caches anyway.
        if !self.world.jobs.is_large() {
            return;
        }
        for (nth, event) in self.world.agenda.soon().take(EVENTS).enumerate() {
            if let Event::JobEnds(slot) | Event::FlowBegins(slot) = *event {
                match nth {
                    0 => self.bring_rows(slot),
                    1 => self.bring_place(slot),
                    _ => self.world.jobs.bring(slot),
                }
            }
        }
        self.look_at_flow();
    }

    fn look_at_flow(&mut self) {
        let due = self.world.network.next_by_cap();
        if due != self.next_flow.due {
            self.next_flow = NextFlow { due, key: self.world.network.first_by_cap(), steps: 0 };
        }
        let Some(at) = self.next_flow.key.map(FlowKey::slot) else { return };
        let slot = self.world.flows.get(at);
        match (self.next_flow.steps, slot) {
            (0, Some(slot)) => bring(slot),
            (1, Some(Some(slot))) => self.world.jobs.bring(*slot),
            (2, Some(Some(slot))) => self.bring_place(*slot),
            (3, Some(Some(slot))) => self.bring_rows(*slot),
            _ => {}
        }
        self.next_flow.steps = self.next_flow.steps.saturating_add(1);
    }

    /// The pool where a job is.
    fn bring_place(&self, slot: JobSlot) {
        let Some(pool) = self.world.jobs.even_over(slot).life.pool else { return };
        self.world.bring(pool);
        bring(&self.stack.packings[pool.index()]);
        self.stack.queues[pool.index()].bring();
    }

    /// What the job's pool keeps of it and of its tenant.
    fn bring_rows(&self, slot: JobSlot) {
        let state = self.world.jobs.even_over(slot);
        if let Some(pool) = state.life.pool {
            self.stack.queues[pool.index()].bring_job(slot, state.job.request.tenant);
        }
    }
}
