//! The form of `rules.toml`.

use serde::Deserialize;
use std::collections::BTreeMap;

/// All rules. Every figure is documented where it stands, in `rules.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rules {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Standard racks.
    pub racks: Racks,
    /// Centers outside the clusters.
    pub centers: Centers,
    /// Share of racks that are occupied, by tier.
    pub occupied: ByTier<f64>,
    /// Who runs centers and backbones.
    pub operators: Operators,
    /// General nodes.
    pub general: General,
    /// Nodes of supercomputing centers, of the same make.
    pub supercomputing: Super,
    /// What storage and network gear draws.
    #[serde(default)]
    pub gear: Gear,
    /// Accelerator nodes.
    pub ai: Ai,
    /// The part that owners keep.
    pub closed: Closed,
    /// Storage.
    pub storage: Storage,
    /// Links.
    pub network: Network,
    /// Where jobs and requests come from, by column of `demand.csv`.
    pub demand: BTreeMap<String, Demand>,
}

/// A value for each tier.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ByTier<T> {
    /// Clusters of the national hubs.
    pub national_hub: T,
    /// Large centers elsewhere.
    pub regional: T,
    /// The others.
    pub local: T,
}

/// `[racks]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Racks {
    /// All of them.
    pub total: u64,
    /// Those of the clusters.
    pub clusters: u64,
    /// Shares of groups of provinces.
    pub groups: BTreeMap<String, f64>,
}

/// `[centers]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Centers {
    /// How many.
    pub outside: u64,
    /// How much a province's number of centers follows its racks (the rest: its population).
    pub by_racks: f64,
    /// Spread of sizes: the standard deviation of the logarithm.
    pub sigma: f64,
    /// Fewest racks.
    pub least: u64,
    /// From so many racks on a center is regional.
    pub large: u64,
    /// Radius around the middle of a city.
    pub spread_km: f64,
    /// What a regional center adds to its province's PUE.
    pub pue_regional: f64,
    /// What a local center adds to it.
    pub pue_local: f64,
}

/// `[operators]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Operators {
    /// Their names; what stands after the last hyphen names their parks and backbone nodes.
    pub names: Vec<String>,
    /// Their shares of centers and lines; they add up to 1.
    pub shares: Vec<f64>,
    /// Who is at home in the north.
    pub north: String,
    /// Who is at home in the south.
    pub south: String,
    /// Latitude between the two.
    pub border_lat: f64,
}

/// `[general]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct General {
    /// All of them.
    pub nodes: u64,
    /// Cores of a node.
    pub cores: u32,
    /// Memory of a node.
    pub memory_gib: u32,
    /// Rate of a node.
    pub fp32_tflops: f64,
    /// Rate of a node.
    pub fp64_tflops: f64,
    /// Power of an idle node.
    pub power_idle_w: u32,
    /// Power of a busy node.
    pub power_peak_w: u32,
}

/// `[supercomputing]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Super {
    /// All of them.
    pub nodes: u64,
    /// Cities whose largest center has them, alike.
    pub cities: Vec<String>,
}

/// `[gear]`
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Gear {
    /// Power of the storage and network gear of all centers, in MW, busy or idle.
    pub power_mw: f64,
}

/// `[ai]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ai {
    /// All of them.
    pub nodes: u64,
    /// Share of the clusters.
    pub clusters: f64,
    /// So many of the largest other centers have the rest.
    pub centers: usize,
    /// Kind of card.
    pub kind: String,
    /// Cards of a node.
    pub cards: u8,
    /// Memory of a card.
    pub card_memory_gib: u32,
    /// Rate of a card.
    pub fp16_tflops: f64,
    /// Rate of a card.
    pub fp32_tflops: f64,
    /// Cores of a node.
    pub cores: u32,
    /// Memory of a node.
    pub memory_gib: u32,
    /// Power of an idle node.
    pub power_idle_w: u32,
    /// Power of a busy node.
    pub power_peak_w: u32,
}

/// `[closed]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Closed {
    /// Load of the closed part by hour from midnight.
    pub hourly: Vec<f64>,
}

/// `[storage]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Storage {
    /// All space.
    pub space_eb: u64,
    /// What is stored.
    pub filled_eb: u64,
    /// Space in centers.
    pub centers_eb: u64,
    /// Name of the store outside them.
    pub store: String,
}

/// `[network]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Network {
    /// Length of fiber over great circle.
    pub route_factor: f64,
    /// Speed of light in fiber.
    pub light_km_per_ms: f64,
    /// What IP adds to a path.
    pub ip_ms: f64,
    /// Beyond this distance all of it, below it in proportion.
    pub ip_km: f64,
    /// Capacity between clusters of different hubs.
    pub hub_tbps: f64,
    /// A pair's share falls with distance to this power.
    pub gravity: f64,
    /// Number of trunk cables.
    pub trunk_cables: usize,
    /// Use of trunks and access lines by others.
    pub hub_background: f64,
    /// Capacity of trunks between other backbone cities and the hubs.
    pub province_tbps: f64,
    /// Capacity that tenants have at cities.
    pub access_tbps: f64,
    /// Least capacity of an access line.
    pub access_least_gbps: u64,
    /// Capacity between a center and its city.
    pub metro_gbps: ByTier<u64>,
    /// Capacity between neighboring cities.
    pub local_gbps: u64,
    /// How many neighbors a city is joined with, besides its capital.
    pub local_neighbors: usize,
    /// Capacity between operators.
    pub interconnection_tbps: f64,
    /// Share of it at new-type exchange centers.
    pub exchange_share: f64,
    /// Price at each end of a path.
    pub access_price: f64,
    /// Price between neighboring cities.
    pub local_price: f64,
    /// Backbone cities beside clusters and capitals.
    pub backbone_cities: Vec<String>,
    /// People from which on a city has two operators.
    pub two_operators_m: f64,
    /// People from which on a city has all operators.
    pub three_operators_m: f64,
    /// Backbone cities where operators are joined directly.
    pub direct_points: Vec<String>,
    /// Backbone cities with a new-type exchange center.
    pub new_exchanges: Vec<String>,
    /// The tenants' own line.
    pub leased: Leased,
}

/// `network.leased`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Leased {
    /// City.
    pub from: String,
    /// Center.
    pub to: String,
    /// One way.
    pub latency_ms: f64,
    /// Each direction.
    pub gbps: u64,
    /// Use by others.
    pub background: f64,
}

/// `[demand.COLUMN]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Demand {
    /// How what is not named is shared out.
    pub by: Measure,
    /// Shares of cities.
    #[serde(default)]
    pub cities: BTreeMap<String, f64>,
    /// Shares of provinces, shared out among those of their cities that are not named.
    #[serde(default)]
    pub provinces: BTreeMap<String, f64>,
}

/// What demand follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Gross domestic product.
    Gdp,
    /// People.
    Population,
    /// Only what is named has any.
    None,
}
