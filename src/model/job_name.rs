//! What jobs are called.

use std::borrow::Cow;
use std::fmt::{Display, Formatter, Result};
use std::sync::Arc;

/// The name that a job has from whoever gave it. A number and the text of that number are two names: who gives them gives one or the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobName {
    /// A number, as jobs have in a log. Millions of them are not worth a text each.
    Number(u64),
    /// A text.
    Text(Arc<str>),
}

impl JobName {
    /// The name as text.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Text(text) => Cow::Borrowed(text),
        }
    }

    /// The number that the name is; `None` where it is something else.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

impl From<&str> for JobName {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for JobName {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl Display for JobName {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_its_text_says() {
        for (name, text, number) in [
            (JobName::Number(42), "42", Some(42)),
            (JobName::from("42"), "42", Some(42)),
            (JobName::from("nightly"), "nightly", None),
        ] {
            assert_eq!((&*name.text(), name.to_string().as_str(), name.number()), (text, text, number));
        }
    }
}
