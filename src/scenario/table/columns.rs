//! Columns of the inventories: the keys of the language in snake_case, with the unit at the end.

/// Suffix of a column and the unit as the language writes it.
type Suffix = (&'static str, &'static str);

const TIME: &[Suffix] = &[("ms", "ms"), ("us", "us"), ("s", "s")];
const BANDWIDTH: &[Suffix] = &[("gbps", "Gbps"), ("mbps", "Mbps"), ("tbps", "Tbps")];
const TRANSFER_PRICE: &[Suffix] = &[("cny_per_gb", "CNY/GB"), ("cny_per_tb", "CNY/TB")];
const ENERGY_PRICE: &[Suffix] = &[("cny_per_kwh", "CNY/kWh"), ("cny_per_mwh", "CNY/MWh")];
const CARBON: &[Suffix] = &[("g_per_kwh", "g/kWh"), ("kg_per_mwh", "kg/MWh"), ("kg_per_kwh", "kg/kWh")];
const SPACE: &[Suffix] = &[("eb", "EB"), ("pb", "PB"), ("tb", "TB"), ("gb", "GB")];
const MEMORY: &[Suffix] = &[("gib", "GiB"), ("tib", "TiB"), ("mib", "MiB"), ("gb", "GB"), ("tb", "TB")];
const POWER: &[Suffix] = &[("w", "W"), ("kw", "kW"), ("mw", "MW")];
const RATE: &[Suffix] = &[("tflops", "TFLOPS"), ("gflops", "GFLOPS"), ("pflops", "PFLOPS")];

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Text as it is.
    Text,
    /// A number without a unit.
    Number,
    /// A number, or 24 of them from midnight with `;` between.
    Hourly,
    /// Texts with `;` between.
    List,
    /// A number of a unit.
    Quantity(&'static str),
}

/// Where the cells of a column go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// To a key of the row's table, or of a table in it.
    Key(Vec<String>, Content),
    /// To a rate of the headline resource: of one accelerator where the row has some, else of a node's cores.
    Headline(&'static str, &'static str),
    /// To a part of the name or another thing that the kind of table treats itself.
    Own(&'static str),
    /// Nowhere: a remark.
    Remark,
    /// How the figures of the column's name are known; empty for all of the row.
    Basis(String),
}

/// The kinds of inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Inventory {
    Centers,
    Pools,
    Metros,
    Exchanges,
    Links,
}

/// A column: its name without the unit, the keys it goes to, what it holds. A non-empty list of units means a quantity.
struct Column(&'static str, &'static [&'static str], Content, &'static [Suffix]);

const PLACE: &[Column] = &[
    Column("side", &["side"], Content::Text, &[]),
    Column("province", &["province"], Content::Text, &[]),
    Column("lat", &["place", "lat"], Content::Number, &[]),
    Column("lon", &["place", "lon"], Content::Number, &[]),
];

const CENTER: &[Column] = &[
    Column("tier", &["tier"], Content::Text, &[]),
    Column("regions", &["regions"], Content::List, &[]),
    Column("hub", &["hub"], Content::Text, &[]),
    Column("operator", &["operator"], Content::Text, &[]),
    Column("racks", &["racks"], Content::Number, &[]),
    Column("racks_occupied", &["racks-occupied"], Content::Number, &[]),
    Column("pue", &["pue"], Content::Hourly, &[]),
    // `tariff` alone is the price at all times; beside windows it is that of the other hours.
    Column("tariff", &["tariff"], Content::Text, ENERGY_PRICE),
    Column("tariff_flat", &["tariff", "flat"], Content::Text, ENERGY_PRICE),
    Column("tariff_critical", &["tariff", "critical"], Content::Text, ENERGY_PRICE),
    Column("tariff_peak", &["tariff", "peak"], Content::Text, ENERGY_PRICE),
    Column("tariff_valley", &["tariff", "valley"], Content::Text, ENERGY_PRICE),
    Column("critical_hours", &["tariff", "critical-hours"], Content::List, &[]),
    Column("peak_hours", &["tariff", "peak-hours"], Content::List, &[]),
    Column("valley_hours", &["tariff", "valley-hours"], Content::List, &[]),
    Column("carbon", &["carbon"], Content::Text, CARBON),
    Column("green_share", &["carbon", "green-share"], Content::Number, &[]),
    Column("storage_space", &["storage", "space"], Content::Text, SPACE),
    Column("storage_filled", &["storage", "filled"], Content::Text, SPACE),
];

const POOL: &[Column] = &[
    Column("nodes", &["nodes"], Content::Number, &[]),
    Column("cores", &["cores"], Content::Number, &[]),
    Column("memory", &["memory"], Content::Text, MEMORY),
    Column("accelerator_kind", &["accelerators", "kind"], Content::Text, &[]),
    Column("accelerator_count", &["accelerators", "count"], Content::Number, &[]),
    Column("accelerator_memory", &["accelerators", "memory"], Content::Text, MEMORY),
    Column("cores_fp32", &["fp32"], Content::Text, RATE),
    Column("cores_fp64", &["fp64"], Content::Text, RATE),
    Column("speed", &["speed"], Content::Number, &[]),
    Column("power_idle", &["power-idle"], Content::Text, POWER),
    Column("power_peak", &["power-peak"], Content::Text, POWER),
    Column("power_cores", &["power-cores"], Content::Number, &[]),
    Column("closed_share", &["closed-share"], Content::Hourly, &[]),
    Column("closed_load", &["closed-load"], Content::Hourly, &[]),
];

const LINK: &[Column] = &[
    Column("latency", &["latency"], Content::Text, TIME),
    Column("bandwidth", &["bandwidth"], Content::Text, BANDWIDTH),
    Column("price", &["price"], Content::Text, TRANSFER_PRICE),
    Column("background", &["background"], Content::Hourly, &[]),
    Column("kind", &["kind"], Content::Text, &[]),
    Column("cables", &["cables"], Content::Number, &[]),
];

/// Rates of the headline resource of a pool.
const HEADLINE: [&str; 3] = ["fp16", "fp32", "fp64"];

/// Columns of remarks, by name or by the beginning of it.
const REMARKS: [&str; 3] = ["source", "confidence", "note"];

impl Inventory {
    /// All of them with their key in `[tables]`.
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("centers", Self::Centers),
        ("pools", Self::Pools),
        ("metros", Self::Metros),
        ("exchanges", Self::Exchanges),
        ("links", Self::Links),
    ];

    /// The section of the language that its rows go to.
    pub(super) const fn section(self) -> &'static str {
        match self {
            Self::Centers | Self::Pools => "center",
            Self::Metros => "metro",
            Self::Exchanges => "exchange",
            Self::Links => "link",
        }
    }

    /// Columns that must be there, since they say which object a row is.
    pub(super) const fn identity(self) -> &'static [&'static str] {
        match self {
            Self::Centers | Self::Metros | Self::Exchanges => &["name"],
            Self::Pools => &["center", "pool"],
            Self::Links => &["from", "to"],
        }
    }

    const fn columns(self) -> [&'static [Column]; 2] {
        match self {
            Self::Centers => [PLACE, CENTER],
            Self::Pools => [POOL, &[]],
            Self::Metros | Self::Exchanges => [PLACE, &[]],
            Self::Links => [LINK, &[]],
        }
    }

    /// Where the cells of a column go; `None` for an unknown column.
    pub(super) fn target(self, name: &str) -> Option<Target> {
        let own = self.identity().iter().copied().chain((self == Self::Links).then_some("name"));
        if let Some(own) = own.into_iter().find(|own| *own == name) {
            return Some(Target::Own(own));
        }
        if let Some(of) = name.strip_prefix("basis").filter(|of| of.is_empty() || of.starts_with('_')) {
            return Some(Target::Basis(of.trim_start_matches('_').to_owned()));
        }
        if REMARKS
            .iter()
            .any(|word| name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('_')))
        {
            return Some(Target::Remark);
        }
        if let Some(label) = name.strip_prefix("label_").filter(|label| self == Self::Centers && !label.is_empty()) {
            return Some(Target::Key(vec!["labels".to_owned(), label.to_owned()], Content::Text));
        }
        if self == Self::Pools
            && let Some((key, unit)) = HEADLINE.iter().find_map(|key| Some((*key, unit_of(name, key, RATE)?)))
        {
            return Some(Target::Headline(key, unit));
        }
        self.columns().into_iter().flatten().find_map(|Column(key, path, content, units)| {
            let content = match units {
                [] if *key == name => *content,
                [] => return None,
                units => Content::Quantity(unit_of(name, key, units)?),
            };
            Some(Target::Key(path.iter().map(|step| (*step).to_owned()).collect(), content))
        })
    }

    /// Names of all columns, with the first of their units.
    pub(super) fn names(self) -> Vec<String> {
        let own = self
            .identity()
            .iter()
            .map(|name| (*name).to_owned())
            .chain((self == Self::Links).then(|| "name".to_owned()));
        let headline = (self == Self::Pools).then(|| HEADLINE.iter().map(|key| format!("{key}_tflops")));
        let columns = self.columns().into_iter().flatten().map(|Column(key, _, _, units)| match units {
            [] => (*key).to_owned(),
            [(suffix, _), ..] => format!("{key}_{suffix}"),
        });
        let label = (self == Self::Centers).then(|| "label_KEY".to_owned());
        own.chain(columns)
            .chain(headline.into_iter().flatten())
            .chain(label)
            .chain(["basis".to_owned()])
            .chain(REMARKS.map(str::to_owned))
            .collect()
    }
}

/// The unit of a column `key_suffix`.
fn unit_of(name: &str, key: &str, units: &[Suffix]) -> Option<&'static str> {
    let suffix = name.strip_prefix(key)?.strip_prefix('_')?;
    units.iter().find(|(written, _)| *written == suffix).map(|(_, unit)| *unit)
}
