//! How a text for people is written: its form, its letters, its colors.

/// The form of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Plain text for a terminal, at most 80 columns.
    #[default]
    Text,
    /// Markdown.
    Markdown,
}

/// Form, letters and colors of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// The form.
    pub format: Format,
    /// Only letters of ASCII besides names: for terminals that know no others.
    pub ascii: bool,
    /// Whether what is judged is colored.
    pub color: bool,
}

impl From<Format> for Look {
    fn from(format: Format) -> Self {
        Self { format, ..Self::default() }
    }
}

/// Whether something is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// It is not judged.
    #[default]
    Plain,
    /// It is.
    Good,
    /// It is not.
    Bad,
}

impl Tone {
    /// Of something that is judged.
    #[must_use]
    pub const fn of(good: bool) -> Self {
        if good { Self::Good } else { Self::Bad }
    }
}

/// Blue and orange: the pair that people with any of the common kinds of color blindness tell apart (Okabe and Ito 2008, `Color Universal
/// Design`), as the nearest of the 256 colors of terminals that can be read on white and on black.
const GOOD: &str = "\u{1b}[38;5;32m";
const BAD: &str = "\u{1b}[38;5;166m";
const PLAIN: &str = "\u{1b}[0m";

impl Look {
    /// A text in the color of its tone. The words say the same: color is never alone.
    pub(crate) fn toned(self, text: &str, tone: Tone) -> String {
        let color = match tone {
            Tone::Good if self.color && self.format == Format::Text => GOOD,
            Tone::Bad if self.color && self.format == Format::Text => BAD,
            _ => return text.to_owned(),
        };
        if text.is_empty() { String::new() } else { format!("{color}{text}{PLAIN}") }
    }

    /// The signs of our own in a text, with ASCII for them where it has to be.
    pub(crate) fn letters(self, text: &str) -> String {
        if !self.ascii || text.is_ascii() {
            return text.to_owned();
        }
        text.replace('\u{2713}', "ok").replace('\u{2717}', "x").replace('\u{b1}', "+-")
    }

    /// The steps of a sparkline, from the least.
    pub(crate) const fn steps(self) -> [char; 8] {
        if self.ascii {
            ['_', '.', ':', '-', '=', '+', '*', '#']
        } else {
            ['\u{2581}', '\u{2582}', '\u{2583}', '\u{2584}', '\u{2585}', '\u{2586}', '\u{2587}', '\u{2588}']
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_and_signs_only_where_wanted() {
        let plain = Look::default();
        let color = Look { color: true, ..plain };
        assert_eq!(plain.toned("better", Tone::Good), "better");
        assert_eq!(color.toned("better", Tone::Good), "\u{1b}[38;5;32mbetter\u{1b}[0m");
        assert_eq!(color.toned("worse", Tone::Bad), "\u{1b}[38;5;166mworse\u{1b}[0m");
        assert_eq!(color.toned("", Tone::Bad), "");
        assert_eq!(Look { format: Format::Markdown, ..color }.toned("better", Tone::Good), "better");
        assert_eq!(Look { ascii: true, ..plain }.letters("1 \u{b1} 2 \u{2713}"), "1 +- 2 ok");
        assert_eq!(plain.letters("1 \u{b1} 2 \u{2713}"), "1 \u{b1} 2 \u{2713}");
        assert!(Look { ascii: true, ..plain }.steps().iter().all(char::is_ascii));
    }
}
