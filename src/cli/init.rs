//! `init`: a commented scenario to start from, or the national one with its inventory built from rules.

use super::arguments::{Global, InitArguments};
use super::failure::{Failure, Message};
use super::terminal;
use eastwest::nation::{self, Files};
use eastwest::scenario;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

const STARTER: &str = include_str!("starter.toml");
/// The scenario that `--national` writes, and the folder of its tables.
const NATIONAL: &str = "national-2023";

pub(crate) fn init(arguments: &InitArguments, global: &Global) -> Result<(), Failure> {
    let directory = &arguments.directory;
    let texts = if arguments.national { national(arguments.from.as_deref())? } else { Files::new() };
    let starter = scenario::embedded().into_iter().find(|(name, _)| arguments.national && *name == NATIONAL);
    fs::create_dir_all(directory).map_err(|error| Failure::path("make", directory, &error))?;
    let path = directory.join("scenario.toml");
    write_new(&path, starter.map_or(STARTER, |(_, text)| text))?;
    for (name, text) in &texts {
        let path = directory.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| Failure::path("make", folder, &error))?;
        }
        write_new(&path, text)?;
    }
    terminal::note(global, &format!("wrote {}", path.display()));
    if arguments.national {
        let rules = directory.join(NATIONAL).join("rules");
        terminal::note(global, &format!("rules and their tables: {}", rules.display()));
    }
    terminal::note(global, &format!("run it: eastwest run {}", path.display()));
    Ok(())
}

/// Made new or not at all: nothing comes between looking and writing.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = opened.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            let message = Message::new(format!("will not overwrite {}", path.display()));
            Failure::Files(message.hint("name another directory, or move this file away"))
        }
        _ => Failure::path("write", path, &error),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| Failure::path("write", path, &error))
}

/// The tables of the nation and the rules that they were made from, by path in the new directory.
fn national(from: Option<&Path>) -> Result<Files, Failure> {
    let rules = match from {
        None => nation::embedded_rules(),
        Some(directory) => rules_in(directory)?,
    };
    let unusable = |problems: Vec<String>| {
        let place = from.map_or_else(|| "the built-in rules".to_owned(), |path| path.display().to_string());
        let message = Message::new(format!("cannot build the nation from {place}"));
        Failure::Unusable(problems.into_iter().fold(message, Message::hint))
    };
    let inputs = nation::read(&rules).map_err(unusable)?;
    let tables = nation::build(&inputs).map_err(unusable)?;
    let tables = tables.into_iter().map(|(name, text)| (format!("{NATIONAL}/{name}"), text));
    Ok(tables.chain(rules.into_iter().map(|(name, text)| (format!("{NATIONAL}/rules/{name}"), text))).collect())
}

fn rules_in(directory: &Path) -> Result<Files, Failure> {
    let read = |name: &str| {
        let path = directory.join(name);
        fs::read_to_string(&path).map_err(|error| Failure::path("read", &path, &error))
    };
    nation::INPUTS.into_iter().map(|name| Ok((name.to_owned(), read(name)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::arguments::{Format, When};
    use eastwest::scenario::{Input, load};

    fn global() -> Global {
        Global { format: Format::Text, quiet: true, progress: When::Never, color: When::Never }
    }

    fn arguments(directory: &Path, national: bool, from: Option<&Path>) -> InitArguments {
        InitArguments { directory: directory.to_owned(), national, from: from.map(Path::to_owned) }
    }

    #[test]
    fn writes_a_sound_scenario_once() {
        let directory = std::env::temp_dir().join(format!("eastwest-init-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        let inside = arguments(&directory.join("a/b"), false, None);
        init(&inside, &global()).expect("writes");
        let path = directory.join("a/b/scenario.toml");
        let scenario =
            load(&Input::File(path.clone()), &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        assert_eq!(scenario.name, "starter");
        assert!(scenario.warnings.is_empty(), "{:?}", scenario.warnings);
        for spec in scenario.stacks.values() {
            assert_eq!(spec.problems(&scenario.platform), Vec::<String>::new());
        }
        fs::write(&path, "mine").expect("writes");
        assert_eq!(init(&inside, &global()).expect_err("refused").code(), 4);
        assert_eq!(fs::read_to_string(&path).expect("there"), "mine");
        fs::remove_dir_all(&directory).expect("removes");
    }

    #[test]
    fn a_changed_rule_changes_the_nation() {
        let directory = std::env::temp_dir().join(format!("eastwest-nation-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        let (one, other) = (directory.join("one"), directory.join("other"));
        init(&arguments(&one, true, None), &global()).expect("writes");
        let rules = one.join("national-2023/rules");
        let text = fs::read_to_string(rules.join("rules.toml")).expect("there");
        fs::write(rules.join("rules.toml"), text.replace("outside = 2200", "outside = 2300")).expect("writes");
        init(&arguments(&other, true, Some(&rules)), &global()).expect("writes");
        let centers =
            |at: &Path| fs::read_to_string(at.join("national-2023/centers.csv")).expect("there").lines().count();
        assert_eq!(centers(&other), centers(&one) + 100);
        fs::write(rules.join("cities.csv"), "name,province\nbeijing,beijing\n").expect("writes");
        let failure = init(&arguments(&directory.join("third"), true, Some(&rules)), &global()).expect_err("refused");
        assert_eq!(failure.code(), 3);
        let hints = failure.message().expect("message").hints;
        assert!(hints[0].starts_with("cities.csv:2: missing field"), "{hints:?}");
        assert!(!directory.join("third").exists(), "nothing is written");
        fs::remove_dir_all(&directory).expect("removes");
    }
}
