//! How the figures of tables are known: counted by table, column and basis, so that nobody takes an estimate for a published figure.

use super::columns::{Inventory, Target};
use super::sheet::Cell;
use crate::scenario::raw::Basis;
use crate::scenario::tree::{Entry, Node, Table, Value, did_you_mean};
use crate::scenario::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;

/// Rows by what their figures are and how those are known.
#[derive(Debug, Default)]
pub(in crate::scenario) struct Bases(BTreeMap<String, BTreeMap<&'static str, u64>>);

impl Bases {
    /// Takes note of a row.
    pub(super) fn count(
        &mut self,
        inventory: Inventory,
        targets: &[Option<Target>],
        row: &[Cell<'_>],
        out: &mut Diagnostics,
    ) {
        for (cell, target) in row.iter().zip(targets) {
            let Some(Target::Basis(of)) = target else { continue };
            if cell.text.is_empty() {
                continue;
            }
            let Some(basis) = Basis::ALL.into_iter().find(|basis| basis.word() == cell.text) else {
                let words = Basis::ALL.map(Basis::word);
                let problem = Diagnostic::error(cell.span.clone(), format!("unknown basis `{}`", cell.text));
                out.push(problem.maybe_help(did_you_mean(&cell.text, words)));
                continue;
            };
            let table = Inventory::ALL.iter().find(|(_, known)| *known == inventory).map_or("", |(key, _)| key);
            let what = if of.is_empty() { table.to_owned() } else { format!("{table}.{of}") };
            *self.0.entry(what).or_default().entry(basis.word()).or_default() += 1;
        }
    }

    /// Puts the counts where the language has them, beside those that are there.
    pub(in crate::scenario) fn into_tree(self, root: &mut Table) {
        if self.0.is_empty() {
            return;
        }
        let entry = |node| Entry { key: 0..0, node };
        let section = root.entry("provenance".to_owned()).or_insert_with(|| entry(Node::table(0..0, Table::new())));
        let Some(section) = section.node.as_table_mut() else { return };
        for (what, counts) in self.0 {
            let counts = counts.into_iter().map(|(word, count)| {
                let node = Node { span: 0..0, value: Value::Integer(i128::from(count)) };
                (word.to_owned(), entry(node))
            });
            section.insert(what, entry(Node::table(0..0, counts.collect())));
        }
    }
}
