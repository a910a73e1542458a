//! What the documents show of the code is what the code is.

use std::path::Path;

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).replace("\r\n", "\n")
}

/// The fenced blocks of a language in a Markdown page.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("\n```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split_once("\n```")).map(|(block, _)| block.to_owned()).collect()
}

#[test]
fn the_glossary_of_results_is_that_of_the_code() {
    let page = text("results/README.md");
    let glossary = eastwest::observe::glossary_markdown();
    assert!(glossary.lines().count() > 100, "the glossary is there");
    let missing: Vec<&str> = glossary.lines().filter(|line| !page.lines().any(|other| other == *line)).collect();
    assert!(missing.is_empty(), "results/README.md misses or differs in:\n{}", missing.join("\n"));
    let table = page.split_once("## Glossary").map_or("", |(_, rest)| rest);
    let rows = |text: &str| text.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows(table), rows(&glossary), "results/README.md has rows that the glossary has not");
}

#[test]
fn every_file_and_column_of_results_is_named() {
    let page = text("results/README.md");
    let scratch = crate::support::Scratch::new();
    let out = scratch.path("out");
    for verb in [&["run", "two-centers", "--policy", "west"][..], &["compare", "two-centers"]] {
        let words: Vec<std::ffi::OsString> = verb.iter().chain(&["--quiet", "--out"]).map(Into::into).collect();
        crate::support::eastwest(&[words, vec![out.clone().into_os_string()]].concat()).expect(0);
        let manifest = crate::support::json(&out.join("manifest.json"));
        let mut names: Vec<String> = manifest.as_object().expect("an object").keys().cloned().collect();
        names.extend(manifest["counters"].as_object().expect("an object").keys().cloned());
        let files = manifest["files"].as_array().expect("a list").iter().filter_map(|name| name.as_str());
        names.extend(files.filter(|name| !name.starts_with("runs/")).map(str::to_owned));
        if verb[0] == "compare" {
            let table = std::fs::read_to_string(out.join("comparison.csv")).expect("a table");
            names.extend(table.lines().next().expect("a header").split(',').map(str::to_owned));
            let comparison = crate::support::json(&out.join("comparison.json"));
            names.extend(comparison.as_object().expect("an object").keys().cloned());
        }
        for name in names {
            assert!(page.contains(&format!("`{name}`")), "results/README.md does not name `{name}` of {}", verb[0]);
        }
    }
}

#[test]
fn the_policy_that_the_readme_shows_is_the_one_that_runs() {
    let shown = blocks(&text("README.md"), "rust");
    let source = text("src/policy/broker/nearest.rs");
    assert_eq!(shown[0].trim_end(), source.trim_end(), "README.md shows another src/policy/broker/nearest.rs");
    let line = shown[1].trim();
    let registry = text("src/policy/registry.rs");
    assert!(registry.lines().any(|other| other.trim() == line), "src/policy/registry.rs has no line `{line}`");
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let scratch = crate::support::Scratch::new();
    let mut held = 0;
    for block in blocks(&text("README.md"), "console") {
        let (command, shown) = block.split_once('\n').expect("a command and what it prints");
        // The nation takes long, and is run by its own test; logs are not ours.
        if !["$ eastwest run online-services", "$ eastwest validate hubs-10"].contains(&command) {
            continue;
        }
        held += 1;
        let mut words: Vec<String> = command.split_whitespace().skip(2).map(str::to_owned).collect();
        if words[0] == "run" {
            words.extend(["--quiet".to_owned(), "--out".to_owned(), scratch.path("out").display().to_string()]);
        }
        let ran = crate::support::eastwest(&words).expect(0);
        for part in shown.split("...\n").filter(|part| !part.is_empty()) {
            let part = part.trim_end().trim_end_matches("...").trim_end();
            assert!(ran.stdout.contains(part), "{command} does not print\n{part}\nbut\n{}", ran.stdout);
        }
    }
    assert_eq!(held, 2, "README.md shows the two");
}
