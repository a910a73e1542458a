//! The figures of a comparison: each headline metric by stack, with intervals, and its paired differences to the baseline.

use super::figure::{Axis, Figure, Ink, Mark, Panel};
use super::{Plot, draw, ticks};
use serde_json::Value;

/// The height of a row, in millimeters.
const ROW: f64 = 5.0;

/// One figure a headline metric of a `comparison.json`, so many millimeters wide.
#[must_use]
pub fn compare_plots(comparison: &Value, width_mm: f64) -> Vec<Plot> {
    let metrics = comparison["metrics"].as_array().map_or(&[][..], Vec::as_slice);
    let shown = metrics.iter().filter(|metric| metric["headline"] == true);
    let plot = |metric: &Value| {
        let svg = draw::svg(&figure(comparison, metric)?, width_mm);
        let letter = |c: char| if c.is_ascii_alphanumeric() || "_.-".contains(c) { c } else { '-' };
        Some(Plot { name: metric["metric"].as_str()?.chars().map(letter).collect(), svg })
    };
    shown.filter_map(plot).collect()
}

/// A row: its value and half of its interval.
type Row = (Option<f64>, Option<f64>);

fn figure(comparison: &Value, metric: &Value) -> Option<Figure> {
    let stacks = metric["stacks"].as_array()?;
    let key = metric["metric"].as_str()?;
    let unit = metric["unit"].as_str().unwrap_or_default();
    // The first is on top.
    let names: Vec<String> =
        stacks.iter().rev().map(|row| row["stack"].as_str().unwrap_or_default().to_owned()).collect();
    let rows = |value: &str, half: &str| -> Vec<Row> {
        stacks.iter().rev().map(|row| (row[value].as_f64(), row[half].as_f64())).collect()
    };
    let means = rows("mean", "half_width");
    let differences = rows("baseline_difference", "difference_half_width");
    if means.iter().all(|(value, _)| value.is_none()) {
        return None;
    }
    let mut panels = vec![panel(&names, (key, unit), &means)];
    if differences.iter().any(|(value, _)| value.is_some()) {
        let mut names = names.clone();
        // The names stand beside the first panel already.
        names.iter_mut().for_each(String::clear);
        panels.push(panel(&names, (&format!("Difference to {}", text(comparison, "baseline")), unit), &differences));
    }
    let confidence = comparison["confidence"].as_f64().unwrap_or(0.95) * 100.0;
    let title = if means.iter().any(|(_, half)| half.is_some()) {
        format!("Mean and {confidence:.0} % interval, {} replications", comparison["replications"])
    } else {
        format!("{}, one replication", text(comparison, "scenario"))
    };
    let height_mm = names.len() as f64 * ROW + 14.0;
    Some(Figure { title, panels, legend: Vec::new(), height_mm })
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn panel(names: &[String], label: (&str, &str), rows: &[Row]) -> Panel {
    let ends = |(value, half): &Row| {
        let (value, half) = (value.unwrap_or(0.0), half.unwrap_or(0.0));
        [value - half, value + half]
    };
    let mut panel = Panel {
        x: ticks::linear(label, ticks::HALF, rows.iter().flat_map(ends)),
        y: Axis::of_names(names),
        marks: Vec::new(),
    };
    for (at, row) in rows.iter().enumerate() {
        let y = at as f64 + 0.5;
        if let (Some(value), half) = *row {
            if half.is_some() {
                let [low, high] = ends(row);
                panel.marks.push(Mark::Line(vec![(low, y), (high, y)], Ink::Series(0)));
                for end in [low, high] {
                    panel.marks.push(Mark::Line(vec![(end, y - 0.15), (end, y + 0.15)], Ink::Series(0)));
                }
            }
            panel.marks.push(Mark::Dot((value, y), Ink::Series(0)));
        }
    }
    if panel.x.low < 0.0 {
        panel.marks.insert(0, Mark::Line(vec![(0.0, panel.y.low), (0.0, panel.y.high)], Ink::Series(3)));
    }
    panel
}
