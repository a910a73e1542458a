//! Thresholds and published figures, held against the summary of a run.

use crate::observe::{Summary, glossary};
use crate::report::{AnchorRow, Judged};
use crate::scenario::{Anchor, Expectation, Figure, Inventory, Measure, Scenario, Whose};
use serde_json::Value;

/// Whether the figures of thresholds and anchors are such that a summary has them: to be asked before a run.
///
/// # Errors
/// The first that no summary has, with its place and what was probably meant.
pub fn check_figures(scenario: &Scenario) -> Result<(), String> {
    let anchors = scenario.anchors.iter().filter_map(|anchor| match &anchor.measure {
        Measure::Run(figure) => Some(figure),
        _ => None,
    });
    let known = rows();
    for figure in scenario.expectations.iter().map(|expectation| &expectation.figure).chain(anchors) {
        let row = match &figure.whose {
            Whose::Run => &known[0].1,
            Whose::Row(list, ..) => known.iter().find(|(name, _)| name == list).map_or(&Value::Null, |(_, row)| row),
        };
        let key = figure.metric.as_str();
        // A text without data is null as a figure is; those of rows are few and known.
        const TEXTS: [&str; 5] = ["tier", "side", "province", "operator", "kind"];
        let is_figure =
            |key: &str| row.get(key).is_some_and(|value| value.is_number() || value.is_null()) && !TEXTS.contains(&key);
        if !is_figure(key) {
            let near = glossary()
                .iter()
                .map(|entry| entry.key)
                .filter(|other| is_figure(other))
                .map(|other| (strsim::damerau_levenshtein(key, other), other))
                .min()
                .filter(|(slips, _)| *slips <= key.len() / 3 + 1)
                .map_or_else(String::new, |(_, near)| format!("; did you mean {near:?}?"));
            return Err(format!("{}: `{}` is no figure of a run{near}", figure.place, figure.words()));
        }
    }
    Ok(())
}

/// A row of each list without data, by the list's name; the first is the whole run.
fn rows() -> Vec<(&'static str, Value)> {
    use crate::observe::{CenterSummary, ClassSummary, GroupSummary, LinkSummary, ServiceSummary};
    fn row<T: serde::Serialize + Default>() -> Value {
        serde_json::to_value(T::default()).unwrap_or_default()
    }
    vec![
        ("", row::<Summary>()),
        ("classes", row::<ClassSummary>()),
        ("services", row::<ServiceSummary>()),
        ("centers", row::<CenterSummary>()),
        ("operators", row::<GroupSummary>()),
        ("tiers", row::<GroupSummary>()),
        ("sides", row::<GroupSummary>()),
        ("links", row::<LinkSummary>()),
    ]
}

/// The thresholds of a scenario, judged by a summary. No data meets no threshold.
#[must_use]
pub fn judge(scenario: &Scenario, summary: &Summary) -> Vec<Judged> {
    if scenario.expectations.is_empty() {
        return Vec::new();
    }
    let values = serde_json::to_value(summary).unwrap_or_default();
    let one = |expectation: &Expectation| {
        let value = value(&expectation.figure, &values);
        let (at_most, at_least) = (expectation.at_most, expectation.at_least);
        let met = value.is_some_and(|value| {
            at_most.is_none_or(|most| value <= most) && at_least.is_none_or(|least| value >= least)
        });
        Judged { expected: expectation.figure.words(), at_most, at_least, value, met }
    };
    scenario.expectations.iter().map(one).collect()
}

/// The anchors that need no run, in the order of the scenario.
#[must_use]
pub fn anchors(scenario: &Scenario, inventory: &Inventory) -> Vec<AnchorRow> {
    inventory.own_values(scenario).into_iter().map(|(anchor, own)| row(anchor, own)).collect()
}

/// The anchors that need a run, in the order of the scenario.
#[must_use]
pub fn run_anchors(scenario: &Scenario, summary: &Summary) -> Vec<AnchorRow> {
    if scenario.anchors.is_empty() {
        return Vec::new();
    }
    let values = serde_json::to_value(summary).unwrap_or_default();
    let one = |anchor: &Anchor| match &anchor.measure {
        Measure::Run(figure) => Some(row(anchor, value(figure, &values))),
        _ => None,
    };
    scenario.anchors.iter().filter_map(one).collect()
}

fn row(anchor: &Anchor, own: Option<f64>) -> AnchorRow {
    let published = anchor.published;
    let difference = own.filter(|_| published != 0.0).map(|own| (own - published) / published.abs());
    AnchorRow {
        anchor: anchor.name.clone(),
        unit: anchor.measure.unit().to_owned(),
        published,
        own,
        difference,
        tolerance: anchor.tolerance,
        within: anchor.tolerance.zip(difference).map(|(tolerance, difference)| difference.abs() <= tolerance),
        basis: anchor.basis.map(|basis| basis.word().to_owned()),
        source: anchor.source.clone(),
        confidence: anchor.confidence.clone(),
    }
}

/// The value of a figure; of a link, that of its busier direction.
fn value(figure: &Figure, summary: &Value) -> Option<f64> {
    match &figure.whose {
        Whose::Run => summary.get(&figure.metric)?.as_f64(),
        Whose::Row(list, column, name, _) => {
            let rows = summary.get(list)?.as_array()?.iter();
            let own = rows.filter(|row| row.get(column).and_then(Value::as_str) == Some(name));
            own.filter_map(|row| row.get(&figure.metric)?.as_f64()).reduce(f64::max)
        }
    }
}
