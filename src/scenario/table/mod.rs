//! Inventories and weights in CSV tables: rows become tables of the tree, cells values with their places.
//!
//! A cell is written as the value of its key without the unit, which stands at the end of the column's name. An empty cell
//! is a key that is not given. Columns `source`, `confidence`, `note` and those that begin so are remarks; those of `basis` say how figures are
//! known, and are counted.

mod basis;
mod columns;
mod sheet;
mod weights;

pub(super) use basis::Bases;
pub(super) use columns::Inventory;
pub(super) use weights::{Weights, column_of_weights};

use crate::scenario::tree::{Entry, Node, Table, Value, did_you_mean};
use crate::scenario::{Diagnostic, Diagnostics};
use columns::{Content, Target};
use sheet::{Cell, ROWS_MAX, Sheet};
use std::collections::BTreeSet;
use std::ops::Range;

/// Takes an inventory into the tree. `text` begins at `base` of the source map; `rows` holds the places of names that came
/// from rows, so that a second row is told from a table of the scenario.
pub(super) fn read(
    inventory: Inventory,
    text: &str,
    base: usize,
    root: &mut Table,
    rows: &mut BTreeSet<usize>,
    bases: &mut Bases,
    out: &mut Diagnostics,
) {
    let Some((sheet, mut cells)) = sheet::read(text, base, out) else { return };
    let Some(targets) = targets(inventory, &sheet, out) else { return };
    let before = rows.len();
    while let Some(row) = cells.next(out) {
        let done = identity(inventory, &sheet, &row).and_then(|identity| {
            if rows.len() - before >= ROWS_MAX {
                cells.too_many(&identity[0].span, out);
                return Ok(());
            }
            insert(inventory, &identity, || node(inventory, &sheet, &targets, &row), root, rows, out)
        });
        match done {
            Ok(()) => bases.count(inventory, &targets, &row, out),
            Err(problem) => out.push(problem),
        }
    }
}

/// What each column is; `None` where rows cannot be told apart.
fn targets(inventory: Inventory, sheet: &Sheet<'_>, out: &mut Diagnostics) -> Option<Vec<Option<Target>>> {
    let names = inventory.names();
    let mut target = |cell: &Cell<'_>| {
        let target = inventory.target(&cell.text);
        if target.is_none() {
            let problem = Diagnostic::error(cell.span.clone(), format!("unknown column `{}`", cell.text));
            let with_unit =
                |name: &&String| name.strip_prefix(cell.text.as_ref()).is_some_and(|rest| rest.starts_with('_'));
            let help = match names.iter().find(with_unit) {
                Some(name) => Some(format!("the unit stands at the end: did you mean `{name}`?")),
                None => did_you_mean(&cell.text, names.iter().map(String::as_str)),
            };
            out.push(problem.maybe_help(help));
        }
        target
    };
    let targets = sheet.header.iter().map(&mut target).collect();
    let missing: Vec<&str> = inventory.identity().iter().copied().filter(|name| sheet.column(name).is_none()).collect();
    for name in &missing {
        out.error(sheet.header_span(), format!("the column `{name}` is missing"));
    }
    missing.is_empty().then_some(targets)
}

/// The cells that say which object a row is: its name, or those of its parts.
fn identity<'c, 't>(
    inventory: Inventory,
    sheet: &Sheet<'t>,
    cells: &'c [Cell<'t>],
) -> Result<Vec<&'c Cell<'t>>, Diagnostic> {
    let mut identity = Vec::new();
    for name in inventory.identity() {
        let cell = sheet.column(name).and_then(|column| cells.get(column));
        let cell =
            cell.ok_or_else(|| Diagnostic::error(sheet.header_span(), format!("the column `{name}` is missing")))?;
        if cell.text.is_empty() {
            return Err(Diagnostic::error(cell.span.clone(), format!("the cell of `{name}` is empty")));
        }
        identity.push(cell);
    }
    if inventory == Inventory::Links {
        let name = sheet.column("name").and_then(|column| cells.get(column)).filter(|cell| !cell.text.is_empty());
        identity = name.map_or(identity, |name| vec![name]);
    }
    Ok(identity)
}

/// The table that a row means.
fn node(
    inventory: Inventory,
    sheet: &Sheet<'_>,
    targets: &[Option<Target>],
    cells: &[Cell<'_>],
) -> Result<Node, Diagnostic> {
    let ends =
        || inventory.identity().iter().filter_map(|name| sheet.column(name).and_then(|column| cells.get(column)));
    let span = ends().next().map_or(0..0, |cell| cell.span.clone());
    let mut table = Table::new();
    let accelerated = sheet.column("accelerator_kind").is_some_and(|column| !cells[column].text.is_empty());
    for ((cell, target), heading) in cells.iter().zip(targets).zip(&sheet.header) {
        if cell.text.is_empty() {
            continue;
        }
        match target {
            Some(Target::Key(path, content)) => put(&mut table, path, &span, heading, value(cell, *content)?),
            Some(Target::Headline(key, unit)) => {
                let node = value(cell, Content::Quantity(unit))?;
                let path = [Some("accelerators").filter(|_| accelerated), Some(*key)];
                let path: Vec<String> = path.into_iter().flatten().map(str::to_owned).collect();
                put(&mut table, &path, &span, heading, node);
            }
            Some(Target::Own(_) | Target::Remark | Target::Basis(_)) | None => {}
        }
    }
    if inventory == Inventory::Links {
        let ends = ends().map(|cell| Node::string(cell.span.clone(), cell.text.as_ref())).collect();
        let node = Node { span: span.clone(), value: Value::Array(ends) };
        table.insert("between".to_owned(), Entry { key: span.clone(), node });
    }
    Ok(Node::table(span, table))
}

/// Puts a value under one key or two. Where a key has a value by itself and parts (a price and prices of windows), the
/// value by itself becomes the part that is the rest of them.
fn put(table: &mut Table, path: &[String], row: &Range<usize>, heading: &Cell<'_>, node: Node) {
    let entry = |node: Node| Entry { key: heading.span.clone(), node };
    let rest = |key: &str| if key == "carbon" { "grid" } else { "flat" }.to_owned();
    match path {
        [key] => match table.get_mut(key).and_then(|old| old.node.as_table_mut()) {
            Some(parts) => drop(parts.entry(rest(key)).or_insert(entry(node))),
            None => drop(table.insert(key.clone(), entry(node))),
        },
        [key, part] => {
            let outer = table
                .entry(key.clone())
                .or_insert_with(|| Entry { key: heading.span.clone(), node: Node::table(row.clone(), Table::new()) });
            if outer.node.as_table().is_none() {
                let alone = std::mem::replace(&mut outer.node, Node::table(row.clone(), Table::new()));
                let alone = Entry { key: outer.key.clone(), node: alone };
                outer.node.as_table_mut().map(|parts| parts.insert(rest(key), alone));
            }
            outer.node.as_table_mut().map(|parts| parts.insert(part.clone(), entry(node)));
        }
        _ => {}
    }
}

/// A cell as the value that the language would have.
fn value(cell: &Cell<'_>, content: Content) -> Result<Node, Diagnostic> {
    let text = cell.text.as_ref();
    let value = match content {
        Content::Text => Value::String(text.to_owned()),
        Content::Number => number(cell, text)?,
        Content::Quantity(unit) => {
            number(cell, text).map_err(|problem| problem.help(format!("write it in {unit}, without the unit")))?;
            Value::String(format!("{text} {unit}"))
        }
        Content::List => {
            let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
            Value::Array(parts.map(|part| Node::string(cell.span.clone(), part)).collect())
        }
        Content::Hourly if text.contains(';') => {
            let hours =
                text.split(';').map(|part| Ok(Node { span: cell.span.clone(), value: number(cell, part.trim())? }));
            let hours =
                Node { span: cell.span.clone(), value: Value::Array(hours.collect::<Result<_, Diagnostic>>()?) };
            Value::Table(Table::from([("hourly".to_owned(), Entry { key: cell.span.clone(), node: hours })]))
        }
        Content::Hourly => number(cell, text)?,
    };
    Ok(Node { span: cell.span.clone(), value })
}

fn number(cell: &Cell<'_>, text: &str) -> Result<Value, Diagnostic> {
    if let Ok(value) = text.parse::<i128>() {
        return Ok(Value::Integer(value));
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Value::Float(value)),
        _ => Err(Diagnostic::error(cell.span.clone(), format!("expected a number, found `{text}`"))),
    }
}

/// Puts a row where the language would have its table. What it holds is read only where there is room for it.
fn insert(
    inventory: Inventory,
    identity: &[&Cell<'_>],
    node: impl FnOnce() -> Result<Node, Diagnostic>,
    root: &mut Table,
    rows: &mut BTreeSet<usize>,
    out: &mut Diagnostics,
) -> Result<(), Diagnostic> {
    let place = identity[0].span.clone();
    let section = subtable(root, inventory.section(), &place);
    let (table, name) = match (inventory, identity) {
        (Inventory::Pools, [center, pool]) => {
            let Some(centers) = section else { return Ok(()) };
            if !centers.contains_key(center.text.as_ref()) {
                let problem = Diagnostic::error(center.span.clone(), format!("there is no center `{}`", center.text));
                // Comparing thousands of wrong names with thousands of right ones would take minutes.
                let few = out.list.len() < 100;
                let help = few.then(|| did_you_mean(&center.text, centers.keys().map(String::as_str))).flatten();
                return Err(problem.maybe_help(help));
            }
            let center = subtable(centers, &center.text, &place);
            (center.and_then(|center| subtable(center, "pool", &place)), pool.text.to_string())
        }
        (Inventory::Links, [from, to]) => (section, format!("{}-{}", from.text, to.text)),
        (_, names) => (section, names[0].text.to_string()),
    };
    // Where a table should be there is something else: the form of the section is reported later.
    let Some(table) = table else { return Ok(()) };
    let place = identity.last().map_or(place, |cell| cell.span.clone());
    let start = place.start;
    match table.get_mut(&name) {
        None => drop(table.insert(name, Entry { key: place, node: node()? })),
        // A center that so far has only pools: from rows, or in the scenario.
        Some(old) if inventory == Inventory::Centers && only_pools(old) => {
            let fresh = Entry { key: place, node: node()? };
            let pools = old.node.as_table_mut().and_then(|old| old.remove("pool"));
            *old = fresh;
            if let (Some(table), Some(pools)) = (old.node.as_table_mut(), pools) {
                table.insert("pool".to_owned(), pools);
            }
        }
        Some(old) => {
            let first = if rows.contains(&old.key.start) { "first in this row" } else { "first in this table" };
            let what = if inventory == Inventory::Pools { "pool" } else { inventory.section() };
            let problem = Diagnostic::error(place, format!("the {what} `{name}` is given twice"));
            let hint = inventory == Inventory::Links && identity.len() == 2;
            let help = hint.then(|| "give parallel links names of their own in a column `name`".to_owned());
            return Err(problem.other(old.key.clone(), first).maybe_help(help));
        }
    }
    rows.insert(start);
    Ok(())
}

fn only_pools(entry: &Entry) -> bool {
    entry.node.as_table().is_some_and(|table| table.keys().all(|key| key == "pool"))
}

/// The table of a key, made if it is not there; `None` where there is something else.
fn subtable<'a>(table: &'a mut Table, key: &str, span: &Range<usize>) -> Option<&'a mut Table> {
    if !table.contains_key(key) {
        table.insert(key.to_owned(), Entry { key: span.clone(), node: Node::table(span.clone(), Table::new()) });
    }
    table.get_mut(key)?.node.as_table_mut()
}
