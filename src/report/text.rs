//! The summary that a person reads, as plain text of at most 80 columns or as Markdown.

use super::figures;
use super::human::{bit_rate, bytes, carbon, count, energy, money, number, percent, seconds};
use super::json::RunInfo;
use super::services;
use crate::observe::{CenterSummary, ClassSummary, LinkSummary, Summary, TenantGroupSummary};
use comfy_table::{CellAlignment, Table, presets};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Plain text for a terminal, at most 80 columns.
    #[default]
    Text,
    /// Markdown.
    Markdown,
}

/// So many links are shown, the busiest first.
const LINKS_SHOWN: usize = 5;
/// So many centers, those with most jobs first (then most energy), where there are more; then the rest is counted.
const CENTERS_SHOWN: usize = 30;
/// So many classes.
const CLASSES_SHOWN: usize = 20;

/// The whole summary, without colors, with a final newline.
#[must_use]
pub fn summary_text(info: &RunInfo, summary: &Summary, format: Format) -> String {
    let mut text = String::new();
    let title = format!("{} under {}", info.name, info.policy);
    match format {
        Format::Text => text.push_str(&format!("{title}\n")),
        Format::Markdown => text.push_str(&format!("# {title}\n\n")),
    }
    for line in wrapped(&info.description, 80) {
        text.push_str(&format!("{line}\n"));
    }
    text.push('\n');
    if info.clairvoyant {
        text.push_str("CLAIRVOYANT: this stack knows true run times, which no real scheduler does.\n\n");
    }
    expectations(&mut text, info, format);
    headline(&mut text, info, summary, format);
    section(&mut text, "Centers", &centers(summary), format);
    section(&mut text, "Classes", &classes(summary), format);
    section(&mut text, "Services", &services::services(summary), format);
    section(&mut text, "Requests not served in time", &services::missed(summary), format);
    section(&mut text, "Tenants", &tenants(summary), format);
    section(&mut text, "Busiest links", &links(summary), format);
    section(&mut text, "Published figures and those of this run", &anchors(info), format);
    section(&mut text, "Rejected", &rejected(summary), format);
    if !info.warnings.is_empty() {
        heading(&mut text, "Warnings", format);
        for warning in &info.warnings {
            for (at, line) in wrapped(warning, 78).into_iter().enumerate() {
                text.push_str(&format!("{} {line}\n", if at == 0 { "-" } else { " " }));
            }
        }
    }
    format!("{}\n", text.trim_end())
}

/// A table's header and rows; how many leading columns are names (set to the left).
pub(super) struct Content {
    pub(super) header: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
    pub(super) names: usize,
    /// Said below it.
    pub(super) note: Option<String>,
}

fn headline(text: &mut String, info: &RunInfo, summary: &Summary, format: Format) {
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
        match format {
            Format::Text => text.push_str(&format!("  {name:<12} {value}\n")),
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
            "jobs caused",
            format!(
                "{}, {} of energy, {} ({} by contract)",
                energy(summary.caused_energy_kwh),
                money(summary.caused_energy_cost_cny),
                carbon(summary.caused_carbon_kg),
                carbon(summary.caused_carbon_market_kg)
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

fn centers(summary: &Summary) -> Content {
    let mut shown: Vec<&CenterSummary> = summary.centers.iter().collect();
    if shown.len() > CENTERS_SHOWN {
        let by_jobs = |a: &&CenterSummary, b: &&CenterSummary| {
            b.jobs.cmp(&a.jobs).then(b.energy_kwh.total_cmp(&a.energy_kwh)).then_with(|| a.center.cmp(&b.center))
        };
        shown.sort_by(by_jobs);
        shown.truncate(CENTERS_SHOWN);
    }
    let rows = shown
        .iter()
        .map(|c| {
            vec![
                clipped(&c.center, 14),
                c.side.clone().unwrap_or_default(),
                cell(c.utilization, percent),
                cell(c.load, percent),
                count(c.jobs),
                cell(c.wait_mean_s, seconds),
                energy(c.energy_kwh),
                carbon(c.carbon_kg),
            ]
        })
        .collect();
    Content {
        header: vec!["center", "side", "used", "load", "jobs", "wait", "energy", "carbon"],
        rows,
        names: 2,
        note: rest(summary.centers.len(), CENTERS_SHOWN, "centers with fewer jobs", "centers.csv"),
    }
}

fn classes(summary: &Summary) -> Content {
    let mut shown: Vec<&ClassSummary> = summary.classes.iter().filter(|c| c.jobs > 0).collect();
    let all = shown.len();
    if all > CLASSES_SHOWN {
        shown.sort_by(|a, b| b.jobs.cmp(&a.jobs).then_with(|| a.class.cmp(&b.class)));
        shown.truncate(CLASSES_SHOWN);
    }
    let whole = |share: f64| format!("{:.0} %", share * 100.0);
    let rows = shown
        .iter()
        .map(|c| {
            vec![
                clipped(&c.class, 22),
                count(c.jobs),
                cell(c.east_share, whole),
                cell(c.central_share, whole),
                cell(c.west_share, whole),
                cell(c.wait_mean_s, seconds),
                cell(c.wait_p95_s, seconds),
                cell(c.response_mean_s, seconds),
            ]
        })
        .collect();
    Content {
        header: vec!["class", "jobs", "east", "central", "west", "wait", "p95", "response"],
        rows,
        names: 1,
        note: rest(all, CLASSES_SHOWN, "classes with fewer jobs", "classes.csv"),
    }
}

/// Groups of tenants, where there are several.
fn tenants(summary: &Summary) -> Content {
    let mut shown: Vec<&TenantGroupSummary> = summary.tenant_groups.iter().filter(|group| group.jobs > 0).collect();
    if shown.len() < 2 {
        shown.clear();
    }
    let rows = shown
        .iter()
        .take(CLASSES_SHOWN)
        .map(|group| {
            vec![
                clipped(&group.name, 18),
                count(group.tenants),
                count(group.jobs),
                cell(group.used_share, percent),
                cell(group.wait_mean_s, seconds),
                cell(group.tenant_wait_max_s, seconds),
                cell(group.bounded_slowdown_mean, number),
            ]
        })
        .collect();
    Content {
        header: vec!["group", "tenants", "jobs", "of use", "wait", "worst tenant", "slowdown"],
        rows,
        names: 1,
        note: rest(shown.len(), CLASSES_SHOWN, "groups by name", "tenant_groups.csv"),
    }
}

fn links(summary: &Summary) -> Content {
    let mut shown: Vec<&LinkSummary> = summary.links.iter().filter(|l| l.flows > 0 || l.carried_bytes > 0.0).collect();
    let key = |l: &LinkSummary| l.utilization.unwrap_or(0.0);
    // A stable sort keeps the order of names where two are alike.
    shown.sort_by(|a, b| key(b).total_cmp(&key(a)));
    shown.truncate(LINKS_SHOWN);
    let rows = shown
        .iter()
        .map(|l| {
            vec![
                clipped(&format!("{} > {}", l.from, l.to), 32),
                bytes(l.bytes),
                cell(l.utilization, percent),
                cell(l.busy, percent),
                bit_rate(l.rate_peak_bps),
                money(l.transfer_cost_cny),
            ]
        })
        .collect();
    Content { header: vec!["from > to", "moved", "used", "busy", "peak", "cost"], rows, names: 1, note: None }
}

fn anchors(info: &RunInfo) -> Content {
    let rows = info.anchors.iter().map(|row| figures::anchor_cells(row).to_vec()).collect();
    Content { header: figures::ANCHOR_HEADER.to_vec(), rows, names: 1, note: None }
}

/// The thresholds, a line each, before everything else.
fn expectations(text: &mut String, info: &RunInfo, format: Format) {
    for line in figures::judged(&info.expectations) {
        for (at, part) in wrapped(&line, 76).iter().enumerate() {
            let begin = match (format, at) {
                (Format::Text, 0) => "  ",
                (Format::Text, _) => "    ",
                (Format::Markdown, 0) => "- ",
                (Format::Markdown, _) => "  ",
            };
            text.push_str(&format!("{begin}{part}\n"));
        }
    }
    if !info.expectations.is_empty() {
        text.push('\n');
    }
}

fn rejected(summary: &Summary) -> Content {
    let rows = summary.rejected_by_reason.iter().map(|(reason, amount)| vec![reason.clone(), count(*amount)]).collect();
    Content { header: vec!["reason", "jobs"], rows, names: 1, note: None }
}

fn rest(all: usize, shown: usize, what: &str, file: &str) -> Option<String> {
    (all > shown).then(|| format!("and {} {what}, see {file}", all - shown))
}

pub(super) fn cell(value: Option<f64>, write: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), write)
}

/// Long names lose their middle, so that what tells them apart at either end stays.
pub(super) fn clipped(name: &str, width: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= width {
        return name.to_owned();
    }
    let head = (width - 1).div_ceil(2);
    let tail = width - 1 - head;
    letters[..head].iter().chain(&['~']).chain(&letters[letters.len() - tail..]).collect()
}

fn heading(text: &mut String, title: &str, format: Format) {
    match format {
        Format::Text => text.push_str(&format!("\n{title}\n")),
        Format::Markdown => text.push_str(&format!("\n## {title}\n\n")),
    }
}

fn section(text: &mut String, title: &str, content: &Content, format: Format) {
    if content.rows.is_empty() {
        return;
    }
    heading(text, title, format);
    let mut table = Table::new();
    table.load_style(match format {
        Format::Text => presets::NOTHING,
        Format::Markdown => presets::ASCII_MARKDOWN,
    });
    table.set_header(content.header.clone());
    for row in &content.rows {
        let row =
            row.iter().map(|cell| if format == Format::Markdown { cell.replace('|', "\\|") } else { cell.clone() });
        table.add_row(row.collect::<Vec<_>>());
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        if at >= content.names {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if format == Format::Text {
            column.set_padding((0, 1));
        }
    }
    let indent = if format == Format::Text { "  " } else { "" };
    for line in table.lines() {
        text.push_str(format!("{indent}{line}").trim_end());
        text.push('\n');
    }
    if let Some(note) = &content.note {
        text.push_str(&format!("{indent}{note}\n"));
    }
}

/// The lines of a paragraph, broken at blanks; a word longer than the width gets a line of its own.
#[must_use]
pub fn wrapped(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
