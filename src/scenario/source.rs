//! The source map: all texts of a scenario as one virtual text, so that a place is one range of bytes.

use std::ops::Range;
use std::sync::Arc;

/// One text: a scenario file, an included file, a CSV table, a `--set` of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What a message calls it: the path as it was given, or `--set`.
    pub name: String,
    /// Its text. Shared, since diagnostics keep it.
    pub text: Arc<str>,
    /// Where it begins in the virtual text.
    pub base: usize,
    /// Where its lines begin, in the text itself.
    lines: Vec<usize>,
}

impl Source {
    /// Its bytes in the virtual text; the end belongs to it, so that "something is missing at the end" has a place.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.base..self.base + self.text.len() + 1
    }

    /// The number of the line that a byte of the text lies in, from 0, and where that line begins.
    #[must_use]
    pub(crate) fn line(&self, at: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= at).saturating_sub(1);
        (line, self.lines.get(line).copied().unwrap_or(0))
    }
}

/// A place as a person counts: from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location<'a> {
    /// The text's name.
    pub source: &'a str,
    /// Line.
    pub line: usize,
    /// Character in the line.
    pub column: usize,
}

impl std::fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.source, self.line, self.column)
    }
}

/// All texts of a scenario, one behind the other. The first begins at 1, so that the range `0..0` stands nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
}

impl SourceMap {
    /// Appends a text and returns where it begins.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> usize {
        let base = self.sources.last().map_or(1, |last| last.range().end);
        let text: Arc<str> = text.into();
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        self.sources.push(Source { name: name.into(), text, base, lines });
        base
    }

    /// The texts in the order in which they were read; the scenario file is the first.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The text that a byte lies in; `None` for the range of values that stand nowhere.
    #[must_use]
    pub fn source(&self, at: usize) -> Option<&Source> {
        let after = self.sources.partition_point(|source| source.base <= at);
        self.sources.get(after.checked_sub(1)?).filter(|source| source.range().contains(&at))
    }

    /// The characters of a range; empty where it stands nowhere or goes over the end of its text.
    #[must_use]
    pub fn slice(&self, span: &Range<usize>) -> &str {
        self.source(span.start)
            .and_then(|source| source.text.get(span.start - source.base..span.end.checked_sub(source.base)?))
            .unwrap_or("")
    }

    /// Name, line and column of a range's first byte; `None` where it stands nowhere.
    #[must_use]
    pub fn locate(&self, span: &Range<usize>) -> Option<Location<'_>> {
        let source = self.source(span.start)?;
        let at = (span.start - source.base).min(source.text.len());
        let (line, start) = source.line(at);
        // Bytes that continue a character (0b10......) are no column of their own.
        let column = source.text.as_bytes()[start..at].iter().filter(|byte| **byte & 0xC0 != 0x80).count() + 1;
        Some(Location { source: &source.name, line: line + 1, column })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_belongs_to_one_text() {
        let mut map = SourceMap::default();
        let first = map.add("a.toml", "x = 1\né = 22");
        let second = map.add("b.csv", "");
        let third = map.add("--set", "y=3");
        assert_eq!(first, 1);
        assert_eq!(map.locate(&(0..0)), None, "the default place is nowhere");
        let at = |span: Range<usize>| map.locate(&span).map(|l| l.to_string());
        assert_eq!(at(1..2).as_deref(), Some("a.toml:1:1"));
        let value = first + "x = 1\né = ".len();
        assert_eq!(map.slice(&(value..value + 2)), "22");
        assert_eq!(at(value..value + 2).as_deref(), Some("a.toml:2:5"), "columns count characters");
        assert_eq!(at(second..second).as_deref(), Some("b.csv:1:1"), "an empty text has its end");
        assert_eq!(at(third + 3..third + 3).as_deref(), Some("--set:1:4"));
        assert_eq!(at(third + 4..third + 9), None);
        assert_eq!(map.slice(&(value..third + 2)), "");
    }
}
