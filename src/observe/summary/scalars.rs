//! The totals of a summary as a list: for comparisons, sweeps and thresholds.

use super::Summary;
use crate::observe::glossary::{Better, glossary};

/// One total of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scalar {
    /// Its key in `summary.json`.
    pub key: &'static str,
    /// Its unit; empty for counts and shares.
    pub unit: &'static str,
    /// Its value; `None` is no data.
    pub value: Option<f64>,
    /// Which way is better.
    pub better: Better,
    /// Whether it belongs in a short table.
    pub headline: bool,
}

impl Summary {
    /// All totals, in the order of the glossary: the same keys for every run.
    #[must_use]
    pub fn scalars(&self) -> Vec<Scalar> {
        // Its own serialization is the one list of its keys.
        let Ok(serde_json::Value::Object(values)) = serde_json::to_value(self) else { return Vec::new() };
        glossary()
            .iter()
            .filter_map(|entry| {
                let value = values.get(entry.key)?;
                (value.is_number() || value.is_null()).then(|| Scalar {
                    key: entry.key,
                    unit: entry.unit,
                    value: value.as_f64(),
                    better: entry.better,
                    headline: entry.headline,
                })
            })
            .collect()
    }
}
