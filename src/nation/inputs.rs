//! Reading the rules and the tables, with the place of what is wrong.

use super::Files;
use super::rules::Rules;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// The files that are read.
pub(super) const NAMES: [&str; 6] =
    ["cities.csv", "clusters.csv", "open.csv", "provinces.csv", "rules.toml", "sources.csv"];

/// A row of `provinces.csv`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Province {
    /// Its name.
    pub name: String,
    /// East, central or west.
    pub side: String,
    /// The national hub it belongs to; empty for none.
    pub hub: String,
    /// Its capital, a city.
    pub capital: String,
    /// Group whose racks it shares.
    pub rack_group: String,
    /// Its share within the group; without one, by gross domestic product.
    pub rack_weight: Option<f64>,
    /// People in millions.
    pub population_m: f64,
    /// Gross domestic product.
    pub gdp_bn_cny: f64,
    /// Power usage effectiveness of its best centers.
    pub pue: f64,
    /// Of its grid.
    pub carbon_g_per_kwh: f64,
    /// Contracted green power.
    pub green_share: f64,
    /// CNY/kWh.
    pub tariff_flat: f64,
    /// CNY/kWh, in the critical hours; none where there are none.
    #[serde(default)]
    pub tariff_critical: Option<f64>,
    /// CNY/kWh.
    pub tariff_peak: f64,
    /// CNY/kWh.
    pub tariff_valley: f64,
    /// Windows, empty for none.
    #[serde(default)]
    pub critical_hours: String,
    /// Windows.
    pub peak_hours: String,
    /// Windows.
    pub valley_hours: String,
    /// Keys of `sources.csv`.
    pub source_racks: String,
    /// Likewise.
    pub source_pue: String,
    /// Likewise.
    pub source_carbon: String,
    /// Likewise.
    pub source_tariff: String,
}

/// A row of `cities.csv`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct City {
    /// Its name.
    pub name: String,
    /// Its province.
    pub province: String,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// People in millions.
    pub population_m: f64,
    /// Gross domestic product.
    pub gdp_bn_cny: f64,
    /// Key of `sources.csv`.
    pub source: String,
}

/// A row of `clusters.csv`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// Its hub.
    pub hub: String,
    /// Its province.
    pub province: String,
    /// East or west.
    pub side: String,
    /// The city it is joined with.
    pub host: String,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// As published, of several years: shares only.
    pub racks_published: u64,
    /// Servers over racks where that is published; elsewhere power decides how many servers there are.
    #[serde(default)]
    pub servers_per_rack: Option<f64>,
    /// FP16, as published.
    pub intelligent_pflops: f64,
    /// Whether that is of 2023 or before and taken as it is; else it is a share.
    pub pflops_as_is: bool,
    /// Power usage effectiveness.
    pub pue: f64,
    /// Contracted green power.
    pub green_share: f64,
    /// CNY/kWh.
    pub tariff_flat: f64,
    /// CNY/kWh.
    pub tariff_peak: f64,
    /// CNY/kWh.
    pub tariff_valley: f64,
    /// Windows.
    pub peak_hours: String,
    /// Windows.
    pub valley_hours: String,
    /// Published capacity out of it; none where it does not bind.
    pub egress_tbps: Option<f64>,
    /// Keys of `sources.csv`.
    pub source_racks: String,
    /// Likewise.
    #[serde(default = "rule_for_servers")]
    pub source_servers: String,
    /// Likewise.
    pub source_pflops: String,
    /// Likewise.
    pub source_pue: String,
    /// Likewise.
    pub source_green: String,
    /// Likewise.
    pub source_tariff: String,
}

/// The source of servers that power decides.
fn rule_for_servers() -> String {
    "server".to_owned()
}

/// A row of `open.csv`: nodes open to the network.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// A park of a cluster, or a city: then its largest center.
    pub place: String,
    /// Accelerator nodes.
    pub ai_nodes: u64,
    /// General nodes.
    pub general_nodes: u64,
}

/// A row of `sources.csv`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What rows name.
    pub key: String,
    /// measured, published, derived or estimate: what the figures of the tables are that name it.
    #[serde(default)]
    pub basis: String,
    /// How good the source is: high, medium, low or estimate.
    pub confidence: String,
    /// Where the figure is from.
    pub source: String,
}

/// All that the inventory is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs {
    /// `rules.toml`
    pub rules: Rules,
    /// `provinces.csv`
    pub provinces: Vec<Province>,
    /// `cities.csv`
    pub cities: Vec<City>,
    /// `clusters.csv`
    pub clusters: Vec<Cluster>,
    /// `open.csv`
    pub open: Vec<Open>,
    /// `sources.csv` by key.
    pub sources: BTreeMap<String, Source>,
}

impl Inputs {
    /// How good a source is; an estimate where nothing is said.
    pub(super) fn confidence(&self, source: &str) -> &str {
        self.sources.get(source).map_or("estimate", |source| source.confidence.as_str())
    }

    /// How the figures of a source are known; an estimate where nothing is said.
    pub(super) fn basis(&self, source: &str) -> &str {
        self.sources.get(source).map(|source| source.basis.as_str()).filter(|it| !it.is_empty()).unwrap_or("estimate")
    }
}

/// Reads and checks the rules and the tables.
///
/// # Errors
/// All that is wrong with them, each with its file and, as far as it is known, its line.
pub fn read(files: &Files) -> Result<Inputs, Vec<String>> {
    let mut problems = Vec::new();
    let missing = NAMES.into_iter().filter(|name| !files.contains_key(*name));
    problems.extend(missing.map(|name| format!("{name} is missing")));
    if !problems.is_empty() {
        return Err(problems);
    }
    let rules: Option<Rules> = match toml::from_str(&files["rules.toml"]) {
        Ok(rules) => Some(rules),
        Err(error) => {
            problems.push(format!("rules.toml: {}", error.to_string().trim_end()));
            None
        }
    };
    let provinces = rows("provinces.csv", files, &mut problems);
    let cities = rows("cities.csv", files, &mut problems);
    let clusters = rows("clusters.csv", files, &mut problems);
    let open = rows("open.csv", files, &mut problems);
    let sources: Vec<Source> = rows("sources.csv", files, &mut problems);
    let sources = sources.into_iter().map(|source| (source.key.clone(), source)).collect();
    let Some(rules) = rules.filter(|_| problems.is_empty()) else { return Err(problems) };
    let inputs = Inputs { rules, provinces, cities, clusters, open, sources };
    super::check::problems(&inputs, &mut problems);
    if problems.is_empty() { Ok(inputs) } else { Err(problems) }
}

fn rows<T: DeserializeOwned>(name: &str, files: &Files, problems: &mut Vec<String>) -> Vec<T> {
    let mut list = Vec::new();
    for row in csv::Reader::from_reader(files[name].as_bytes()).deserialize() {
        match row {
            Ok(row) => list.push(row),
            Err(error) => {
                let line = error.position().map_or_else(String::new, |place| format!(":{}", place.line()));
                let what = match error.kind() {
                    csv::ErrorKind::Deserialize { err, .. } => err.kind().to_string(),
                    _ => error.to_string(),
                };
                problems.push(format!("{name}{line}: {what}"));
            }
        }
    }
    list
}
