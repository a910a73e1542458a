//! `init`: a commented scenario to start from, or the national one with its inventory built from rules.

use super::arguments::{Global, InitArguments};
use super::failure::{Failure, Message};
use super::output::file;
use super::{source, terminal};
use eastwest::nation::{self, Files};
use eastwest::scenario;
use std::fs;
use std::path::{Path, PathBuf};

const STARTER: &str = include_str!("starter.toml");
/// The scenario that `--national` writes, and the folder of its tables.
const NATIONAL: &str = "national-2023";

pub(crate) fn init(arguments: &InitArguments, global: &Global) -> Result<(), Failure> {
    let directory = &arguments.directory;
    let texts = if arguments.national { national(arguments.from.as_deref())? } else { Files::new() };
    let starter = scenario::embedded().into_iter().find(|(name, _)| arguments.national && *name == NATIONAL);
    let path = directory.join("scenario.toml");
    let scenario = (path.clone(), starter.map_or(STARTER, |(_, text)| text));
    let tables = texts.iter().map(|(name, text)| (directory.join(name), text.as_str()));
    let files: Vec<(PathBuf, &str)> = std::iter::once(scenario).chain(tables).collect();
    let mut made = Made::default();
    let written = made.all(&files);
    if written.is_err() {
        made.undo();
    }
    written?;
    terminal::note(global, &format!("wrote {}", path.display()));
    if arguments.national {
        let rules = directory.join(NATIONAL).join("rules");
        terminal::note(global, &format!("rules and their tables: {}", rules.display()));
    }
    terminal::note(global, &format!("run it: eastwest run {}", path.display()));
    Ok(())
}

/// What was made so far, to be removed again if the rest cannot be.
#[derive(Default)]
struct Made {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Made {
    /// Writes files where there are none, or just these. A file that is another is refused before any is written.
    fn all(&mut self, files: &[(PathBuf, &str)]) -> Result<(), Failure> {
        let missing = |(path, text): &&(PathBuf, &str)| !same(path, text);
        let missing: Vec<&(PathBuf, &str)> = files.iter().filter(missing).collect();
        if let Some((path, _)) = missing.iter().find(|(path, _)| fs::symlink_metadata(path).is_ok()) {
            return Err(taken_already(path));
        }
        for (path, text) in missing {
            self.folder(path.parent().unwrap_or(Path::new("")))?;
            if !file::write_new(path, text.as_bytes())? {
                return Err(taken_already(path));
            }
            self.files.push(path.clone());
        }
        Ok(())
    }

    /// Makes a folder and those above it, as far as they are missing.
    fn folder(&mut self, folder: &Path) -> Result<(), Failure> {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        self.folder(folder.parent().unwrap_or(Path::new("")))?;
        fs::create_dir(folder).map_err(|error| Failure::path("make", folder, &error))?;
        self.folders.push(folder.to_owned());
        Ok(())
    }

    fn undo(&self) {
        // What cannot be removed stays; the failure itself is what is told.
        self.files.iter().rev().for_each(|file| drop(fs::remove_file(file)));
        self.folders.iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
    }
}

/// Whether a file holds just this text.
fn same(path: &Path, text: &str) -> bool {
    fs::symlink_metadata(path).is_ok_and(|it| it.is_file() && it.len() == text.len() as u64)
        && fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes())
}

fn taken_already(path: &Path) -> Failure {
    let message = Message::new(format!("will not overwrite {}", path.display()));
    Failure::Files(message.hint("name another directory, or move this file away"))
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
        let text = String::from_utf8(source::bytes(&path)?);
        text.map_err(|_| Failure::Unusable(Message::new(format!("{}: it is not text in UTF-8", path.display()))))
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
