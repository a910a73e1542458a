//! What must hold of the rules and tables before anything is made from them.

use super::geography::Point;
use super::inputs::{City, Inputs};
use super::rules::Operators;
use std::collections::BTreeSet;

/// How figures can be known; as columns `basis` of tables have it. Empty is an estimate.
const BASES: [&str; 5] = ["measured", "published", "derived", "estimate", ""];

/// Adds what is wrong to `out`. After it, names of provinces and cities can be looked up.
pub(super) fn problems(inputs: &Inputs, out: &mut Vec<String>) {
    names(inputs, out);
    shares(inputs, out);
    sources(inputs, out);
    let rules = &inputs.rules;
    let racks = &rules.racks;
    if racks.clusters > racks.total {
        out.push("rules.toml: racks.clusters is more than racks.total".to_owned());
    }
    if rules.storage.centers_eb > rules.storage.space_eb || rules.storage.filled_eb > rules.storage.space_eb {
        out.push("rules.toml: storage.space-eb is less than a part of it".to_owned());
    }
    if !(0.0..=1e9).contains(&rules.gear.power_mw) {
        out.push(format!("rules.toml: gear.power-mw must be a power from 0 MW on, not {}", rules.gear.power_mw));
    }
    for (at, cluster) in inputs.clusters.iter().enumerate() {
        if let Some(servers) = cluster.servers_per_rack.filter(|servers| !(0.0..=1000.0).contains(servers)) {
            out.push(format!("clusters.csv:{}: servers_per_rack must be from 0 to 1000, not {servers}", at + 2));
        }
    }
    for source in inputs.sources.values().filter(|source| !BASES.contains(&source.basis.as_str())) {
        out.push(format!(
            "sources.csv: the basis of {} must be measured, published, derived or estimate, not `{}`",
            source.key, source.basis
        ));
    }
    if rules.closed.hourly.len() != 24 {
        out.push(format!("rules.toml: closed.hourly needs 24 values, not {}", rules.closed.hourly.len()));
    }
    let used: BTreeSet<&str> = inputs.cities.iter().map(|city| city.province.as_str()).collect();
    for province in inputs.provinces.iter().filter(|province| !used.contains(province.name.as_str())) {
        out.push(format!("provinces.csv: {:?} has no city in cities.csv", province.name));
    }
}

fn names(inputs: &Inputs, out: &mut Vec<String>) {
    let provinces: Vec<&str> = inputs.provinces.iter().map(|it| it.name.as_str()).collect();
    let cities: Vec<&str> = inputs.cities.iter().map(|it| it.name.as_str()).collect();
    let mut known = |list: &[&str], name: &str, what: &str, place: String| {
        if !list.contains(&name) {
            out.push(format!("{place}: unknown {what} {name:?}"));
        }
    };
    for (at, city) in inputs.cities.iter().enumerate() {
        known(&provinces, &city.province, "province", format!("cities.csv:{}", at + 2));
    }
    for (at, province) in inputs.provinces.iter().enumerate() {
        known(&cities, &province.capital, "city", format!("provinces.csv:{}", at + 2));
    }
    for (at, cluster) in inputs.clusters.iter().enumerate() {
        known(&provinces, &cluster.province, "province", format!("clusters.csv:{}", at + 2));
        known(&cities, &cluster.host, "city", format!("clusters.csv:{}", at + 2));
    }
    let rules = &inputs.rules;
    let network = &rules.network;
    for city in rules.supercomputing.cities.iter().chain(&network.backbone_cities).chain([&network.leased.from]) {
        known(&cities, city, "city", "rules.toml".to_owned());
    }
    for (column, demand) in &rules.demand {
        for city in demand.cities.keys() {
            known(&cities, city, "city", format!("rules.toml: demand.{column}"));
        }
        for province in demand.provinces.keys() {
            known(&provinces, province, "province", format!("rules.toml: demand.{column}"));
        }
    }
    for (file, list) in [("provinces.csv", &provinces), ("cities.csv", &cities)] {
        let mut seen = BTreeSet::new();
        for (at, name) in list.iter().enumerate().filter(|(_, name)| !seen.insert(**name)) {
            out.push(format!("{file}:{}: {name:?} is there twice", at + 2));
        }
    }
}

fn whole(sum: f64, what: &str, out: &mut Vec<String>) {
    if (sum - 1.0).abs() > 1e-6 || sum.is_nan() {
        out.push(format!("rules.toml: {what} must add up to 1, not {sum}"));
    }
}

fn shares(inputs: &Inputs, out: &mut Vec<String>) {
    let rules = &inputs.rules;
    whole(rules.racks.groups.values().sum(), "racks.groups", out);
    whole(rules.operators.shares.iter().sum(), "operators.shares", out);
    for (column, demand) in &rules.demand {
        let named: f64 = demand.cities.values().chain(demand.provinces.values()).sum();
        if demand.by == super::Measure::None {
            whole(named, &format!("demand.{column}.cities"), out);
        } else if !(0.0..=1.0).contains(&named) {
            out.push(format!("rules.toml: demand.{column}: what is named adds up to more than 1 ({named})"));
        }
    }
    for (at, province) in inputs.provinces.iter().enumerate() {
        if !rules.racks.groups.contains_key(&province.rack_group) {
            out.push(format!("provinces.csv:{}: no group {:?} in racks.groups", at + 2, province.rack_group));
        }
    }
    let operators = &rules.operators;
    if operators.names.is_empty() || operators.names.len() != operators.shares.len() {
        out.push("rules.toml: operators.names and operators.shares must be as many, at least one".to_owned());
    }
    for name in [&operators.north, &operators.south] {
        if !operators.names.contains(name) {
            out.push(format!("rules.toml: no operator {name:?} in operators.names"));
        }
    }
}

/// Every key that a row names must be a source.
fn sources(inputs: &Inputs, out: &mut Vec<String>) {
    let provinces = inputs.provinces.iter().flat_map(|it| {
        [&it.source_racks, &it.source_pue, &it.source_carbon, &it.source_tariff].map(|key| ("provinces.csv", key))
    });
    let clusters = inputs.clusters.iter().flat_map(|it| {
        let keys = [
            &it.source_racks,
            &it.source_servers,
            &it.source_pflops,
            &it.source_pue,
            &it.source_green,
            &it.source_tariff,
        ];
        keys.map(|key| ("clusters.csv", key))
    });
    let cities = inputs.cities.iter().map(|it| ("cities.csv", &it.source));
    let missing: BTreeSet<(&str, &String)> =
        provinces.chain(clusters).chain(cities).filter(|(_, key)| !inputs.sources.contains_key(*key)).collect();
    out.extend(missing.into_iter().map(|(file, key)| format!("{file}: no source {key:?} in sources.csv")));
}

impl Inputs {
    /// The index of a province; its name has been checked.
    pub(super) fn province(&self, name: &str) -> usize {
        self.provinces.iter().position(|province| province.name == name).unwrap_or_default()
    }

    /// The index of a city; its name has been checked.
    pub(super) fn city(&self, name: &str) -> usize {
        self.cities.iter().position(|city| city.name == name).unwrap_or_default()
    }
}

impl City {
    pub(super) fn point(&self) -> Point {
        Point { lat: self.lat, lon: self.lon }
    }
}

impl Operators {
    /// What stands after the last hyphen of an operator's name.
    pub(super) fn suffix(&self, operator: usize) -> &str {
        let name = self.names[operator].as_str();
        name.rsplit_once('-').map_or(name, |(_, suffix)| suffix)
    }

    /// The index of an operator; its name has been checked.
    pub(super) fn index(&self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).unwrap_or_default()
    }
}
