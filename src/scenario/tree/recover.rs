//! Reading on after an error: serde stops at the first, a person wants all.
//!
//! The offending entry is taken out of the table and the table is read again, until it reads or nothing is left. A key that is missing gets
//! a harmless value, so that the rest of the table can be looked at.
//! What only follows from an entry that was taken out (its key is now missing) is not reported.

use super::error::About;
use super::reader::read;
use super::{Entry, FormError, Node, Step, Table, Value};
use serde::de::DeserializeOwned;
use std::ops::Range;

/// Errors reported of one table; each costs one more reading of it.
const ERRORS_MAX: usize = 50;

/// What reading one table gave.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome<T> {
    /// All of it was right.
    Whole(T),
    /// Parts were wrong and left out or replaced; there were errors. The places of the tables in which that was done.
    Partial(T, Vec<Range<usize>>),
    /// Nothing could be made of it; there were errors.
    Lost,
}

impl<T> Outcome<T> {
    /// The value, whole or in part.
    #[must_use]
    pub(crate) fn value(self) -> Option<T> {
        match self {
            Self::Whole(value) | Self::Partial(value, _) => Some(value),
            Self::Lost => None,
        }
    }
}

/// An entry that was taken out: the table it was in, its key, and the key that it may have meant.
struct Removed {
    parent: Vec<Step>,
    step: Step,
    meant: Option<&'static str>,
}

/// Reads one table; `report` gets all that is wrong with it, in the order in which it was found.
pub(crate) fn read_item<T: DeserializeOwned>(node: &Node, mut report: impl FnMut(FormError)) -> Outcome<T> {
    let mut error = match read(node) {
        Ok(value) => return Outcome::Whole(value),
        Err(error) => error,
    };
    let mut rest = node.clone();
    let mut removed: Vec<Removed> = Vec::new();
    let mut changed: Vec<Range<usize>> = Vec::new();
    for _ in 0..ERRORS_MAX {
        let mut path = std::mem::take(&mut error.path);
        path.reverse();
        let meant = if let About::UnknownKey(meant) = error.about { meant } else { None };
        let missing = if let About::MissingKey(key) = error.about { Some(key) } else { None };
        if !follows(&error, &path, &removed) {
            report(error);
        }
        if let Some(key) = missing
            && let Some((place, found)) = fill::<T>(&mut rest, &path, key)
        {
            changed.push(place);
            error = match found {
                Ok(value) => return Outcome::Partial(value, changed),
                Err(error) => error,
            };
            continue;
        }
        let Some((step, parent)) = path.split_last() else { return Outcome::Lost };
        changed.extend(rest.at(parent).map(|table| table.span.clone()));
        if !rest.remove(&path) {
            return Outcome::Lost;
        }
        removed.push(Removed { parent: parent.to_vec(), step: step.clone(), meant });
        error = match read(&rest) {
            Ok(value) => return Outcome::Partial(value, changed),
            Err(error) => error,
        };
    }
    Outcome::Lost
}

/// Gives a key that is missing in the table at a path the first of a few values that can be read there: where that stands, and what reading
/// all of it gave then.
fn fill<T: DeserializeOwned>(
    rest: &mut Node,
    path: &[Step],
    key: &str,
) -> Option<(Range<usize>, Result<T, FormError>)> {
    let place = rest.at(path)?.span.clone();
    let texts = ["1 s", "1 B", "1 bps", "1 W"].map(|text| Value::String(text.to_owned()));
    let others = [Value::Integer(1), Value::Array(Vec::new()), Value::Table(Table::new())];
    for value in others.into_iter().chain(texts) {
        let node = Node { span: place.clone(), value };
        let entry = Entry { key: place.clone(), node };
        rest.at_mut(path)?.as_table_mut()?.insert(key.to_owned(), entry);
        let found = read(rest);
        let wrong = |error: &FormError| {
            let mut steps = error.path.iter().rev();
            path.iter().all(|step| steps.next() == Some(step))
                && matches!(steps.next(), Some(Step::Key(wrong)) if wrong == key)
        };
        if !found.as_ref().is_err_and(wrong) {
            return Some((place, found));
        }
    }
    rest.at_mut(path)?.as_table_mut()?.remove(key);
    None
}

/// Whether an error is only there because an entry was taken out of the very table.
fn follows(error: &FormError, path: &[Step], removed: &[Removed]) -> bool {
    let from_here = |entry: &&Removed| entry.parent == path;
    match error.about {
        About::MissingKey(field) => removed
            .iter()
            .filter(from_here)
            .any(|entry| entry.meant == Some(field) || matches!(&entry.step, Step::Key(key) if key == field)),
        // A kind whose only name was wrong is an empty table afterwards.
        About::Value => removed.iter().any(|entry| from_here(&entry)),
        About::UnknownKey(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_document;
    use super::*;
    use crate::scenario::raw::{RawCenter, RawLink, RawWorkload};

    fn errors<T: DeserializeOwned>(text: &str) -> (Vec<String>, bool) {
        let node = parse_document(text, 1).expect("syntax");
        let mut errors = Vec::new();
        let outcome = read_item::<T>(&node, |error| {
            let span = error.span.clone().expect("a place");
            errors.push(format!("{} @ {}", error, &text[span.start - 1..span.end - 1]));
        });
        (errors, outcome.value().is_some())
    }

    #[test]
    fn all_errors_of_a_table_come_out_and_none_that_only_follows() {
        let (found, some) =
            errors::<RawLink>("between = [\"a\", \"b\"]\nlatancy = \"1 ms\"\nbandwidth = 5\nprise = 1\n");
        assert_eq!(
            found,
            [
                "expected a string with a bandwidth in bits per second such as \"400 Gbps\", found the number 5 @ 5",
                "unknown key `latancy` @ latancy",
                "unknown key `prise` @ prise",
            ]
        );
        assert!(some, "the rest of a link without latency can be looked at");

        let (found, some) = errors::<RawCenter>(
            "pue = \"x\"\ntariff = { peek = \"1 CNY/kWh\", flat = \"2\" }\npool.a = { nodes = -1, cores = 4, x = 1 }\nplace = { lat = 1 }",
        );
        assert_eq!(found.len(), 6, "{found:#?}");
        assert!(found.iter().any(|e| e.contains("`lon` is missing")), "{found:#?}");
        assert!(some, "all these keys can be left out");
    }

    #[test]
    fn kinds_say_what_is_wrong_with_them() {
        for (text, message, place) in [
            ("arrivals = { poison = { rate = \"1 / s\" } }", "unknown name `poison`", "poison"),
            ("arrivals = \"poisson\"", "`poisson` is written as a table", "\"poisson\""),
            ("arrivals = { poisson = {} }", "the key `rate` is missing", "{}"),
            (
                "arrivals = { poisson = { rate = \"1 / s\", by-hour = \"offise\" } }",
                "unknown name `offise`",
                "\"offise\"",
            ),
            ("arrivals = 1", "expected a name or a table", "1"),
            ("arrivals = { poisson = { rate = \"1 / s\" }, bursts = {} }", "`bursts` beside `poisson`", "bursts"),
            (
                "arrivals = { renewal = { interval = { uniform = { min = \"1 s\", max = \"2 s\" }, x = 1 } } }",
                "`x` is one too many",
                "x",
            ),
            (
                "arrivals = { renewal = { interval = { weibul = { scale = \"1 s\", shape = 1 } } } }",
                "unknown name `weibul`",
                "weibul",
            ),
        ] {
            let (found, _) = errors::<RawWorkload>(text);
            assert_eq!(found.len(), 1, "{text}: {found:#?}");
            assert!(found[0].contains(message) && found[0].ends_with(&format!("@ {place}")), "{text}: {found:#?}");
        }
    }
}
