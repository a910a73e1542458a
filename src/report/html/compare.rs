//! The page of a comparison.

use super::columns::numbers;
use super::frame::{Frame, page};
use super::pack::{packed, written_out};
use super::run::glossary_json;
use crate::observe::Summary;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What the page of a comparison is made of.
#[derive(Debug, Clone, Copy)]
pub struct ComparePage<'a> {
    /// What was asked.
    pub description: &'a str,
    /// The content of `comparison.json`.
    pub comparison: &'a Value,
    /// Its runs, in any order.
    pub runs: &'a [ComparedRun],
}

/// What the page takes from the `summary.json` of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedRun {
    /// The stack's name.
    pub stack: String,
    /// Which replication, from 0.
    pub replication: u64,
    /// By class: every figure.
    classes: BTreeMap<String, Map<String, Value>>,
    /// By center: jobs and utilization.
    centers: BTreeMap<String, [f64; 2]>,
}

impl ComparedRun {
    /// Takes what the page needs of a run.
    #[must_use]
    pub fn new(stack: &str, replication: u64, summary: &Summary) -> Self {
        let class = |class: &crate::observe::ClassSummary| match serde_json::to_value(class) {
            Ok(Value::Object(figures)) => Some((class.class.clone(), figures)),
            _ => None,
        };
        let center = |center: &crate::observe::CenterSummary| {
            (center.center.clone(), [center.jobs as f64, center.utilization.unwrap_or(f64::NAN)])
        };
        Self {
            stack: stack.to_owned(),
            replication,
            classes: summary.classes.iter().filter_map(class).collect(),
            centers: summary.centers.iter().map(center).collect(),
        }
    }
}

/// `report.html` of a comparison: the same bytes for the same results.
#[must_use]
pub fn compare_page(input: &ComparePage<'_>) -> String {
    let comparison = input.comparison;
    let word = |key: &str| comparison[key].as_str().unwrap_or_default();
    let stacks = stack_names(comparison);
    let title = format!("{}: {} stacks compared", word("scenario"), stacks.len());
    let subtitle = format!(
        "Baseline {} · {} replication(s) · seed {}",
        word("baseline"),
        comparison["replications"],
        comparison["seed"]
    );
    let data = json!({
        "kind": "compare",
        "comparison": comparison,
        "glossary": glossary_json(),
        "packed": packed(written_out(&parts(input, &stacks)).as_bytes()),
    });
    page(&Frame {
        title: &title,
        subtitle: &subtitle,
        description: input.description,
        figures: Vec::new(),
        story: "",
        data: &data.to_string(),
    })
}

/// The stacks in the order of the comparison.
fn stack_names(comparison: &Value) -> Vec<String> {
    let rows = comparison["metrics"][0]["stacks"].as_array().map_or(&[][..], |rows| rows);
    rows.iter().filter_map(|row| row["stack"].as_str().map(str::to_owned)).collect()
}

/// Mean over replications of what classes and centers have, by stack.
fn parts(input: &ComparePage<'_>, stacks: &[String]) -> String {
    let mut runs: Vec<&ComparedRun> = input.runs.iter().collect();
    runs.sort_by(|a, b| a.replication.cmp(&b.replication).then_with(|| a.stack.cmp(&b.stack)));
    let of = |stack: &str| runs.iter().copied().filter(|run| run.stack == stack).collect::<Vec<&ComparedRun>>();
    let by_stack: Vec<Vec<&ComparedRun>> = stacks.iter().map(|stack| of(stack)).collect();
    let first = runs.first();
    let classes: Vec<&String> = first.map_or_else(Vec::new, |run| run.classes.keys().collect());
    let centers: Vec<&String> = first.map_or_else(Vec::new, |run| run.centers.keys().collect());
    let metrics: Vec<&String> = first
        .and_then(|run| run.classes.values().next())
        .map_or_else(Vec::new, |figures| figures.keys().filter(|key| *key != "class").collect());
    let class_means: Map<String, Value> = metrics
        .iter()
        .map(|metric| {
            let rows = classes.iter().map(|class| {
                let cell = |runs: &Vec<&ComparedRun>| {
                    mean(runs.iter().filter_map(|run| run.classes.get(*class)?.get(*metric)?.as_f64()))
                };
                Value::from(by_stack.iter().map(cell).collect::<Vec<Option<f64>>>())
            });
            ((*metric).clone(), Value::from(rows.collect::<Vec<Value>>()))
        })
        .collect();
    let center_means = |at: usize| {
        let column = |runs: &Vec<&ComparedRun>| {
            let cell = |center: &&String| {
                let values = runs.iter().filter_map(|run| run.centers.get(*center).map(|values| values[at]));
                mean(values.filter(|value| !value.is_nan())).unwrap_or(f64::NAN)
            };
            numbers(centers.iter().map(cell))
        };
        format!("[{}]", by_stack.iter().map(column).collect::<Vec<String>>().join(","))
    };
    format!(
        "{{\"stacks\":{},\"classes\":{},\"class_means\":{},\"centers\":{},\"center_jobs\":{},\"center_utilization\":{}}}",
        json!(stacks),
        json!(classes),
        Value::Object(class_means),
        json!(centers),
        center_means(0),
        center_means(1),
    )
}

/// The mean; `None` of nothing.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0u32);
    for value in values {
        sum += value;
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}
