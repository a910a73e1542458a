//! The scenario's own values of published figures, as far as they need no run.

use super::{Capacity, Inventory, Totals};
use crate::model::{Center, Link, Platform, Tier};
use crate::network::Routes;
use crate::scenario::{Anchor, Measure, Scenario};
use crate::units::{SimDuration, SimTime};

const WEEK: SimTime = SimTime(7 * SimDuration::DAY.0);

impl Inventory {
    /// The scenario's own values of the anchors that need no run, in the order of the scenario; `None` is no data.
    #[must_use]
    pub fn own_values<'a>(&self, scenario: &'a Scenario) -> Vec<(&'a Anchor, Option<f64>)> {
        let wanted = scenario.anchors.iter().filter(|anchor| !matches!(anchor.measure, Measure::Run(_)));
        let platform = &*scenario.platform;
        let totals = Totals::of(self, platform);
        let routes = Routes::new(platform.sites.len(), &platform.links);
        wanted.map(|anchor| (anchor, own(&anchor.measure, self, &totals, platform, &routes))).collect()
    }
}

fn own(measure: &Measure, inventory: &Inventory, totals: &Totals, platform: &Platform, routes: &Routes) -> Option<f64> {
    match measure {
        Measure::Total(key, _) => total(key, inventory, totals),
        Measure::HubLatency { longest, trunk } => hub_latency(platform, routes, *longest, *trunk),
        Measure::Latency(from, to) => routes.latency(*from, *to).map(milliseconds),
        Measure::Bandwidth(kind) => inventory.lines.get(kind).map(|lines| lines.capacity_tbps),
        Measure::Background(kind) => background(platform, kind),
        Measure::Egress(site) => {
            let at = platform.links.iter().filter(|link| link.between.contains(site));
            Some(at.map(|link| link.bandwidth.as_f64() / 1e12).sum())
        }
        Measure::Run(_) => None,
    }
}

fn total(key: &str, inventory: &Inventory, totals: &Totals) -> Option<f64> {
    let hub_racks = || inventory.tiers.get(Tier::NationalHub.word()).map(|hubs| hubs.racks as f64);
    let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    // No rack is said to be occupied where nothing is said of that.
    let occupancy = |of: &Capacity| share(of.racks_occupied as f64, of.racks as f64).filter(|share| *share > 0.0);
    match key {
        "centers" => Some(totals.centers as f64),
        "racks" => Some(totals.racks as f64),
        "hub_racks" => hub_racks(),
        "hub_racks_share" => share(hub_racks()?, totals.racks as f64),
        "occupancy" => occupancy(&inventory.total),
        "hub_occupancy" => occupancy(inventory.tiers.get(Tier::NationalHub.word())?),
        "servers" => Some(totals.servers as f64),
        "compute_fp32_eflops" => Some(totals.compute_fp32_eflops),
        "intelligent_eflops" => Some(totals.intelligent_eflops),
        "intelligent_share" => share(totals.intelligent_eflops, totals.compute_fp32_eflops),
        "peak_gw" => Some(inventory.total.peak_mw / 1e3),
        "storage_zb" => Some(totals.storage_zb),
        "stored_zb" => Some(totals.stored_zb),
        "stored_fraction" => totals.stored_fraction,
        "trunk_cables" => Some(totals.trunk_cables as f64),
        "interconnect_tbps" => Some(totals.interconnect_tbps),
        "tenants" => Some(totals.tenants as f64),
        _ => None,
    }
}

fn milliseconds(span: SimDuration) -> f64 {
    span.as_secs_f64() * 1e3
}

/// The mean or the longest over all pairs of national hubs of one operator; pairs without a way are left out.
fn hub_latency(platform: &Platform, routes: &Routes, longest: bool, trunk: bool) -> Option<f64> {
    let hubs: Vec<&Center> = platform.centers.iter().filter(|center| center.tier == Some(Tier::NationalHub)).collect();
    let (mut pairs, mut sum, mut most) = (0u32, 0.0, 0.0f64);
    for (at, from) in hubs.iter().enumerate() {
        // Between operators data cross an interconnection, which no published latency counts.
        for to in hubs[at + 1..].iter().filter(|to| to.operator == from.operator) {
            let Some(route) = routes.route(from.site, to.site) else { continue };
            let ends = [route.lanes.first(), route.lanes.last()];
            let own_lines: u64 =
                ends.into_iter().flatten().map(|lane| platform.links[lane.link().index()].latency.0).sum();
            // A way of one link is all trunk.
            let less = if trunk && route.lanes.len() > 2 { own_lines } else { 0 };
            let latency = milliseconds(SimDuration(route.latency.0 - less));
            (pairs, sum, most) = (pairs + 1, sum + latency, most.max(latency));
        }
    }
    (pairs > 0).then(|| if longest { most } else { sum / f64::from(pairs) })
}

/// Mean over a week, each link by its bandwidth.
fn background(platform: &Platform, kind: &str) -> Option<f64> {
    let of_kind = || platform.links.iter().filter(|link| link.kind.as_deref() == Some(kind));
    let mean = |link: &Link| link.background.integral(SimTime::ZERO, WEEK) as f64 / WEEK.0 as f64 / 1e6;
    let all: f64 = of_kind().map(|link| link.bandwidth.as_f64()).sum();
    (all > 0.0).then(|| of_kind().map(|link| link.bandwidth.as_f64() * mean(link)).sum::<f64>() / all)
}

#[cfg(test)]
mod tests {
    use super::super::inventory;
    use crate::scenario::check::tests::{WHOLE, good};

    const THREE: &str = r#"
[center.guian]
tier = "national-hub"
racks = 30
pool.cpu = { nodes = 1, cores = 1 }
[exchange.guiyang]
[link.guian-own]
between = ["guian", "guiyang"]
latency = "2 ms"
bandwidth = "1 Tbps"
background = 0.1
kind = "own"
[link.trunk]
between = ["guiyang", "ix"]
latency = "5 ms"
bandwidth = "3 Tbps"
background = 0.2
kind = "trunk"
"#;

    #[test]
    fn own_values_are_worked_by_hand() {
        let world = WHOLE.replace("tier = \"regional\"", "tier = \"national-hub\"\nracks = 10\nracks-occupied = 6");
        let own = |published: &str, measure: &str| {
            let anchor = format!("[[anchor]]\nname = \"x\"\npublished = {published}\nmeasure = {measure}\n");
            let scenario = good(&format!("{world}{THREE}{anchor}"));
            let values = inventory(&scenario).own_values(&scenario);
            values.first().map(|(anchor, own)| (anchor.published, own.expect("known")))
        };
        let near = |is: f64, should: f64| assert!((is - should).abs() < 1e-9, "{is} for {should}");
        let own = |published: &str, measure: &str| own(published, measure).expect("needs no run");
        // Beijing-ix 1 ms, Zhongwei-ix 9 ms, Gui'an-Guiyang-ix 2 + 5 ms: 10, 8 and 16 ms.
        let (published, mean) = own("\"10 ms\"", "\"hub-latency-mean\"");
        near(published, 10.0);
        near(mean, 34.0 / 3.0);
        near(own("\"10 ms\"", "\"hub-latency-max\"").1, 16.0);
        // Less the first and the last link: Beijing to Zhongwei has no other, so that all of it is trunk; 5 ms each from Gui'an.
        near(own("10", "\"hub-trunk-latency-mean\"").1, 20.0 / 3.0);
        near(own("10", "{ latency = { from = \"guian\", to = \"shanghai\" } }").1, 13.0);
        near(own("\"3 Tbps\"", "{ bandwidth = { kind = \"trunk\" } }").1, 3.0);
        near(own("0.2", "{ background = { kind = \"trunk\" } }").1, 0.2);
        near(own("\"1 Tbps\"", "{ egress = { at = \"guiyang\" } }").1, 4.0);
        near(own("40", "\"hub-racks\"").1, 40.0);
        near(own("1", "\"hub-racks-share\"").1, 1.0);
        near(own("0.6", "\"hub-occupancy\"").1, 6.0 / 40.0);
    }

    #[test]
    fn what_needs_a_run_has_no_value_here() {
        let scenario = good(&format!(
            "{WHOLE}[[anchor]]\nname = \"x\"\npublished = 0.5\nmeasure = {{ run = {{ metric = \"load\" }} }}\n"
        ));
        assert_eq!((scenario.anchors.len(), inventory(&scenario).own_values(&scenario).len()), (1, 0));
    }
}
