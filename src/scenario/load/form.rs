//! From the tree to the raw scenario, table by table, so that the errors of all tables come out.

use crate::scenario::Diagnostics;
use crate::scenario::check::Doubts;
use crate::scenario::raw::{At, Named, Provenance, RawInformation, RawNetwork, RawRun, RawScenario, RawTables};
use crate::scenario::tree::{Entry, Node, Outcome, Table, Value, did_you_mean, read_item};
use crate::scenario::{Diagnostic, diagnostic::Severity};
use serde::de::DeserializeOwned;
use std::ops::Range;

/// Sections whose tables have names.
pub(super) const NAMED: [&str; 10] =
    ["center", "metro", "exchange", "link", "dataset", "tenants", "workload", "service", "policy", "variant"];

/// What was read, and what is to be made of it.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// The scenario, as far as its tables could be read; `None` where there is nothing to look at.
    pub(super) raw: Option<RawScenario>,
    /// What is not as the scenario has it.
    pub(super) gaps: Gaps,
}

/// What was left out or replaced: what is said of the meaning of the rest may only follow from that.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// Places of tables in which something was.
    broken: Vec<Range<usize>>,
    /// All places in the same tables of the scenario.
    beside: Vec<Range<usize>>,
    /// Names of tables that could not be read at all.
    lost: Vec<String>,
    /// Whether whole files or rows are missing.
    pub(super) files: bool,
    /// Whether pools, and links, may have other figures.
    pub(super) doubts: Doubts,
}

struct Assembler<'o> {
    root: Table,
    out: &'o mut Diagnostics,
    gaps: Gaps,
}

/// Reads the whole tree. `end` is where a key that is missing at the top level is reported.
pub(super) fn read(root: Table, end: Range<usize>, files: bool, out: &mut Diagnostics) -> Form {
    let mut all = Assembler { root, out, gaps: Gaps { files, ..Gaps::default() } };
    let format = all.required::<At<u32>>("format", "format = 1", &end).unwrap_or_else(|| At::here(end.clone(), 1));
    let name = all.required::<At<String>>("name", "name = \"...\"", &end);
    let name = name.unwrap_or_else(|| At::here(end.clone(), "unnamed".to_owned()));
    let description = all.section::<String>("description").unwrap_or_default();
    let run = all.section::<RawRun>("run").unwrap_or_default();
    let information = all.section::<RawInformation>("information").unwrap_or_default();
    let network = all.section::<RawNetwork>("network").unwrap_or_default();
    let (center, metro, exchange) = (all.named("center"), all.named("metro"), all.named("exchange"));
    let (link, dataset, tenants) = (all.named("link"), all.named("dataset"), all.named("tenants"));
    let (workload, service, policy) = (all.named("workload"), all.named("service"), all.named("policy"));
    let variant = all.named("variant");
    let (job, event) = (all.list("job"), all.list("event"));
    let (expect, anchor) = (all.list("expect"), all.list("anchor"));
    let provenance = all.section::<Provenance>("provenance").unwrap_or_default();
    all.unknown_sections();
    let mut gaps = all.gaps;
    gaps.doubts.pools |= files;
    gaps.doubts.links |= files;
    let raw = RawScenario {
        format,
        name,
        description,
        include: Vec::new(),
        tables: RawTables::default(),
        run,
        information,
        network,
        center,
        metro,
        exchange,
        link,
        dataset,
        tenants,
        workload,
        service,
        job,
        event,
        expect,
        anchor,
        provenance,
        policy,
        variant,
    };
    Form { raw: Some(raw), gaps }
}

impl Assembler<'_> {
    /// Reads one table of a section and notes its problems. `key` is where its name stands.
    fn item<T: DeserializeOwned>(&mut self, section: &str, key: &Range<usize>, node: &Node) -> Option<T> {
        let outcome = read_item(node, |error| self.out.push(error.diagnostic()));
        if !matches!(outcome, Outcome::Whole(_)) {
            self.gaps.broken.extend([key.clone(), node.span.clone()]);
            node.places(&mut self.gaps.beside);
            self.doubt(section);
        }
        if let Outcome::Partial(_, places) = &outcome {
            self.gaps.broken.extend_from_slice(places);
        }
        outcome.value()
    }

    /// Figures of a section may be others.
    fn doubt(&mut self, section: &str) {
        self.gaps.doubts.pools |= matches!(section, "center" | "event");
        self.gaps.doubts.links |= matches!(section, "link" | "event" | "center" | "metro" | "exchange");
    }

    fn section<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let entry = self.root.remove(key)?;
        self.item(key, &entry.key, &entry.node)
    }

    fn required<T: DeserializeOwned>(&mut self, key: &str, example: &str, end: &Range<usize>) -> Option<T> {
        if !self.root.contains_key(key) && !self.gaps.files {
            let problem = Diagnostic::error(end.clone(), format!("the key `{key}` is missing"));
            self.out.push(problem.help(format!("write `{example}` at the top of the file")));
        }
        self.section(key)
    }

    /// `[key.NAME]`; the place of each is its name.
    fn named<T: DeserializeOwned>(&mut self, key: &str) -> Named<T> {
        let Some(Entry { node, .. }) = self.root.remove(key) else { return Named::new() };
        let Value::Table(tables) = node.value else {
            self.wrong_section(key, &node, format!("write [{key}.NAME] before each"));
            return Named::new();
        };
        let mut named = Named::new();
        for (name, entry) in tables {
            match self.item(key, &entry.key, &entry.node) {
                Some(value) => drop(named.insert(name, At::here(entry.key, value))),
                None => self.gaps.lost.push(name),
            }
        }
        named
    }

    /// `[[key]]`
    fn list<T: DeserializeOwned>(&mut self, key: &str) -> Vec<At<T>> {
        let Some(Entry { node, .. }) = self.root.remove(key) else { return Vec::new() };
        let Value::Array(elements) = node.value else {
            self.wrong_section(key, &node, format!("write [[{key}]] before each"));
            return Vec::new();
        };
        let mut list = Vec::with_capacity(elements.len());
        for element in &elements {
            if let Some(value) = self.item(key, &element.span, element) {
                list.push(At::here(element.span.clone(), value));
            }
        }
        list
    }

    fn wrong_section(&mut self, section: &str, node: &Node, help: String) {
        // All of its names are missing.
        self.gaps.files |= NAMED.contains(&section);
        self.doubt(section);
        self.out
            .push(Diagnostic::error(node.span.clone(), format!("expected tables, found {}", node.kind())).help(help));
    }

    /// What is left is not known.
    fn unknown_sections(&mut self) {
        const OTHERS: [&str; 13] = [
            "format",
            "name",
            "description",
            "include",
            "tables",
            "run",
            "information",
            "network",
            "job",
            "event",
            "expect",
            "anchor",
            "provenance",
        ];
        for (key, entry) in std::mem::take(&mut self.root) {
            let help = did_you_mean(&key, OTHERS.into_iter().chain(NAMED));
            self.out.push(Diagnostic::error(entry.key, format!("unknown key `{key}`")).maybe_help(help));
        }
    }
}

impl Gaps {
    /// Takes out what is said of the meaning of what was read, behind the first `form` problems, where it may only follow from what is not
    /// there.
    pub(super) fn without_followers(mut self, form: usize, out: &mut Diagnostics) {
        if self.broken.is_empty() && self.lost.is_empty() && !self.files {
            return;
        }
        self.broken.sort_unstable_by_key(|place| place.start);
        self.beside.sort_unstable_by_key(|place| place.start);
        let stands = |problem: &Diagnostic, places: &[Range<usize>]| {
            places.binary_search_by_key(&problem.span.start, |place| place.start).is_ok()
        };
        let lost: Vec<String> = self.lost.iter().map(|name| format!("{name:?}")).collect();
        let missing =
            |problem: &Diagnostic| self.files && ABOUT_OTHERS.iter().any(|words| problem.message.contains(words));
        let follows = |problem: &Diagnostic| {
            stands(problem, &self.broken)
                || stands(problem, &self.beside) && problem.message.contains(" needs ")
                || lost.iter().any(|name| problem.message.contains(name.as_str()))
        };
        let mut at = 0;
        out.list.retain(|problem| {
            at += 1;
            at <= form || !missing(problem) && (problem.severity == Severity::Warning || !follows(problem))
        });
    }
}

/// What is said of names that are not there, and of places where nothing is.
const ABOUT_OTHERS: [&str; 7] =
    ["unknown ", "has no pool", "is neither ", "there is no", "there are no", "impossible job", "cannot get"];
