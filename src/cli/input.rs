//! Which scenario the command line means.

use super::arguments::{ALL, BASE, ScenarioArguments};
use super::choice::closest;
use super::failure::{Failure, Message};
use super::{foreign, source};
use eastwest::scenario::{self, Input, Scenario};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What runs where no scenario is named.
pub(crate) const DEFAULT: &str = "national-2023";

/// Finds a scenario: a path wins over a built-in name; a directory is its `scenario.toml`.
pub(crate) fn find(named: Option<&Path>) -> Result<Input, Failure> {
    let Some(path) = named else { return Ok(Input::Embedded(DEFAULT.to_owned())) };
    if source::is_stdin(path) {
        return piped();
    }
    if path.is_dir() {
        let inside = path.join("scenario.toml");
        return match inside.is_file() {
            true => readable(inside),
            false => {
                let problem = format!("cannot read {}: it is a directory without a scenario.toml", path.display());
                Err(Failure::Files(Message::new(problem).hint("`eastwest init DIR` writes a scenario to start from")))
            }
        };
    }
    if path.exists() {
        return readable(path.to_owned());
    }
    let names: Vec<String> = scenario::embedded().iter().map(|entry| entry.0.to_owned()).collect();
    match path.to_str() {
        Some(name) if names.iter().any(|known| known == name) => Ok(Input::Embedded(name.to_owned())),
        _ => {
            let problem =
                format!("cannot read {}: there is no such file, nor a built-in scenario of this name", path.display());
            Err(Failure::Files(Message::new(problem).hint(format!("built-in scenarios: {}", names.join(", ")))))
        }
    }
}

/// A file, unless the system will not open it.
fn readable(path: PathBuf) -> Result<Input, Failure> {
    source::file(&path).map(|_| Input::File(path))
}

/// The scenario that the standard input holds; it can name no files beside it.
fn piped() -> Result<Input, Failure> {
    let name = "the standard input".to_owned();
    let bytes = source::stdin()?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Failure::Unusable(Message::new(format!("{name}: it is not text in UTF-8"))))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    Ok(Input::Text { name, text, files: BTreeMap::new() })
}

/// Loads the scenario of the command line, with further settings after the person's own.
pub(crate) fn load(arguments: &ScenarioArguments, more: &[String]) -> Result<Scenario, Failure> {
    let input = find(arguments.scenario.as_deref())?;
    let sets: Vec<String> = arguments.set.iter().chain(more).cloned().collect();
    scenario::load(&input, &sets).map_err(|problems| foreign::told(&input).unwrap_or_else(|| problems.into()))
}

/// The command line that means a variant of a scenario: what the variant sets comes before the person's own settings.
pub(crate) fn variant(arguments: &ScenarioArguments, name: &str) -> Result<ScenarioArguments, Failure> {
    if name == BASE {
        return Ok(arguments.clone());
    }
    let base = load(arguments, &[])?;
    let Some(sets) = base.variants.get(name) else { return Err(unknown_variant(name, &base)) };
    let title = format!("name={}", toml::Value::from(format!("{}+{name}", base.name)));
    let set = sets.iter().chain(&arguments.set).cloned().chain([title]).collect();
    Ok(ScenarioArguments { set, ..arguments.clone() })
}

/// The variants of a comparison in the order asked for, each once.
pub(crate) fn variants(words: &[String], base: &Scenario) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for word in words {
        let all = (word == ALL).then(|| std::iter::once(BASE.to_owned()).chain(base.variants.keys().cloned()));
        let meant: Vec<String> = all.map_or_else(|| vec![word.clone()], Iterator::collect);
        for name in meant {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

fn unknown_variant(name: &str, scenario: &Scenario) -> Failure {
    let mut message = Message::new(format!("scenario {} has no variant called `{name}`", scenario.name));
    if let Some(close) = closest(name, scenario.variants.keys().map(String::as_str)) {
        message = message.hint(format!("did you mean `{close}`?"));
    }
    let names: Vec<&str> = scenario.variants.keys().map(String::as_str).collect();
    Failure::Usage(message.hint(match names.as_slice() {
        [] => "write [variant.NAME] set = [\"run.until=2 d\"] into the scenario".to_owned(),
        names => format!("its variants: {}", names.join(", ")),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_lists_the_right_ones() {
        let failure = find(Some(Path::new("no/such.toml"))).expect_err("not there");
        assert_eq!(failure.code(), 4);
        let hints = failure.message().expect("message").hints;
        assert!(hints[0].contains(DEFAULT), "{hints:?}");
    }

    #[test]
    fn a_path_wins_and_a_directory_is_its_scenario() {
        let directory = std::env::temp_dir().join(format!("eastwest-input-{}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("makes");
        let file = directory.join("scenario.toml");
        std::fs::write(&file, "").expect("writes");
        assert!(matches!(find(Some(&directory)), Ok(Input::File(path)) if path == file));
        assert!(matches!(find(Some(&file)), Ok(Input::File(path)) if path == file));
        assert!(matches!(find(Some(Path::new(DEFAULT))), Ok(Input::Embedded(name)) if name == DEFAULT));
        assert!(matches!(find(None), Ok(Input::Embedded(name)) if name == DEFAULT));
        std::fs::remove_file(&file).expect("removes");
        assert_eq!(find(Some(&directory)).expect_err("nothing inside").code(), 4);
        std::fs::remove_dir_all(&directory).expect("removes");
    }
}
