//! The summary that a person reads, as plain text of at most 80 columns or as Markdown.

use super::course;
use super::figures;
use super::human::Quantity;
use super::human::{bytes, carbon, count, energy, money, number, percent, seconds};
use super::json::RunInfo;
use super::links::busiest;
use super::look::{Format, Look, Tone};
use super::services;
use super::sheet::{Cell, Kind, Sheet, WIDTH, markdown_text, wrapped};
use crate::observe::{CenterSummary, ClassSummary, Course, Summary, TenantGroupSummary};

/// So many links are shown, the busiest first.
const LINKS_SHOWN: usize = 5;
/// So many centers, those with most jobs first (then most energy), where there are more; then the rest is counted.
const CENTERS_SHOWN: usize = 30;
/// So many classes.
const CLASSES_SHOWN: usize = 20;

/// The whole summary, with a final newline; the course of the run where there is one.
#[must_use]
pub fn summary_text(info: &RunInfo, summary: &Summary, course: Option<&Course>, look: impl Into<Look>) -> String {
    let look = look.into();
    let mut text = String::new();
    let title = format!("{} under {}", info.name, info.policy);
    paragraph(&mut text, &title, look, true);
    paragraph(&mut text, &info.description, look, false);
    if look.format == Format::Text || !info.description.is_empty() {
        text.push('\n');
    }
    if info.clairvoyant {
        text.push_str("CLAIRVOYANT: this stack knows true run times, which no real scheduler does.\n\n");
    }
    expectations(&mut text, info, look);
    headline(&mut text, info, summary, look);
    if let Some(course) = course {
        section(&mut text, &course::title(course), &course::sheet(course, look).into(), look);
    }
    for (title, part) in [
        ("Centers", centers(summary)),
        ("Classes", classes(summary)),
        ("Services", services::services(summary).into()),
        ("Requests not served in time", services::missed(summary).into()),
        ("Tenants", tenants(summary)),
        ("Busiest links", links(summary)),
        ("Published figures and those of this run", figures::anchor_sheet(&info.anchors).into()),
        ("Rejected", rejected(summary)),
    ] {
        section(&mut text, title, &part, look);
    }
    if !info.warnings.is_empty() {
        heading(&mut text, "Warnings", look.format);
        for warning in &info.warnings {
            bullet(&mut text, ["- ", "  "], warning, look);
        }
    }
    format!("{}\n", text.trim_end())
}

/// The title or the words of the author.
fn paragraph(text: &mut String, words: &str, look: Look, title: bool) {
    if look.format == Format::Text {
        wrapped(words, WIDTH).iter().for_each(|line| text.push_str(&format!("{line}\n")));
    } else if !words.is_empty() {
        let begin = if title { "# " } else { "" };
        text.push_str(&format!("{begin}{}\n{}", markdown_text(words.trim()), if title { "\n" } else { "" }));
    }
}

/// A long line, broken with what the first and the others begin with; whole in Markdown.
fn bullet(text: &mut String, [first, other]: [&str; 2], words: &str, look: Look) {
    if look.format == Format::Markdown {
        text.push_str(&format!("- {}\n", markdown_text(words)));
        return;
    }
    for (at, line) in wrapped(words, WIDTH - other.len()).iter().enumerate() {
        text.push_str(&format!("{}{line}\n", if at == 0 { first } else { other }));
    }
}

/// A table, and what is said below it.
struct Part {
    sheet: Sheet,
    note: Option<String>,
}

impl From<Sheet> for Part {
    fn from(sheet: Sheet) -> Self {
        Self { sheet, note: None }
    }
}

fn headline(text: &mut String, info: &RunInfo, summary: &Summary, look: Look) {
    let mut lines = service_lines(info, summary);
    lines.extend(services::line(summary));
    if summary.waiting_peak > 0 {
        lines.push(("queues", queues_line(summary)));
    }
    lines.extend(bill_lines(summary));
    if summary.rerouted + summary.stalled > 0 {
        lines.push(("lost ways", lost_ways(summary)));
    }
    if summary.deadline_jobs > 0 {
        lines.push(("deadlines", missed(summary.deadline_missed, summary.deadline_jobs)));
    }
    if summary.preemptions > 0 {
        let lost = format!("{} h of computing lost", number(summary.lost_work_h));
        lines.push(("interrupted", format!("{} times, {lost}", count(summary.preemptions))));
    }
    if summary.resizes > 0 {
        lines.push(("resized", format!("{} times", count(summary.resizes))));
    }
    if summary.round_trip_jobs > 0 {
        lines.push(("round trips", missed(summary.round_trip_missed, summary.round_trip_jobs)));
    }
    for (name, value) in lines {
        match look.format {
            Format::Text => bullet(text, [&format!("  {name:<12} "), &" ".repeat(15)], &value, look),
            Format::Markdown => text.push_str(&format!("- **{name}**: {value}\n")),
        }
    }
}

/// "no data" where there is none.
fn or_none(value: Option<f64>, write: fn(f64) -> String) -> String {
    value.map_or_else(|| "no data".to_owned(), write)
}

fn jobs_line(summary: &Summary) -> String {
    let mut jobs = format!("{} submitted, {} completed", count(summary.jobs), count(summary.completed));
    for (amount, word) in [
        (summary.rejected, "rejected"),
        (summary.killed, "killed"),
        (summary.lost, "lost"),
        (summary.unfinished, "unfinished"),
    ] {
        if amount > 0 {
            jobs.push_str(&format!(", {} {word}", count(amount)));
        }
    }
    jobs
}

/// How jobs were served.
fn service_lines(info: &RunInfo, summary: &Summary) -> Vec<(&'static str, String)> {
    vec![
        (
            "window",
            format!("{} to {}, seed {}", seconds(summary.window_start_s), seconds(summary.window_end_s), info.seed),
        ),
        ("jobs", jobs_line(summary)),
        (
            "wait",
            format!(
                "mean {}, median {}, p95 {}, max {}",
                or_none(summary.wait_mean_s, seconds),
                or_none(summary.wait_median_s, seconds),
                or_none(summary.wait_p95_s, seconds),
                or_none(summary.wait_max_s, seconds)
            ),
        ),
        (
            "response",
            format!(
                "mean {}, bounded slowdown mean {}",
                or_none(summary.response_mean_s, seconds),
                or_none(summary.bounded_slowdown_mean, number)
            ),
        ),
        (
            "utilization",
            format!(
                "{} of open capacity; load with closed use {}",
                or_none(summary.utilization, percent),
                or_none(summary.load, percent)
            ),
        ),
    ]
}

/// How long queues became, and whether they drained.
fn queues_line(summary: &Summary) -> String {
    let most =
        format!("at most {} waiting, backlog {}", count(summary.waiting_peak), or_none(summary.backlog_s, seconds));
    match (summary.backlog_end_s, summary.waiting_end) {
        (Some(end), 0) => format!("{most}, drained at {}", seconds(end)),
        (_, waiting) => format!("{most}, {} left", count(waiting)),
    }
}

/// What links that went down did to transfers.
fn lost_ways(summary: &Summary) -> String {
    let mut text = format!("{} jobs rerouted", count(summary.rerouted));
    if let Some(mean) = summary.stalled_mean_s {
        text.push_str(&format!(", {} stalled for {} on average", count(summary.stalled), seconds(mean)));
    }
    text
}

/// What it took.
fn bill_lines(summary: &Summary) -> Vec<(&'static str, String)> {
    vec![
        ("energy", format!("{}, PUE {}", energy(summary.energy_kwh), or_none(summary.pue_mean, number))),
        (
            "cost",
            format!(
                "{} (energy {}, transfer {})",
                money(summary.cost_cny),
                money(summary.energy_cost_cny),
                money(summary.transfer_cost_cny)
            ),
        ),
        (
            "carbon",
            format!("{} by location, {} by contract", carbon(summary.carbon_kg), carbon(summary.carbon_market_kg)),
        ),
        (
            "attributed",
            format!(
                "{}, {} of energy, {} ({} by contract){}",
                energy(summary.caused_energy_kwh),
                money(summary.caused_energy_cost_cny),
                carbon(summary.caused_carbon_kg),
                carbon(summary.caused_carbon_market_kg),
                if summary.services.is_empty() { "" } else { ", to jobs and services" }
            ),
        ),
        (
            "traffic",
            format!(
                "{} moved, links {} used by it",
                bytes(summary.wan_bytes),
                or_none(summary.link_utilization, percent)
            ),
        ),
    ]
}

fn missed(missed: u64, all: u64) -> String {
    format!("{} of {} missed ({})", count(missed), count(all), percent(missed as f64 / all.max(1) as f64))
}

fn centers(summary: &Summary) -> Part {
    let mut shown: Vec<&CenterSummary> = summary.centers.iter().collect();
    if shown.len() > CENTERS_SHOWN {
        let by_jobs = |a: &&CenterSummary, b: &&CenterSummary| {
            b.jobs.cmp(&a.jobs).then(b.energy_kwh.total_cmp(&a.energy_kwh)).then_with(|| a.center.cmp(&b.center))
        };
        shown.sort_by(by_jobs);
        shown.truncate(CENTERS_SHOWN);
    }
    let mut sheet = Sheet::new(&[
        ("center", Kind::Name),
        ("side", Kind::Name),
        ("used", Kind::Quantity(Quantity::Share)),
        ("load", Kind::Quantity(Quantity::Share)),
        ("jobs", Kind::Quantity(Quantity::Count)),
        ("wait", Kind::Quantity(Quantity::Seconds)),
        ("energy", Kind::Quantity(Quantity::Energy)),
        ("carbon", Kind::Quantity(Quantity::Carbon)),
    ]);
    for c in shown {
        let side = c.side.as_deref().unwrap_or_default();
        sheet.push([
            c.center.as_str().into(),
            side.into(),
            c.utilization.into(),
            c.load.into(),
            c.jobs.into(),
            c.wait_mean_s.into(),
            c.energy_kwh.into(),
            c.carbon_kg.into(),
        ]);
    }
    Part { sheet, note: rest(summary.centers.len(), CENTERS_SHOWN, "centers with fewer jobs", "centers.csv") }
}

fn classes(summary: &Summary) -> Part {
    let mut shown: Vec<&ClassSummary> = summary.classes.iter().filter(|c| c.jobs > 0).collect();
    let all = shown.len();
    if all > CLASSES_SHOWN {
        shown.sort_by(|a, b| b.jobs.cmp(&a.jobs).then_with(|| a.class.cmp(&b.class)));
        shown.truncate(CLASSES_SHOWN);
    }
    let mut sheet = Sheet::new(&[
        ("class", Kind::Name),
        ("jobs", Kind::Quantity(Quantity::Count)),
        ("east", Kind::Quantity(Quantity::WholeShare)),
        ("central", Kind::Quantity(Quantity::WholeShare)),
        ("west", Kind::Quantity(Quantity::WholeShare)),
        ("wait", Kind::Quantity(Quantity::Seconds)),
        ("p95", Kind::Quantity(Quantity::Seconds)),
        ("response", Kind::Quantity(Quantity::Seconds)),
    ]);
    for c in shown {
        sheet.push([
            c.class.as_str().into(),
            c.jobs.into(),
            c.east_share.into(),
            c.central_share.into(),
            c.west_share.into(),
            c.wait_mean_s.into(),
            c.wait_p95_s.into(),
            c.response_mean_s.into(),
        ]);
    }
    Part { sheet, note: rest(all, CLASSES_SHOWN, "classes with fewer jobs", "classes.csv") }
}

/// Groups of tenants, where there are several.
fn tenants(summary: &Summary) -> Part {
    let mut shown: Vec<&TenantGroupSummary> = summary.tenant_groups.iter().filter(|group| group.jobs > 0).collect();
    if shown.len() < 2 {
        shown.clear();
    }
    let mut sheet = Sheet::new(&[
        ("group", Kind::Name),
        ("tenants", Kind::Quantity(Quantity::Count)),
        ("jobs", Kind::Quantity(Quantity::Count)),
        ("of use", Kind::Quantity(Quantity::Share)),
        ("wait", Kind::Quantity(Quantity::Seconds)),
        ("worst tenant", Kind::Quantity(Quantity::Seconds)),
        ("slowdown", Kind::Quantity(Quantity::Number)),
    ]);
    for group in shown.iter().take(CLASSES_SHOWN) {
        sheet.push([
            group.name.as_str().into(),
            group.tenants.into(),
            group.jobs.into(),
            group.used_share.into(),
            group.wait_mean_s.into(),
            group.tenant_wait_max_s.into(),
            group.bounded_slowdown_mean.into(),
        ]);
    }
    Part { sheet, note: rest(shown.len(), CLASSES_SHOWN, "groups by name", "tenant_groups.csv") }
}

fn links(summary: &Summary) -> Part {
    let mut sheet = Sheet::new(&[
        ("from > to", Kind::Name),
        ("moved", Kind::Quantity(Quantity::Bytes)),
        ("used", Kind::Quantity(Quantity::Share)),
        ("busy", Kind::Quantity(Quantity::Share)),
        ("peak", Kind::Quantity(Quantity::BitRate)),
        ("cost", Kind::Quantity(Quantity::Money)),
    ]);
    for l in busiest(summary).into_iter().take(LINKS_SHOWN).map(|at| &summary.links[at]) {
        sheet.push([
            format!("{} > {}", l.from, l.to).into(),
            l.bytes.into(),
            l.utilization.into(),
            l.busy.into(),
            l.rate_peak_bps.into(),
            l.transfer_cost_cny.into(),
        ]);
    }
    sheet.into()
}

/// The thresholds, a line each, before everything else.
fn expectations(text: &mut String, info: &RunInfo, look: Look) {
    for (line, met) in figures::judged(&info.expectations) {
        let mut judged = String::new();
        bullet(&mut judged, ["  ", "    "], &look.letters(&line), look);
        // The sign is colored after the line is broken: colors have no width.
        let sign = look.letters(line.split(' ').next().unwrap_or_default());
        text.push_str(&judged.replacen(&sign, &look.toned(&sign, Tone::of(met)), 1));
    }
    if !info.expectations.is_empty() {
        text.push('\n');
    }
}

fn rejected(summary: &Summary) -> Part {
    let mut sheet = Sheet::new(&[("reason", Kind::Name), ("jobs", Kind::Quantity(Quantity::Count))]);
    for (reason, amount) in &summary.rejected_by_reason {
        sheet.push([Cell::from(reason.as_str()), Cell::from(*amount)]);
    }
    sheet.into()
}

fn rest(all: usize, shown: usize, what: &str, file: &str) -> Option<String> {
    (all > shown).then(|| format!("and {} {what}, see {file}", all - shown))
}

fn heading(text: &mut String, title: &str, format: Format) {
    match format {
        Format::Text => text.push_str(&format!("\n{title}\n")),
        Format::Markdown => text.push_str(&format!("\n## {title}\n\n")),
    }
}

fn section(text: &mut String, title: &str, part: &Part, look: Look) {
    if part.sheet.rows.is_empty() {
        return;
    }
    heading(text, title, look.format);
    text.push_str(&part.sheet.render(look));
    if let Some(note) = &part.note {
        text.push_str(&if look.format == Format::Text { format!("  {note}\n") } else { format!("\n{note}\n") });
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
