//! Thresholds and published figures, as a report shows them.

use super::human::number;
use super::look::Tone;
use super::sheet::{Cell, Kind, Sheet};
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
    /// How it is known: measured, published, derived or estimate.
    pub basis: Option<String>,
    /// Where it was published.
    pub source: Option<String>,
    /// How good the source is.
    pub confidence: Option<String>,
}

/// Published figures, one row each; how they are known stands beside them where any of them says so.
#[must_use]
pub fn anchor_sheet(rows: &[AnchorRow]) -> Sheet {
    let said = rows.iter().any(|row| row.basis.is_some());
    let known = said.then_some(("known as", Kind::Name));
    let reference = [("figure", Kind::Name), ("published", Kind::Figure)];
    let own = [("own", Kind::Figure), ("differs by", Kind::Figure)];
    let mut sheet = Sheet::new(&reference.into_iter().chain(known).chain(own).collect::<Vec<_>>());
    for row in rows {
        let unit = if row.unit.is_empty() { String::new() } else { format!(" {}", row.unit) };
        let differs = row.difference.map_or_else(|| "-".to_owned(), |it| format!("{:+.1} %", it * 100.0));
        let judged = row.within.map_or_else(String::new, |within| format!(" {}", mark(within)));
        let basis = said.then(|| Cell::from(row.basis.clone().unwrap_or_default()));
        let reference = [row.anchor.as_str().into(), format!("{}{unit}", number(row.published)).into()];
        let own = [
            row.own.map_or_else(|| "no data".to_owned(), |own| format!("{}{unit}", number(own))).into(),
            Cell::Judged(format!("{differs}{judged}"), row.within.map_or(Tone::Plain, Tone::of)),
        ];
        sheet.rows.push(reference.into_iter().chain(basis).chain(own).collect());
    }
    sheet
}

/// A tick or a cross.
const fn mark(good: bool) -> char {
    if good { '\u{2713}' } else { '\u{2717}' }
}

/// One line a threshold, and whether it is met.
pub(super) fn judged(rows: &[Judged]) -> Vec<(String, bool)> {
    let line = |row: &Judged| {
        let bounds: Vec<String> = [("at least", row.at_least), ("at most", row.at_most)]
            .into_iter()
            .filter_map(|(word, limit)| Some(format!("{word} {}", number(limit?))))
            .collect();
        let value = row.value.map_or_else(|| "no data".to_owned(), number);
        (format!("{} {} is {value}, expected {}", mark(row.met), row.expected, bounds.join(" and ")), row.met)
    };
    rows.iter().map(line).collect()
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
                ("\u{2713} wait_p95_s of class training is 35.2, expected at most 7,200".to_owned(), true),
                ("\u{2717} wait_p95_s of class training is no data, expected at most 7,200".to_owned(), false)
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
        let sheet = anchor_sheet(&[anchor]);
        let judged = Cell::Judged("+60.0 % \u{2717}".to_owned(), Tone::Bad);
        assert_eq!(sheet.rows[0][1..], ["10 ms".into(), "16 ms".into(), judged]);
    }
}
