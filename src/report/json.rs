//! `summary.json`.

use super::figures::{AnchorRow, Judged};
use crate::observe::Summary;
use serde::{Deserialize, Serialize};

/// What a report says of the run itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunInfo {
    /// The scenario's name.
    pub name: String,
    /// What its author wants to learn.
    pub description: String,
    /// The stack's name.
    pub policy: String,
    /// The seed of all random streams.
    pub seed: u64,
    /// The number of the replication, from 0.
    pub replication: u64,
    /// Whether a policy knows true run times.
    pub clairvoyant: bool,
    /// What must be looked at before the figures are trusted.
    pub warnings: Vec<String>,
    /// The thresholds of the scenario, judged.
    pub expectations: Vec<Judged>,
    /// Published figures that need a run, beside its own.
    pub anchors: Vec<AnchorRow>,
}

/// One object: what the run was, then every key of the [`Summary`], which reads back from it.
#[must_use]
pub fn summary_value(info: &RunInfo, summary: &Summary) -> serde_json::Value {
    let mut whole = serde_json::Map::new();
    for part in [serde_json::to_value(info), serde_json::to_value(summary)] {
        if let Ok(serde_json::Value::Object(part)) = part {
            whole.extend(part);
        }
    }
    serde_json::Value::Object(whole)
}

/// The same as text, indented, with a final newline.
#[must_use]
pub fn summary_json(info: &RunInfo, summary: &Summary) -> String {
    format!("{:#}\n", summary_value(info, summary))
}
