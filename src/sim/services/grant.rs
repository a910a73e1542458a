//! Which replicas there are, and whom they serve.

use super::assign::assign;
use super::plan::served_by;
use crate::model::{PoolId, ServiceFlow};
use crate::sim::world::World;

impl World {
    /// Shares out the nodes of a pool that services have among them: who has some keeps them as far as he wants them, then
    /// those who lack some get them in their order.
    pub(super) fn grant(&mut self, pool: PoolId) {
        let mut there = self.pools[pool.index()].service_nodes(&self.platform.pools[pool.index()], self.now);
        let services = &mut self.services;
        let users = &services.by_pool[pool.index()];
        let mut kept: Vec<u64> = Vec::with_capacity(users.len());
        for (at, number) in users {
            let place = &services.list[*at].places[*number];
            let keeps = place.nodes.min(place.nodes_wanted).min(there);
            there -= keeps;
            kept.push(keeps);
        }
        for ((at, number), kept) in users.iter().zip(kept) {
            let state = &mut services.list[*at];
            let place = &mut state.places[*number];
            let more = (place.nodes_wanted - kept).min(there);
            there -= more;
            let nodes = kept + more;
            let replicas = place.replicas_wanted.min(nodes.saturating_mul(place.per_node));
            state.stale |= (nodes, replicas) != (place.nodes, place.replicas);
            (place.nodes, place.replicas) = (nodes, replicas);
        }
    }

    /// Shares out the requests of a service over the replicas that there are; what is not served, by reason.
    pub(super) fn serve(&mut self, at: usize) -> [u64; 3] {
        let (service, platform) = (&self.platform.services[at], &self.platform);
        let state = &mut self.services.list[at];
        let mut left = Vec::with_capacity(service.origins.len());
        service.offered(self.now, &mut left);
        let mut room: Vec<u64> = state.places.iter().map(|place| served_by(place.replicas, service)).collect();
        let (flows, places) = (&mut state.flows, &state.places);
        flows.clear();
        assign(&state.lists, &mut left, &mut room, |origin, reach, rate| {
            let pool = places[reach.place as usize].pool;
            flows.push(ServiceFlow {
                origin: service.origins[origin].0,
                center: platform.pools[pool.index()].center,
                pool,
                rate,
                round_trip: reach.round_trip,
            });
        });
        flows.sort_unstable_by_key(|flow| (flow.origin, flow.pool));
        let unserved: u64 = left.iter().sum();
        let no_room = state.no_room.min(unserved - state.out_of_reach);
        [state.out_of_reach, no_room, unserved - state.out_of_reach - no_room]
    }
}
