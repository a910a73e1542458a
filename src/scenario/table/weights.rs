//! `origin-table`: a column of weights by site.

use super::sheet::{self, ROWS_MAX};
use super::{Diagnostic, Diagnostics, number};
use crate::scenario::tree::{Entry, Node, Table, did_you_mean};
use std::collections::BTreeMap;
use std::ops::Range;

/// A request for a column: its name and where it is named.
pub(crate) struct Weights<'r> {
    pub(crate) column: &'r str,
    pub(crate) span: Range<usize>,
}

/// The weights of a column as the table that `origin` would be; `None` where there are none.
///
/// An empty cell is a site without users. The text begins at `base` of the source map.
pub(crate) fn column_of_weights(wanted: &Weights<'_>, text: &str, base: usize, out: &mut Diagnostics) -> Option<Node> {
    let (sheet, mut rows) = sheet::read(text, base, out)?;
    let Some(site) = sheet.column("site") else {
        out.error(sheet.header_span(), "the column `site` is missing");
        return None;
    };
    let names = sheet.header.iter().map(|cell| cell.text.as_ref()).filter(|name| *name != "site");
    let Some(column) = sheet.column(wanted.column).filter(|column| *column != site) else {
        let problem = Diagnostic::error(wanted.span.clone(), format!("there is no column `{}`", wanted.column));
        let help = did_you_mean(wanted.column, names);
        out.push(problem.other(sheet.header_span(), "columns of the table").maybe_help(help));
        return None;
    };
    let mut first: BTreeMap<String, Range<usize>> = BTreeMap::new();
    let mut table = Table::new();
    while let Some(row) = rows.next(out) {
        let (site, cell) = (&row[site], &row[column]);
        if let Some(first) = first.get(site.text.as_ref()) {
            let problem = Diagnostic::error(site.span.clone(), format!("the site `{}` is there twice", site.text));
            out.push(problem.other(first.clone(), "first here"));
            continue;
        }
        if first.len() >= ROWS_MAX {
            rows.too_many(&site.span, out);
            break;
        }
        first.insert(site.text.to_string(), site.span.clone());
        if !cell.text.is_empty() {
            match number(cell, &cell.text) {
                Ok(value) => {
                    let node = Node { span: cell.span.clone(), value };
                    table.insert(site.text.to_string(), Entry { key: site.span.clone(), node });
                }
                Err(problem) => out.push(problem),
            }
        }
    }
    Some(Node::table(wanted.span.clone(), table))
}
