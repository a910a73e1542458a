//! Routes against all ways, and against the algorithm of Floyd and Warshall.

use super::*;
use crate::signals::Series;
use crate::units::BitsPerSec;
use proptest::prelude::*;

fn link(a: u32, b: u32, latency: u64) -> Link {
    Link {
        name: format!("{a}-{b}"),
        between: [SiteId(a), SiteId(b)],
        latency: SimDuration(latency),
        bandwidth: BitsPerSec(1),
        price: TransferPrice(latency * 10),
        background: Series::constant(0),
        kind: None,
        cables: 1,
    }
}

#[test]
fn the_least_latency_then_lanes_then_ids() {
    // 0 -> 3: by 1 (links 0, 1) 5 + 5, by 2 (links 2, 3) 5 + 5, direct (link 4) 11. Equal ones: lanes 0, 2 first.
    let mut routes = Routes::new(5, &[link(0, 1, 5), link(1, 3, 5), link(2, 0, 5), link(2, 3, 5), link(0, 3, 11)]);
    let (a, d) = (SiteId(0), SiteId(3));
    let lanes = |routes: &Routes, from, to| routes.route(from, to).map(|r| r.lanes.iter().map(|l| l.0).collect());
    assert_eq!(lanes(&routes, a, d), Some(vec![0, 2]));
    assert_eq!(lanes(&routes, d, a), Some(vec![3, 1]));
    assert_eq!(routes.route(a, d).map(|r| (r.latency.0, r.price.0)), Some((10, 100)));
    assert_eq!(lanes(&routes, a, a), Some(vec![]));
    // Without link 1 the way leads back over link 2 (lane 5), then lane 6; without bandwidth on it, directly.
    assert!(routes.set_up(LinkId(1), false));
    assert!(!routes.set_up(LinkId(1), false), "nothing changed");
    assert_eq!(lanes(&routes, a, d), Some(vec![5, 6]));
    assert!(routes.set_has_bandwidth(LinkId(2), false));
    assert_eq!(lanes(&routes, a, d), Some(vec![8]));
    assert_eq!(routes.reachable(a), [SiteId(1), SiteId(3), SiteId(2)]);
    // Site 4 has no link; site 9 does not exist.
    assert_eq!(routes.route(a, SiteId(4)), None);
    assert_eq!(routes.latency(a, SiteId(4)), None);
    assert_eq!(routes.latencies(SiteId(4))[4], SimDuration::ZERO);
    assert_eq!(routes.reachable(SiteId(4)), []);
    assert_eq!(routes.route(SiteId(9), a), None);
    assert_eq!(routes.route(a, SiteId(9)), None);
}

/// A number for each lane, and no order in it.
fn number(lane: LaneId) -> f64 {
    f64::from(lane.0.wrapping_mul(0x9e37_79b9) >> 8)
}

fn outline(routes: &Routes, from: SiteId, to: SiteId) -> Option<Outline> {
    routes.outline(from, to, number)
}

/// The twin of [`Routes::outline`]: of the route as it is.
fn outline_by_lanes(routes: &Routes, from: SiteId, to: SiteId) -> Option<Outline> {
    let route = routes.route(from, to)?;
    let least = route.lanes.iter().map(|lane| number(*lane)).fold(f64::INFINITY, f64::min);
    Some(Outline { latency: route.latency, price: route.price, least })
}

#[test]
fn outlines_of_ways_of_any_length() {
    // A chain of 16 sites, with a leaf at either end and one in the middle: ways of up to 17 lanes, more than fit a passage.
    let mut links: Vec<Link> = (0..15).map(|at| link(at, at + 1, 1 + u64::from(at))).collect();
    links.extend([link(0, 16, 3), link(15, 17, 4), link(7, 18, 5), link(0, 15, 200), link(0, 15, 201)]);
    let routes = Routes::new(20, &links);
    let pairs = (0..21).flat_map(|a| (0..21).map(move |b| (SiteId(a), SiteId(b))));
    for (from, to) in pairs {
        assert_eq!(outline(&routes, from, to), outline_by_lanes(&routes, from, to), "{from:?} {to:?}");
        assert_eq!(routes.way(from, to).as_ref(), routes.route(from, to), "{from:?} {to:?}");
    }
    assert_eq!(routes.route(SiteId(16), SiteId(17)).map(|route| route.lanes.len()), Some(17));
}

#[test]
fn outlines_over_a_core_too_large_for_passages() {
    let around = |at: u32| link(at, (at + 1) % 1100, 1 + u64::from(at % 7));
    let mut links: Vec<Link> = (0..1100).map(around).collect();
    links.push(link(3, 1100, 5));
    let routes = Routes::new(1101, &links);
    assert!(routes.trees.len() > CORE_MAX);
    for (from, to) in [(0, 1), (1100, 2), (5, 560), (1100, 1100), (700, 3)].map(|(a, b)| (SiteId(a), SiteId(b))) {
        assert_eq!(outline(&routes, from, to), outline_by_lanes(&routes, from, to), "{from:?} {to:?}");
        assert_eq!(routes.way(from, to).as_ref(), routes.route(from, to), "{from:?} {to:?}");
    }
}

/// All simple ways from `at`, as (latency, lanes).
fn ways(links: &[Link], at: SiteId, to: SiteId, seen: &mut Vec<SiteId>, found: &mut Vec<Vec<LaneId>>, way: &[LaneId]) {
    if at == to {
        found.push(way.to_vec());
        return;
    }
    for (i, link) in links.iter().enumerate() {
        for (direction, next) in [(Direction::Forth, [0, 1]), (Direction::Back, [1, 0])] {
            let [start, end] = next.map(|end| link.between[end]);
            if start == at && !seen.contains(&end) && link.bandwidth.0 > 0 {
                seen.push(end);
                let way = [way, &[LinkId::from_index(i).lane(direction)]].concat();
                ways(links, end, to, seen, found, &way);
                seen.pop();
            }
        }
    }
}

proptest! {
    /// Latencies against the algorithm of Floyd and Warshall.
    #[test]
    fn latencies_of_all_pairs(ends in prop::collection::vec((0u32..12, 0u32..12, 0u64..20), 0..40)) {
        let links: Vec<Link> = ends.iter().map(|&(a, b, latency)| link(a, b, latency)).collect();
        let mut table = vec![vec![u64::MAX; 12]; 12];
        for (i, row) in table.iter_mut().enumerate() {
            row[i] = 0;
        }
        for &(a, b, latency) in &ends {
            for (a, b) in [(a as usize, b as usize), (b as usize, a as usize)] {
                table[a][b] = table[a][b].min(latency);
            }
        }
        for k in 0..12 {
            for i in 0..12 {
                for j in 0..12 {
                    table[i][j] = table[i][j].min(table[i][k].saturating_add(table[k][j]));
                }
            }
        }
        let routes = Routes::new(12, &links);
        for (i, row) in table.iter().enumerate() {
            let from = SiteId::from_index(i);
            prop_assert_eq!(routes.latencies(from).iter().map(|l| l.0).collect::<Vec<_>>(), row.clone());
        }
    }

    /// The route itself against all simple ways: least latency, then number of lanes, then their ids.
    #[test]
    fn ties_are_broken_by_the_rule(
        ends in prop::collection::vec((0u32..5, 0u32..5, 0u64..3, 0u64..8), 0..9),
    ) {
        let links: Vec<Link> = ends.iter().map(|&(a, b, latency, bandwidth)| {
            Link { bandwidth: BitsPerSec(bandwidth), ..link(a, b, latency) }
        }).collect();
        let routes = Routes::new(5, &links);
        for (from, to) in (0..5).flat_map(|a| (0..5).map(move |b| (SiteId(a), SiteId(b)))) {
            let mut found = Vec::new();
            ways(&links, from, to, &mut vec![from], &mut found, &[]);
            let rank = |way: &Vec<LaneId>| {
                let latency: u64 = way.iter().map(|lane| links[lane.link().index()].latency.0).sum();
                (latency, way.len(), way.clone())
            };
            let best = found.into_iter().min_by_key(rank);
            prop_assert_eq!(routes.route(from, to).map(|r| r.lanes.to_vec()), best);
        }
    }

    /// Links that come and go leave the same routes as a network that never had those that are down.
    #[test]
    fn changes_leave_the_routes_of_a_new_network(
        ends in prop::collection::vec((0u32..7, 0u32..7, 0u64..4), 1..10),
        changes in prop::collection::vec((0usize..10, any::<bool>()), 0..12),
    ) {
        let mut links: Vec<Link> = ends.iter().map(|&(a, b, latency)| link(a, b, latency)).collect();
        let mut routes = Routes::new(7, &links);
        let pairs = || (0..7).flat_map(|a| (0..7).map(move |b| (SiteId(a), SiteId(b))));
        for (number, up) in changes {
            // Routes that were found before must not outlive the change.
            pairs().for_each(|(from, to)| drop((routes.route(from, to).cloned(), outline(&routes, from, to))));
            let number = number % links.len();
            let version = routes.version();
            let changed = routes.set_up(LinkId::from_index(number), up);
            prop_assert_eq!(routes.version() != version, changed);
            links[number].bandwidth = BitsPerSec(u64::from(up));
            let anew = Routes::new(7, &links);
            prop_assert_eq!(routes.unusable(), anew.unusable());
            for (from, to) in pairs() {
                prop_assert_eq!(routes.route(from, to), anew.route(from, to));
                // Round trips count on it.
                prop_assert_eq!(routes.latency(from, to), routes.latency(to, from));
                prop_assert_eq!(routes.latency(from, to), anew.route(from, to).map(|route| route.latency));
                prop_assert_eq!(routes.way(from, to), anew.route(from, to).cloned());
                prop_assert_eq!(outline(&routes, from, to), outline_by_lanes(&anew, from, to));
            }
        }
    }
}

proptest! {
    /// The links that are marked are those of all routes between all pairs of ends.
    #[test]
    fn used_links_are_those_of_all_routes(
        ends in prop::collection::vec((0..9_u32, 0..9_u32, 0..5_u64), 1..20),
        is_end in prop::collection::vec(any::<bool>(), 9),
        down in prop::collection::vec(0..20_u32, 0..3),
    ) {
        let links: Vec<Link> = ends.into_iter().filter(|(a, b, _)| a != b).map(|(a, b, ms)| link(a, b, ms)).collect();
        let mut routes = Routes::new(9, &links);
        // A leaf that is cut off is no matter here: its link is not asked about.
        for link in down.iter().filter(|link| (**link as usize) < links.len()) {
            let between = links[*link as usize].between;
            let alone = |site: SiteId| links.iter().filter(|other| other.between.contains(&site)).count() < 2;
            if !between.into_iter().any(alone) {
                routes.set_up(LinkId(*link), false);
            }
        }
        let mut used = vec![false; links.len()];
        routes.mark_used(|site| is_end[site.index()], &mut used);
        let mut slow = vec![false; links.len()];
        let sites = || (0..9).map(SiteId).filter(|site| is_end[site.index()]);
        for from in sites() {
            for route in sites().filter_map(|to| routes.route(from, to)) {
                route.lanes.iter().for_each(|lane| slow[lane.link().index()] = true);
            }
        }
        prop_assert_eq!(used, slow);
    }

    /// Pairs within a latency and the nearest of some sites, as latencies of pairs have them.
    #[test]
    fn near_sites_are_counted_as_latencies_have_them(
        ends in prop::collection::vec((0..12_u32, 0..12_u32, 0..9_u64, 0..5_u64), 0..20),
        chosen in prop::collection::vec(any::<bool>(), 12),
        limits in prop::collection::vec(0..30_u64, 1..4),
    ) {
        let links: Vec<Link> = ends.iter().map(|&(a, b, latency, bandwidth)| {
            Link { bandwidth: BitsPerSec(bandwidth), ..link(a, b, latency) }
        }).collect();
        let routes = Routes::new(12, &links);
        let sites: Vec<SiteId> = (0..12).map(SiteId).filter(|site| chosen[site.index()]).collect();
        let limits: Vec<SimDuration> = limits.into_iter().map(SimDuration).collect();
        let pairs = || sites.iter().enumerate().flat_map(|(at, from)| sites[..at].iter().map(move |to| (*from, *to)));
        let near = |limit: &SimDuration| {
            pairs().filter(|(from, to)| routes.latency(*from, *to).is_some_and(|latency| latency <= *limit)).count() as u64
        };
        prop_assert_eq!(routes.pairs_within(&sites, &limits), Some(limits.iter().map(near).collect::<Vec<_>>()));
        for (from, least) in routes.nearest_of(&sites).into_iter().enumerate() {
            let from = SiteId::from_index(from);
            let nearest = sites.iter().filter_map(|to| routes.latency(from, *to)).min();
            prop_assert_eq!(least, nearest.unwrap_or(SimDuration::MAX), "{:?}", from);
        }
    }
}

#[test]
fn trees_have_room_for_their_own_part_only() {
    // Islands of three, each a ring: what is kept of one has no place for the others.
    let islands = 20_000;
    let ring = |at: u32| [link(at, at + 1, 1), link(at + 1, at + 2, 1), link(at + 2, at, 1)];
    let links: Vec<Link> = (0..islands).flat_map(|island| ring(3 * island)).collect();
    let routes = Routes::new(3 * islands as usize, &links);
    for island in 0..islands {
        assert_eq!(routes.latency(SiteId(3 * island), SiteId(3 * island + 2)), Some(SimDuration(1)));
        assert_eq!(routes.latency(SiteId(3 * island), SiteId((3 * island + 3) % (3 * islands))), None);
    }
    let kept: usize = routes.trees.iter().filter_map(std::sync::OnceLock::get).map(super::tree::Tree::sites).sum();
    assert!(kept <= 3 * 3 * islands as usize, "{kept}");
}

#[test]
fn leaves_of_one_place_are_counted_together() {
    // Sixty thousand leaves: 1.8 thousand million pairs.
    let leaves = 60_000_u32;
    let links: Vec<Link> = (1..=leaves).map(|leaf| link(0, leaf, u64::from(leaf % 10))).collect();
    let routes = Routes::new(leaves as usize + 1, &links);
    let sites: Vec<SiteId> = (1..=leaves).map(SiteId).collect();
    // Six thousand of each latency from 0 to 9: sums of at most 1 are pairs of 0 with 0 or 1.
    let within = routes.pairs_within(&sites, &[SimDuration(1), SimDuration(18)]).expect("counted");
    assert_eq!(within, [6000 * 5999 / 2 + 6000 * 6000, u64::from(leaves) * u64::from(leaves - 1) / 2]);
    // A mesh that is too large is left alone.
    let ring: Vec<Link> = (0..leaves).map(|at| link(at, (at + 1) % leaves, 1)).collect();
    assert_eq!(Routes::new(leaves as usize + 1, &ring).pairs_within(&sites[..1000], &[SimDuration(1)]), None);
}
