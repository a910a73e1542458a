//! Files that are no scenario but that another verb reads: what they are, and what to write instead.

use super::failure::{Failure, Message};
use super::source;
use eastwest::scenario::Input;
use std::io::Read;
use std::path::Path;

/// So much of a file is looked at.
const HEAD_BYTES: u64 = 64 << 10;

/// Numbers in a line of the Standard Workload Format.
const SWF_FIELDS: usize = 18;

/// What a file that is no scenario looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Foreign {
    Swf,
    Zipped,
    Batsim,
    Xml,
    Pods,
}

/// What is said of a scenario that cannot be read, where it looks like a file for another verb.
pub(crate) fn told(input: &Input) -> Option<Failure> {
    let (name, head) = match input {
        Input::File(path) => (path.display().to_string(), head(path)?),
        Input::Text { name, text, .. } => (name.clone(), text.clone().into_bytes()),
        Input::Embedded(_) => return None,
    };
    let log = if matches!(input, Input::Text { .. }) { "-" } else { &name };
    let (what, instead) = match kind(&head)? {
        Foreign::Swf => ("a log in the Standard Workload Format", format!("replay {log} --trace-format swf")),
        Foreign::Zipped => ("compressed (gzip), as logs are", format!("replay {log} --trace-format swf")),
        Foreign::Batsim => ("JSON, as workloads of Batsim are", format!("replay {log} --trace-format batsim")),
        Foreign::Pods => {
            ("a table, as lists of pods are", format!("replay {log} --trace-format openb-gpu --nodes NODES.csv"))
        }
        Foreign::Xml => (
            "XML, as platforms of SimGrid and Batsim are",
            "replay WORKLOAD.json --trace-format batsim --processors N".to_owned(),
        ),
    };
    let message = Message::new(format!("{name} is no scenario: it is {what}; a scenario is a file in TOML"));
    let message = message.hint(format!("`eastwest {instead}` replays a log on one machine"));
    Some(Failure::Unusable(message.hint("`eastwest init DIR` writes a scenario to start from")))
}

fn head(path: &Path) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    source::file(path).ok()?.take(HEAD_BYTES).read_to_end(&mut head).ok()?;
    Some(head)
}

fn kind(head: &[u8]) -> Option<Foreign> {
    if head.starts_with(&[0x1F, 0x8B]) {
        return Some(Foreign::Zipped);
    }
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') {
        return Some(Foreign::Xml);
    }
    if text.starts_with('{') {
        return Some(Foreign::Batsim);
    }
    // The header of a log is comments; the first line behind it is a job. Where the header is longer than what is looked at, it is enough.
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(';'));
    let Some(first) = first else { return text.starts_with(';').then_some(Foreign::Swf) };
    let numbers = first.split_whitespace().filter(|field| field.parse::<f64>().is_ok()).count();
    if text.starts_with(';') || numbers >= SWF_FIELDS {
        return Some(Foreign::Swf);
    }
    (first.starts_with("name,") || first.starts_with("sn,")).then_some(Foreign::Pods)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_how_they_begin() {
        let job = "1 0 -1 5 1 -1 -1 1 9 -1 1 1 -1 -1 -1 -1 -1 -1\n";
        for (text, expected) in [
            (job.to_owned(), Some(Foreign::Swf)),
            (format!("\n; MaxProcs: 8\n;\n{job}"), Some(Foreign::Swf)),
            ("; UnixStartTime: 0".to_owned(), Some(Foreign::Swf)),
            ("\u{feff}<?xml version='1.0'?>".to_owned(), Some(Foreign::Xml)),
            ("{ \"nb_res\": 4 }".to_owned(), Some(Foreign::Batsim)),
            ("name,cpu_milli,memory_mib\n".to_owned(), Some(Foreign::Pods)),
            ("format = 1\nnam = 3".to_owned(), None),
            ("[center.a]\n".to_owned(), None),
            ("# a comment\n[[job]]\n".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(kind(text.as_bytes()), expected, "{text:?}");
        }
        assert_eq!(kind(&[0x1F, 0x8B, 8, 0]), Some(Foreign::Zipped));
    }
}
