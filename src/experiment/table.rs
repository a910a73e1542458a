//! A comparison as tables for people: one for each headline metric.

use super::comparison::{Comparison, MetricRow, StackRow};
use super::statistics::Verdict;
use crate::observe::Better;
use crate::report::{Cell, Format, Kind, Look, Quantity, Sheet, Tone, WIDTH, markdown_text, wrapped};
use std::fmt::Write;

/// So much of a metric's name is shown where there are many stacks.
const METRIC_WIDTH: usize = 26;

impl Comparison {
    /// Tables for a terminal or a Markdown page.
    #[must_use]
    pub fn to_text(&self, look: impl Into<Look>) -> String {
        let look = look.into();
        let markdown = look.format == Format::Markdown;
        let mut text = String::new();
        let heading = match self.others() {
            Some(others) => format!("{}: {others} compared to {}", self.scenario, self.baseline),
            None => format!("{}: {} alone", self.scenario, self.baseline),
        };
        // Writing to a string cannot fail.
        let how = look.letters(&self.how());
        let _ = if markdown {
            write!(text, "# {}\n\n{how}\n", markdown_text(&heading))
        } else {
            write!(text, "{}\n\n{}\n", paragraphs(&heading), paragraphs(&how))
        };
        if self.asked {
            self.asked_tables(&mut text, look);
            return text;
        }
        for metric in self.metrics.iter().filter(|metric| metric.headline) {
            let unit = unit(metric);
            let title = title(metric, unit.1);
            let _ = if markdown { writeln!(text, "\n## {title}\n") } else { writeln!(text, "\n{title}") };
            text.push_str(&sheet(metric, unit, &self.baseline, look).render(look));
        }
        text
    }

    /// The metrics that were asked for, a row each, and the stacks, a column each; as many tables as a terminal needs to show all columns.
    fn asked_tables(&self, text: &mut String, look: Look) {
        let rows: Vec<&MetricRow> = self.metrics.iter().filter(|metric| metric.headline).collect();
        let stacks = rows.first().map_or(0, |metric| metric.stacks.len());
        let sheet = |columns: std::ops::Range<usize>| self.asked_sheet(&rows, columns, look);
        // As few tables as a terminal can show whole; one for a page.
        let fits = |beside: &usize| {
            (0..stacks).step_by(*beside).all(|first| sheet(first..stacks.min(first + beside)).fits(METRIC_WIDTH))
        };
        let beside = match look.format {
            Format::Markdown => stacks.max(1),
            Format::Text => (1..=stacks).rev().find(fits).unwrap_or(1),
        };
        for first in (0..stacks).step_by(beside) {
            let _ = write!(text, "\n{}", sheet(first..stacks.min(first + beside)).render(look));
        }
    }

    /// One row a metric, one column a stack: the mean, and below it the difference to the baseline as a part of that.
    fn asked_sheet(&self, rows: &[&MetricRow], columns: std::ops::Range<usize>, look: Look) -> Sheet {
        let markdown = look.format == Format::Markdown;
        let mut kinds: Vec<(&str, Kind)> = vec![("", Kind::Name)];
        let stacks = rows.first().map_or(&[][..], |metric| &metric.stacks[columns.clone()]);
        kinds.extend(stacks.iter().map(|row| (row.stack.as_str(), Kind::Figure)));
        let mut sheet = Sheet::new(&kinds).spaced(1, 2);
        for metric in rows {
            let base = metric.stacks.iter().find(|row| row.stack == self.baseline).and_then(|row| row.mean);
            let cell = |row: &StackRow| match row.mean {
                None => Cell::from("-"),
                Some(mean) => {
                    let text = in_fitting_unit(mean, row.half_width, metric.unit);
                    // Of an instant or of a share that is neither good nor bad, a part of the baseline says nothing.
                    let judged = row.baseline_difference.filter(|_| metric.better != Better::Neither);
                    match judged.and_then(|difference| compared(mean, difference, base)) {
                        Some(part) => Cell::from(format!("{text}{}{part}", if markdown { " " } else { "\n" })),
                        None => Cell::from(text),
                    }
                }
            };
            let mut row = vec![Cell::from(&*metric.metric)];
            row.extend(metric.stacks[columns.clone()].iter().map(cell));
            sheet.rows.push(row);
        }
        sheet
    }

    fn others(&self) -> Option<String> {
        let stacks = self.metrics.first().map_or(&[][..], |metric| &metric.stacks[..]);
        let others: Vec<&str> =
            stacks.iter().map(|row| row.stack.as_str()).filter(|name| *name != self.baseline).collect();
        (!others.is_empty()).then(|| others.join(", "))
    }

    /// Replications, windows, and what the intervals mean.
    fn how(&self) -> String {
        let start = self.windows.iter().map(|window| window.start_s).reduce(f64::min).unwrap_or(0.0);
        let ends = self.windows.iter().map(|window| window.end_s);
        let (low, high) = (ends.clone().reduce(f64::min).unwrap_or(0.0), ends.reduce(f64::max).unwrap_or(0.0));
        let same = low.total_cmp(&high).is_eq();
        let end = if same { format!("{high:.0} s") } else { format!("{low:.0} s or later, at most {high:.0} s") };
        let window = format!("All stacks of a replication are measured over one window, from {start:.0} s to {end}.");
        if self.replications == 1 {
            return format!("Seed {}, one replication: no intervals and no verdicts. {window}", self.seed);
        }
        format!(
            "Seed {}, {} replications with the same random numbers for all stacks. {window}\n\
             ± is half of a {:.0} % interval (Student's t); differences are paired by replication, and a verdict needs an interval \
             without zero.",
            self.seed,
            self.replications,
            self.confidence * 100.0
        )
    }
}

/// Lines of at most 80 columns; those that end in the text end there.
fn paragraphs(text: &str) -> String {
    text.lines().flat_map(|paragraph| wrapped(paragraph, WIDTH)).collect::<Vec<_>>().join("\n")
}

/// The unit of a metric's table: money, energy, carbon and data in that of their size, anything else in its own.
fn unit(metric: &MetricRow) -> (f64, &'static str) {
    let quantity = match metric.unit {
        "B" => Quantity::Bytes,
        "kWh" => Quantity::Energy,
        "kg" => Quantity::Carbon,
        "CNY" => Quantity::Money,
        own => return (1.0, own),
    };
    quantity.unit(metric.stacks.iter().filter_map(|row| row.mean).fold(0.0, |most, mean| most.max(mean.abs())))
}

fn title(metric: &MetricRow, unit: &str) -> String {
    let better = match metric.better {
        Better::Lower => ", lower is better",
        Better::Higher => ", higher is better",
        Better::Neither => "",
    };
    if unit.is_empty() { format!("{}{better}", metric.metric) } else { format!("{} in {unit}{better}", metric.metric) }
}

fn sheet(metric: &MetricRow, (size, unit): (f64, &str), baseline: &str, look: Look) -> Sheet {
    let unit = if look.format == Format::Markdown && !unit.is_empty() { format!(" ({unit})") } else { String::new() };
    let mut sheet = Sheet::new(&[
        ("stack", Kind::Name),
        (&format!("mean{unit}"), Kind::Figure),
        (&format!("difference to {baseline}{unit}"), Kind::Figure),
        ("verdict", Kind::Words),
    ])
    .spaced(1, 2);
    let base = metric.stacks.iter().find(|row| row.stack == baseline).and_then(|row| row.mean);
    for row in &metric.stacks {
        let name = if row.stack == baseline { format!("{} (baseline)", row.stack) } else { row.stack.clone() };
        let half = row.half_width.map(|half| half / size);
        let mean = row.mean.map_or_else(|| "-".to_owned(), |mean| with_half_width(mean / size, half, false));
        let verdict = row.verdict.map_or("", Verdict::text).to_owned();
        let tone = match row.verdict {
            Some(Verdict::Better) => Tone::Good,
            Some(Verdict::Worse) => Tone::Bad,
            _ => Tone::Plain,
        };
        sheet.push([name.into(), mean.into(), difference(row, base, size).into(), Cell::Judged(verdict, tone)]);
    }
    sheet
}

/// The difference with its interval and, where the baseline is not zero, as a part of it.
fn difference(row: &StackRow, base: Option<f64>, size: f64) -> String {
    let Some(difference) = row.baseline_difference else { return String::new() };
    let mut text = with_half_width(difference / size, row.difference_half_width.map(|half| half / size), true);
    if let Some(part) = part_of(difference, base) {
        let _ = write!(text, " ({part})");
    }
    text
}

/// A time in the largest unit of which there are two; anything else as it is.
fn in_fitting_unit(value: f64, half_width: Option<f64>, unit: &str) -> String {
    if unit != "s" {
        return with_half_width(value, half_width, false);
    }
    let units = [(86_400.0, "d"), (3600.0, "h"), (60.0, "min")];
    let (scale, word) = units.into_iter().find(|(scale, _)| value.abs() >= 2.0 * scale).unwrap_or((1.0, "s"));
    let (value, half_width) = (value / scale, half_width.map(|half| half / scale));
    match half_width.filter(|half| *half > 0.0) {
        Some(_) => format!("{} {word}", with_half_width(value, half_width, false)),
        None => format!("{} {word}", grouped(value, decimals(value, 3))),
    }
}

/// A mean beside the baseline: the difference in percent, or how many times as much from ten times on.
fn compared(mean: f64, difference: f64, base: Option<f64>) -> Option<String> {
    let times = mean / base.filter(|base| *base > 0.0).unwrap_or(f64::INFINITY);
    if times >= 10.0 { Some(format!("x {}", grouped(times, decimals(times, 3)))) } else { part_of(difference, base) }
}

/// A difference as a part of the baseline, which is not zero.
fn part_of(difference: f64, base: Option<f64>) -> Option<String> {
    let base = base.filter(|base| base.abs() > 0.0)?;
    let percent = format!("{:+.1}", difference / base.abs() * 100.0);
    let percent = if percent.trim_start_matches(['+', '-']) == "0.0" { "0.0" } else { &percent };
    Some(format!("{percent} %"))
}

/// A value and its half width to the second digit of the latter; where that is nothing, to five digits.
fn with_half_width(value: f64, half_width: Option<f64>, signed: bool) -> String {
    let sign = match value {
        v if v < 0.0 => "-",
        v if v > 0.0 && signed => "+",
        _ => "",
    };
    let text = match half_width.filter(|half| *half > 0.0) {
        Some(half) => {
            let decimals = decimals(half, 2).max(decimals(value, 1));
            return format!("{sign}{} ± {}", grouped(value.abs(), decimals), grouped(half, decimals));
        }
        None => grouped(value.abs(), decimals(value, 5)),
    };
    // Zeros at the end say nothing where no interval says how exact the value is.
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if half_width.is_some() { format!("{sign}{text} ± 0") } else { format!("{sign}{text}") }
}

/// A number with so many decimals, its thousands set apart from 10,000 on.
fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let whole = text.find('.').unwrap_or(text.len());
    if whole < 5 {
        return text;
    }
    let mut grouped = String::with_capacity(text.len() + whole / 3);
    for (at, digit) in text.char_indices() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Decimals that show so many digits of a value, at most nine.
fn decimals(value: f64, digits: usize) -> usize {
    let mut decimals = digits.saturating_sub(1);
    let mut size = value.abs();
    while size >= 10.0 && decimals > 0 {
        size /= 10.0;
        decimals -= 1;
    }
    while size < 1.0 && size > 0.0 && decimals < 9 {
        size *= 10.0;
        decimals += 1;
    }
    decimals
}

#[cfg(test)]
mod tests {
    use super::super::comparison::tests::example;
    use super::*;

    #[test]
    fn numbers_show_the_digits_that_mean_something() {
        assert_eq!(with_half_width(1234.5678, Some(12.34), false), "1235 ± 12");
        assert_eq!(with_half_width(0.123_456, Some(0.004_56), false), "0.1235 ± 0.0046");
        assert_eq!(with_half_width(-1.5, Some(0.9187), true), "-1.50 ± 0.92");
        assert_eq!(with_half_width(23.5, None, false), "23.5");
        assert_eq!(with_half_width(123_456_789.0, None, true), "+123,456,789");
        assert_eq!(with_half_width(-12_345.6, Some(200.0), true), "-12,346 ± 200");
        assert_eq!(with_half_width(1.0 / 3.0, Some(0.0), false), "0.33333 ± 0");
        assert_eq!(with_half_width(0.0, Some(0.0), true), "0 ± 0");
        assert_eq!(grouped(9999.5, 1), "9999.5");
    }

    #[test]
    fn one_table_a_headline_metric() {
        let comparison = example(&[(10.0, 9.0), (20.0, 18.0), (30.0, 29.0), (40.0, 38.0)]);
        let text = comparison.to_text(Format::Text);
        for part in
            ["two: west compared to stay", "4 replications", "wait_mean_s in s, lower is better", "stay (baseline)"]
        {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        let row = text.lines().find(|line| line.trim_start().starts_with("west")).expect("a row");
        assert!(row.contains("-1.50 ± 0.92 (-6.0 %)") && row.trim_end().ends_with("better"), "{row}");
        let markdown = comparison.to_text(Format::Markdown);
        assert!(markdown.contains("## wait_mean_s") && markdown.contains("| stack "), "{markdown}");
    }

    #[test]
    fn what_was_done_fits_a_terminal() {
        let text = example(&[(10.0, 9.0), (20.0, 18.0)]).to_text(Format::Text);
        assert!(text.lines().take(8).all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("\n± is half of a 95 % interval"), "{text}");
        assert_eq!(paragraphs("a b\nc"), "a b\nc");
    }

    #[test]
    fn times_have_a_fitting_unit() {
        let time = |value| in_fitting_unit(value, None, "s");
        let wanted = ["0.644 s", "119 s", "2.00 min", "2.00 h", "12.9 d"];
        assert_eq!([0.644_44, 119.0, 120.0, 7200.0, 1_111_867.0].map(time), wanted);
        assert_eq!(in_fitting_unit(7200.0, Some(360.0), "s"), "2.00 ± 0.10 h");
        assert_eq!(in_fitting_unit(7200.0, None, "kg"), "7200");
        assert_eq!(compared(34_800.0, 34_793.9, Some(6.147)).as_deref(), Some("x 5661"));
        assert_eq!(compared(5.0, -5.0, Some(10.0)).as_deref(), Some("-50.0 %"));
        assert_eq!(compared(5.0, 5.0, Some(0.0)), None);
    }

    #[test]
    fn metrics_asked_for_are_one_table() {
        let mut comparison = example(&[(10.0, 9.0)]);
        comparison.asked = true;
        comparison.metrics[1].headline = false;
        let text = comparison.to_text(Format::Text);
        let table = text.split("\n\n").nth(2).expect("a table");
        let wanted = "                stay     west\n wait_mean_s  10.0 s   9.00 s\n                      -10.0 %\n";
        assert_eq!(table, wanted, "{text}");
        let markdown = comparison.to_text(Format::Markdown);
        assert!(markdown.contains("| wait_mean_s | 10.0 s | 9.00 s -10.0 % |"), "{markdown}");
    }

    #[test]
    fn one_replication_says_that_it_has_no_intervals() {
        let text = example(&[(10.0, 9.0)]).to_text(Format::Text);
        assert!(text.contains("one replication: no intervals and no verdicts"), "{text}");
        let row = text.lines().find(|line| line.trim_start().starts_with("west")).expect("a row");
        assert!(row.trim_end().ends_with("-1 (-10.0 %)"), "{row}");
    }
}
