//! From the tree to the raw scenario, table by table, so that the errors of all tables come out.

use crate::scenario::Diagnostics;
use crate::scenario::raw::{At, Named, RawInformation, RawNetwork, RawRun, RawScenario, RawTables};
use crate::scenario::tree::{Entry, Node, Outcome, Table, Value, did_you_mean, read_item};
use crate::scenario::{Diagnostic, diagnostic::Severity};
use serde::de::DeserializeOwned;
use std::ops::Range;

/// Sections whose tables have names.
pub(super) const NAMED: [&str; 10] =
    ["center", "metro", "exchange", "link", "dataset", "tenants", "workload", "service", "policy", "variant"];

/// What was read, and what is to be made of it.
#[derive(Debug)]
pub(super) struct Form {
    /// The scenario, if all of its tables could be read, if only in part.
    pub(super) raw: Option<RawScenario>,
    /// Places in tables that were read in part: what is said of their meaning may only follow from that.
    pub(super) broken: Vec<Range<usize>>,
}

struct Assembler<'o> {
    root: Table,
    out: &'o mut Diagnostics,
    broken: Vec<Range<usize>>,
    lost: bool,
}

/// Reads the whole tree. `end` is where a key that is missing at the top level is reported.
pub(super) fn read(root: Table, end: Range<usize>, out: &mut Diagnostics) -> Form {
    let mut all = Assembler { root, out, broken: Vec::new(), lost: false };
    let format = all.required::<At<u32>>("format", "format = 1", &end);
    let name = all.required::<At<String>>("name", "name = \"...\"", &end);
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
    all.unknown_sections();
    let Assembler { broken, lost, .. } = all;
    let raw = match (format, name) {
        (Some(format), Some(name)) if !lost => Some(RawScenario {
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
            policy,
            variant,
        }),
        _ => None,
    };
    Form { raw, broken }
}

impl Assembler<'_> {
    /// Reads one table and notes its problems.
    fn item<T: DeserializeOwned>(&mut self, node: &Node) -> Option<T> {
        let outcome = read_item(node, |error| self.out.push(error.diagnostic()));
        match &outcome {
            Outcome::Whole(_) => {}
            Outcome::Partial(_) => node.places(&mut self.broken),
            Outcome::Lost => self.lost = true,
        }
        outcome.value()
    }

    fn section<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let entry = self.root.remove(key)?;
        self.item(&entry.node)
    }

    fn required<T: DeserializeOwned>(&mut self, key: &str, example: &str, end: &Range<usize>) -> Option<T> {
        if !self.root.contains_key(key) {
            let problem = Diagnostic::error(end.clone(), format!("the key `{key}` is missing"));
            self.out.push(problem.help(format!("write `{example}` at the top of the file")));
        }
        self.section(key)
    }

    /// `[key.NAME]`; the place of each is its name.
    fn named<T: DeserializeOwned>(&mut self, key: &str) -> Named<T> {
        let Some(Entry { node, .. }) = self.root.remove(key) else { return Named::new() };
        let Value::Table(tables) = node.value else {
            self.wrong_section(&node, format!("write [{key}.NAME] before each"));
            return Named::new();
        };
        let mut named = Named::new();
        for (name, entry) in tables {
            if let Some(value) = self.item(&entry.node) {
                named.insert(name, At::here(entry.key, value));
            }
        }
        named
    }

    /// `[[key]]`
    fn list<T: DeserializeOwned>(&mut self, key: &str) -> Vec<At<T>> {
        let Some(Entry { node, .. }) = self.root.remove(key) else { return Vec::new() };
        let Value::Array(elements) = node.value else {
            self.wrong_section(&node, format!("write [[{key}]] before each"));
            return Vec::new();
        };
        let mut list = Vec::with_capacity(elements.len());
        for element in &elements {
            if let Some(value) = self.item(element) {
                list.push(At::here(element.span.clone(), value));
            }
        }
        list
    }

    fn wrong_section(&mut self, node: &Node, help: String) {
        self.lost = true;
        self.out
            .push(Diagnostic::error(node.span.clone(), format!("expected tables, found {}", node.kind())).help(help));
    }

    /// What is left is not known.
    fn unknown_sections(&mut self) {
        const OTHERS: [&str; 12] = [
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
        ];
        for (key, entry) in std::mem::take(&mut self.root) {
            let help = did_you_mean(&key, OTHERS.into_iter().chain(NAMED));
            self.out.push(Diagnostic::error(entry.key, format!("unknown key `{key}`")).maybe_help(help));
        }
    }
}

/// Takes out what is said of the meaning of tables that have errors of form: it may only follow from those.
pub(super) fn without_followers(broken: &mut [Range<usize>], form: usize, out: &mut Diagnostics) {
    if broken.is_empty() {
        return;
    }
    broken.sort_unstable_by_key(|place| place.start);
    let follows = |span: &Range<usize>| broken.binary_search_by_key(&span.start, |place| place.start).is_ok();
    let mut at = 0;
    out.list.retain(|problem| {
        at += 1;
        at <= form || problem.severity == Severity::Warning || !follows(&problem.span)
    });
}
