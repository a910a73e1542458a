//! What was measured, as a table and as JSON.

use crate::cases::{Case, Growth};
use eastwest::report::{Cell, Format, Kind, Look, Quantity, Sheet};
use serde_json::{Value, json};

/// One case, measured.
pub(crate) struct Measured<'a> {
    pub(crate) case: &'a Case,
    pub(crate) amount: u64,
    /// CPU seconds of each run, ascending.
    pub(crate) seconds: Vec<f64>,
    pub(crate) peak_mib: Option<f64>,
    pub(crate) facts: Vec<(String, f64)>,
}

impl Measured<'_> {
    /// The middle of all runs; the lower one of two.
    pub(crate) fn median(&self) -> f64 {
        self.seconds.get((self.seconds.len().saturating_sub(1)) / 2).copied().unwrap_or(f64::NAN)
    }

    fn each(&self) -> f64 {
        self.median() / self.amount as f64
    }

    fn spread(&self) -> f64 {
        match (self.seconds.first(), self.seconds.last()) {
            (Some(low), Some(high)) => high - low,
            _ => 0.0,
        }
    }
}

/// The power of the size with which a series grows, from its first case to its last.
pub(crate) struct Exponent {
    series: String,
    growth: Growth,
    from: f64,
    to: f64,
    exponent: f64,
}

/// Those of all series with two cases or more.
pub(crate) fn exponents(measured: &[Measured<'_>]) -> Vec<Exponent> {
    let mut names: Vec<&String> = Vec::new();
    for (name, ..) in measured.iter().filter_map(|it| it.case.series.as_ref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let exponent = |name: &String| {
        let points: Vec<(Growth, f64, f64)> = measured
            .iter()
            .filter_map(|it| {
                let (_, growth, place) = it.case.series.as_ref().filter(|(series, ..)| series == name)?;
                // Where the size was counted, what was counted is the size.
                let place = if *growth == Growth::Whole { it.amount as f64 } else { *place };
                Some((*growth, place, if *growth == Growth::Whole { it.median() } else { it.each() }))
            })
            .collect();
        let [(growth, from, low), .., (_, to, high)] = points[..] else { return None };
        Some(Exponent { series: name.clone(), growth, from, to, exponent: (high / low).ln() / (to / from).ln() })
    };
    names.into_iter().filter_map(exponent).collect()
}

/// Rates and memory, a table a group, then exponents. What is to be reached and what others take stands in Markdown only: a terminal has no
/// room for it.
pub(crate) fn text(measured: &[Measured<'_>], look: Look) -> String {
    let mut groups: Vec<&str> = Vec::new();
    for it in measured {
        if !groups.contains(&it.case.group) {
            groups.push(it.case.group);
        }
    }
    let of_group =
        |group: &&str| group_sheet(group, measured.iter().filter(|it| it.case.group == *group), look).render(look);
    let mut tables: Vec<String> = groups.iter().map(of_group).collect();
    let mut growth = Sheet::new(&[
        ("growth", Kind::Name),
        ("CPU time", Kind::Name),
        ("from", Kind::Figure),
        ("to", Kind::Figure),
        ("exponent", Kind::Figure),
    ]);
    for it in exponents(measured) {
        let what = if it.growth == Growth::Whole { "of the whole" } else { "of each" };
        let exponent = format!("{:.2}", it.exponent);
        growth.push([it.series.into(), what.into(), count(it.from).into(), count(it.to).into(), exponent.into()]);
    }
    if !growth.rows.is_empty() {
        tables.push(growth.render(look));
    }
    tables.join("\n")
}

fn group_sheet<'a>(group: &str, measured: impl Iterator<Item = &'a Measured<'a>>, look: Look) -> Sheet {
    let markdown = look.format == Format::Markdown;
    let mut columns = vec![(group, Kind::Name)];
    if markdown {
        columns.push(("amount", Kind::Figure));
    }
    columns.extend(["CPU s", "\u{b1}", "each", "a CPU s", "peak MiB"].map(|head| (head, Kind::Figure)));
    if markdown {
        columns.extend([("to reach", Kind::Figure), ("others, for the same", Kind::Words)]);
    }
    let mut sheet = Sheet::new(&columns);
    for it in measured {
        let some = |text: String| if it.amount > 0 { text } else { "-".to_owned() };
        let mut row: Vec<Cell> = vec![it.case.name.as_str().into()];
        if markdown {
            row.push(format!("{} {}", count(it.amount as f64), it.case.counts).into());
        }
        row.extend([
            Cell::from(format!("{:.3}", it.median())),
            if it.seconds.len() > 1 { format!("{:.3}", it.spread() / 2.0).into() } else { "".into() },
            some(each(it.each())).into(),
            some(rate(1.0 / it.each())).into(),
            it.peak_mib.map_or_else(|| "-".to_owned(), count).into(),
        ]);
        if markdown {
            row.extend([Cell::from(it.case.goal.as_str()), it.case.peer.into()]);
        }
        sheet.rows.push(row);
    }
    sheet
}

fn count(value: f64) -> String {
    Quantity::Count.text(value)
}

fn each(seconds: f64) -> String {
    if seconds < 1e-6 { format!("{:.1} ns", seconds * 1e9) } else { format!("{:.2} us", seconds * 1e6) }
}

/// A rate to three digits.
fn rate(value: f64) -> String {
    let size = 10f64.powi((value.log10().floor() as i32 - 2).max(0));
    Quantity::Count.text((value / size).round() * size)
}

/// Everything that was measured.
pub(crate) fn json(measured: &[Measured<'_>], machine: &Value, runs: usize) -> Value {
    let case = |it: &Measured<'_>| {
        let facts: serde_json::Map<String, Value> =
            it.facts.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        json!({
            "group": it.case.group,
            "case": it.case.name,
            "counted": it.case.counts,
            "amount": it.amount,
            "cpu_s": it.median(),
            "cpu_s_of_runs": it.seconds,
            "each_ns": (it.amount > 0).then(|| it.each() * 1e9),
            "per_cpu_s": (it.amount > 0).then(|| 1.0 / it.each()),
            "peak_mib": it.peak_mib,
            "to_reach": it.case.goal,
            "facts": facts,
        })
    };
    let growth = |it: &Exponent| {
        let of = if it.growth == Growth::Whole { "whole" } else { "each" };
        json!({ "series": it.series, "of": of, "from": it.from, "to": it.to, "exponent": it.exponent })
    };
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "machine": machine,
        "runs": runs,
        "cases": measured.iter().map(case).collect::<Vec<_>>(),
        "growth": exponents(measured).iter().map(growth).collect::<Vec<_>>(),
    })
}
