//! Any text as a scenario file, with a first line for `--set` where it begins with `#!`.
#![no_main]

use eastwest::scenario::{Input, load};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

fuzz_target!(|text: &str| {
    let (sets, text) = match text.strip_prefix("#!").and_then(|rest| rest.split_once('\n')) {
        Some((set, rest)) => (vec![set.to_owned()], rest),
        None => (Vec::new(), text),
    };
    let input = Input::Text { name: "fuzz.toml".to_owned(), text: text.to_owned(), files: BTreeMap::new() };
    // Rendered too: messages cut and point into the text.
    if let Err(problems) = load(&input, &sets) {
        let _ = problems.render(false);
    }
});
