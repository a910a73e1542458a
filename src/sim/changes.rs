//! What is told at the start and at the end, and what changes in between without any job: nodes, links, signals.

use super::driver::{Driver, Event};
use super::error::RunError;
use crate::engine::Class;
use crate::model::{CenterId, Direction, LinkId, Outcome, PoolId};
use crate::network::NetworkModel;
use crate::observe::Record;
use crate::scenario::Change;
use crate::units::{Bytes, SimTime};

impl Driver<'_> {
    /// Tells how things are at the start, and plans what will happen whatever jobs do.
    pub(super) fn open(&mut self) -> Result<(), RunError> {
        let (pools, links) = (self.world.pools.len(), self.world.links.len());
        for pool in (0..pools).map(PoolId::from_index) {
            self.tell_nodes(pool)?;
            self.plan_pool_series(pool);
            self.world.summarize(pool);
            self.world.touch(pool);
        }
        for link in (0..links).map(LinkId::from_index) {
            self.tell_link(link)?;
            self.plan_link_series(link);
        }
        for center in (0..self.world.platform.centers.len()).map(CenterId::from_index) {
            if self.world.stores.used(center) > Bytes::ZERO {
                self.tell_storage(center)?;
            }
        }
        self.open_services()?;
        // The pools publish what they have before the first job comes.
        self.decide_pools()?;
        if self.world.summaries.refresh().is_some() {
            self.world.schedule(SimTime::ZERO, Class::Change, Event::Publish);
        }
        if self.run.warm_up.0 > 0 {
            self.world.schedule(SimTime(self.run.warm_up.0), Class::Boundary, Event::WindowOpens);
        }
        for (number, planned) in self.changes.iter().enumerate() {
            self.world.schedule(planned.at, Class::Change, Event::Planned(number));
        }
        self.plan_submission()
    }

    /// What is still in the system is unfinished.
    pub(super) fn close(&mut self, end: SimTime) -> Result<(), RunError> {
        self.world.now = end;
        self.out.advance(end);
        if self.run.warm_up.0 > 0 && !self.world.opened {
            // Nothing was measured, and the metrics must not say otherwise.
            self.open_window()?;
        }
        for slot in self.world.jobs.by_number() {
            self.finish(slot, Outcome::Unfinished)?;
        }
        self.out.record(&self.world.jobs, &Record::RunEnded)?;
        self.world.stats.end = end;
        self.world.under_way.advance(end);
        self.world.stats.flow_seconds = self.world.under_way.seconds();
        Ok(())
    }

    /// The warm-up is over.
    pub(super) fn open_window(&mut self) -> Result<(), RunError> {
        self.world.opened = true;
        self.out.plain(&self.world.jobs, Record::WindowOpened)?;
        Ok(())
    }

    /// A change that the scenario plans.
    pub(super) fn planned(&mut self, number: usize) -> Result<(), RunError> {
        match self.changes[number].change {
            Change::Nodes(pool, by) => {
                let state = &mut self.world.pools[pool.index()];
                state.total = state.total.saturating_add_signed(by);
                self.follow_share(pool)
            }
            Change::Bandwidth(link, bandwidth) => {
                self.world.links[link.index()].bandwidth = bandwidth;
                self.link_changed(link)
            }
            Change::Storage(center, space) => {
                let filled = self.world.platform.centers[center.index()].storage.map_or(Bytes::ZERO, |it| it.filled);
                self.world.stores.set_space(center, space.saturating_sub(filled));
                self.out.plain(&self.world.jobs, Record::StorageSpace { center, space })?;
                Ok(())
            }
            Change::LinkDown(link, down) => {
                let state = &mut self.world.links[link.index()];
                state.down = if down { state.down + 1 } else { state.down.saturating_sub(1) };
                self.link_changed(link)
            }
        }
    }

    /// Bandwidth or outage of a link changed: routes, what is on it, and what waits for a way.
    fn link_changed(&mut self, link: LinkId) -> Result<(), RunError> {
        let state = self.world.links[link.index()];
        let (up, has_bandwidth) = (state.down == 0, state.bandwidth.0 > 0);
        let routes = &mut self.world.routes;
        let changed = routes.set_up(link, up) | routes.set_has_bandwidth(link, has_bandwidth);
        self.tell_link(link)?;
        if changed && !(up && has_bandwidth) {
            self.reroute(link)?;
        }
        if changed {
            self.world.services.ways_changed();
            self.retry_stalled();
        }
        Ok(())
    }

    /// The closed share of a pool changed.
    pub(super) fn pool_series(&mut self, pool: PoolId) -> Result<(), RunError> {
        self.follow_share(pool)?;
        self.plan_pool_series(pool);
        Ok(())
    }

    fn follow_share(&mut self, pool: PoolId) -> Result<(), RunError> {
        let world = &mut self.world;
        world.follow_share(pool);
        world.services.pool_changed(pool);
        self.tell_nodes(pool)
    }

    fn plan_pool_series(&mut self, pool: PoolId) {
        let world = &mut self.world;
        if let Some(at) = world.platform.pools[pool.index()].closed_share.next_change(world.now) {
            world.schedule(at, Class::Change, Event::PoolSeries(pool));
        }
    }

    /// The background of a link changed.
    pub(super) fn link_series(&mut self, link: LinkId) -> Result<(), RunError> {
        self.tell_link(link)?;
        self.plan_link_series(link);
        Ok(())
    }

    fn plan_link_series(&mut self, link: LinkId) {
        let world = &mut self.world;
        if let Some(at) = world.platform.links[link.index()].background.next_change(world.now) {
            world.schedule(at, Class::Change, Event::LinkSeries(link));
        }
    }

    /// Centers publish their summaries, and will again.
    pub(super) fn publish(&mut self) {
        let world = &mut self.world;
        world.summarize_touched();
        let curves = world.outlooks.publish(&world.platform, &world.pools, &world.jobs, world.now);
        world.summaries.publish(world.now, curves);
        if let Some(refresh) = world.summaries.refresh() {
            world.schedule(world.now + refresh, Class::Change, Event::Publish);
        }
    }

    /// Tells how many nodes of a pool are open and closed, where that changed.
    pub(super) fn tell_nodes(&mut self, pool: PoolId) -> Result<(), RunError> {
        let world = &mut self.world;
        let state = &mut world.pools[pool.index()];
        let open = state.nodes.open() + state.service_nodes(&world.platform.pools[pool.index()], world.now);
        let now = (open, state.total.saturating_sub(open));
        if state.told != Some(now) {
            state.told = Some(now);
            let record = Record::PoolNodes { pool, open: now.0, closed: now.1 };
            self.out.plain(&world.jobs, record)?;
        }
        Ok(())
    }

    /// Tells what both directions of a link offer, and sets it in the network.
    fn tell_link(&mut self, link: LinkId) -> Result<(), RunError> {
        let (bandwidth, offered) = self.world.lane_capacity(link);
        for lane in [link.lane(Direction::Forth), link.lane(Direction::Back)] {
            self.world.network.set_capacity(self.world.now, lane, offered);
            self.out.plain(&self.world.jobs, Record::LaneCapacity { lane, bandwidth, offered })?;
        }
        Ok(())
    }
}
