//! The machine of a log, as a scenario.

use crate::model::{
    Center, CenterId, Class, ClassKind, Constraint, NodeShape, Platform, Pool, PoolId, Rates, Site, SiteId, SiteKind,
    TenantGroup, TenantId, Tenants,
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
    users: &[u32],
    enforce_requested: bool,
) -> Result<Scenario, String> {
    let (nodes, cores) = if named_nodes { (u64::from(processors), 1) } else { (1, processors) };
    let cores_milli = cores.checked_mul(1000).filter(|milli| *milli > 0);
    let cores_milli = cores_milli.ok_or_else(|| format!("a machine of {processors} processors"))?;
    let mut platform = Platform {
        sites: vec![Site {
            name: "machine".to_owned(),
            kind: SiteKind::Center(CenterId(0)),
            side: None,
            province: None,
            place: None,
        }],
        centers: vec![center()],
        pools: vec![pool(nodes, cores_milli)],
        classes: vec![Class { name: "log".to_owned(), kind: ClassKind::Batch }],
        constraints: vec![Constraint { pools: vec![PoolId(0)] }],
        ..Platform::default()
    };
    let group = |(rank, user): (usize, &u32)| TenantGroup {
        name: format!("user-{user}"),
        first: TenantId::from_index(rank),
        count: 1,
        weight: 1.0,
    };
    platform.tenants = Tenants { groups: users.iter().enumerate().map(group).collect() };
    Ok(Scenario {
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
        changes: Vec::new(),
        information: Information::default(),
        stacks: BTreeMap::new(),
        policy: None,
        effective: String::new(),
        warnings: Vec::new(),
    })
}

fn center() -> Center {
    Center {
        name: "machine".to_owned(),
        site: SiteId(0),
        tier: None,
        side: None,
        province: None,
        hub: None,
        operator: None,
        racks: None,
        pue: Series::constant(10_000),
        tariff: Series::constant(0),
        carbon: Series::constant(0),
        green_share_ppm: 0,
        storage: None,
        labels: BTreeMap::new(),
        pools: 0..1,
    }
}

fn pool(nodes: u64, cores_milli: u32) -> Pool {
    Pool {
        name: "processors".to_owned(),
        center: CenterId(0),
        nodes,
        nodes_max: nodes,
        node: NodeShape { cores_milli, memory: u64::MAX, cards: 0, accelerator: None },
        speed: 1.0,
        cpu_rates: Rates::default(),
        card_rates: Rates::default(),
        power_idle: Power(0),
        power_peak: Power(0),
        closed_share: Series::constant(0),
        closed_load: Series::constant(0),
    }
}
