//! The life of a job in words: plain text of at most 80 columns or Markdown.

use super::human::{bit_rate, bytes, carbon, count, energy, money, number, seconds};
use super::look::Format;
use super::sheet::wrapped;
use crate::observe::{Attempt, Holder, Question, QueueStay, Spot, Story, Transfer};

/// What a story is told of.
#[derive(Debug, Clone, Copy)]
pub struct StoryOf<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// The stack's name.
    pub stack: &'a str,
    /// Broker, queue and packing.
    pub policies: [&'a str; 3],
}

/// The story as people read it, with a final newline.
#[must_use]
pub fn story_text(of: &StoryOf<'_>, story: &Story, format: Format) -> String {
    let mut page = Page { text: String::new(), format };
    page.title(&format!("Job {} of {} under {}", story.job, of.scenario, of.stack));
    page.line(&opening(story));
    page.section("Where it was sent", &questions(of, story));
    page.section("Its data", &data(story));
    page.section("Its wait for nodes", &queue(of, story));
    page.section("Its run", &runs(story));
    page.section("What it cost", &costs(story));
    page.section("What it was promised", &promises(story));
    page.text
}

struct Page {
    text: String,
    format: Format,
}

impl Page {
    fn title(&mut self, title: &str) {
        let title = visible(title);
        match self.format {
            Format::Text => wrapped(&title, 80).iter().for_each(|line| self.text.push_str(&format!("{line}\n"))),
            Format::Markdown => self.text.push_str(&format!("# {}\n", escaped(&title))),
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push('\n');
        self.item(line, "");
    }

    fn section(&mut self, title: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        match self.format {
            Format::Text => self.text.push_str(&format!("\n{title}\n")),
            Format::Markdown => self.text.push_str(&format!("\n## {title}\n\n")),
        }
        for item in items {
            self.item(item, "- ");
        }
    }

    fn item(&mut self, item: &str, mark: &str) {
        let item = visible(item);
        let item = if self.format == Format::Markdown { escaped(&item) } else { item };
        let (first, rest) = match (self.format, mark) {
            (_, "") => (String::new(), String::new()),
            (Format::Text, _) => ("  - ".to_owned(), "    ".to_owned()),
            (Format::Markdown, _) => ("- ".to_owned(), "  ".to_owned()),
        };
        for (at, line) in wrapped(&item, 80 - first.len()).iter().enumerate() {
            self.text.push_str(&format!("{}{line}\n", if at == 0 { &first } else { &rest }));
        }
    }
}

/// Control characters, which could move a terminal's cursor, as what they are.
fn visible(text: &str) -> String {
    crate::units::visible(text, &[])
}

/// Letters that mean something in Markdown or HTML, taken as they are.
fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '&' => plain.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' => plain.extend(['\\', letter]),
            _ => plain.push(letter),
        }
    }
    plain
}

/// An instant, exact.
fn at(seconds: f64) -> String {
    format!("{} s", crate::units::seconds_text(libm::round(seconds * 1e9) as u64))
}

fn plural(amount: u64, one: &str) -> String {
    format!("{} {one}{}", count(amount), if amount == 1 { "" } else { "s" })
}

fn place(spot: &Spot) -> String {
    format!("{}/{}", spot.center, spot.pool)
}

fn opening(story: &Story) -> String {
    let mut text = format!(
        "Class {}, tenant {}, {} from {}. Submitted at {}",
        story.class,
        story.tenant,
        plural(u64::from(story.tasks), "task"),
        story.origin,
        at(story.submit_s)
    );
    let ends = [("placed", story.brokered_s), ("data there", story.staged_s), ("started", story.start_s)];
    for (what, when) in ends.into_iter().chain([("ended", story.end_s), ("delivered", story.delivered_s)]) {
        if let Some(when) = when {
            text.push_str(&format!(", {what} at {}", at(when)));
        }
    }
    text.push_str(&format!(". It is {}", story.outcome));
    if !story.reason.is_empty() {
        text.push_str(&format!(" ({})", story.reason));
    }
    let phases = [("staging", story.staging_s), ("queue", story.queue_wait_s)];
    let phases: Vec<String> =
        phases.iter().filter_map(|(what, time)| time.map(|time| format!("{what} {}", at(time)))).collect();
    if let Some(wait) = story.wait_s {
        text.push_str(&format!("; it waited {} in all ({})", at(wait), phases.join(", ")));
    }
    text.push('.');
    text
}

fn questions(of: &StoryOf<'_>, story: &Story) -> Vec<String> {
    let mut items = Vec::new();
    for question in &story.asked {
        items.extend(asked(of, question));
    }
    let more = story.questions.saturating_sub(story.asked.len() as u64);
    if more > 0 {
        items.push(format!("It was asked {} more.", plural(more, "time")));
    }
    if story.questions == 0 {
        items.push(format!(
            "The broker was not asked: {}.",
            if story.reason.is_empty() { "the run ended first" } else { &story.reason }
        ));
    }
    items
}

fn asked(of: &StoryOf<'_>, question: &Question) -> Vec<String> {
    let mut items = vec![format!(
        "At {} the broker {} looked at {} in {}.",
        at(question.at_s),
        of.policies[0],
        plural(question.pools, "pool"),
        plural(question.centers, "center")
    )];
    for removed in question.removed.iter().filter(|removed| removed.pools > 0) {
        let centers = if removed.centers > 0 {
            format!("; {} had none left", plural(removed.centers, "center"))
        } else {
            String::new()
        };
        items.push(format!("Filter \"{}\" removed {}{centers}.", removed.filter, plural(removed.pools, "pool")));
    }
    let left =
        format!("{} in {} left", plural(question.scored_pools, "pool"), plural(question.scored_centers, "center"));
    if question.terms.is_empty() {
        items.push(format!("{left}; this broker gives no scores."));
    } else {
        items.push(format!("{left}, ranked by {}; the best:", terms(question)));
        for (rank, ranked) in question.best.iter().enumerate() {
            let values: Vec<String> = ranked
                .values
                .iter()
                .zip(&question.terms)
                .map(|(value, term)| match value {
                    None => "never".to_owned(),
                    Some(value) if term.unit.is_empty() => number(*value),
                    Some(value) => format!("{} {}", number(*value), term.unit),
                })
                .collect();
            items.push(format!("{}. {}: {}", rank + 1, place(&ranked.spot), values.join(", ")));
        }
    }
    items.push(match (&question.chosen, question.again_s) {
        (Some(spot), _) => {
            let later =
                question.not_before_s.map_or_else(String::new, |when| format!(", data not before {}", at(when)));
            format!("It chose {}{later}.", place(spot))
        }
        (None, Some(again)) => format!("It chose none yet and wanted to be asked again at {}.", at(again)),
        (None, None) => "It chose none.".to_owned(),
    });
    items
}

fn terms(question: &Question) -> String {
    question.terms.iter().map(|term| term.name.as_str()).collect::<Vec<_>>().join(", then ")
}

fn data(story: &Story) -> Vec<String> {
    let mut items = Vec::new();
    if story.transfers.iter().all(|transfer| transfer.of != "input") && story.staged_s.is_some() {
        items.push(match (&story.dataset, story.staging_s) {
            (Some(dataset), Some(time)) if time > 0.0 => {
                format!("It waited {} for dataset {dataset}, which another job brought.", at(time))
            }
            (Some(dataset), _) => format!("Dataset {dataset} was there."),
            (None, _) => "It had no input to move.".to_owned(),
        });
    }
    for transfer in &story.transfers {
        items.extend(transferred(transfer));
    }
    if story.reroutes > 0 {
        items.push(format!("Its data took another way {}.", plural(u64::from(story.reroutes), "time")));
    }
    items
}

fn transferred(transfer: &Transfer) -> Vec<String> {
    let mut text = format!(
        "{} of {} from {} to {} over {}: ",
        if transfer.of == "input" { "Input" } else { "Output" },
        bytes(transfer.bytes as f64),
        transfer.from,
        transfer.to,
        transfer.links.join(", ")
    );
    if transfer.no_way_s > 0.0 {
        text.push_str(&format!("no way for {}, ", at(transfer.no_way_s)));
    }
    text.push_str(&format!("latency {}, on the links from {}", at(transfer.latency_s), at(transfer.began_s)));
    match (transfer.ended_s, transfer.left_bytes) {
        (Some(end), None) => {
            text.push_str(&format!(" to {}, {} in all.", at(end), at(round(end - transfer.began_s))));
        }
        (Some(end), Some(left)) => {
            text.push_str(&format!(" to {}, cut off there with {} to go.", at(end), bytes(left as f64)));
        }
        (None, _) => text.push_str(", still under way at the end of the run."),
    }
    let mut items = vec![text];
    for step in &transfer.rates {
        let held = match &step.bottleneck {
            Some(link) if step.flows > 1 => format!("one of {} flows on {link}, the bottleneck", step.flows),
            Some(link) => format!("alone on {link}, the bottleneck"),
            None => "held by its TCP window".to_owned(),
        };
        let until = step.until_s.map_or_else(|| "the end of the run".to_owned(), at);
        items.push(format!("{} to {until}: {}, {held}.", at(step.from_s), bit_rate(step.rate_bps)));
    }
    if transfer.rates_more > 0 {
        items.push(format!("Its rate changed {} more.", plural(transfer.rates_more, "time")));
    }
    items
}

fn queue(of: &StoryOf<'_>, story: &Story) -> Vec<String> {
    story.queue.iter().flat_map(|stay| waited(of, stay)).collect()
}

fn waited(of: &StoryOf<'_>, stay: &QueueStay) -> Vec<String> {
    let before = match stay.ahead {
        0 => "nobody before it".to_owned(),
        ahead => format!("{} before it ({})", plural(ahead, "job"), named(stay.ahead_named.iter().cloned(), ahead)),
    };
    let mut items = vec![format!(
        "At {} it joined the queue ({}) with {before}; {} ran there on {}.",
        at(stay.from_s),
        of.policies[1],
        plural(stay.running, "job"),
        plural(stay.open_nodes, "open node")
    )];
    let Some(until) = stay.until_s else {
        items.push(format!("It never started from there. {}", holders(stay)));
        return items;
    };
    if until <= stay.from_s {
        items.push("It started at once.".to_owned());
    } else {
        if stay.running > 0 {
            items.push(holders(stay));
        }
        items.push(format!(
            "It started at {}, after {}. {}",
            at(until),
            at(round(until - stay.from_s)),
            owed(stay, until)
        ));
    }
    if stay.overtook > 0 {
        let first = stay.overtook_first.clone().unwrap_or_default();
        items.push(format!(
            "It started before {} that had joined earlier and went on waiting; the first of them is {first}.",
            plural(stay.overtook, "job")
        ));
    }
    if stay.overtaken_by > 0 {
        items.push(format!("{} that had joined later started before it.", plural(stay.overtaken_by, "job")));
    }
    items
}

fn holders(stay: &QueueStay) -> String {
    let held = stay.holders.iter().map(|it| format!("{} ({} since {})", it.job, plural(it.nodes, "node"), at(it.at_s)));
    format!("Nodes were held by {}.", named(held, stay.running))
}

/// What gave way to a start at `until`.
fn owed(stay: &QueueStay, until: f64) -> String {
    let what = |it: &Holder| match it.what.as_str() {
        "opened" => format!("{} opened to jobs", plural(it.nodes, "node")),
        "resized" => format!("{} gave up {}", it.job, plural(it.nodes, "node")),
        how => format!("{} {how} and gave {} back", it.job, plural(it.nodes, "node")),
    };
    let Some(last) = stay.released_named.first() else { return "No nodes were given back while it waited.".to_owned() };
    let list = named(stay.released_named.iter().map(what), stay.released);
    if last.at_s.to_bits() == until.to_bits() {
        format!("At that instant {list}.")
    } else {
        format!("The last before that, at {}: {list}.", at(last.at_s))
    }
}

/// Some of a list, and how many more there are.
fn named(names: impl Iterator<Item = String>, all: u64) -> String {
    let names: Vec<String> = names.collect();
    let more = all.saturating_sub(names.len() as u64);
    if names.is_empty() {
        return "nobody".to_owned();
    }
    if more > 0 { format!("{} and {} more", names.join(", "), count(more)) } else { names.join(", ") }
}

fn runs(story: &Story) -> Vec<String> {
    let mut items: Vec<String> = story.attempts.iter().flat_map(attempt).collect();
    if story.preemptions > 0 {
        items.push(format!(
            "Interruptions undid {} of computing; checkpoints and restarts took {}.",
            at(story.lost_s),
            at(story.overhead_s)
        ));
    } else if story.overhead_s > 0.0 {
        items.push(format!("Checkpoints took {}.", at(story.overhead_s)));
    }
    items
}

fn attempt(attempt: &Attempt) -> Vec<String> {
    let begins = format!("From {} on {}", at(attempt.from_s), plural(attempt.nodes, "node"));
    let mut items = vec![match attempt.until_s {
        None => format!("{begins}; the run ended first."),
        Some(until) if attempt.interrupted => {
            let whom = attempt.interrupted_for.clone().unwrap_or_else(|| "another job".to_owned());
            format!("{begins} until it was interrupted at {} for {whom}.", at(until))
        }
        Some(until) => format!("{begins} to {}, {}.", at(until), at(round(until - attempt.from_s))),
    }];
    for (when, nodes) in &attempt.resizes {
        items.push(format!("From {} on {}.", at(*when), plural(*nodes, "node")));
    }
    items
}

fn costs(story: &Story) -> Vec<String> {
    let costs = &story.costs;
    vec![
        format!(
            "Its part of its nodes' peak power: {}, {}, {} of carbon ({} after contracted green power).",
            energy(costs.energy_kwh),
            money(costs.energy_cost_cny),
            carbon(costs.carbon_kg),
            carbon(costs.carbon_market_kg)
        ),
        format!("Its transfers: {}.", money(costs.transfer_cost_cny)),
    ]
}

fn promises(story: &Story) -> Vec<String> {
    let mut items = Vec::new();
    if let Some(deadline) = story.deadline_s {
        items.push(match story.deadline_missed {
            Some(true) => format!("Deadline {}: missed.", at(deadline)),
            Some(false) => format!("Deadline {}: met.", at(deadline)),
            None => format!("Deadline {}: not yet come.", at(deadline)),
        });
    }
    if let Some(bound) = story.round_trip_bound_s {
        items.push(match story.round_trip_missed {
            Some(true) => format!("Round trip of at most {}: missed.", seconds(bound)),
            Some(false) => format!("Round trip of at most {}: kept.", seconds(bound)),
            None => format!("Round trip of at most {}: it never got a place.", seconds(bound)),
        });
    }
    items
}

/// A difference of instants, to the nanosecond.
fn round(seconds: f64) -> f64 {
    libm::round(seconds * 1e9) / 1e9
}
