//! Thresholds and published figures, checked.

use super::raw::Basis;
use crate::model::SiteId;

/// Whose figure of a run it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Of the whole run.
    Run,
    /// A row of a list of `summary.json`: the list, the column that names its rows, the name, and the word of the language.
    Row(&'static str, &'static str, String, &'static str),
}

/// A figure of a run. Two are equal wherever they stand.
#[derive(Debug, Clone)]
pub struct Figure {
    /// A key of `summary.json`, in whose unit limits are given.
    pub metric: String,
    /// Whose.
    pub whose: Whose,
    /// Where it stands in the scenario.
    pub place: String,
}

impl PartialEq for Figure {
    fn eq(&self, other: &Self) -> bool {
        (&self.metric, &self.whose) == (&other.metric, &other.whose)
    }
}

impl Figure {
    /// In words: `wait_p95_s of class training`.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.whose {
            Whose::Run => self.metric.clone(),
            Whose::Row(_, _, name, word) => format!("{} of {word} {name}", self.metric),
        }
    }
}

/// A threshold of `[[expect]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// Of what.
    pub figure: Figure,
    /// The most that it may be, in the figure's unit.
    pub at_most: Option<f64>,
    /// The least that it may be.
    pub at_least: Option<f64>,
}

/// How the scenario's own value of an anchor is measured; see [`RawMeasure`](super::raw::RawMeasure).
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// Part of the totals, by the key and the part's unit.
    Total(&'static str, &'static str),
    /// Of routes between national hubs: whether the longest, and whether without the first and last link.
    HubLatency {
        /// The longest rather than the mean.
        longest: bool,
        /// Without the first and the last link.
        trunk: bool,
    },
    /// Of the route between two sites.
    Latency(SiteId, SiteId),
    /// Of all links of a kind.
    Bandwidth(String),
    /// Of all links of a kind.
    Background(String),
    /// Of all links at a site.
    Egress(SiteId),
    /// Of a run.
    Run(Figure),
}

impl Measure {
    /// The unit in which it is measured; empty for counts and shares.
    #[must_use]
    pub fn unit(&self) -> &str {
        match self {
            Self::Total(_, unit) => unit,
            Self::HubLatency { .. } | Self::Latency(..) => "ms",
            Self::Bandwidth(_) | Self::Egress(_) => "Tbps",
            Self::Background(_) => "",
            Self::Run(figure) => unit_of_key(&figure.metric),
        }
    }
}

/// The unit at the end of a key of `summary.json`, as far as limits can be written with one.
#[must_use]
pub fn unit_of_key(key: &str) -> &'static str {
    [("_s", "s"), ("_kwh", "kWh"), ("_cny", "CNY"), ("_kg", "kg"), ("_kw", "kW"), ("_bps", "bit/s"), ("bytes", "B")]
        .into_iter()
        .find(|(end, _)| key.ends_with(end))
        .map_or("", |(_, unit)| unit)
}

/// A published figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    /// What it is.
    pub name: String,
    /// As published, in the measure's unit.
    pub published: f64,
    /// How the scenario's own is measured.
    pub measure: Measure,
    /// By which part of the published figure the own one may differ.
    pub tolerance: Option<f64>,
    /// How it is known.
    pub basis: Option<Basis>,
    /// Where it was published.
    pub source: Option<String>,
    /// How good the source is.
    pub confidence: Option<String>,
}
