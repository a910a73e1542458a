//! Diagnostics as text in the manner of rustc, and as JSON.

use super::{Diagnostic, Diagnostics, Severity};
use crate::scenario::source::Source;
use crate::units::visible;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::fmt::Write;
use std::ops::Range;

/// Longer lines (of a file without line breaks, say) are not printed, only their place.
const LINE_BYTES_MAX: usize = 1000;

/// Problems shown; a wrong column of a large table makes thousands alike. All are counted, and those that are kept are in the JSON.
const SHOWN_MAX: usize = 100;

/// Breaks between lines stay where texts of data are written out.
const KEPT: [char; 1] = ['\n'];

/// Which lines of a text are shown, and what is marked there.
struct Excerpt<'a> {
    source: &'a Source,
    /// Bytes of the shown lines in the text.
    lines: Range<usize>,
    /// Marks: bytes in the text, label, whether it is the place itself.
    marks: Vec<(Range<usize>, &'a str, bool)>,
}

impl Diagnostics {
    /// Problems with the lines they stand in, at most a hundred, and a closing line that counts all; empty where there are none.
    ///
    /// With `color`, ANSI escapes mark errors, places and help.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for problem in self.sorted().into_iter().take(SHOWN_MAX) {
            text.push_str(&renderer.render(&[self.group(problem)]));
            text.push_str("\n\n");
        }
        if let Some((level, closing)) = self.closing() {
            text.push_str(&renderer.render(&[Group::with_title(level.primary_title(closing))]));
            text.push('\n');
        }
        // The renderer knows some of these letters in the lines of a source, but not all.
        if color { text } else { visible(&text, &KEPT) }
    }

    /// The closing line: how many problems in which text.
    fn closing(&self) -> Option<(Level<'static>, String)> {
        let errors = self.errors();
        let warnings = self.warnings();
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let (level, counts) = match (errors, warnings) {
            (0, 0) => return None,
            (0, _) => (Level::WARNING, count(warnings, "warning")),
            (_, 0) => (Level::ERROR, count(errors, "error")),
            _ => (Level::ERROR, format!("{} and {}", count(errors, "error"), count(warnings, "warning"))),
        };
        let of = self.sources.sources().first().map_or_else(String::new, |first| format!(" in {}", first.name));
        let more = (errors + warnings).saturating_sub(SHOWN_MAX);
        let shown = (more > 0).then(|| format!("; the first {SHOWN_MAX} are shown, and there are {more} more"));
        Some((level, counts + &of + shown.as_deref().unwrap_or("")))
    }

    fn group<'a>(&'a self, problem: &'a Diagnostic) -> Group<'a> {
        let level = match problem.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = Group::with_title(level.primary_title(visible(&problem.message, &KEPT)));
        for excerpt in self.excerpts(problem) {
            group = if excerpt.lines.len() > LINE_BYTES_MAX * (1 + excerpt.marks.len()) {
                group.elements(self.origin(&excerpt))
            } else {
                group.element(snippet(excerpt))
            };
        }
        match &problem.help {
            Some(help) => group.element(Level::HELP.message(visible(help, &KEPT))),
            None => group,
        }
    }

    /// The places of a problem by text, the place itself first.
    fn excerpts<'a>(&'a self, problem: &'a Diagnostic) -> Vec<Excerpt<'a>> {
        let own = std::iter::once((&problem.span, problem.label.as_str(), true));
        let others = problem.others.iter().map(|(span, label)| (span, label.as_str(), false));
        let mut excerpts: Vec<Excerpt<'a>> = Vec::new();
        for (span, label, primary) in own.chain(others) {
            let Some(source) = self.sources.source(span.start) else { continue };
            let mark = clip(source, span);
            let lines = line_of(source, mark.start);
            // Lines that are close together are shown together; far ones apart, so that an excerpt stays small.
            let near = excerpts.iter_mut().find(|excerpt| {
                let both = excerpt.lines.start.min(lines.start)..excerpt.lines.end.max(lines.end);
                std::ptr::eq(excerpt.source, source) && both.len() <= LINE_BYTES_MAX
            });
            match near {
                Some(excerpt) => {
                    excerpt.lines = excerpt.lines.start.min(lines.start)..excerpt.lines.end.max(lines.end);
                    excerpt.marks.push((mark, label, primary));
                }
                None => excerpts.push(Excerpt { source, lines, marks: vec![(mark, label, primary)] }),
            }
        }
        excerpts
    }

    /// The places of an excerpt without its lines.
    fn origin<'a>(&self, excerpt: &Excerpt<'a>) -> Option<Origin<'a>> {
        let (mark, ..) = excerpt.marks.first()?;
        let location = self.sources.locate(&(mark.start + excerpt.source.base..mark.end + excerpt.source.base))?;
        Some(Origin::path(&excerpt.source.name).line(location.line).char_column(location.column))
    }

    /// The problems that are kept as a list of objects: `severity`, `message`, `file`, `line`, `column`, `text`, `label`, `help`, `others`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let place = |span: &Range<usize>| {
            let location = self.sources.locate(span);
            serde_json::json!({
                "file": location.map(|l| l.source),
                "line": location.map(|l| l.line),
                "column": location.map(|l| l.column),
                "text": location.map(|_| self.sources.slice(span)),
            })
        };
        let problems = self.sorted().into_iter().map(|problem| {
            let mut object = serde_json::json!({ "severity": problem.severity, "message": problem.message });
            let mut add = |key: &str, value: serde_json::Value| object[key] = value;
            if let serde_json::Value::Object(fields) = place(&problem.span) {
                fields.into_iter().for_each(|(key, value)| add(&key, value));
            }
            add("label", (!problem.label.is_empty()).then_some(problem.label.as_str()).into());
            add("help", problem.help.as_deref().into());
            let others = problem.others.iter().map(|(span, label)| {
                let mut other = place(span);
                other["label"] = label.as_str().into();
                other
            });
            add("others", others.collect());
            object
        });
        problems.collect()
    }
}

impl Diagnostic {
    /// The problem in one line, after the place it stands in: for lists of warnings.
    #[must_use]
    pub fn one_line(&self, sources: &crate::scenario::source::SourceMap) -> String {
        let mut line = sources.locate(&self.span).map_or_else(String::new, |location| format!("{location}: "));
        line.push_str(&self.message);
        if !self.label.is_empty() {
            let _ = write!(line, " ({})", self.label);
        }
        if let Some(help) = &self.help {
            let _ = write!(line, "; {help}");
        }
        line
    }
}

/// A range in its text, cut to the first line and to whole characters.
fn clip(source: &Source, span: &Range<usize>) -> Range<usize> {
    let text = &source.text;
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start - source.base);
    let end = floor(span.end.saturating_sub(source.base)).max(start);
    let line_end = line_of(source, start).end;
    start..end.min(line_end).max(start)
}

/// The line that a byte lies in, without its line break.
fn line_of(source: &Source, at: usize) -> Range<usize> {
    let bytes = source.text.as_bytes();
    let (_, start) = source.line(at);
    let end = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length);
    start..if end > start && bytes[end - 1] == b'\r' { (end - 1).max(at) } else { end }
}

fn snippet(excerpt: Excerpt<'_>) -> Snippet<'_, Annotation<'_>> {
    let Excerpt { source, lines, marks } = excerpt;
    let (before, _) = source.line(lines.start);
    let shown = source.text.get(lines.clone()).unwrap_or("");
    let annotations = marks.into_iter().map(|(mark, label, primary)| {
        let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(mark.start - lines.start..mark.end - lines.start);
        if label.is_empty() { annotation } else { annotation.label(visible(label, &KEPT)) }
    });
    Snippet::source(shown).path(&source.name).line_start(before + 1).fold(true).annotations(annotations)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Diagnostics {
        let mut all = Diagnostics::default();
        let base = all.sources.add("a.toml", "name = \"x\"\r\n[center.a]\r\nnods = 1\r\n");
        let csv = all.sources.add("c.csv", "name,lat\nb,é");
        let key = base + 24;
        all.push(Diagnostic::warning(csv + 11..csv + 13, "not a number").help("write 39.9"));
        all.push(
            Diagnostic::error(key..key + 4, "unknown key `nods`")
                .label("not a key of a pool")
                .other(base + 12..base + 22, "this center")
                .other(csv + 9..csv + 10, "and here")
                .help("did you mean `nodes`?"),
        );
        all.push(Diagnostic::error(0..0, "no center at all"));
        all
    }

    #[test]
    fn problems_are_shown_in_order_with_their_lines() {
        let text = example().render(false);
        let parts = [
            "no center at all",
            "a.toml:3:1",
            "this center",
            "nods = 1",
            "not a key of a pool",
            "c.csv:2:1",
            "help: did you mean `nodes`?",
            "warning: not a number",
            "c.csv:2:3",
            "2 errors and 1 warning in a.toml",
        ];
        let mut from = 0;
        for part in parts {
            let at =
                text[from..].find(part).unwrap_or_else(|| panic!("{part:?} is missing or out of order in\n{text}"));
            from += at;
        }
        assert!(!text.contains('\r'));
        assert!(example().render(true).contains("\u{1b}["));
    }

    #[test]
    fn json_has_the_places() {
        let json = example().to_json();
        assert_eq!(json[0]["line"], serde_json::Value::Null);
        assert_eq!(json[1]["column"], 1);
        assert_eq!(json[1]["text"], "nods");
        assert_eq!(json[1]["others"][1]["file"], "c.csv");
        assert_eq!(json[2]["severity"], "warning");
    }

    #[test]
    fn thousands_are_counted_and_a_hundred_shown() {
        let mut all = Diagnostics::default();
        let base = all.sources.add("t.csv", "x\n".repeat(5000));
        (0..5000).for_each(|row| all.error(base + 2 * row..base + 2 * row + 1, "not a number"));
        let text = all.render(false);
        assert_eq!(text.matches("--> t.csv").count(), 100);
        assert!(text.contains("5000 errors in t.csv; the first 100 are shown"), "{text}");
        // Kept are some hundred, whatever the number: a table of 50 MB with a mistake in each row took 3.7 GB.
        assert_eq!(all.to_json().as_array().map(Vec::len), Some(crate::scenario::diagnostic::KEPT_MAX));
        assert_eq!((all.errors(), all.warnings(), all.more()), (5000, 0, 4500));
        all.warning(base..base + 1, "w".repeat(5000));
        assert!(all.list.last().is_some_and(|last| last.severity == Severity::Warning && last.message.len() < 2010));
    }

    #[test]
    fn strange_places_do_no_harm() {
        let mut all = Diagnostics::default();
        let base = all.sources.add("long", format!("é{}\nend", "x".repeat(3_000_000)));
        let backwards = Range { start: base + 3_000_005, end: 7 };
        let nowhere = 99_999_999..100_000_000;
        for span in [base + 1..base + 2, base..base + 3_000_010, base + 3_000_005..base + 9_000_000, backwards, nowhere]
        {
            all.error(span, "something");
        }
        let text = all.render(false);
        assert!(text.contains("long:1:1") && text.len() < 3000, "{}", text.len());
    }
}
