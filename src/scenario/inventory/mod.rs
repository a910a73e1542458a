//! What a scenario holds, in totals: what a planner compares with the figures that the scenario was made from.

mod anchors;
mod capacity;
mod demand;
mod offered;
mod reach;
mod totals;

pub use capacity::{Capacity, Lines};
pub use demand::Demand;
pub use offered::{LoadOf, OfferedLoad, offered_load, overloads};
pub use reach::Circle;
pub use totals::{INTERCONNECTION, TRUNK, Totals};

use super::Scenario;
use crate::model::{Center, Platform, SiteKind};
use serde::Serialize;
use std::collections::BTreeMap;

/// Totals of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inventory {
    /// The scenario's name.
    pub name: String,
    /// Everything together.
    pub total: Capacity,
    /// By tier; centers without one are left out, here and below.
    pub tiers: BTreeMap<String, Capacity>,
    /// By side.
    pub sides: BTreeMap<String, Capacity>,
    /// By hub.
    pub hubs: BTreeMap<String, Capacity>,
    /// By province.
    pub provinces: BTreeMap<String, Capacity>,
    /// By operator.
    pub operators: BTreeMap<String, Capacity>,
    /// Metros.
    pub metros: u64,
    /// Exchange points.
    pub exchanges: u64,
    /// Links and their bandwidth.
    pub network: Lines,
    /// By kind of line; links without one are left out.
    pub lines: BTreeMap<String, Lines>,
    /// What is near in the network, by circles of latency.
    pub circles: Vec<Circle>,
    /// Datasets.
    pub datasets: u64,
    /// Classes of jobs.
    pub classes: u64,
    /// Tenants.
    pub tenants: u64,
    /// Single jobs.
    pub single_jobs: u64,
    /// Synthetic classes, by name.
    pub workloads: Vec<Demand>,
    /// Services.
    pub services: u64,
}

/// The inventory of a scenario.
#[must_use]
pub fn inventory(scenario: &Scenario) -> Inventory {
    let platform = &*scenario.platform;
    let sites = |kind: SiteKind| platform.sites.iter().filter(|site| site.kind == kind).count() as u64;
    let mut inventory = Inventory {
        name: scenario.name.clone(),
        total: Capacity::default(),
        tiers: BTreeMap::new(),
        sides: BTreeMap::new(),
        hubs: BTreeMap::new(),
        provinces: BTreeMap::new(),
        operators: BTreeMap::new(),
        metros: sites(SiteKind::Metro),
        exchanges: sites(SiteKind::Exchange),
        network: Lines::default(),
        lines: BTreeMap::new(),
        circles: reach::circles(scenario),
        datasets: platform.datasets.len() as u64,
        classes: platform.classes.len() as u64,
        tenants: platform.tenants.len() as u64,
        single_jobs: scenario.jobs.len() as u64,
        workloads: demand::all(&scenario.classes, &scenario.logs),
        services: platform.services.len() as u64,
    };
    let stored = capacity::stored(platform);
    for center in &platform.centers {
        inventory.take(platform, center, stored[center.site.index()]);
    }
    for link in &platform.links {
        inventory.network.add(link);
        if let Some(kind) = &link.kind {
            inventory.lines.entry(kind.clone()).or_default().add(link);
        }
    }
    inventory
}

impl Inventory {
    /// The figures by which a country's computing is known.
    #[must_use]
    pub fn totals(&self, scenario: &Scenario) -> Totals {
        Totals::of(self, &scenario.platform)
    }

    fn take(&mut self, platform: &Platform, center: &Center, stored: f64) {
        self.total.add(platform, center, stored);
        let groups = [
            (&mut self.tiers, center.tier.map(|tier| tier.word())),
            (&mut self.sides, center.side.map(|side| side.word())),
            (&mut self.hubs, center.hub.as_deref()),
            (&mut self.provinces, center.province.as_deref()),
            (&mut self.operators, center.operator.as_deref()),
        ];
        for (group, name) in groups {
            if let Some(name) = name {
                group.entry(name.to_owned()).or_default().add(platform, center, stored);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::check::tests::with;
    use crate::scenario::check::tests::{WHOLE, good};

    #[test]
    fn totals_are_worked_by_hand() {
        let found = inventory(&good(WHOLE));
        let total = &found.total;
        assert_eq!((total.centers, total.pools, total.nodes, total.cores), (2, 2, 6, 4 * 8 + 2 * 64));
        assert_eq!(total.accelerators, BTreeMap::from([("card".to_owned(), 16)]));
        // 16 cards of 280 TFLOPS; 4 nodes of 1 TFLOPS.
        assert!((total.accelerator_eflops["fp16"] - 16.0 * 280e12 / 1e18).abs() < 1e-12);
        assert!((total.cpu_eflops["fp64"] - 4e-6).abs() < 1e-15);
        assert_eq!(total.cpu_eflops.len(), 1, "no sum over precisions");
        assert!((total.storage_pb - 10.0).abs() < 1e-9 && (total.stored_pb - 3.0).abs() < 1e-9);
        assert_eq!(total.centers_without_storage_bound, 1);
        assert!((total.peak_mw - 4.0 * 300e-6).abs() < 1e-12);
        assert_eq!((found.tiers["regional"].nodes, found.sides["west"].nodes), (4, 2));
        assert_eq!((found.metros, found.exchanges, found.network.links), (1, 1, 3));
        assert!((found.network.capacity_tbps - 0.51).abs() < 1e-12);
        // One pair, 10 ms apart.
        let shares: Vec<(u64, Option<f64>)> = found.circles.iter().map(|c| (c.within_ms, c.share_of_pairs)).collect();
        assert_eq!(shares, [(1, Some(0.0)), (5, Some(0.0)), (20, Some(1.0))]);
        // Beijing, 0.3 of the jobs, and Shanghai, 0.7, are 10 and 15 ms from the cards.
        assert_eq!(found.circles.iter().map(|c| c.share_of_jobs).collect::<Vec<_>>(), [0.0, 0.0, 1.0].map(Some));
        assert!((found.workloads[0].jobs_per_day.expect("known") - 140.0).abs() < 1e-9);
        assert_eq!((found.tenants, found.single_jobs, found.classes), (11, 1, 2));
        assert!(serde_json::to_value(&found).is_ok());
    }

    #[test]
    fn published_totals_are_worked_by_hand() {
        let text = with(&[
            ("latency = \"1 ms\"", "latency = \"1 ms\"\nkind = \"trunk\"\ncables = 3"),
            ("latency = \"9 ms\"", "latency = \"9 ms\"\nkind = \"trunk\""),
            ("latency = \"6 ms\"", "latency = \"6 ms\"\nkind = \"interconnection\"\ncables = 9"),
            (
                "tier = \"national-hub\"",
                "tier = \"national-hub\"\nhub = \"ningxia\"\nracks = 70\nstorage = { space = \"10 PB\" }",
            ),
            ("fp64 = \"1 TFLOPS\"", "fp32 = \"2 TFLOPS\""),
            ("fp16 = \"280 TFLOPS\"", "fp32 = \"50 TFLOPS\""),
            (
                "[metro.shanghai]",
                "[center.homes]\ntier = \"store\"\nstorage = { space = \"20 PB\", filled = \"13 PB\" }\n[metro.shanghai]",
            ),
        ]);
        let scenario = good(&text);
        assert!(scenario.warnings.is_empty(), "a store needs no pool and no link: {:?}", scenario.warnings);
        let inventory = inventory(&scenario);
        let totals = inventory.totals(&scenario);
        // Two centers and a store; 4 + 2 nodes; 4 x 2 TFLOPS + 16 x 50 TFLOPS; 1 PB + 2 PB of the dataset + 13 PB of 40 PB;
        // 3 cables and one that says nothing.
        assert_eq!((totals.centers, totals.racks, totals.servers, totals.trunk_cables), (2, 70, 6, 4));
        assert!((totals.compute_fp32_eflops - 808e12 / 1e18).abs() < 1e-15);
        assert!((totals.intelligent_eflops - 800e12 / 1e18).abs() < 1e-15);
        assert!((totals.storage_zb - 40e-6).abs() < 1e-15 && (totals.stored_zb - 16e-6).abs() < 1e-15);
        assert!((totals.stored_fraction.expect("bounded") - 0.4).abs() < 1e-12);
        assert!((totals.interconnect_tbps - 0.1).abs() < 1e-12);
        assert_eq!((totals.tenants, totals.tenants_by_group["firms"]), (11, 10));
        assert_eq!((inventory.tiers["store"].centers, inventory.tiers["store"].stores), (0, 1));
        assert_eq!((inventory.hubs["ningxia"].nodes, inventory.provinces["hebei"].nodes), (2, 4));
        // The store is in no pair of centers.
        assert!(inventory.circles[2].share_of_pairs == Some(1.0));
    }
}
