//! Problems of a scenario with their places, and how they are shown.

mod render;

use super::source::SourceMap;
use std::ops::Range;

/// Problems of each severity that are kept; more are counted. A table with a mistake in each row has millions of them.
const KEPT_MAX: usize = 500;

/// The longest message that is kept, in bytes: it may quote a cell of any length.
const MESSAGE_BYTES_MAX: usize = 2000;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// The scenario can be run; look at this before trusting its results.
    Warning,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// Where, as a range of the source map; `0..0` stands nowhere.
    pub span: Range<usize>,
    /// What to say at the very place; empty for a caret alone.
    pub label: String,
    /// Other places that matter, with what to say there: where the same name was given first.
    pub others: Vec<(Range<usize>, String)>,
    /// What would be right.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    #[must_use]
    pub fn error(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            span,
            label: String::new(),
            others: Vec::new(),
            help: None,
        }
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, message) }
    }

    /// Adds what to say at the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn other(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.others.push((span, label.into()));
        self
    }

    /// Adds what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what would be right where there is something to say.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }
}

/// All problems found so far, and the texts that they are about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnostics {
    /// The problems, in the order in which they were found, at most 500 of each severity.
    pub list: Vec<Diagnostic>,
    /// How many there are besides, errors and warnings.
    pub(crate) more: [usize; 2],
    /// The texts.
    pub sources: SourceMap,
    /// Whether the scenario file itself could not be read: no mistake in it, but one in its path or on the disk.
    pub unreadable: bool,
}

impl Diagnostics {
    /// Adds a problem.
    pub fn push(&mut self, mut problem: Diagnostic) {
        let more = &mut self.more[problem.severity as usize];
        if *more > 0 || self.list.iter().filter(|it| it.severity == problem.severity).count() >= KEPT_MAX {
            *more += 1;
            return;
        }
        if problem.message.len() > MESSAGE_BYTES_MAX {
            let end = (0..=MESSAGE_BYTES_MAX).rev().find(|at| problem.message.is_char_boundary(*at)).unwrap_or(0);
            problem.message.truncate(end);
            problem.message.push_str("...");
        }
        self.list.push(problem);
    }

    fn kept(&self, severity: Severity) -> usize {
        self.list.iter().filter(|problem| problem.severity == severity).count()
    }

    /// Adds an error at a place.
    pub fn error(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.push(Diagnostic::error(span, message));
    }

    /// Adds a warning at a place.
    pub fn warning(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.push(Diagnostic::warning(span, message));
    }

    /// How many errors there are.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.kept(Severity::Error) + self.more[Severity::Error as usize]
    }

    /// How many warnings there are.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.kept(Severity::Warning) + self.more[Severity::Warning as usize]
    }

    /// How many problems there are that are not kept.
    #[must_use]
    pub fn more(&self) -> usize {
        self.more.iter().sum()
    }

    /// Whether the scenario cannot be run.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.more[Severity::Error as usize] > 0 || self.list.iter().any(|it| it.severity == Severity::Error)
    }

    /// The problems as they are shown: errors before warnings, each in order of place.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = self.list.iter().collect();
        sorted.sort_by_key(|problem| (problem.severity, problem.span.start, problem.span.end));
        sorted
    }
}
