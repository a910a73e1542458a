//! The values of a scenario as a tree, each with its place: what files, tables and `--set` are merged into before their
//! form is read. `toml`'s own tree borrows from one text; this one stands on the source map of many.

mod error;
mod parse;
mod reader;
mod recover;
mod suggest;

pub(crate) use error::FormError;
pub(crate) use parse::{parse_document, parse_value};
pub(crate) use recover::{Outcome, read_item};
pub(crate) use suggest::{did_you_mean, nearest};

use std::collections::BTreeMap;
use std::ops::Range;

/// A value and its place in the source map.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// Its bytes; of a table the header.
    pub(crate) span: Range<usize>,
    /// What it is.
    pub(crate) value: Value,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Text. A date of TOML is its text, too.
    String(String),
    /// A whole number; all of `u64` and `i64` fits.
    Integer(i128),
    /// A number.
    Float(f64),
    /// Yes or no.
    Boolean(bool),
    /// Values in order.
    Array(Vec<Node>),
    /// Values by key.
    Table(Table),
}

/// A key's place and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// Place of the key.
    pub(crate) key: Range<usize>,
    /// The value.
    pub(crate) node: Node,
}

/// Values by key, ordered by name.
pub(crate) type Table = BTreeMap<String, Entry>;

/// A step from a value to one inside of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// To the value of a key.
    Key(String),
    /// To an element of an array.
    Index(usize),
}

impl Node {
    /// A text.
    #[must_use]
    pub(crate) fn string(span: Range<usize>, text: impl Into<String>) -> Self {
        Self { span, value: Value::String(text.into()) }
    }

    /// A table.
    #[must_use]
    pub(crate) fn table(span: Range<usize>, table: Table) -> Self {
        Self { span, value: Value::Table(table) }
    }

    /// The table, if it is one.
    #[must_use]
    pub(crate) fn as_table(&self) -> Option<&Table> {
        if let Value::Table(table) = &self.value { Some(table) } else { None }
    }

    /// The table, if it is one.
    pub(crate) fn as_table_mut(&mut self) -> Option<&mut Table> {
        if let Value::Table(table) = &mut self.value { Some(table) } else { None }
    }

    /// What it is in a message.
    #[must_use]
    pub(crate) const fn kind(&self) -> &'static str {
        match self.value {
            Value::String(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Boolean(_) => "a boolean",
            Value::Array(_) => "an array",
            Value::Table(_) => "a table",
        }
    }

    /// All places inside: the smallest and largest byte of each text would mix texts, so it is a list.
    pub(crate) fn places(&self, places: &mut Vec<Range<usize>>) {
        places.push(self.span.clone());
        match &self.value {
            Value::Array(elements) => elements.iter().for_each(|element| element.places(places)),
            Value::Table(table) => table.values().for_each(|entry| {
                places.push(entry.key.clone());
                entry.node.places(places);
            }),
            _ => {}
        }
    }

    /// The value that a path leads to.
    pub(crate) fn at(&self, path: &[Step]) -> Option<&Self> {
        path.iter().try_fold(self, |node, step| match (step, &node.value) {
            (Step::Key(key), Value::Table(table)) => table.get(key).map(|entry| &entry.node),
            (Step::Index(index), Value::Array(elements)) => elements.get(*index),
            _ => None,
        })
    }

    /// The value that a path leads to.
    pub(crate) fn at_mut(&mut self, path: &[Step]) -> Option<&mut Self> {
        path.iter().try_fold(self, |node, step| match (step, &mut node.value) {
            (Step::Key(key), Value::Table(table)) => table.get_mut(key).map(|entry| &mut entry.node),
            (Step::Index(index), Value::Array(elements)) => elements.get_mut(*index),
            _ => None,
        })
    }

    /// Takes a value out; `false` where the path leads nowhere.
    pub(crate) fn remove(&mut self, path: &[Step]) -> bool {
        let Some((last, before)) = path.split_last() else { return false };
        let Some(node) = self.at_mut(before) else { return false };
        match (last, &mut node.value) {
            (Step::Key(key), Value::Table(table)) => table.remove(key).is_some(),
            (Step::Index(index), Value::Array(elements)) if *index < elements.len() => {
                elements.remove(*index);
                true
            }
            _ => false,
        }
    }
}
