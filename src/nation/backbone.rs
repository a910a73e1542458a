//! The operators' backbones: their nodes and trunk cables.

use super::geography::Point;
use super::inputs::Inputs;
use super::share::apportion;

/// Capitals this near to a cluster use the backbone node of the cluster.
const SAME_NODE_KM: f64 = 60.0;
/// Rounds in which capacities are scaled to their sum and to the bounds of nodes; they settle after a few dozen.
const ROUNDS: usize = 500;

/// A backbone city.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) point: Point,
    /// Index of its province.
    pub(super) province: usize,
    /// Index of the cluster it is the node of.
    pub(super) cluster: Option<usize>,
}

/// A cable of one operator between two backbone cities.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Trunk {
    pub(super) operator: usize,
    /// Indexes of its ends.
    pub(super) ends: [usize; 2],
    pub(super) gbps: u64,
    /// Whether it is counted between hub clusters.
    pub(super) between_hubs: bool,
}

/// Two clusters and what is configured between them.
struct Pair {
    ends: [usize; 2],
    gbps: u64,
    same_hub: bool,
}

/// The backbone cities: the clusters, then capitals that are no neighbors of one, then those of the rules.
pub(super) fn nodes(inputs: &Inputs) -> Vec<Node> {
    let cluster = |(at, it): (usize, &super::inputs::Cluster)| Node {
        name: it.name.clone(),
        point: Point { lat: it.lat, lon: it.lon },
        province: inputs.province(&it.province),
        cluster: Some(at),
    };
    let mut nodes: Vec<Node> = inputs.clusters.iter().enumerate().map(cluster).collect();
    let capitals = inputs.provinces.iter().map(|province| &province.capital);
    for name in capitals.chain(&inputs.rules.network.backbone_cities) {
        let city = &inputs.cities[inputs.city(name)];
        if nodes.iter().all(|node| node.point.km(city.point()) >= SAME_NODE_KM && node.name != *name) {
            let province = inputs.province(&city.province);
            nodes.push(Node { name: name.clone(), point: city.point(), province, cluster: None });
        }
    }
    nodes
}

/// All trunk cables, by operator.
pub(super) fn trunks(inputs: &Inputs, nodes: &[Node]) -> Result<Vec<Trunk>, Vec<String>> {
    let shares = &inputs.rules.operators.shares;
    let pairs = pairs(inputs, nodes);
    let cities = nodes.iter().filter(|node| node.cluster.is_none()).count();
    let least = pairs.len() + (shares.len() - 1) * (inputs.clusters.len() - 1) + shares.len() * cities;
    let Some(spare) = inputs.rules.network.trunk_cables.checked_sub(least) else {
        let problem = format!("rules.toml: network.trunk-cables: the backbones need at least {least} cables");
        return Err(vec![problem]);
    };
    // The first operator runs all pairs of clusters, the others a tree and the largest of the rest.
    let others = apportion(spare as u64, &vec![1.0; shares.len() - 1]);
    let mut runs = vec![vec![true; pairs.len()]];
    runs.extend(others.iter().map(|more| largest_pairs(&pairs, inputs.clusters.len(), *more as usize)));
    let mut trunks = Vec::new();
    for (at, pair) in pairs.iter().enumerate() {
        let weights: Vec<f64> =
            shares.iter().zip(&runs).map(|(share, runs)| if runs[at] { *share } else { 0.0 }).collect();
        for (operator, gbps) in apportion(pair.gbps, &weights).into_iter().enumerate().filter(|(_, gbps)| *gbps > 0) {
            trunks.push(Trunk { operator, ends: pair.ends, gbps, between_hubs: !pair.same_hub });
        }
    }
    trunks.extend(homes(inputs, nodes));
    trunks.sort_by_key(|trunk| (trunk.operator, trunk.ends));
    Ok(trunks)
}

/// Pairs of clusters: what is configured between hubs by gravity, scaled so that it adds up while no node exceeds its bound. Pairs
/// within a hub have the mean.
fn pairs(inputs: &Inputs, nodes: &[Node]) -> Vec<Pair> {
    let rules = &inputs.rules.network;
    let count = inputs.clusters.len();
    let ends: Vec<[usize; 2]> = (0..count).flat_map(|a| (a + 1..count).map(move |b| [a, b])).collect();
    let same_hub = |ends: &[usize; 2]| inputs.clusters[ends[0]].hub == inputs.clusters[ends[1]].hub;
    let bound = |node: usize| inputs.clusters[node].egress_tbps;
    let gravity = |ends: &[usize; 2]| {
        let km = nodes[ends[0]].point.km(nodes[ends[1]].point).max(1.0);
        if same_hub(ends) { 0.0 } else { libm::pow(km, -rules.gravity) }
    };
    let mut tbps: Vec<f64> = ends.iter().map(gravity).collect();
    for _ in 0..ROUNDS {
        let bounded = |ends: &[usize; 2]| ends.iter().any(|end| bound(*end).is_some());
        let sum = |of: &dyn Fn(&[usize; 2]) -> bool, tbps: &[f64]| -> f64 {
            ends.iter().zip(tbps).filter(|(ends, _)| of(ends)).map(|(_, tbps)| tbps).sum()
        };
        let (fixed, free) = (sum(&bounded, &tbps), sum(&|ends| !bounded(ends), &tbps));
        let scale = (rules.hub_tbps - fixed).max(0.0) / free;
        ends.iter().zip(&mut tbps).filter(|(ends, _)| !bounded(ends)).for_each(|(_, tbps)| *tbps *= scale);
        for node in 0..count {
            let Some(bound) = bound(node) else { continue };
            let scale = bound / sum(&|ends| ends.contains(&node), &tbps);
            ends.iter().zip(&mut tbps).filter(|(ends, _)| ends.contains(&node)).for_each(|(_, tbps)| *tbps *= scale);
        }
    }
    let counted = ends.iter().filter(|ends| !same_hub(ends)).count().max(1) as f64;
    let gbps = apportion(libm::round(rules.hub_tbps * 1000.0) as u64, &tbps);
    let pair = |(ends, gbps): (&[usize; 2], u64)| {
        let same_hub = same_hub(ends);
        let gbps = if same_hub { libm::round(rules.hub_tbps * 1000.0 / counted) as u64 } else { gbps };
        Pair { ends: *ends, gbps, same_hub }
    };
    ends.iter().zip(gbps).map(pair).collect()
}

/// A tree over all clusters of the largest pairs (J. B. Kruskal, 1956), and `more` of the largest others.
fn largest_pairs(pairs: &[Pair], clusters: usize, mut more: usize) -> Vec<bool> {
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(pairs[*at].gbps), *at));
    let mut part: Vec<usize> = (0..clusters).collect();
    let mut taken = vec![false; pairs.len()];
    for at in &order {
        let [a, b] = pairs[*at].ends.map(|end| part[end]);
        if a != b {
            taken[*at] = true;
            part.iter_mut().filter(|part| **part == b).for_each(|part| *part = a);
        }
    }
    for at in order {
        if more > 0 && !taken[at] {
            taken[at] = true;
            more -= 1;
        }
    }
    taken
}

/// One cable of each operator from every other backbone city to a cluster: the first to the nearest, each next to the one that
/// brings all clusters nearest, so that the operators' cables go different ways.
fn homes(inputs: &Inputs, nodes: &[Node]) -> Vec<Trunk> {
    let clusters: Vec<usize> = (0..nodes.len()).filter(|at| nodes[*at].cluster.is_some()).collect();
    let cities: Vec<usize> = (0..nodes.len()).filter(|at| nodes[*at].cluster.is_none()).collect();
    let weight = |city: &usize| {
        let province = nodes[*city].province;
        let here = cities.iter().filter(|other| nodes[**other].province == province).count();
        inputs.provinces[province].gdp_bn_cny / here.max(1) as f64
    };
    let gbps = apportion(
        libm::round(inputs.rules.network.province_tbps * 1000.0) as u64,
        &cities.iter().map(weight).collect::<Vec<f64>>(),
    );
    let km = |a: usize, b: usize| nodes[a].point.km(nodes[b].point);
    let mut trunks = Vec::new();
    for (city, gbps) in cities.iter().copied().zip(gbps) {
        let mut best: Vec<f64> = vec![f64::INFINITY; clusters.len()];
        let mut used: Vec<usize> = Vec::new();
        for (operator, gbps) in apportion(gbps, &inputs.rules.operators.shares).into_iter().enumerate() {
            let ways = |home: usize| -> f64 {
                clusters.iter().zip(&best).map(|(to, best)| (km(city, home) + km(home, *to)).min(*best)).sum()
            };
            let key = |home: &usize| if used.is_empty() { km(city, *home) } else { ways(*home) };
            let free = clusters.iter().copied().filter(|home| !used.contains(home));
            let Some(home) = free.min_by(|a, b| key(a).total_cmp(&key(b))) else { break };
            for (to, best) in clusters.iter().zip(&mut best) {
                *best = best.min(km(city, home) + km(home, *to));
            }
            used.push(home);
            trunks.push(Trunk { operator, ends: [home, city], gbps: gbps.max(1), between_hubs: false });
        }
    }
    trunks
}
