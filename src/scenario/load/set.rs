//! `--set a.b.c=value`.

use super::form;
use crate::scenario::tree::{Entry, Node, Table, Value, did_you_mean, parse_value};
use crate::scenario::{Diagnostic, Diagnostics};
use std::ops::Range;

/// The longest path.
const STEPS_MAX: usize = 32;

/// A `--set`, read.
#[derive(Debug)]
pub(in crate::scenario) struct Set {
    /// The keys and where they stand.
    pub(in crate::scenario) path: Vec<(String, Range<usize>)>,
    /// The value.
    pub(in crate::scenario) value: Node,
}

/// Reads the text of a `--set` that begins at `base` of the source map.
pub(in crate::scenario) fn read(text: &str, base: usize) -> Result<Set, Diagnostic> {
    let whole = base..base + text.len();
    let help = "write --set key.of.table=value";
    let (path, equals) = path(text, base)?;
    let Some(equals) = equals else { return Err(Diagnostic::error(whole, "there is no `=`").help(help)) };
    if path.len() > STEPS_MAX {
        return Err(Diagnostic::error(whole, format!("more than {STEPS_MAX} keys")));
    }
    let raw = &text[equals + 1..];
    let value = raw.trim();
    let start = base + equals + 1 + (raw.len() - raw.trim_start().len());
    let span = start..start + value.len();
    // What is no value of TOML is the text itself, so that `run.until=7 d` needs no quotes within quotes.
    let node = parse_value(value, start).unwrap_or_else(|_| Node::string(span.clone(), value));
    Ok(Set { path, value: Node { span, ..node } })
}

type Path = Vec<(String, Range<usize>)>;

/// The keys before the `=`, and where that is.
fn path(text: &str, base: usize) -> Result<(Path, Option<usize>), Diagnostic> {
    let mut path = Path::new();
    let mut rest = 0;
    loop {
        let start = rest + (text[rest..].len() - text[rest..].trim_start().len());
        let quote = text[start..].chars().next().filter(|c| matches!(c, '"' | '\''));
        let (key, end) = match quote {
            Some(quote) => {
                let Some(length) = text[start + 1..].find(quote) else {
                    return Err(Diagnostic::error(base + start..base + text.len(), "the quote is not closed"));
                };
                (&text[start + 1..start + 1 + length], start + length + 2)
            }
            None => {
                let end = text[start..].find(['.', '=']).map_or(text.len(), |length| start + length);
                (text[start..end].trim_end(), end)
            }
        };
        let span = base + start..base + end;
        if key.is_empty() && quote.is_none() {
            return Err(Diagnostic::error(span, "a key is missing").help("write --set key.of.table=value"));
        }
        path.push((key.to_owned(), span));
        let after = end + (text[end..].len() - text[end..].trim_start().len());
        match text.as_bytes().get(after) {
            Some(b'.') => rest = after + 1,
            Some(b'=') => return Ok((path, Some(after))),
            None => return Ok((path, None)),
            Some(_) => return Err(Diagnostic::error(base + after..base + text.len(), "expected `.` or `=`")),
        }
    }
}

/// Puts the value into the tree, in place of what is there.
pub(super) fn apply(root: &mut Node, set: Set, out: &mut Diagnostics) {
    if let Err(problem) = put(root, set) {
        out.push(problem);
    }
}

fn put(root: &mut Node, set: Set) -> Result<(), Diagnostic> {
    let Set { path, value } = set;
    let Some(((last, last_span), before)) = path.split_last() else { return Ok(()) };
    known_names(root, &path)?;
    let mut node = root;
    for (key, span) in before {
        let refusal = no_keys(node, key, span);
        node = match &mut node.value {
            Value::Table(table) => {
                let place = span.clone();
                let fresh = || Entry { key: place.clone(), node: Node::table(place, Table::new()) };
                &mut table.entry(key.clone()).or_insert_with(fresh).node
            }
            Value::Array(elements) => {
                let index = element(elements.len(), key, span)?;
                &mut elements[index]
            }
            _ => return Err(refusal),
        };
    }
    let refusal = no_keys(node, last, last_span);
    match &mut node.value {
        Value::Table(table) => {
            table.insert(last.clone(), Entry { key: last_span.clone(), node: value });
            Ok(())
        }
        Value::Array(elements) => {
            let index = element(elements.len(), last, last_span)?;
            elements[index] = value;
            Ok(())
        }
        _ => Err(refusal),
    }
}

fn no_keys(node: &Node, key: &str, span: &Range<usize>) -> Diagnostic {
    Diagnostic::error(span.clone(), format!("there is no key `{key}` in {}", node.kind()))
        .other(node.span.clone(), format!("this is {}", node.kind()))
}

fn element(length: usize, key: &str, span: &Range<usize>) -> Result<usize, Diagnostic> {
    key.parse::<usize>().ok().filter(|index| *index < length).ok_or_else(|| {
        let help = match length {
            0 => "the list is empty".to_owned(),
            1 => "there is one element, 0".to_owned(),
            _ => format!("there are {length} elements, 0 to {}", length - 1),
        };
        Diagnostic::error(span.clone(), format!("no element `{key}` in this list")).help(help)
    })
}

/// A key of a center that does not exist would make a new, almost empty center of a misspelled name: refuse it.
fn known_names(root: &Node, path: &Path) -> Result<(), Diagnostic> {
    let [(section, _), (name, name_span), more @ ..] = path.as_slice() else { return Ok(()) };
    if more.is_empty() || !form::NAMED.contains(&section.as_str()) {
        return Ok(());
    }
    let tables = root.as_table().and_then(|root| root.get(section)?.node.as_table());
    let exists = |tables: Option<&Table>, name: &str| tables.is_some_and(|tables| tables.contains_key(name));
    let refuse = |what: &str, tables: Option<&Table>, name: &str, span: &Range<usize>| {
        let names = tables.into_iter().flat_map(|tables| tables.keys().map(String::as_str));
        let help = did_you_mean(name, names);
        Err(Diagnostic::error(span.clone(), format!("there is no {what} `{name}`")).maybe_help(help))
    };
    if !exists(tables, name) {
        return refuse(section, tables, name, name_span);
    }
    let [(pool, _), (pool_name, pool_span), _, ..] = more else { return Ok(()) };
    let pools = tables.and_then(|centers| centers.get(name)?.node.as_table()?.get("pool")?.node.as_table());
    if section == "center" && pool == "pool" && !exists(pools, pool_name) {
        return refuse("pool", pools, pool_name, pool_span);
    }
    Ok(())
}
