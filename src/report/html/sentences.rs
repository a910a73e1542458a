//! What the page says in words. Each figure in a sentence names its key in `summary.json` and has the value from there, so that a test
//! can read the sentences back.

use super::pack::escaped;
use crate::observe::{ClassSummary, Summary};
use crate::report::human::{bytes, carbon, count, energy, money, percent, seconds};
use crate::report::links::busiest;
use serde_json::Value;

/// So many centers are named.
const CENTERS_NAMED: usize = 3;

/// Where jobs came from: how many places, and whether these are provinces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origins {
    pub(super) count: usize,
    pub(super) by_province: bool,
}

/// A paragraph as HTML.
#[derive(Default)]
struct Words(String);

impl Words {
    fn say(&mut self, words: &str) -> &mut Self {
        self.0.push_str(&escaped(words));
        self
    }

    /// A figure: its key (or its path, `classes/3/wait_mean_s`), its value and how it is written.
    fn figure(&mut self, key: &str, value: impl Into<Value>, text: &str) -> &mut Self {
        let value = value.into().to_string();
        self.0.push_str(&format!(
            "<data data-key=\"{}\" value=\"{}\">{}</data>",
            escaped(key),
            escaped(&value),
            escaped(text)
        ));
        self
    }

    /// A figure that may be missing.
    fn known(&mut self, key: &str, value: Option<f64>, write: fn(f64) -> String) -> &mut Self {
        match value {
            Some(known) => self.figure(key, known, &write(known)),
            None => self.say("no data"),
        }
    }

    fn count(&mut self, key: &str, value: u64) -> &mut Self {
        self.figure(key, value, &count(value))
    }
}

/// The paragraphs of a run as HTML.
pub(super) fn paragraphs(summary: &Summary, origins: Origins, known: &[(&str, u64)]) -> String {
    let mut parts = vec![("Where the load went.", load(summary, origins))];
    if summary.wait_mean_s.is_some() {
        parts.push(("What waited, and why.", waits(summary)));
    }
    parts.push(("What it cost.", costs(summary)));
    if !known.is_empty() {
        parts.push(("How the inventory is known.", inventory(known)));
    }
    let paragraph = |(head, words): (&str, Words)| format!("<p><strong>{}</strong> {}</p>\n", escaped(head), words.0);
    format!("<div class=\"story\">\n{}</div>\n", parts.into_iter().map(paragraph).collect::<String>())
}

/// How many figures of the tables are measured, published, derived, estimated or assumed.
fn inventory(known: &[(&str, u64)]) -> Words {
    let mut words = Words::default();
    let all: u64 = known.iter().map(|(_, count)| count).sum();
    let parts: Vec<String> = known.iter().map(|(basis, figures)| format!("{basis} {}", count(*figures))).collect();
    words.say(&format!("Of {} figures in the tables of the scenario: {}.", count(all), parts.join(", ")));
    words
}

fn load(summary: &Summary, origins: Origins) -> Words {
    let mut words = Words::default();
    let classes = summary.classes.iter().filter(|class| class.jobs > 0).count();
    let class_word = if classes == 1 { "class" } else { "classes" };
    words.count("jobs", summary.jobs).say(&format!(" jobs of {classes} {class_word}"));
    if origins.count > 0 {
        let places = match (origins.by_province, origins.count) {
            (true, _) => "provinces",
            (false, 1) => "place",
            (false, _) => "places",
        };
        words.say(&format!(" came from {} {places}", origins.count));
    }
    let mut most: Vec<usize> = (0..summary.centers.len()).filter(|at| summary.centers[*at].jobs > 0).collect();
    most.sort_by_key(|at| std::cmp::Reverse(summary.centers[*at].jobs));
    for (place, at) in most.into_iter().take(CENTERS_NAMED).enumerate() {
        let center = &summary.centers[at];
        words.say(if place == 0 { "; most were placed at " } else { ", " }).say(&format!("{} (", center.center));
        words.count(&format!("centers/{at}/jobs"), center.jobs).say(")");
    }
    words.say(".");
    let sides = [
        ("east_share", summary.east_share, "in the east"),
        ("central_share", summary.central_share, "in the middle"),
        ("west_share", summary.west_share, "in the west"),
    ];
    for (place, (key, share, side)) in sides.into_iter().filter(|side| side.1 > Some(0.0)).enumerate() {
        words.say(if place == 0 { " Of those that started, " } else { ", " }).known(key, share, percent);
        words.say(&format!(" ran {side}"));
    }
    words.say(if sides.iter().any(|side| side.1 > Some(0.0)) { ". " } else { " " });
    let holders = if summary.services.is_empty() { "Jobs" } else { "Jobs and services" };
    words.say(&format!("{holders} held ")).known("utilization", summary.utilization, percent);
    words.say(" of what was open to them.");
    words
}

fn waits(summary: &Summary) -> Words {
    let mut words = Words::default();
    words.say("A job waited ").known("wait_mean_s", summary.wait_mean_s, seconds);
    words.say(" on average; half waited no longer than ").known("wait_median_s", summary.wait_median_s, seconds);
    words.say(", 95 % no longer than ").known("wait_p95_s", summary.wait_p95_s, seconds).say(".");
    let mean = |at: &usize| summary.classes[*at].wait_mean_s;
    let known = (0..summary.classes.len()).filter(|at| mean(at) > Some(0.0));
    let worst = known.fold(None, |worst: Option<usize>, at| match worst {
        Some(other) if mean(&other) >= mean(&at) => Some(other),
        _ => Some(at),
    });
    if let Some(at) = worst {
        let class = &summary.classes[at];
        words.say(&format!(" Longest waited {}: ", class.class));
        words.known(&format!("classes/{at}/wait_mean_s"), class.wait_mean_s, seconds);
        words.say(" on average, most of it ");
        reason(&mut words, at, class);
        words.say(".");
    }
    if let Some(at) = busiest(summary).into_iter().next().filter(|at| summary.links[*at].busy > Some(0.0)) {
        let link = &summary.links[at];
        words.say(&format!(" The busiest link is {} → {}: ", link.from, link.to));
        words.known(&format!("links/{at}/busy"), link.busy, percent).say(" of its bandwidth in use, ");
        words.known(&format!("links/{at}/utilization"), link.utilization, percent).say(" by the flows of jobs.");
    }
    words
}

/// What most of the mean wait of a class was for. The three parts add up to the wait: they are means over the same jobs.
fn reason(words: &mut Words, at: usize, class: &ClassSummary) {
    let [wait, choice, queue] =
        [class.wait_mean_s, class.brokering_mean_s, class.queue_wait_mean_s].map(Option::unwrap_or_default);
    let data = (wait - choice - queue).max(0.0);
    if queue >= data && queue >= choice {
        words.known(&format!("classes/{at}/queue_wait_mean_s"), class.queue_wait_mean_s, seconds);
        words.say(" in queues for nodes");
    } else if data >= choice {
        words.say("for its data");
    } else {
        words.known(&format!("classes/{at}/brokering_mean_s"), class.brokering_mean_s, seconds);
        words.say(" until a center was chosen");
    }
}

fn costs(summary: &Summary) -> Words {
    let mut words = Words::default();
    words.known("energy_kwh", Some(summary.energy_kwh), energy).say(" of energy and ");
    words.known("cost_cny", Some(summary.cost_cny), money).say(", of it ");
    words.known("transfer_cost_cny", Some(summary.transfer_cost_cny), money).say(" for moving ");
    words.known("wan_bytes", Some(summary.wan_bytes), bytes).say("; ");
    words.known("carbon_kg", Some(summary.carbon_kg), carbon).say(" of carbon by location. Of that, ");
    words.known("caused_energy_kwh", Some(summary.caused_energy_kwh), energy).say(" and ");
    words.known("caused_carbon_kg", Some(summary.caused_carbon_kg), carbon);
    let holders = if summary.services.is_empty() { "jobs" } else { "jobs and services" };
    words.say(&format!(" are attributed to {holders}; the rest is that of idle and closed nodes."));
    words
}

/// The two ledgers: rows of a name and twice key, text and value, of all nodes and of what is attributed.
pub(super) fn ledgers(summary: &Summary) -> Value {
    type Figure = (&'static str, f64);
    type Write = fn(f64) -> String;
    let s = summary;
    let transfer = ("transfer_cost_cny", s.transfer_cost_cny);
    let rows: [(&str, Figure, Figure, Write); 5] = [
        ("Energy", ("energy_kwh", s.energy_kwh), ("caused_energy_kwh", s.caused_energy_kwh), energy),
        (
            "Cost of energy",
            ("energy_cost_cny", s.energy_cost_cny),
            ("caused_energy_cost_cny", s.caused_energy_cost_cny),
            money,
        ),
        ("Cost of transfer", transfer, transfer, money),
        ("Carbon, by location", ("carbon_kg", s.carbon_kg), ("caused_carbon_kg", s.caused_carbon_kg), carbon),
        (
            "Carbon, by contract",
            ("carbon_market_kg", s.carbon_market_kg),
            ("caused_carbon_market_kg", s.caused_carbon_market_kg),
            carbon,
        ),
    ];
    let cell =
        |(key, value): Figure, write: Write| serde_json::json!([key, write(value), Value::from(value).to_string()]);
    rows.into_iter()
        .map(|(name, all, own, write)| serde_json::json!([name, cell(all, write), cell(own, write)]))
        .collect()
}
