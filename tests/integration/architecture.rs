//! The arrows between the rooms of the house, held by their `crate::` paths.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which rooms a room may know. A room that is missing here may know none.
const ARROWS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("rng", &[]),
    ("engine", &["units"]),
    ("signals", &["units"]),
    ("model", &["units", "signals"]),
    ("network", &["units", "model"]),
    ("policy", &["units", "rng", "signals", "model"]),
    ("workload", &["units", "rng", "signals", "model"]),
    ("observe", &["units", "signals", "model", "network"]),
    ("nation", &["rng"]),
    ("scenario", &["units", "rng", "signals", "model", "network", "policy", "workload"]),
    ("report", &["units", "signals", "model", "network", "observe"]),
    ("sim", &["units", "rng", "signals", "model", "network", "policy", "workload", "engine", "observe", "scenario"]),
    (
        "experiment",
        &["units", "rng", "signals", "model", "network", "policy", "workload", "observe", "scenario", "report", "sim"],
    ),
];

/// What only the command line may use.
const OUTSIDE: &[&str] = &[
    "clap",
    "indicatif",
    "anstream",
    "ctrlc",
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
    "dbg!",
    "std::time",
    "std::env",
    "std::process",
    "stdin",
    "stdout",
    "stderr",
    "is_terminal",
];

/// Rooms that read or write no files.
const WITHOUT_FILES: &[&str] = &[
    "units",
    "rng",
    "engine",
    "signals",
    "model",
    "network",
    "nation",
    "policy",
    "observe",
    "report",
    "sim",
    "experiment",
];

/// One source file without its tests and comments.
struct Source {
    path: PathBuf,
    room: String,
    text: String,
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All source files of the project, tests left out.
fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    let mut open = vec![src()];
    let mut tests: Vec<PathBuf> = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("text");
                tests.extend(test_modules(&text).iter().map(|name| module_of(&path).join(name)));
                let inside = path.strip_prefix(src()).expect("inside").to_owned();
                let first = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
                let room = first.trim_end_matches(".rs").to_owned();
                sources.push(Source { room, text: without_tests_and_comments(&text), path });
            }
        }
    }
    sources.retain(|source| !tests.iter().any(|test| source.path.with_extension("").starts_with(test)));
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.len() > 80, "only {} source files", sources.len());
    sources
}

/// Where the modules named in a file lie.
fn module_of(path: &Path) -> PathBuf {
    match path.file_stem().and_then(|stem| stem.to_str()) {
        Some("mod" | "lib" | "main") => path.parent().expect("a directory").to_owned(),
        _ => path.with_extension(""),
    }
}

/// Names of `#[cfg(test)] mod NAME;`.
fn test_modules(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let module = |pair: &[&str]| {
        let (_, name) = pair[1].split_once("mod ")?;
        (pair[0] == "#[cfg(test)]").then(|| name.strip_suffix(';').map(str::to_owned))?
    };
    lines.windows(2).filter_map(module).collect()
}

/// Cuts a trailing `#[cfg(test)] mod tests { ... }` and all comments.
fn without_tests_and_comments(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let code = |line: &str| line.split_once("//").map_or(line, |(code, _)| code).to_owned();
    text[..end].lines().map(code).collect::<Vec<_>>().join("\n")
}

/// The rooms named after `crate::`, with those inside braces.
fn rooms_named<'a>(text: &'a str, root: &str) -> Vec<&'a str> {
    let mut rooms = Vec::new();
    for (at, _) in text.match_indices(root) {
        let rest = &text[at + root.len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut item = 0;
            for (at, c) in group.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => {
                        rooms.push(word(group[item..at].trim_start()));
                        break;
                    }
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        rooms.push(word(group[item..at].trim_start()));
                        item = at + 1;
                    }
                    _ => {}
                }
            }
        } else {
            rooms.push(word(rest));
        }
    }
    rooms
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    &text[..end]
}

#[test]
fn arrows_between_rooms_run_one_way() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let room = source.room.as_str();
        if ["lib", "main", "cli"].contains(&room) {
            continue;
        }
        let allowed = arrows.get(room).copied().unwrap_or_else(|| panic!("room {room} has no arrows yet"));
        for other in rooms_named(&source.text, "crate::") {
            let inside = other == room || other.is_empty() || !arrows.contains_key(other);
            if !inside && !allowed.contains(&other) {
                wrong.push(format!("{}: {room} must not know {other}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_command_line_knows_the_outside() {
    let mut wrong = Vec::new();
    for source in sources() {
        let room = source.room.as_str();
        if ["main", "cli"].contains(&room) {
            continue;
        }
        for what in OUTSIDE {
            let found = source.text.match_indices(what).any(|(at, _)| {
                let edge = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || c == '_'));
                let (before, after) = (&source.text[..at], &source.text[at + what.len()..]);
                edge(before.chars().next_back()) && edge(after.chars().next())
            });
            if found {
                wrong.push(format!("{}: {what}", source.path.display()));
            }
        }
        if WITHOUT_FILES.contains(&room) && source.text.contains("std::fs") {
            wrong.push(format!("{}: std::fs", source.path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_entry_is_short_and_the_command_line_goes_through_the_library() {
    let main = fs::read_to_string(src().join("main.rs")).expect("text");
    assert!(main.lines().count() <= 30, "main.rs has {} lines", main.lines().count());
    let library = fs::read_to_string(src().join("lib.rs")).expect("text");
    assert!(!library.contains("mod cli"), "cli is no part of the library");
}

#[test]
fn arrows_and_words_are_found_where_they_are() {
    let text = "use crate::{model::{A, B}, units::C};\nlet x = crate::sim::run();\nuse crate::policy;";
    assert_eq!(rooms_named(text, "crate::"), ["model", "units", "sim", "policy"]);
    assert_eq!(
        test_modules("#[cfg(test)]\nmod tests;\nmod other;\n#[cfg(test)]\npub(crate) mod fixture;"),
        ["tests", "fixture"]
    );
    assert_eq!(without_tests_and_comments("a // b\n#[cfg(test)]\nmod tests {\n c }"), "a ");
}
