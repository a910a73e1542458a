//! From TOML text to the tree.

use super::{Entry, Node, Table, Value};
use crate::scenario::Diagnostic;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Errors of syntax shown of one text: the first is the cause, later ones often follow from it.
const SYNTAX_ERRORS_MAX: usize = 5;

/// The largest text that is read on after its first error.
const RECOVERED_BYTES_MAX: usize = 1 << 20;

/// Tables inside tables, by dotted keys or braces; more is a mistake or an attack, and walking it would need a deep stack.
const DEPTH_MAX: usize = 64;

/// Reads a document whose text begins at `base` of the source map.
///
/// # Errors
/// Its syntax is wrong, or it is nested too deeply.
pub(crate) fn parse_document(text: &str, base: usize) -> Result<Node, Vec<Diagnostic>> {
    dotted_depth(text, base)?;
    let document = DeTable::parse(text).map_err(|first| {
        // A huge text with an error in each line would need many times its size for them.
        let all = if text.len() <= RECOVERED_BYTES_MAX { DeTable::parse_recoverable(text).1 } else { vec![first] };
        refuse(all, text, base)
    })?;
    let (span, table) = (document.span(), document.into_inner());
    convert_table(table, base, 0).map(|table| Node::table(shift(&span, base), table)).map_err(|problem| vec![problem])
}

/// Reads a single value, such as that of a `--set`.
///
/// # Errors
/// Its syntax is wrong, or it is nested too deeply.
pub(crate) fn parse_value(text: &str, base: usize) -> Result<Node, Vec<Diagnostic>> {
    dotted_depth(text, base)?;
    let value = DeValue::parse(text).map_err(|error| refuse(vec![error], text, base))?;
    convert(value, base, 0).map_err(|problem| vec![problem])
}

/// Refuses keys of very many parts before the parser makes as many nested tables of them, which would be dropped
/// recursively. Parts are counted roughly: by dots in a row of key characters, strings and comments included.
fn dotted_depth(text: &str, base: usize) -> Result<(), Vec<Diagnostic>> {
    let (mut start, mut dots, mut before) = (0, 0, b'.');
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'.' => dots += u32::from(before != b'.'),
            b'=' | b'\n' | b',' | b'{' | b'[' | b']' => (start, dots) = (at + 1, 0),
            _ => {}
        }
        before = byte;
        if dots > 1000 {
            return Err(vec![too_deep(base + start..base + at)]);
        }
    }
    Ok(())
}

fn too_deep(span: Range<usize>) -> Diagnostic {
    Diagnostic::error(span, format!("tables are nested more than {DEPTH_MAX} deep"))
}

fn refuse(errors: Vec<toml::de::Error>, text: &str, base: usize) -> Vec<Diagnostic> {
    let diagnostic = |error: toml::de::Error| {
        let end = text.trim_end().len();
        let span = error.span().unwrap_or(end..end);
        let message = error.message().trim_end();
        Diagnostic::error(shift(&span, base), message.strip_suffix(", expected nothing").unwrap_or(message))
    };
    errors.into_iter().take(SYNTAX_ERRORS_MAX).map(diagnostic).collect()
}

fn shift(span: &Range<usize>, base: usize) -> Range<usize> {
    span.start + base..span.end + base
}

fn convert_table(table: DeTable<'_>, base: usize, depth: usize) -> Result<Table, Diagnostic> {
    table
        .into_iter()
        .map(|(key, value)| {
            let place = shift(&key.span(), base);
            Ok((key.into_inner().into_owned(), Entry { key: place, node: convert(value, base, depth)? }))
        })
        .collect()
}

fn convert(value: Spanned<DeValue<'_>>, base: usize, depth: usize) -> Result<Node, Diagnostic> {
    let span = shift(&value.span(), base);
    if depth > DEPTH_MAX {
        return Err(too_deep(span));
    }
    let number = |problem: &str| Diagnostic::error(span.clone(), problem.to_owned());
    let value = match value.into_inner() {
        DeValue::String(text) => Value::String(text.into_owned()),
        DeValue::Boolean(value) => Value::Boolean(value),
        DeValue::Datetime(date) => Value::String(date.to_string()),
        DeValue::Integer(digits) => i128::from_str_radix(digits.as_str(), digits.radix())
            .map(Value::Integer)
            .map_err(|_| number("this number is too large"))?,
        DeValue::Float(digits) => match digits.as_str().parse::<f64>() {
            Ok(value) if value.is_finite() => Value::Float(value),
            _ => return Err(number("expected a finite number")),
        },
        DeValue::Array(elements) => Value::Array(
            elements.into_iter().map(|element| convert(element, base, depth + 1)).collect::<Result<_, _>>()?,
        ),
        DeValue::Table(table) => Value::Table(convert_table(table, base, depth + 1)?),
    };
    Ok(Node { span, value })
}
