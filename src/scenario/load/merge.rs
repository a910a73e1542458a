//! Several documents become one tree.

use crate::scenario::tree::{Table, Value};
use crate::scenario::{Diagnostic, Diagnostics};

/// Lists of tables at the top level, which grow by including.
const LISTS: [&str; 2] = ["job", "event"];

/// Takes a document into the tree: tables merge, lists of jobs and events are joined, all else may be given once.
pub(super) fn merge(into: &mut Table, from: Table, out: &mut Diagnostics) {
    merge_level(into, from, true, out);
}

fn merge_level(into: &mut Table, from: Table, top: bool, out: &mut Diagnostics) {
    for (key, entry) in from {
        let Some(old) = into.get_mut(&key) else {
            into.insert(key, entry);
            continue;
        };
        match (&mut old.node.value, entry.node.value) {
            (Value::Table(old), Value::Table(new)) => merge_level(old, new, false, out),
            (Value::Array(old), Value::Array(new)) if top && LISTS.contains(&key.as_str()) => old.extend(new),
            _ => out.push(
                Diagnostic::error(entry.key, format!("the key `{key}` is given twice"))
                    .other(old.key.clone(), "first given here"),
            ),
        }
    }
}
