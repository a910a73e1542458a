//! Any text as a CSV table of a scenario; its first byte chooses which.
#![no_main]

use eastwest::scenario::{Input, load};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

const TABLES: [&str; 5] = ["centers", "pools", "metros", "exchanges", "links"];

fuzz_target!(|bytes: &[u8]| {
    let Some((which, table)) = bytes.split_first() else { return };
    let Ok(table) = std::str::from_utf8(table) else { return };
    let kind = TABLES[usize::from(*which) % TABLES.len()];
    let text = format!(
        "format = 1\nname = \"fuzz\"\n[tables]\n{kind} = \"t.csv\"\n[center.a]\npool.p = {{ nodes = 1, cores = 1 }}\n\
         [policy.p]\nbroker = {{ nearest = {{}} }}\n[[job]]\nid = \"j\"\nsubmit = \"0 s\"\norigin = \"a\"\nruntime = \"1 s\"\n"
    );
    let files = BTreeMap::from([("t.csv".to_owned(), table.to_owned())]);
    if let Err(problems) = load(&Input::Text { name: "fuzz.toml".to_owned(), text, files }, &[]) {
        let _ = problems.render(false);
    }
});
