//! The machine of a log, as a scenario.

use crate::model::{
    Center, CenterId, Class, ClassKind, Constraint, NodeShape, Platform, Pool, PoolId, PowerWeights, Rates, Site,
    SiteId, SiteKind, TenantGroup, TenantId, Tenants,
};
use crate::scenario::{Information, RunPlan, Scenario};
use crate::signals::{Calendar, Series};
use crate::units::{Power, SimDuration};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A machine of so many processors: one node of them all, or with `named_nodes` one node each. `users` become tenants.
///
/// # Errors
/// There is no processor, or there are more than one node can have.
pub fn machine(
    name: &str,
    processors: u32,
    named_nodes: bool,
    users: &[String],
    enforce_requested: bool,
) -> Result<Scenario, String> {
    let (nodes, cores) = if named_nodes { (u64::from(processors), 1) } else { (1, processors) };
    let cores_milli = cores.checked_mul(1000).filter(|milli| *milli > 0);
    let cores_milli = cores_milli.ok_or_else(|| format!("a machine of {processors} processors"))?;
    let node = NodeShape { cores_milli, memory: u64::MAX, cards: 0, accelerator: None };
    let mut platform = Platform {
        pools: vec![pool("processors", CenterId(0), nodes, node)],
        classes: vec![Class { name: "log".to_owned(), kind: ClassKind::Batch }],
        constraints: vec![Constraint { pools: vec![PoolId(0)] }],
        ..empty("machine", 1)
    };
    let group = |(rank, user): (usize, &String)| TenantGroup {
        name: format!("user-{user}"),
        first: TenantId::from_index(rank),
        count: 1,
        weight: 1.0,
    };
    platform.tenants = Tenants { groups: users.iter().enumerate().map(group).collect() };
    Ok(scenario(name, platform, enforce_requested))
}

/// One site with one center of so many pools, which are still to come.
pub(super) fn empty(name: &str, pools: usize) -> Platform {
    let site =
        Site { name: name.to_owned(), kind: SiteKind::Center(CenterId(0)), side: None, province: None, place: None };
    // Lossless: pools are few.
    Platform { sites: vec![site], centers: vec![center(name, pools as u32)], ..Platform::default() }
}

/// A platform without jobs of its own, as a scenario that runs until the last job ends.
pub(super) fn scenario(name: &str, platform: Platform, enforce_requested: bool) -> Scenario {
    Scenario {
        name: name.to_owned(),
        description: String::new(),
        platform: Arc::new(platform),
        run: RunPlan {
            start: None,
            calendar: Calendar::default(),
            until: None,
            warm_up: SimDuration::ZERO,
            drain: true,
            seed: 0,
            decide_every: None,
            enforce_requested,
        },
        jobs: Vec::new(),
        classes: Vec::new(),
        logs: Vec::new(),
        changes: Vec::new(),
        information: Information::default(),
        stacks: BTreeMap::new(),
        policy: None,
        variants: BTreeMap::new(),
        expectations: Vec::new(),
        anchors: Vec::new(),
        provenance: BTreeMap::new(),
        effective: String::new(),
        warnings: Vec::new(),
    }
}

fn center(name: &str, pools: u32) -> Center {
    Center {
        name: name.to_owned(),
        site: SiteId(0),
        tier: None,
        side: None,
        province: None,
        hub: None,
        operator: None,
        racks: None,
        racks_occupied: None,
        pue: Series::constant(10_000),
        tariff: Series::constant(0),
        carbon: Series::constant(0),
        green_share_ppm: 0,
        storage: None,
        labels: BTreeMap::new(),
        pools: 0..pools,
    }
}

/// A pool without power.
pub(super) fn pool(name: &str, center: CenterId, nodes: u64, node: NodeShape) -> Pool {
    Pool {
        name: name.to_owned(),
        center,
        nodes,
        nodes_max: nodes,
        node,
        speed: 1.0,
        cpu_rates: Rates::default(),
        card_rates: Rates::default(),
        power_idle: Power(0),
        power_peak: Power(0),
        power_weights: PowerWeights::assumed(&node),
        closed_share: Series::constant(0),
        closed_load: Series::constant(0),
    }
}
