//! The table of nodes.

use super::table::{MEBIBYTE, Row, Table, WrongCell};
use crate::model::{CARDS_MAX, NodeShape};
use std::collections::BTreeSet;
use std::io::Read;

const COLUMNS: [&str; 5] = ["sn", "cpu_milli", "memory_mib", "gpu", "model"];

/// The most nodes that are read.
const NODES_MAX: u64 = 1_000_000;

/// A node of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenbNode {
    /// Its name.
    pub name: String,
    /// What it has; the kind of its cards is [`OpenbNode::model`].
    pub shape: NodeShape,
    /// The model of its cards; empty without cards.
    pub model: String,
}

/// Reads a table of nodes, in the order of the file.
///
/// # Errors
/// The bytes cannot be read, a column is missing, or a line is wrong: its number, column and text are told.
pub fn read_nodes<R: Read>(bytes: R) -> Result<Vec<OpenbNode>, String> {
    let mut table = Table::open(bytes, &COLUMNS, NODES_MAX)?;
    let (mut nodes, mut names) = (Vec::new(), BTreeSet::new());
    while let Some(row) = table.next()? {
        let line = row.line;
        let node = node(&row).map_err(|problem| format!("line {line}: {problem}"))?;
        if !names.insert(node.name.clone()) {
            return Err(format!("line {line}: node {} was named before", node.name));
        }
        nodes.push(node);
    }
    if nodes.is_empty() {
        return Err("it names no node".to_owned());
    }
    Ok(nodes)
}

fn node(row: &Row<'_>) -> Result<OpenbNode, String> {
    if !row.whole() {
        let (cells, columns) = row.cells();
        return Err(format!("{cells} cells, the header has {columns}"));
    }
    let wrong = |most: u64| {
        move |cell: WrongCell| format!("column {}: {:?} is not a whole number from 0 to {most}", cell.column, cell.text)
    };
    let cores_max = u64::from(u32::MAX);
    let memory_max = u64::MAX / MEBIBYTE - 1;
    let cores = row.number("cpu_milli", cores_max).map_err(wrong(cores_max))?;
    let memory = row.number("memory_mib", memory_max).map_err(wrong(memory_max))?;
    let cards = row.number("gpu", CARDS_MAX as u64).map_err(wrong(CARDS_MAX as u64))?;
    let (name, model) = (row.text("sn"), row.text("model"));
    if name.is_empty() {
        return Err("column sn: a node needs a name".to_owned());
    }
    if cards > 0 && model.is_empty() {
        return Err("column model: cards need a model".to_owned());
    }
    // Lossless: both are bounded above.
    let shape =
        NodeShape { cores_milli: cores as u32, memory: memory * MEBIBYTE, cards: cards as u8, accelerator: None };
    Ok(OpenbNode { name, shape, model: if cards > 0 { model } else { String::new() } })
}
