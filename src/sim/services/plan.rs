//! Where replicas are to be.

use super::assign::{Lists, Reach, assign};
use super::{Services, State};
use crate::model::{Platform, Service, ServicePlacement, SiteId};
use crate::network::Routes;
use crate::sim::world::World;
use crate::units::{SimDuration, SimTime};

impl World {
    /// Finds anew which places each origin of each service can reach.
    pub(super) fn find_ways(&mut self) {
        let Self { services, platform, routes, .. } = self;
        services.ways = false;
        services.plan = true;
        for (state, service) in services.list.iter_mut().zip(&platform.services) {
            state.lists = lists(state, service, platform, routes);
        }
    }

    /// Plans replicas of every service.
    pub(super) fn plan_services(&mut self) {
        let (platform, now) = (&self.platform, self.now);
        let Services { list, order, by_pool, pools, plan, .. } = &mut self.services;
        *plan = false;
        let mut open = vec![0; by_pool.len()];
        for pool in pools.iter().map(|pool| pool.index()) {
            let total = self.pools[pool].total;
            open[pool] = total - platform.pools[pool].closed(total, now).min(total);
        }
        let mut rest = open.clone();
        let (mut left, mut room) = (Vec::new(), Vec::new());
        for at in order.iter() {
            let (state, service) = (&mut list[*at], &platform.services[*at]);
            state.lists.order = order_now(state, service, platform, now);
            left.clear();
            room.clear();
            service.offered(now, &mut left);
            for place in &state.places {
                let most = u128::from(open[place.pool.index()]) * u128::from(service.share_ppm) / 1_000_000;
                // No more than what is open.
                let nodes = (most as u64).min(rest[place.pool.index()]);
                room.push(served_by(nodes.saturating_mul(place.per_node), service));
            }
            let full = room.clone();
            let lists = &state.lists;
            let far = left.iter().enumerate().filter(|(origin, _)| lists.asked(*origin) == 0);
            state.out_of_reach = far.map(|(_, rate)| rate).sum();
            assign(lists, &mut left, &mut room, |_, _, _| {});
            state.no_room = left.iter().sum::<u64>() - state.out_of_reach;
            for (place, (full, room)) in state.places.iter_mut().zip(full.iter().zip(&room)) {
                place.replicas_wanted = (full - room).div_ceil(service.capacity);
                place.nodes_wanted = place.replicas_wanted.div_ceil(place.per_node.max(1));
                rest[place.pool.index()] -= place.nodes_wanted;
            }
            state.stale = true;
        }
    }
}

/// What a service asks of one place beyond its plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct More {
    place: usize,
    nodes: u64,
    replicas: u64,
}

impl World {
    /// Where the nodes of a plan are still held by jobs, requests go to replicas on nodes that are idle elsewhere; the plan
    /// stays, and takes its nodes as they fall free. Whether some service wants more nodes now.
    pub(super) fn top_up(&mut self) -> bool {
        let mut some = false;
        for at in self.services.order.clone() {
            let more = self.more_for(at);
            some |= !more.is_empty();
            for More { place, nodes, replicas } in more {
                let place = &mut self.services.list[at].places[place];
                place.nodes_wanted += nodes;
                place.replicas_wanted += replicas;
                let pool = place.pool;
                // So that the next service does not count on them.
                self.pools[pool.index()].services += nodes;
                self.follow_share(pool);
            }
        }
        some
    }

    fn more_for(&self, at: usize) -> Vec<More> {
        let (state, service) = (&self.services.list[at], &self.platform.services[at]);
        let mut left = Vec::with_capacity(service.origins.len());
        service.offered(self.now, &mut left);
        let mut room: Vec<u64> = state.places.iter().map(|place| served_by(place.replicas, service)).collect();
        assign(&state.lists, &mut left, &mut room, |_, _, _| {});
        if left.iter().sum::<u64>() <= state.out_of_reach + state.no_room {
            return Vec::new();
        }
        let idle = |place: &super::Place| {
            let (pool, fixed) = (&self.pools[place.pool.index()], &self.platform.pools[place.pool.index()]);
            let open = pool.total - fixed.closed(pool.total, self.now).min(pool.total);
            let most = u128::from(open) * u128::from(service.share_ppm) / 1_000_000;
            // What is queued and on its way comes first, as brokers count on it.
            let idle = self.summaries.live(place.pool).idle_beside_waiting(fixed);
            // No more than what is open.
            let nodes = (most as u64).saturating_sub(place.nodes_wanted).min(idle);
            served_by(nodes.saturating_mul(place.per_node), service)
        };
        let full: Vec<u64> = state.places.iter().map(idle).collect();
        let mut room = full.clone();
        assign(&state.lists, &mut left, &mut room, |_, _, _| {});
        let places = full.iter().zip(&room).enumerate().filter(|(_, (full, room))| full > room);
        let more = places.map(|(place, (full, room))| {
            let replicas = (full - room).div_ceil(service.capacity);
            More { place, nodes: replicas.div_ceil(state.places[place].per_node.max(1)), replicas }
        });
        more.collect()
    }
}

/// What so many replicas serve, in millionths of requests per second.
pub(super) fn served_by(replicas: u64, service: &Service) -> u64 {
    replicas.saturating_mul(service.capacity)
}

fn lists(state: &State, service: &Service, platform: &Platform, routes: &Routes) -> Lists {
    let ordered = service.placement != ServicePlacement::Nearest;
    let mut lists = Lists { strict: service.strict, ..Lists::default() };
    // Links have the same latency both ways: the places' own routes say how far all origins are.
    let sites: Vec<SiteId> = state.places.iter().map(|place| platform.site_of(place.pool)).collect();
    for (origin, _) in &service.origins {
        let round_trip = |site: &SiteId| {
            let one_way = routes.latency(*site, *origin)?;
            Some(SimDuration(one_way.0.saturating_mul(2)))
        };
        let all: Vec<Option<SimDuration>> = sites.iter().map(round_trip).collect();
        let reach = |(place, round_trip): (usize, &Option<SimDuration>)| {
            round_trip.map(|round_trip| Reach { round_trip, place: place as u32 })
        };
        let mut near: Vec<Reach> = all.iter().enumerate().filter_map(reach).collect();
        near.sort_unstable();
        lists.inside.push(near.partition_point(|reach| service.in_time(reach.round_trip)));
        lists.near.push(near);
        if ordered {
            lists.is_inside.push(all.into_iter().map(|trip| trip.filter(|trip| service.in_time(*trip))).collect());
        }
    }
    lists
}

/// The order in which places within the bound are asked now; `None` is the nearest first.
fn order_now(state: &State, service: &Service, platform: &Platform, now: SimTime) -> Option<Vec<u32>> {
    let signal = |place: usize| {
        let center = platform.center_of(state.places[place].pool);
        let signal = match service.placement {
            ServicePlacement::Nearest => return None,
            ServicePlacement::Cheapest => &center.tariff,
            ServicePlacement::LowestCarbon => &center.carbon,
        };
        Some(u128::from(signal.at(now)) * u128::from(center.pue.at(now)))
    };
    let mut order: Vec<(u128, u32)> =
        (0..state.places.len()).map(|place| Some((signal(place)?, place as u32))).collect::<Option<_>>()?;
    order.sort_unstable();
    Some(order.into_iter().map(|(_, place)| place).collect())
}
