//! Why the program ends with another code than 0.

use eastwest::experiment::ExperimentError;
use eastwest::scenario::Diagnostics;
use eastwest::sim::RunError;
use std::fmt;
use std::io;
use std::path::Path;

/// What went wrong; each kind has its exit code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The run failed.
    Run(String),
    /// The command line asks for what cannot be.
    Usage(Message),
    /// A word of the command line has problems, each with its place.
    Words(Box<Diagnostics>),
    /// Problems of a scenario, each with its place.
    Scenario(Box<Diagnostics>),
    /// A scenario that cannot be used as the command line asks.
    Unusable(Message),
    /// A file or directory cannot be read or written.
    Files(Message),
    /// The run is done and written, but misses thresholds of its scenario.
    Missed(String),
    /// Interrupted from outside.
    Interrupted(String),
    /// Whoever read the standard output has gone: nothing to say, and nobody to say it to.
    OutputClosed,
}

/// A problem in a fragment, and hints in lines of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) problem: String,
    pub(crate) hints: Vec<String>,
}

impl Message {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), hints: Vec::new() }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl Failure {
    /// The documented exit code.
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::OutputClosed => 0,
            Self::Run(_) => 1,
            Self::Usage(_) | Self::Words(_) => 2,
            Self::Scenario(_) | Self::Unusable(_) => 3,
            Self::Files(_) => 4,
            Self::Missed(_) => 5,
            Self::Interrupted(_) => 130,
        }
    }

    /// A file or directory that could not be used.
    pub(crate) fn path(verb: &str, path: &Path, error: &io::Error) -> Self {
        Self::Files(Message::new(format!("cannot {verb} {}: {}", path.display(), reason(error))))
    }

    /// What is said about it, as a problem and hints; diagnostics say it themselves.
    pub(crate) fn message(&self) -> Option<Message> {
        match self {
            Self::Run(problem) | Self::Missed(problem) | Self::Interrupted(problem) => {
                Some(Message::new(problem.clone()))
            }
            Self::Usage(message) | Self::Unusable(message) | Self::Files(message) => Some(message.clone()),
            Self::Words(_) | Self::Scenario(_) | Self::OutputClosed => None,
        }
    }
}

/// The system's words without its error number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(_) => f.write_str("the command line has problems"),
            Self::Scenario(_) => f.write_str("the scenario has problems"),
            Self::OutputClosed => f.write_str("the output was closed"),
            other => f.write_str(&other.message().map(|message| message.problem).unwrap_or_default()),
        }
    }
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Scenario(Box::new(diagnostics))
    }
}

impl From<ExperimentError> for Failure {
    fn from(error: ExperimentError) -> Self {
        let text = error.to_string();
        match error {
            ExperimentError::Stack { .. } => Self::Unusable(Message::new(text)),
            ExperimentError::Run { error: RunError::Interrupted { .. }, .. } => Self::Interrupted(text),
            ExperimentError::Run { .. } => Self::Run(text),
            ExperimentError::Sink(_) => Self::Files(Message::new(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_documented_ones() {
        let at = eastwest::units::SimTime::from_secs(5);
        let run = |error| Failure::from(ExperimentError::Run { stack: "west".to_owned(), replication: 0, error });
        assert_eq!(run(RunError::Interrupted { at }).code(), 130);
        assert_eq!(run(RunError::Livelock { at, rounds: 3 }).code(), 1);
        assert_eq!(Failure::from(ExperimentError::Sink("full".to_owned())).code(), 4);
        assert_eq!(Failure::Usage(Message::new("x")).code(), 2);
        assert_eq!(Failure::Unusable(Message::new("x")).code(), 3);
        assert_eq!(Failure::Missed("x".to_owned()).code(), 5);
        assert_eq!(Failure::OutputClosed.code(), 0);
    }

    #[test]
    fn reasons_are_fragments() {
        let error = io::Error::from_raw_os_error(13);
        let failure = Failure::path("write", Path::new("/x"), &error);
        assert_eq!(failure.to_string(), "cannot write /x: permission denied");
        assert_eq!(failure.code(), 4);
    }
}
