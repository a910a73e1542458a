//! A comparison as tables for people: one for each headline metric.

use super::comparison::{Comparison, MetricRow, StackRow};
use super::figures::{compared, figure, in_fitting_unit, part_of, with_half_width};
use super::verdict::Verdict;
use crate::observe::Better;
use crate::report::{Cell, Format, Kind, Look, Quantity, Sheet, Tone, WIDTH, markdown_text, wrapped};
use std::fmt::Write;

/// So much of a metric's name is shown where there are many stacks.
const METRIC_WIDTH: usize = 26;

/// So many lines of answers are shown; `comparison.json` has all.
const ANSWER_LINES: usize = 10;

impl Comparison {
    /// For a terminal or a Markdown page: the answers, then one matrix of metrics by stacks; with `details` a table for each metric instead.
    #[must_use]
    pub fn to_text(&self, look: impl Into<Look>, details: bool) -> String {
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
        self.answers_in_words(&mut text, look);
        if !details {
            self.matrix(&mut text, look);
            return text;
        }
        for metric in self.metrics.iter().filter(|metric| metric.headline) {
            let unit = unit(metric);
            let title = title(metric, unit.1);
            let _ = if markdown { writeln!(text, "\n## {title}\n") } else { writeln!(text, "\n{title}") };
            text.push_str(&sheet(metric, unit, (&self.baseline, self.told()), look).render(look));
        }
        text
    }

    /// A sentence for each answer, at most ten lines in all. One replication of something drawn answers nothing.
    fn answers_in_words(&self, text: &mut String, look: Look) {
        if self.answers.is_empty() || !self.told() {
            return;
        }
        let markdown = look.format == Format::Markdown;
        text.push('\n');
        let mut lines = 0;
        for answer in &self.answers {
            let sentence = look.letters(&answer.sentence);
            if markdown {
                let _ = writeln!(text, "- {}", markdown_text(&sentence));
                continue;
            }
            // The line behind the first is set in, so that one sees where an answer begins.
            let wrapped = wrapped(&sentence, WIDTH - 2);
            if lines + wrapped.len() > ANSWER_LINES {
                break;
            }
            lines += wrapped.len();
            let _ = writeln!(text, "{}", wrapped.join("\n  "));
        }
    }

    /// The metrics that are shown, a row each, and the stacks, a column each; as many tables as a terminal needs to show all columns.
    fn matrix(&self, text: &mut String, look: Look) {
        let rows = self.shown();
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
            let best = self.best_at(metric).map(|best| &metric.stacks[best].stack);
            let cell = |row: &StackRow| match row.mean {
                None => Cell::from("-"),
                Some(mean) => {
                    let text = if self.asked {
                        in_fitting_unit(mean, row.half_width, metric.unit)
                    } else {
                        figure(mean, row.half_width, metric.unit)
                    };
                    let below = self.beside(metric, row, best.is_some_and(|best| *best == row.stack));
                    let Some((below, tone)) = below else { return Cell::from(text) };
                    Cell::Judged(format!("{text}{}{below}", if markdown { " " } else { "\n" }), tone)
                }
            };
            let mut row = vec![Cell::from(&*metric.metric)];
            row.extend(metric.stacks[columns.clone()].iter().map(cell));
            sheet.rows.push(row);
        }
        sheet
    }

    /// What stands below a figure: its difference to the baseline and the verdict on it, and whether it is the best of all.
    fn beside(&self, metric: &MetricRow, row: &StackRow, best: bool) -> Option<(String, Tone)> {
        // Of an instant or of a share that is neither good nor bad, a part of the baseline says nothing.
        if metric.better == Better::Neither {
            return None;
        }
        let base = metric.stacks.iter().find(|row| row.stack == self.baseline).and_then(|row| row.mean);
        let part = row.baseline_difference.and_then(|difference| compared(row.mean?, difference, base));
        let told = self.told();
        let (word, tone) = match row.verdict.filter(|_| told) {
            Some(Verdict::Better) => (Some("better"), Tone::Good),
            Some(Verdict::Worse) => (Some("worse"), Tone::Bad),
            Some(Verdict::NoRelevantDifference) => (Some("same"), Tone::Plain),
            Some(Verdict::Undecided) => (Some("?"), Tone::Plain),
            Some(Verdict::NotComparable) => (Some("other work"), Tone::Plain),
            None => (None, Tone::Plain),
        };
        let words = [part.as_deref(), word, (best && told && metric.stacks.len() > 1).then_some("(best)")];
        let below = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
        (!below.is_empty()).then_some((below, tone))
    }

    /// Whether anything can be told: one replication of something drawn tells nothing.
    const fn told(&self) -> bool {
        !self.draws || self.replications > 1
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
        if !self.draws {
            return format!(
                "Nothing in this scenario is drawn: each stack runs once, and differences are exact. {window}\n\
                 Differences of at most {} % of what they are held against count as none.",
                percent(self.relevant)
            );
        }
        if self.replications == 1 {
            return format!("Seed {}, one replication: no intervals and no verdicts. {window}", self.seed);
        }
        let weak = if self.replications < 5 { " Fewer than five replications: the intervals are weak." } else { "" };
        format!(
            "Seed {}, {} replications with the same random numbers for all stacks. {window}\n\
             ± is half of a {:.0} % interval (Student's t).{weak} Verdicts are on differences paired by replication of more than {} %, \
             adjusted to all that is shown (Holm).",
            self.seed,
            self.replications,
            self.confidence * 100.0,
            percent(self.relevant)
        )
    }
}

/// A part as percent, without zeros at its end.
fn percent(part: f64) -> String {
    let text = format!("{:.3}", part * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
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

/// One metric as a table of stacks; `told` where verdicts are known.
fn sheet(metric: &MetricRow, (size, unit): (f64, &str), (baseline, told): (&str, bool), look: Look) -> Sheet {
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
        let verdict = row.verdict.filter(|_| told).map_or("", Verdict::text).to_owned();
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

#[cfg(test)]
mod tests {
    use super::super::comparison::tests::example;
    use super::*;

    #[test]
    fn one_table_a_headline_metric() {
        let comparison = example(&[(10.0, 9.0), (20.0, 18.0), (30.0, 29.0), (40.0, 38.0)]);
        let text = comparison.to_text(Format::Text, true);
        for part in
            ["two: west compared to stay", "4 replications", "wait_mean_s in s, lower is better", "stay (baseline)"]
        {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        let row = text.lines().find(|line| line.trim_start().starts_with("west")).expect("a row");
        assert!(row.contains("-1.50 ± 0.92 (-6.0 %)") && row.trim_end().ends_with("better"), "{row}");
        let markdown = comparison.to_text(Format::Markdown, true);
        assert!(markdown.contains("## wait_mean_s") && markdown.contains("| stack "), "{markdown}");
    }

    #[test]
    fn what_was_done_fits_a_terminal() {
        let text = example(&[(10.0, 9.0), (20.0, 18.0)]).to_text(Format::Text, true);
        assert!(text.lines().take(8).all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("\n± is half of a 95 % interval"), "{text}");
        assert_eq!(paragraphs("a b\nc"), "a b\nc");
    }

    #[test]
    fn metrics_asked_for_are_one_table() {
        let mut comparison = example(&[(10.0, 9.0)]);
        comparison.asked = true;
        comparison.metrics[1].headline = false;
        let text = comparison.to_text(Format::Text, false);
        let table = text.split("\n\n").nth(2).expect("a table");
        let wanted = "                stay     west\n wait_mean_s  10.0 s   9.00 s\n                      -10.0 %\n";
        assert_eq!(table, wanted, "{text}");
        let markdown = comparison.to_text(Format::Markdown, false);
        assert!(markdown.contains("| wait_mean_s | 10.0 s | 9.00 s -10.0 % |"), "{markdown}");
    }

    #[test]
    fn one_replication_says_that_it_has_no_intervals() {
        let text = example(&[(10.0, 9.0)]).to_text(Format::Text, true);
        assert!(text.contains("one replication: no intervals and no verdicts"), "{text}");
        let row = text.lines().find(|line| line.trim_start().starts_with("west")).expect("a row");
        assert!(row.trim_end().ends_with("-1 (-10.0 %)"), "{row}");
    }
}
