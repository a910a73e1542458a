//! Nodes of the centers: general ones, those of supercomputing centers, and those with accelerators; and what of them is open.

use super::centers::{Center, Tier};
use super::inputs::Inputs;
use super::rules::Rules;
use super::share::apportion;
use super::sheet::{Sheet, number};

/// Least share of the power of its occupied racks that a center's general nodes take, however many accelerators it has.
const GENERAL_LEAST: f64 = 0.1;
/// A center outside the clusters that opens accelerator nodes has at least so many times as many.
const OPEN_TIMES: u64 = 2;
const PPM: f64 = 1e6;

/// A pool: which nodes, how many, how many of them open.
struct Pool {
    kind: Kind,
    nodes: u64,
    open: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    General,
    Super,
    Ai,
}

/// `pools.csv`.
pub(super) fn table(inputs: &Inputs, centers: &[Center]) -> Result<String, Vec<String>> {
    let open = open_nodes(inputs, centers)?;
    let ai = ai_nodes(inputs, centers, &open);
    let general = general_nodes(inputs, centers, &ai);
    let large = super_nodes(inputs, centers);
    let mut sheet = Sheet::new(
        "center,pool,nodes,cores,memory_gib,accelerator_kind,accelerator_count,accelerator_memory_gib,fp16_tflops,\
         fp32_tflops,fp64_tflops,power_idle_w,power_peak_w,closed_share,closed_load,source,basis,confidence",
    );
    let hourly: Vec<String> = inputs.rules.closed.hourly.iter().map(|load| number(*load, 3)).collect();
    let (hourly, mean) = (hourly.join(";"), mean(&inputs.rules.closed.hourly));
    let mut problems = Vec::new();
    for (at, center) in centers.iter().enumerate() {
        let pools = [
            Pool { kind: Kind::Ai, nodes: ai[at], open: open[at].0 },
            Pool { kind: Kind::General, nodes: general[at], open: open[at].1 },
            Pool { kind: Kind::Super, nodes: large[at], open: 0 },
        ];
        for pool in pools {
            if pool.open > pool.nodes {
                let (open, nodes) = (pool.open, pool.nodes);
                problems.push(format!("open.csv: {} is to open {open} nodes and has {nodes}", center.name));
            } else if pool.nodes > 0 {
                let load = if center.tier == Tier::Local { number(mean, 4) } else { hourly.clone() };
                sheet.row(row(inputs, center, &pool, load));
            }
        }
    }
    if problems.is_empty() { Ok(sheet.text()) } else { Err(problems) }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Accelerator nodes: the clusters by published rates, those outside that open some, and the largest of all by racks.
fn ai_nodes(inputs: &Inputs, centers: &[Center], open: &[(u64, u64)]) -> Vec<u64> {
    let rules = &inputs.rules.ai;
    let node_pflops = rules.fp16_tflops * f64::from(rules.cards) / 1000.0;
    let clusters = libm::round(rules.nodes as f64 * rules.clusters) as u64;
    let known: Vec<u64> = inputs
        .clusters
        .iter()
        .map(|it| if it.pflops_as_is { libm::round(it.intelligent_pflops / node_pflops) as u64 } else { 0 })
        .collect();
    let weights: Vec<f64> =
        inputs.clusters.iter().map(|it| if it.pflops_as_is { 0.0 } else { it.intelligent_pflops }).collect();
    let rest = apportion(clusters.saturating_sub(known.iter().sum()), &weights);
    let mut nodes = vec![0; centers.len()];
    for (cluster, total) in known.iter().zip(rest).map(|(known, rest)| known + rest).enumerate() {
        let parks: Vec<usize> = (0..centers.len()).filter(|at| centers[*at].cluster == Some(cluster)).collect();
        for (park, part) in parks.iter().zip(apportion(total, &inputs.rules.operators.shares)) {
            nodes[*park] = part;
        }
    }
    let mut others: Vec<usize> = (0..centers.len()).filter(|at| centers[*at].cluster.is_none()).collect();
    others.sort_by_key(|at| std::cmp::Reverse(centers[*at].racks));
    others.truncate(rules.centers);
    let mut left = rules.nodes.saturating_sub(clusters);
    for (at, (open, _)) in open.iter().enumerate().filter(|(at, open)| open.0 > 0 && centers[*at].cluster.is_none()) {
        nodes[at] = OPEN_TIMES * open;
        left = left.saturating_sub(nodes[at]);
    }
    let racks: Vec<f64> = others.iter().map(|at| centers[*at].racks as f64).collect();
    for (at, part) in others.iter().zip(apportion(left, &racks)) {
        nodes[*at] += part;
    }
    nodes
}

/// General nodes: where servers over racks are published, by that; of the others, by the power of the occupied racks that
/// accelerator nodes leave.
fn general_nodes(inputs: &Inputs, centers: &[Center], ai: &[u64]) -> Vec<u64> {
    let node_kw = f64::from(inputs.rules.ai.power_peak_w) / 1000.0;
    let published = |(center, ai): (&Center, &u64)| {
        let servers = center.racks as f64 * inputs.clusters[center.cluster?].servers_per_rack?;
        Some((libm::round(servers) as u64).saturating_sub(*ai))
    };
    let left = |(center, ai): (&Center, &u64)| {
        let all = center.occupied_kw(inputs);
        (all - *ai as f64 * node_kw).max(all * GENERAL_LEAST)
    };
    let known: Vec<Option<u64>> = centers.iter().zip(ai).map(published).collect();
    let weights: Vec<f64> =
        centers.iter().zip(ai).zip(&known).map(|(at, known)| if known.is_some() { 0.0 } else { left(at) }).collect();
    let rest = inputs.rules.general.nodes.saturating_sub(known.iter().flatten().sum());
    apportion(rest, &weights).into_iter().zip(known).map(|(by_power, known)| known.unwrap_or(by_power)).collect()
}

/// What storage and network gear adds to the power of each general and supercomputing node, in W.
fn gear_w(rules: &Rules) -> f64 {
    let nodes = rules.general.nodes.saturating_add(rules.supercomputing.nodes);
    if nodes == 0 { 0.0 } else { rules.gear.power_mw * 1e6 / nodes as f64 }
}

/// Nodes of supercomputing centers: alike in the largest center of each of their cities.
fn super_nodes(inputs: &Inputs, centers: &[Center]) -> Vec<u64> {
    let rules = &inputs.rules.supercomputing;
    let mut nodes = vec![0; centers.len()];
    let parts = apportion(rules.nodes, &vec![1.0; rules.cities.len()]);
    for (city, part) in rules.cities.iter().zip(parts) {
        if let Some(at) = largest(inputs, centers, city) {
            nodes[at] += part;
        }
    }
    nodes
}

/// The largest center of a city, clusters aside.
fn largest(inputs: &Inputs, centers: &[Center], city: &str) -> Option<usize> {
    let inside = |at: &usize| centers[*at].cluster.is_none() && inputs.cities[centers[*at].city].name == city;
    (0..centers.len()).filter(inside).max_by_key(|at| (centers[*at].racks, std::cmp::Reverse(*at)))
}

/// Open accelerator and general nodes of each center.
fn open_nodes(inputs: &Inputs, centers: &[Center]) -> Result<Vec<(u64, u64)>, Vec<String>> {
    let mut nodes = vec![(0, 0); centers.len()];
    let mut problems = Vec::new();
    for open in &inputs.open {
        let park = centers.iter().position(|center| center.cluster.is_some() && center.name == open.place);
        match park.or_else(|| largest(inputs, centers, &open.place)) {
            Some(at) => nodes[at] = (nodes[at].0 + open.ai_nodes, nodes[at].1 + open.general_nodes),
            None => problems.push(format!("open.csv: {:?} is neither a park nor a city with a center", open.place)),
        }
    }
    if problems.is_empty() { Ok(nodes) } else { Err(problems) }
}

fn row(inputs: &Inputs, center: &Center, pool: &Pool, load: String) -> Vec<String> {
    let rules = &inputs.rules;
    let general = center.cluster.map_or("server", |at| inputs.clusters[at].source_servers.as_str());
    let (name, source) = match pool.kind {
        Kind::General => ("general", general),
        Kind::Super => ("super", "server"),
        Kind::Ai => ("ai", "card"),
    };
    let mut cells = vec![center.name.clone(), name.to_owned(), pool.nodes.to_string()];
    if pool.kind == Kind::Ai {
        let it = &rules.ai;
        cells.extend([it.cores.to_string(), it.memory_gib.to_string(), it.kind.clone(), it.cards.to_string()]);
        cells.extend([it.card_memory_gib.to_string(), number(it.fp16_tflops, 3), number(it.fp32_tflops, 3)]);
        cells.extend([String::new(), it.power_idle_w.to_string(), it.power_peak_w.to_string()]);
    } else {
        let it = &rules.general;
        cells.extend([it.cores.to_string(), it.memory_gib.to_string()]);
        cells.extend(vec![String::new(); 4]);
        cells.extend([number(it.fp32_tflops, 3), number(it.fp64_tflops, 3)]);
        cells.extend([it.power_idle_w, it.power_peak_w].map(|power| number(f64::from(power) + gear_w(rules), 1)));
    }
    // In parts per million, so that the nearest whole number of nodes is the one that is meant.
    let closed = libm::round((pool.nodes - pool.open) as f64 / pool.nodes as f64 * PPM) / PPM;
    // In the clusters from published PFLOPS, and servers over racks where there are some; else by a rule.
    let cluster = center.cluster.map(|at| &inputs.clusters[at]);
    let derived = cluster.is_some_and(|it| match pool.kind {
        Kind::Ai => true,
        Kind::General => it.servers_per_rack.is_some(),
        Kind::Super => false,
    });
    let basis = if derived { "derived" } else { "estimate" };
    cells.extend([number(closed, 6), load, source.to_owned(), basis.to_owned(), "estimate".to_owned()]);
    cells
}
