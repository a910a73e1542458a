//! From files to the raw scenario: reading, including, tables, `--set`, form. All problems come out at once.

mod files;
mod form;
mod merge;
pub(super) mod set;

use super::built::Scenario;
use super::check::check_with;
use super::check::logs::{NamedLog, NamedLogs};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::effective::with_logs;
use super::raw::{At, RawOriginTable, RawScenario, RawTables};
use super::table::{self, Inventory, Weights};
use super::tree::{Entry, Node, Outcome, Table, Value, did_you_mean, parse_document, read_item};
use files::{Files, Refusal};
use set::Set;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The longest chain of files that include each other.
const INCLUDES_DEEP_MAX: usize = 16;

/// The most files that a scenario includes.
const INCLUDES_MAX: usize = 1000;

/// Where a scenario comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file; what it names is searched beside it.
    File(PathBuf),
    /// A scenario inside the binary, by name.
    Embedded(String),
    /// A text, and the files that it may name.
    Text {
        /// What messages call it.
        name: String,
        /// The text.
        text: String,
        /// Files by path.
        files: BTreeMap<String, String>,
    },
}

/// Reads the form of a scenario, with `sets` (`a.b.c=value`) applied; the problems hold its texts, and warnings.
///
/// # Errors
/// All that is wrong with its form, or that a file cannot be read.
pub fn load_raw(input: &Input, sets: &[String]) -> Result<(RawScenario, Diagnostics), Diagnostics> {
    let (form, _, out) = read(input, sets);
    match form.raw {
        Some(raw) if !out.has_errors() => Ok((raw, out)),
        _ => Err(out),
    }
}

/// Reads and checks a scenario, with `sets` (`a.b.c=value`) applied.
///
/// # Errors
/// All that is wrong with it: its form and, as far as that lets it be known, its meaning. Warnings of a good scenario are in
/// [`Scenario::warnings`].
pub fn load(input: &Input, sets: &[String]) -> Result<Scenario, Diagnostics> {
    let (form, logs, mut out) = read(input, sets);
    let form::Form { raw: Some(raw), gaps } = form else { return Err(out) };
    let problems = out.list.len();
    let scenario = check_with(&raw, &logs, gaps.doubts, &mut out);
    gaps.without_followers(problems, &mut out);
    match scenario {
        Some(mut scenario) if !out.has_errors() => match with_logs(&raw, &logs) {
            Ok(text) => {
                scenario.effective = text;
                Ok(scenario)
            }
            Err(reason) => {
                out.error(0..0, format!("the scenario cannot be written as one text: {reason}"));
                Err(out)
            }
        },
        _ => Err(out),
    }
}

fn read(input: &Input, sets: &[String]) -> (form::Form, NamedLogs, Diagnostics) {
    let (files, path, text) = Files::open(input);
    let mut loader = Loader {
        files,
        out: Diagnostics::default(),
        paths: Vec::new(),
        root: Table::new(),
        inventories: Vec::new(),
        bases: table::Bases::default(),
        included: BTreeMap::new(),
        logs: NamedLogs::new(),
        broken: false,
    };
    let form = loader.all(&path, text, sets);
    (form, loader.logs, loader.out)
}

/// A CSV file to take in: what it holds, its path, where it is named.
type Named = (Inventory, PathBuf, Range<usize>);

struct Loader<'i> {
    files: Files<'i>,
    out: Diagnostics,
    /// Paths of the texts of the source map.
    paths: Vec<PathBuf>,
    root: Table,
    inventories: Vec<Named>,
    /// How the figures of tables are known.
    bases: table::Bases,
    /// Where each included file was named first.
    included: BTreeMap<PathBuf, Range<usize>>,
    /// Logs that workloads name.
    logs: NamedLogs,
    /// Whether a whole file is missing from the tree: what is said of the rest may only follow from that.
    broken: bool,
}

impl<'i> Loader<'i> {
    fn all(&mut self, path: &Path, text: Result<Cow<'i, str>, Refusal>, sets: &[String]) -> form::Form {
        let nothing = form::Form::default();
        if let (Files::Embedded, Err(_)) = (&self.files, &text) {
            let name = path.with_extension("").display().to_string();
            let names: Vec<&str> = super::embedded().iter().map(|(name, _)| *name).collect();
            let problem = Diagnostic::error(0..0, format!("no such scenario inside the program: `{name}`"));
            self.out.push(problem.maybe_help(did_you_mean(&name, names.iter().copied())));
            return nothing;
        }
        let name = self.files.name(path);
        let Some(text) = self.text(path, text, &(0..0), &format!("cannot read {name}")) else {
            self.out.unreadable = true;
            return nothing;
        };
        let (start, _) = self.add(path, text);
        self.included.insert(self.files.identity(path), 0..0);
        self.document(0, 1);
        if self.broken && self.root.is_empty() {
            return nothing;
        }
        let sets = self.sets(path, sets);
        let inventories = std::mem::take(&mut self.inventories);
        let mut rows = BTreeSet::new();
        for (_, inventory) in Inventory::ALL {
            for (_, path, span) in inventories.iter().filter(|(kind, ..)| *kind == inventory) {
                self.inventory(inventory, path, span, &mut rows);
            }
        }
        std::mem::take(&mut self.bases).into_tree(&mut self.root);
        // A file that is not there would make names of `--set` unknown, too.
        if !self.broken {
            self.apply(sets);
        }
        self.origin_tables();
        self.logs();
        form::read(std::mem::take(&mut self.root), start..start, self.broken, &mut self.out)
    }

    /// Adds a text to the source map; where it begins, and the text.
    fn add(&mut self, path: &Path, text: Cow<'i, str>) -> (usize, Arc<str>) {
        let text: Arc<str> = text.into();
        self.paths.push(path.to_owned());
        (self.out.sources.add(self.files.name(path), Arc::clone(&text)), text)
    }

    /// What was read, or `None` after saying why it was not.
    fn text(
        &mut self,
        path: &Path,
        read: Result<Cow<'i, str>, Refusal>,
        span: &Range<usize>,
        message: &str,
    ) -> Option<Cow<'i, str>> {
        match read {
            Ok(text) => return Some(text),
            Err(Refusal::Unreadable(reason)) => self.out.error(span.clone(), format!("{message}: {reason}")),
            Err(Refusal::NotText(valid)) => {
                let (base, valid) = self.add(path, Cow::Owned(valid));
                let at = base + valid.len();
                let problem = Diagnostic::error(at..at, format!("{message}: it is not text in UTF-8 from here on"));
                self.out.push(if span.is_empty() { problem } else { problem.other(span.clone(), "named here") });
            }
        }
        self.broken = true;
        None
    }

    /// Takes the document of a text into the tree, after what it includes.
    fn document(&mut self, source: usize, deep: usize) {
        let Some((text, base)) = self.out.sources.sources().get(source).map(|s| (Arc::clone(&s.text), s.base)) else {
            return;
        };
        let mut table = match parse_document(&text, base) {
            Ok(Node { value: Value::Table(table), .. }) => table,
            Ok(_) => return,
            Err(problems) => {
                problems.into_iter().for_each(|problem| self.out.push(problem));
                self.broken = true;
                return;
            }
        };
        let path = self.paths[source].clone();
        if let Some(include) = table.remove("include")
            && let Some(files) = self.form::<Vec<At<String>>>(&include.node)
        {
            for file in files {
                self.include(&path, &file, deep);
            }
        }
        if let Some(tables) = table.remove("tables") {
            self.tables(&path, &tables.node);
        }
        merge::merge(&mut self.root, table, &mut self.out);
    }

    fn form<T: serde::de::DeserializeOwned>(&mut self, node: &Node) -> Option<T> {
        let outcome = read_item(node, |error| self.out.push(error.diagnostic()));
        outcome.value()
    }

    fn include(&mut self, from: &Path, file: &At<String>, deep: usize) {
        let path = self.files.beside(from, file.get());
        let identity = self.files.identity(&path);
        if let Some(first) = self.included.get(&identity) {
            // The scenario itself was named nowhere.
            let cycle = first.is_empty() || deep > 1 && self.files.identity(from) == identity;
            let message =
                format!("{} is included {}", self.files.name(&path), if cycle { "by itself" } else { "twice" });
            let problem = Diagnostic::error(file.span(), message);
            let other = first.clone();
            self.out.push(if other.is_empty() { problem } else { problem.other(other, "first included here") });
            return;
        }
        if deep >= INCLUDES_DEEP_MAX || self.included.len() >= INCLUDES_MAX {
            self.out.error(file.span(), "too many files include each other");
            return;
        }
        self.included.insert(identity, file.span());
        let message = format!("cannot include {}", self.files.name(&path));
        let read = self.files.read(&path);
        if let Some(text) = self.text(&path, read, &file.span(), &message) {
            self.add(&path, text);
            self.document(self.paths.len() - 1, deep + 1);
        }
    }

    /// Notes the inventories that a file names.
    fn tables(&mut self, from: &Path, node: &Node) {
        let Some(RawTables { centers, pools, metros, exchanges, links }) = self.form(node) else { return };
        let files = [centers, pools, metros, exchanges, links];
        for ((_, inventory), file) in Inventory::ALL.into_iter().zip(files) {
            let Some(file) = file else { continue };
            self.inventories.push((inventory, self.files.beside(from, file.get()), file.span()));
        }
    }

    /// Reads `--set`; those of `tables` take the place of what files say, the others are for later.
    fn sets(&mut self, path: &Path, sets: &[String]) -> Vec<Set> {
        let mut tables = Table::new();
        let mut others = Vec::new();
        for text in sets {
            self.paths.push(path.to_owned());
            let base = self.out.sources.add("--set", text.as_str());
            match set::read(text, base) {
                Ok(Set { path, value }) => match path.as_slice() {
                    [(key, span), ..] if key == "include" => {
                        self.out.error(span.clone(), "`include` cannot be set: include the file in the scenario");
                    }
                    [(section, _), (key, span)] if section == "tables" => {
                        tables.insert(key.clone(), Entry { key: span.clone(), node: value });
                    }
                    _ => others.push(Set { path, value }),
                },
                Err(problem) => self.out.push(problem),
            }
        }
        if !tables.is_empty() {
            let set =
                |kind: Inventory| Inventory::ALL.iter().any(|(key, known)| *known == kind && tables.contains_key(*key));
            self.inventories.retain(|(kind, ..)| !set(*kind));
            self.tables(path, &Node::table(0..0, tables));
        }
        others
    }

    /// Puts the values of `--set` into the tree.
    fn apply(&mut self, sets: Vec<Set>) {
        let mut root = Node::table(0..0, std::mem::take(&mut self.root));
        for set in sets {
            set::apply(&mut root, set, &mut self.out);
        }
        if let Value::Table(table) = root.value {
            self.root = table;
        }
    }

    /// Takes an inventory into the tree.
    fn inventory(&mut self, inventory: Inventory, path: &Path, span: &Range<usize>, rows: &mut BTreeSet<usize>) {
        let message = format!("cannot read the table {}", self.files.name(path));
        let read = self.files.read(path);
        if let Some(text) = self.text(path, read, span, &message) {
            let (base, text) = self.add(path, text);
            let before = self.out.errors();
            table::read(inventory, &text, base, &mut self.root, rows, &mut self.bases, &mut self.out);
            // Rows that are not there make names unknown.
            self.broken |= self.out.errors() > before;
        }
    }

    /// Puts the weights of `origin-table` in its place, so that a scenario needs no file beside it any more.
    fn origin_tables(&mut self) {
        let mut texts: BTreeMap<PathBuf, Option<(usize, Arc<str>)>> = BTreeMap::new();
        for section in ["workload", "service"] {
            let Some(mut classes) = self.root.remove(section) else { continue };
            for entry in classes.node.as_table_mut().into_iter().flat_map(|classes| classes.values_mut()) {
                let Some(class) = entry.node.as_table_mut() else { continue };
                let Some(named) = class.remove("origin-table") else { continue };
                if let Some(origin) = class.get("origin") {
                    let problem = Diagnostic::error(named.key, "`origin-table` beside `origin`: give one of them");
                    self.out.push(problem.other(origin.key.clone(), "`origin` is given here"));
                } else if let Some(node) = self.origin_table(&named.node, &mut texts) {
                    class.insert("origin".to_owned(), Entry { key: named.key, node });
                }
            }
            self.root.insert(section.to_owned(), classes);
        }
    }

    /// Finds the logs that workloads name; they are read when their meaning is looked at.
    fn logs(&mut self) {
        let Some(workloads) = self.root.get("workload").and_then(|entry| entry.node.as_table()) else { return };
        let mut named = Vec::new();
        for (name, entry) in workloads {
            let swf = entry.node.as_table().and_then(|class| class.get("swf")).and_then(|swf| swf.node.as_table());
            if let Some(file) = swf.and_then(|swf| swf.get("file"))
                && let Value::String(text) = &file.node.value
            {
                named.push((name.clone(), text.clone(), file.node.span.clone()));
            }
        }
        for (name, file, span) in named {
            let source = self.out.sources.sources().partition_point(|source| source.base <= span.start);
            let Some(from) = source.checked_sub(1).and_then(|at| self.paths.get(at)) else { continue };
            let path = self.files.beside(from, &file);
            match self.files.log(&path) {
                Ok(bytes) => {
                    self.logs.insert(name, NamedLog { bytes, shown: self.files.name(&path) });
                }
                Err(reason) => {
                    self.out.error(span, format!("cannot read the log {}: {reason}", self.files.name(&path)));
                }
            }
        }
    }

    fn origin_table(&mut self, node: &Node, texts: &mut BTreeMap<PathBuf, Option<(usize, Arc<str>)>>) -> Option<Node> {
        let Outcome::Whole(named) = read_item::<RawOriginTable>(node, |error| self.out.push(error.diagnostic())) else {
            return None;
        };
        let source = self.out.sources.sources().partition_point(|source| source.base <= node.span.start);
        let path = self.files.beside(self.paths.get(source.checked_sub(1)?)?, named.file.get());
        let known = texts.get(&path).cloned();
        let text = known.unwrap_or_else(|| {
            let message = format!("cannot read the table {}", self.files.name(&path));
            let read = self.files.read(&path);
            let text = self.text(&path, read, &named.file.span(), &message).map(|text| self.add(&path, text));
            texts.insert(path.clone(), text.clone());
            text
        });
        let (base, text) = text?;
        let wanted = Weights { column: named.column.get(), span: named.column.span() };
        table::column_of_weights(&wanted, &text, base, &mut self.out)
    }
}

#[cfg(test)]
mod log_tests;
#[cfg(test)]
mod tests;
