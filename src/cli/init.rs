//! `init`: a commented scenario to start from.

use super::arguments::Global;
use super::failure::{Failure, Message};
use super::terminal;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

const STARTER: &str = include_str!("starter.toml");

pub(crate) fn init(directory: &Path, global: &Global) -> Result<(), Failure> {
    fs::create_dir_all(directory).map_err(|error| Failure::path("make", directory, &error))?;
    let path = directory.join("scenario.toml");
    // Made new or not at all: nothing comes between looking and writing.
    let opened = OpenOptions::new().write(true).create_new(true).open(&path);
    let mut file = opened.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            let message = Message::new(format!("will not overwrite {}", path.display()));
            Failure::Files(message.hint("name another directory, or move this file away"))
        }
        _ => Failure::path("write", &path, &error),
    })?;
    file.write_all(STARTER.as_bytes()).map_err(|error| Failure::path("write", &path, &error))?;
    terminal::note(global, &format!("wrote {}", path.display()));
    terminal::note(global, &format!("run it: eastwest run {}", path.display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::arguments::{Format, When};
    use eastwest::scenario::{Input, load};

    #[test]
    fn writes_a_sound_scenario_once() {
        let directory = std::env::temp_dir().join(format!("eastwest-init-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        let global = Global { format: Format::Text, quiet: true, progress: When::Never, color: When::Never };
        init(&directory.join("a/b"), &global).expect("writes");
        let path = directory.join("a/b/scenario.toml");
        let scenario =
            load(&Input::File(path.clone()), &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        assert_eq!(scenario.name, "starter");
        assert!(scenario.warnings.is_empty(), "{:?}", scenario.warnings);
        for spec in scenario.stacks.values() {
            assert_eq!(spec.problems(&scenario.platform), Vec::<String>::new());
        }
        fs::write(&path, "mine").expect("writes");
        assert_eq!(init(&directory.join("a/b"), &global).expect_err("refused").code(), 4);
        assert_eq!(fs::read_to_string(&path).expect("there"), "mine");
        fs::remove_dir_all(&directory).expect("removes");
    }
}
