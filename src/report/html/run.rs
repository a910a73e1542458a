//! The page of one run.

use super::columns::{columns, numbers, push_list, push_string, strings};
use super::frame::{Frame, page};
use super::grid::TimelineGrid;
use super::jobs::{flows_json, origins, sample_json};
use super::map::{self, BaseMap};
use super::pack::{packed, written_out};
use super::sentences::{ledgers, paragraphs};
use crate::model::{Platform, SiteKind};
use crate::observe::{CURVE_SHARES, Digest, Summary, glossary};
use crate::report::human::{bytes, carbon, count, energy, money, number, percent, seconds};
use crate::report::json::RunInfo;
use crate::report::links::busiest;
use serde_json::{Map, Value, json};

/// What the page of a run is made of: what its directory of results holds.
#[derive(Debug, Clone, Copy)]
pub struct RunPage<'a> {
    /// What the run was.
    pub info: &'a RunInfo,
    /// Its figures.
    pub summary: &'a Summary,
    /// What is fixed.
    pub platform: &'a Platform,
    /// Its timeline.
    pub timeline: &'a TimelineGrid,
    /// What no table holds.
    pub digest: &'a Digest,
    /// The start as the scenario has it, RFC 3339.
    pub start: Option<&'a str>,
    /// How many figures of the scenario's tables are known how (`published`, `estimate`, ...); empty where the tables do not say.
    pub known: &'a [(&'static str, u64)],
    /// A map to draw instead of the coastline.
    pub base_map: Option<&'a BaseMap>,
}

/// `report.html` of a run: the same bytes for the same results.
#[must_use]
pub fn run_page(input: &RunPage<'_>) -> String {
    let info = input.info;
    let title = format!("{} under {}", info.name, info.policy);
    let window = format!("{} to {}", seconds(input.summary.window_start_s), seconds(input.summary.window_end_s));
    let subtitle =
        format!("Stack {} · window {window} · seed {} · replication {}", info.policy, info.seed, info.replication);
    let totals = totals(input.summary);
    let frame = Frame {
        title: &title,
        subtitle: &subtitle,
        description: &info.description,
        figures: figures(&totals, input.summary.sides.is_empty()),
        story: &paragraphs(input.summary, origins(input.digest, input.platform), input.known),
        data: &data(input, totals).to_string(),
    };
    page(&frame)
}

/// The figures at the top: key, name, text, and the value as `summary.json` has it.
fn figures(totals: &Map<String, Value>, without_sides: bool) -> Vec<(&'static str, &'static str, String, String)> {
    let as_count = |value: f64| count(value as u64);
    type Write = fn(f64) -> String;
    let wanted: [(&'static str, &'static str, Write); 12] = [
        ("jobs", "jobs submitted", as_count),
        ("completed", "completed", as_count),
        ("rejected", "rejected", as_count),
        ("utilization", "utilization of open capacity", percent),
        ("wait_mean_s", "mean wait", seconds),
        ("wait_p95_s", "wait, 95th percentile", seconds),
        ("bounded_slowdown_mean", "mean bounded slowdown", number),
        ("west_share", "ran in the west", percent),
        ("wan_bytes", "moved between sites", bytes),
        ("energy_kwh", "energy", energy),
        ("cost_cny", "cost of energy and transfer", money),
        ("carbon_kg", "carbon by location", carbon),
    ];
    let figure = |(key, name, write): (&'static str, &'static str, Write)| {
        let value = totals.get(key)?;
        let text = value.as_f64().map_or_else(|| "no data".to_owned(), write);
        Some((key, name, text, if value.is_null() { String::new() } else { value.to_string() }))
    };
    wanted.into_iter().filter(|(key, ..)| !(without_sides && *key == "west_share")).filter_map(figure).collect()
}

/// The figures of the whole run, without its lists, which are long.
fn totals(summary: &Summary) -> Map<String, Value> {
    let bare =
        Summary { classes: Vec::new(), centers: Vec::new(), pools: Vec::new(), links: Vec::new(), ..summary.clone() };
    match serde_json::to_value(&bare) {
        Ok(Value::Object(all)) => all.into_iter().filter(|(_, value)| value.is_number() || value.is_null()).collect(),
        _ => Map::new(),
    }
}

/// All that the script draws from.
fn data(input: &RunPage<'_>, totals: Map<String, Value>) -> Value {
    let summary = input.summary;
    let places: Vec<_> = input.platform.sites.iter().map(|site| site.place).collect();
    json!({
        "kind": "run",
        "run": input.info,
        "start": input.start,
        "totals": totals,
        "glossary": glossary_json(),
        "rejected_by_reason": summary.rejected_by_reason,
        "traffic": summary.traffic,
        "traffic_over_time": input.digest.traffic,
        "ledgers": ledgers(summary),
        "busiest_links": busiest(summary),
        "sides": summary.sides,
        "map": map::drawing(&places, input.base_map),
        "packed": packed(written_out(&parts(input)).as_bytes()),
        "bytes": packed(&input.timeline.bytes()),
    })
}

/// Key by key: unit and meaning.
pub(super) fn glossary_json() -> Value {
    let entry =
        |entry: &crate::observe::Entry| (entry.key.to_owned(), json!([entry.unit, entry.formula, entry.better]));
    Value::Object(glossary().iter().map(entry).collect())
}

/// The parts that are compressed, as JSON: tables, the timeline's sums, the digest.
fn parts(input: &RunPage<'_>) -> String {
    let (summary, digest) = (input.summary, input.digest);
    let mut text = String::from("{\"tables\":{");
    let tables = [
        ("centers", columns(&summary.centers)),
        ("pools", columns(&summary.pools)),
        ("links", columns(&summary.links)),
        ("classes", columns(&summary.classes)),
        ("tenants", columns(&summary.top_tenants)),
        ("sides", columns(&summary.sides)),
        ("tiers", columns(&summary.tiers)),
        ("operators", columns(&summary.operators)),
        ("services", columns(&summary.services)),
        ("service_centers", columns(&summary.service_centers)),
    ];
    push_list_of(&mut text, &tables);
    text.push_str("},");
    let facts = [
        ("facts", facts(input)),
        ("timeline", input.timeline.json(input.platform)),
        ("usage", usage(digest)),
        ("curves", curves(digest)),
        ("flows", flows_json(digest, input.platform)),
        ("jobs", sample_json(digest)),
    ];
    push_list_of(&mut text, &facts);
    text.push('}');
    text
}

fn push_list_of(text: &mut String, parts: &[(&str, String)]) {
    for (at, (name, part)) in parts.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        text.push_str(&format!("{comma}\"{name}\":{part}"));
    }
}

/// What is fixed: of each center its site and what is open to jobs, of each site its kind, of each link its ends.
fn facts(input: &RunPage<'_>) -> String {
    let platform = input.platform;
    let open = |center: &crate::model::Center, accelerated: bool| {
        let pools = center.pools.clone().map(|pool| pool as usize);
        let amount = |pool: usize| {
            let (pool, nodes) = (platform.pools.get(pool)?, input.summary.pools.get(pool)?.open_nodes_mean?);
            (pool.accelerated() == accelerated).then(|| nodes * pool.headline_per_node() as f64 / 1000.0)
        };
        pools.filter_map(amount).sum::<f64>()
    };
    let site = |value: fn(&crate::model::Site) -> &str| strings(platform.sites.iter().map(value));
    let end = |at: usize| numbers(platform.links.iter().map(|link| link.between[at].0.into()));
    let parts = [
        ("center_site", numbers(platform.centers.iter().map(|center| center.site.0.into()))),
        ("open_accelerators", numbers(platform.centers.iter().map(|center| open(center, true)))),
        ("open_cores", numbers(platform.centers.iter().map(|center| open(center, false)))),
        ("site", site(|site| &site.name)),
        ("site_side", site(|site| site.side.map_or("", crate::model::Side::word))),
        ("site_kind", site(|site| kind_word(site.kind))),
        ("link_from", end(0)),
        ("link_to", end(1)),
    ];
    let mut text = String::from("{");
    push_list_of(&mut text, &parts);
    text.push('}');
    text
}

const fn kind_word(kind: SiteKind) -> &'static str {
    match kind {
        SiteKind::Center(_) => "center",
        SiteKind::Metro => "metro",
        SiteKind::Exchange => "exchange",
    }
}

fn usage(digest: &Digest) -> String {
    let usage = &digest.usage;
    let list = |rows: &[Vec<f64>]| {
        let mut text = String::new();
        push_list(&mut text, rows.iter(), |text, row| text.push_str(&numbers(row.iter().copied())));
        text
    };
    let mut held = String::new();
    push_list(&mut held, usage.held_mean.iter(), |text, kind| text.push_str(&list(kind)));
    let parts = [
        ("kinds", strings(usage.kinds.iter().map(String::as_str))),
        ("classes", strings(digest.classes.iter().map(String::as_str))),
        ("holders", strings(usage.holders.iter().map(String::as_str))),
        ("start_s", numbers(usage.start_s.iter().copied())),
        ("end_s", Value::from(usage.end_s).to_string()),
        ("open", list(&usage.open_mean)),
        ("held", held),
    ];
    let mut text = String::from("{");
    push_list_of(&mut text, &parts);
    text.push('}');
    text
}

fn curves(digest: &Digest) -> String {
    let mut text =
        format!("{{\"shares\":{},\"of\":", numbers(CURVE_SHARES.iter().map(|share| f64::from(*share) / 1000.0)));
    push_list(&mut text, digest.curves.iter(), |text, curve| {
        text.push_str("{\"class\":");
        push_string(text, digest.classes.get(curve.class as usize).map_or("", String::as_str));
        text.push_str(&format!(
            ",\"waits\":{},\"wait_s\":{},\"slowdowns\":{},\"bounded_slowdown\":{}}}",
            curve.waits,
            numbers(curve.wait_s.iter().copied()),
            curve.slowdowns,
            numbers(curve.bounded_slowdown.iter().copied()),
        ));
    });
    text.push('}');
    text
}
