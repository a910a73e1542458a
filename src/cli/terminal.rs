//! The entry, and what is written to the terminal: data to the standard output, everything else to the standard error.

use super::arguments::{Arguments, Format, Global, Verb, When};
use super::failure::Failure;
use super::{
    compare, completions, explain as stories, init, interrupt, machine, policies, replay, report as pages, run, schema,
    validate,
};
use anstream::{AutoStream, ColorChoice};
use clap::Parser;
use eastwest::report::{self, Look};
use eastwest::units;
use std::io::{self, Write};
use std::process::ExitCode;

/// Reads the command line, does what it says and gives the exit code.
pub(crate) fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(message) => {
            return answer(&message);
        }
    };
    let global = arguments.global;
    match global.color {
        When::Auto => {}
        When::Always => ColorChoice::Always.write_global(),
        When::Never => ColorChoice::Never.write_global(),
    }
    interrupt::listen();
    let result = match arguments.verb {
        Verb::Run(run) => run::run(&run, &global),
        Verb::Compare(compare) => compare::compare(&compare, &global),
        Verb::Validate(scenario) => validate::validate(&scenario, &global),
        Verb::Replay(log) => replay::replay(&log, &global),
        Verb::Report(page) => pages::report(&page, &global),
        Verb::Explain(job) => stories::explain(&job, &global),
        Verb::Policies { name } => policies::policies(name.as_deref(), &global),
        Verb::Init(arguments) => init::init(&arguments, &global),
        Verb::Schema => schema::schema(),
        Verb::Completions { shell } => completions::completions(shell),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            explain(&failure, global.format);
            ExitCode::from(failure.code())
        }
    }
}

/// Help and the version go to the standard output with code 0, errors to the standard error with code 2.
fn answer(message: &clap::Error) -> ExitCode {
    if message.use_stderr() {
        let plain = message.render().to_string();
        if units::visible(&plain, &KEPT) == plain {
            let _ = message.print();
        } else {
            let _ = write!(anstream::stderr().lock(), "{}", units::visible(&plain, &KEPT));
        }
        return ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(2));
    }
    let text = message.render();
    let colored = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
    let text = if colored { text.ansi().to_string() } else { text.to_string() };
    match print(&text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            explain(&failure, Format::Text);
            ExitCode::from(failure.code())
        }
    }
}

/// How what is written to the standard output looks.
pub(crate) fn look(global: &Global) -> Look {
    let format = if global.format == Format::Markdown { report::Format::Markdown } else { report::Format::Text };
    Look { format, ascii: ascii(machine::variable), color: AutoStream::choice(&io::stdout()) != ColorChoice::Never }
}

/// Whether the terminal asks for letters of ASCII alone: a dumb one does, and a locale of another encoding than UTF-8. The first of the
/// three variables that says anything decides, as in POSIX; where none does, nothing is asked for.
fn ascii(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(&variable);
    let utf_8 = locale.is_none_or(|it| {
        let it = it.to_ascii_lowercase();
        it.contains("utf-8") || it.contains("utf8")
    });
    !utf_8 || variable("TERM").is_some_and(|term| term == "dumb")
}

/// The sequences that this program itself writes: colors and weights of letters.
fn styled(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        shown.push_str(&units::visible(&rest[..at], &KEPT));
        let sequence = rest[at..].strip_prefix("\u{1b}[").and_then(|inner| {
            let length = inner.find(|c: char| !c.is_ascii_digit() && c != ';')?;
            inner[length..].starts_with('m').then_some(length + 3)
        });
        let end = at + sequence.unwrap_or(1);
        match sequence {
            Some(_) => shown.push_str(&rest[at..end]),
            None => shown.push_str(&units::visible(&rest[at..end], &KEPT)),
        }
        rest = &rest[end..];
    }
    shown + &units::visible(rest, &KEPT)
}

/// Lines are ended, and columns of logs are kept.
const KEPT: [char; 2] = ['\n', '\t'];

/// Writes data to the standard output. What does something to a terminal instead of being seen is written out, whatever data it comes from.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let colored = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
    let text = if colored { styled(text) } else { units::visible(text, &KEPT) };
    write_data(&text)
}

/// Writes data to the standard output as it is.
fn write_data(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let result = stdout.write_all(text.as_bytes()).and_then(|()| {
        if text.ends_with('\n') { Ok(()) } else { stdout.write_all(b"\n") }?;
        stdout.flush()
    });
    result.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::OutputClosed,
        _ => Failure::path("write to", std::path::Path::new("the standard output"), &error),
    })
}

/// Writes a line for the person at the terminal, unless they asked for quiet.
pub(crate) fn note(global: &Global, text: &str) {
    if !global.quiet {
        // Nobody to tell where the standard error is gone.
        let _ = writeln!(anstream::stderr().lock(), "{}", units::visible(text, &KEPT));
    }
}

/// Writes warnings of a scenario.
pub(crate) fn warn(global: &Global, warnings: &[String]) {
    for warning in warnings.iter().filter(|_| !global.quiet) {
        let warning = units::visible(warning, &KEPT);
        let _ = writeln!(anstream::stderr().lock(), "\u{1b}[1;33mwarning\u{1b}[0m: {warning}");
    }
}

/// Whether the standard error shows colors.
fn colored() -> bool {
    !matches!(AutoStream::choice(&io::stderr()), ColorChoice::Never)
}

/// Says why the program ends.
fn explain(failure: &Failure, format: Format) {
    let mut stderr = anstream::stderr().lock();
    let text = match failure {
        Failure::OutputClosed => return,
        Failure::Words(problems) | Failure::Scenario(problems) if format == Format::Json => {
            let _ = print(&pretty(&serde_json::json!({ "problems": problems.to_json(), "more": problems.more() })));
            return;
        }
        Failure::Words(problems) | Failure::Scenario(problems) => problems.render(colored()),
        other => {
            let message = other.message().unwrap_or_else(|| super::failure::Message::new(other.to_string()));
            let shown = |text: &str| units::visible(text, &KEPT);
            let mut text = format!("\u{1b}[1;31merror\u{1b}[0m: {}\n", shown(&message.problem));
            for hint in message.hints {
                text.push_str(&format!("\u{1b}[1;36mhint\u{1b}[0m: {}\n", shown(&hint)));
            }
            text
        }
    };
    let _ = stderr.write_all(styled(&text).as_bytes());
}

/// JSON as it is shown.
pub(crate) fn pretty(value: &serde_json::Value) -> String {
    // Values always have a text.
    json(serde_json::to_string_pretty(value).unwrap_or_default())
}

/// A text of JSON as it is shown.
pub(crate) fn json(text: String) -> String {
    if !text.chars().any(|letter| units::is_invisible(letter) && letter != '\n') {
        return text;
    }
    // In a string of JSON such a letter has another form that means the same.
    let mut escaped = String::with_capacity(text.len() + 64);
    for letter in text.chars() {
        if units::is_invisible(letter) && letter != '\n' {
            letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}")));
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_that_know_no_other_letters_get_ascii() {
        let asks = |set: &[(&str, &str)]| {
            ascii(|name| set.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(!asks(&[]) && !asks(&[("LANG", "zh_CN.UTF-8")]) && !asks(&[("LANG", "C.utf8"), ("TERM", "xterm")]));
        assert!(asks(&[("LANG", "C")]) && asks(&[("LANG", "zh_CN.GB18030")]) && asks(&[("TERM", "dumb")]));
        assert!(asks(&[("LC_ALL", "POSIX"), ("LANG", "en_US.UTF-8")]));
        assert!(!asks(&[("LC_CTYPE", "en_US.UTF-8"), ("LANG", "C")]));
    }
}
