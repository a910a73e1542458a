//! What is wrong with the form of a value.

use super::{Step, did_you_mean, nearest};
use crate::scenario::Diagnostic;
use serde::de;
use std::fmt;
use std::ops::Range;

/// What is wrong with a table's keys, if it is those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// A value is wrong.
    Value,
    /// This key is not there.
    MissingKey(&'static str),
    /// A key is not known, and perhaps this one was meant; without it the table reads well.
    UnknownKey(Option<&'static str>),
}

/// A value that does not have the form of its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormError {
    /// What is wrong.
    pub(crate) message: String,
    /// What would be right.
    pub(crate) help: Option<String>,
    /// Where; set by the innermost value that the error passes.
    pub(crate) span: Option<Range<usize>>,
    /// The way from the outermost value to the wrong one, innermost step first.
    pub(crate) path: Vec<Step>,
    /// Which rule it breaks.
    pub(crate) about: About,
}

impl FormError {
    /// An error without a place yet.
    #[must_use]
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, span: None, path: Vec::new(), about: About::Value }
    }

    /// Adds what would be right.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the place unless an inner value did.
    #[must_use]
    pub(crate) fn at(mut self, span: &Range<usize>) -> Self {
        self.span.get_or_insert_with(|| span.clone());
        self
    }

    /// Adds the step that leads to the wrong value.
    #[must_use]
    pub(crate) fn through(mut self, step: Step) -> Self {
        self.path.push(step);
        self
    }

    /// The problem as it is shown.
    #[must_use]
    pub(crate) fn diagnostic(self) -> Diagnostic {
        Diagnostic::error(self.span.unwrap_or(0..0), self.message).maybe_help(self.help)
    }
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FormError {}

const ONE_KIND: &str = "a table with one kind";

/// What was expected, in the words of the language instead of serde's.
fn wanted(expected: &str) -> String {
    let words = match expected {
        "enum" => ONE_KIND,
        "u8" => "a whole number from 0 to 255",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" => "a whole number, 0 or more",
        "i32" => "a whole number",
        "f64" => "a number",
        "a map" => "a table",
        "a sequence" => "an array",
        _ if expected.starts_with("struct ") => "a table",
        _ => match expected.strip_prefix("a tuple of size ") {
            Some(size) => return format!("{size} values"),
            None => expected,
        },
    };
    words.to_owned()
}

/// What was found, in the words of the language.
fn found(unexpected: &de::Unexpected<'_>) -> String {
    match unexpected {
        de::Unexpected::Bool(value) => format!("`{value}`"),
        de::Unexpected::Unsigned(value) => format!("the number {value}"),
        de::Unexpected::Signed(value) => format!("the number {value}"),
        de::Unexpected::Float(value) => format!("the number {value}"),
        de::Unexpected::Str(text) if text.chars().count() <= 60 => format!("the string {text:?}"),
        de::Unexpected::Str(_) => "a string".to_owned(),
        de::Unexpected::Seq => "an array".to_owned(),
        de::Unexpected::Map => "a table".to_owned(),
        other => other.to_string(),
    }
}

impl de::Error for FormError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let expected = wanted(&expected.to_string());
        // serde says so of a kind that is read from a table which has no entry.
        let unexpected = if expected == ONE_KIND { "an empty table".to_owned() } else { found(&unexpected) };
        Self::new(format!("expected {expected}, found {unexpected}"))
    }

    fn invalid_value(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn invalid_length(length: usize, expected: &dyn de::Expected) -> Self {
        let expected = wanted(&expected.to_string());
        Self::new(format!("expected {expected}, found {length} of them"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let error = Self::new(format!("unknown name `{variant}`"));
        Self { help: did_you_mean(variant, expected.iter().copied()), ..error }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self {
            help: did_you_mean(field, expected.iter().copied()),
            about: About::UnknownKey(nearest(field, expected.iter().copied())),
            ..Self::new(format!("unknown key `{field}`"))
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { about: About::MissingKey(field), ..Self::new(format!("the key `{field}` is missing")) }
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(format!("the key `{field}` is given twice"))
    }
}
