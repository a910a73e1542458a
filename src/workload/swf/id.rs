//! Who or what a field names: users, groups, applications, queues, partitions.

use super::record::{Number, number};
use std::collections::BTreeMap;

/// A longer name is not kept: no system has one, and a damaged file must not fill the memory.
const NAME_MAX: usize = 256;

/// More names are not kept either: no system has so many users.
const NAMES_MAX: usize = 1 << 20;

/// A user, group, application, queue or partition: a number, as the format has it, or a name. Names are numbered by their first
/// appearance in a log, numbers come before names, and neither can be taken for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SwfId {
    /// The format's number.
    Number(u32),
    /// The place of a name in the log's [`Names`].
    Name(u32),
}

/// What a field that names somebody says.
pub(super) enum Named {
    Id(SwfId),
    /// -1.
    Unknown,
    /// Negative otherwise.
    Negative,
    Bad,
}

/// The names of a log, in the order of their first appearance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    places: BTreeMap<String, u32>,
    texts: Vec<String>,
}

impl Names {
    /// Reads a field: a whole number of 32 bits is a number, anything else with a letter or a digit in it is a name.
    pub(super) fn read(&mut self, field: &[u8]) -> Named {
        match number(field) {
            Number::Of(whole, 0) if u32::try_from(whole).is_ok() => Named::Id(SwfId::Number(whole as u32)),
            Number::Unknown => Named::Unknown,
            Number::Negative => Named::Negative,
            Number::Of(..) | Number::Bad => self.name(field).map_or(Named::Bad, |place| Named::Id(SwfId::Name(place))),
        }
    }

    /// Whom a text names, as a log would; `None` where it names nobody.
    pub fn id(&mut self, text: &str) -> Option<SwfId> {
        match self.read(text.as_bytes()) {
            Named::Id(id) => Some(id),
            _ => None,
        }
    }

    fn name(&mut self, field: &[u8]) -> Option<u32> {
        let text = String::from_utf8_lossy(field);
        if field.len() > NAME_MAX || !text.chars().any(char::is_alphanumeric) {
            return None;
        }
        if let Some(place) = self.places.get(text.as_ref()) {
            return Some(*place);
        }
        let place = u32::try_from(self.texts.len()).ok().filter(|_| self.texts.len() < NAMES_MAX)?;
        self.places.insert(text.clone().into_owned(), place);
        self.texts.push(text.into_owned());
        Some(place)
    }

    /// How the log writes it.
    #[must_use]
    pub fn text(&self, id: SwfId) -> String {
        match id {
            SwfId::Number(number) => number.to_string(),
            SwfId::Name(place) => self.texts.get(place as usize).cloned().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_never_meet() {
        let mut names = Names::default();
        let ids: Vec<Option<SwfId>> =
            ["0", "user_A", "7", "7.5", "user_B", "user_A", "007", "99999999999", "\u{674e}", "-1", "-7", "-", "?"]
                .iter()
                .map(|text| names.id(text))
                .collect();
        let (number, name) = (|n| Some(SwfId::Number(n)), |n| Some(SwfId::Name(n)));
        let expected = [
            number(0),
            name(0),
            number(7),
            name(1),
            name(2),
            name(0),
            number(7),
            name(3),
            name(4),
            None,
            None,
            None,
            None,
        ];
        assert_eq!(ids, expected);
        assert_eq!((names.text(SwfId::Name(2)), names.text(SwfId::Number(7))), ("user_B".to_owned(), "7".to_owned()));
        assert_eq!(names.id(&"x".repeat(257)), None);
        assert!(SwfId::Number(u32::MAX) < SwfId::Name(0));
    }
}
