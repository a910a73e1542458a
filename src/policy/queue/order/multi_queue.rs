//! Multi-queue: one queue for each priority, higher ones first; within a queue another order.

use super::priority::descending;
use super::{Changes, Charged, Facts, Order, Rank};
use crate::model::TenantId;
use crate::units::SimTime;

/// Queues by priority, each with the same inner order.
#[derive(Clone)]
pub struct MultiQueue {
    /// The order within a queue.
    pub within: Box<dyn Order>,
}

impl Order for MultiQueue {
    fn rank(&self, job: &Facts, now: SimTime) -> Rank {
        let inner = self.within.rank(job, now).0;
        // The upper component of an inner rank is 0 or 1, so it fits below the priority. A multi-queue within a multi-queue
        // adds nothing: its upper part is dropped.
        Rank([u64::from(descending(job.priority)) << 32 | (inner[0] & 0xffff_ffff), inner[1]])
    }

    fn changes(&self) -> Changes {
        self.within.changes()
    }

    fn band(&self, job: &Facts) -> u32 {
        // An order that changes with tenants has no bands of its own, unless it is a multi-queue with the same ones.
        descending(job.priority)
    }

    fn weighs_tenants(&self) -> bool {
        self.within.weighs_tenants()
    }

    fn advance(&mut self, now: SimTime) -> bool {
        self.within.advance(now)
    }

    fn accruing(&self) -> usize {
        self.within.accruing()
    }

    fn accrues(&self, tenant: TenantId) -> bool {
        self.within.accrues(tenant)
    }

    fn list_accruing(&self, tenants: &mut Vec<TenantId>) {
        self.within.list_accruing(tenants);
    }

    fn charged(&mut self, tenants: &mut Vec<TenantId>) -> Charged {
        self.within.charged(tenants)
    }

    fn started(&mut self, job: &Facts, now: SimTime) {
        self.within.started(job, now);
    }

    fn resized(&mut self, job: &Facts, share: u64, started: SimTime, now: SimTime) {
        self.within.resized(job, share, started, now);
    }

    fn ended(&mut self, job: &Facts, started: SimTime, now: SimTime) {
        self.within.ended(job, started, now);
    }
}
