//! Thresholds and published figures, as a report shows them.

use super::human::number;
use serde::{Deserialize, Serialize};

/// A threshold of the scenario, judged.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Judged {
    /// What was to be in bounds: `wait_p95_s of class training`.
    pub expected: String,
    /// The most that it may be, in the unit of the figure.
    pub at_most: Option<f64>,
    /// The least that it may be.
    pub at_least: Option<f64>,
    /// What it is; `None` is no data.
    pub value: Option<f64>,
    /// Whether it is in bounds.
    pub met: bool,
}

/// A published figure and the scenario's own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AnchorRow {
    /// What it is.
    pub anchor: String,
    /// The unit of both; empty for counts and shares.
    pub unit: String,
    /// As published.
    pub published: f64,
    /// The scenario's own; `None` is no data.
    pub own: Option<f64>,
    /// (own - published) / published.
    pub difference: Option<f64>,
    /// The part of the published figure by which the own may differ.
    pub tolerance: Option<f64>,
    /// Whether it differs by no more; `None` where it is not judged.
    pub within: Option<bool>,
    /// Where it was published.
    pub source: Option<String>,
    /// How good the source is.
    pub confidence: Option<String>,
}

/// The heads of the cells of [`anchor_cells`].
pub const ANCHOR_HEADER: [&str; 4] = ["figure", "published", "own", "differs by"];

/// The cells of a table of published figures: name, published, own, difference.
#[must_use]
pub fn anchor_cells(row: &AnchorRow) -> [String; 4] {
    let unit = if row.unit.is_empty() { String::new() } else { format!(" {}", row.unit) };
    let differs = row.difference.map_or_else(|| "-".to_owned(), |it| format!("{:+.1} %", it * 100.0));
    let judged = row.within.map_or_else(String::new, |within| format!(" {}", mark(within)));
    [
        clipped(&row.anchor),
        format!("{}{unit}", number(row.published)),
        row.own.map_or_else(|| "no data".to_owned(), |own| format!("{}{unit}", number(own))),
        format!("{differs}{judged}"),
    ]
}

/// A tick or a cross.
const fn mark(good: bool) -> char {
    if good { '\u{2713}' } else { '\u{2717}' }
}

/// One line a threshold.
pub(super) fn judged(rows: &[Judged]) -> Vec<String> {
    let line = |row: &Judged| {
        let bounds: Vec<String> = [("at least", row.at_least), ("at most", row.at_most)]
            .into_iter()
            .filter_map(|(word, limit)| Some(format!("{word} {}", number(limit?))))
            .collect();
        let value = row.value.map_or_else(|| "no data".to_owned(), number);
        format!("{} {} is {value}, expected {}", mark(row.met), row.expected, bounds.join(" and "))
    };
    rows.iter().map(line).collect()
}

fn clipped(name: &str) -> String {
    const WIDTH: usize = 38;
    if name.chars().count() <= WIDTH {
        return name.to_owned();
    }
    name.chars().take(WIDTH - 1).chain(['~']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_what_is_and_what_was_expected() {
        let row = |value, met| Judged {
            expected: "wait_p95_s of class training".to_owned(),
            at_most: Some(7200.0),
            value,
            met,
            ..Judged::default()
        };
        assert_eq!(
            judged(&[row(Some(35.24), true), row(None, false)]),
            [
                "\u{2713} wait_p95_s of class training is 35.2, expected at most 7,200",
                "\u{2717} wait_p95_s of class training is no data, expected at most 7,200"
            ]
        );
        let anchor = AnchorRow {
            anchor: "x".repeat(50),
            unit: "ms".to_owned(),
            published: 10.0,
            own: Some(16.0),
            difference: Some(0.6),
            tolerance: Some(0.5),
            within: Some(false),
            ..AnchorRow::default()
        };
        let [name, rest @ ..] = anchor_cells(&anchor);
        assert_eq!(name.len(), 38);
        assert_eq!(rest, ["10 ms", "16 ms", "+60.0 % \u{2717}"]);
    }
}
