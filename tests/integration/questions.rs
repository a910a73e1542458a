//! Each scenario that answers a question: what `scenarios/questions.md` shows is what the program prints.

use crate::support::{Scratch, eastwest};
use std::path::Path;

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/questions.md");
    std::fs::read_to_string(path).expect("the page").replace("\r\n", "\n")
}

/// The commands of the page's console blocks, and what each is said to print. A command may go on in the next line after a `\`.
fn shown(page: &str) -> Vec<(Vec<String>, String)> {
    let blocks = page.split("\n```console\n").skip(1).filter_map(|rest| rest.split_once("\n```"));
    let commands = blocks.flat_map(|(block, _)| {
        let joined = block.replace("\\\n", " ");
        joined.split("$ eastwest ").skip(1).map(str::to_owned).collect::<Vec<_>>()
    });
    commands
        .map(|command| {
            let (line, output) = command.split_once('\n').unwrap_or((&command, ""));
            (line.split_whitespace().map(str::to_owned).collect(), output.trim_end().to_owned())
        })
        .collect()
}

/// Runs the commands about one scenario.
fn check(name: &str) {
    let page = page();
    let commands: Vec<_> =
        shown(&page).into_iter().filter(|(words, _)| words.get(1).is_some_and(|it| it == name)).collect();
    assert!(!commands.is_empty(), "scenarios/questions.md has no command about {name}");
    assert!(page.contains(&format!("\n## {name}\n")), "scenarios/questions.md has no section {name}");
    for (mut words, wanted) in commands {
        let scratch = Scratch::new();
        let line = words.join(" ");
        words.extend(["--quiet".to_owned(), "--out".to_owned(), scratch.path("out").display().to_string()]);
        let ran = eastwest(&words).expect(0);
        let rows = |text: &str| text.trim_end().lines().map(|row| row.trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(rows(&ran.stdout), rows(&wanted), "eastwest {line} prints something else now:\n{}", ran.stdout);
    }
}

macro_rules! questions {
    ($($test:ident = $name:literal),+ $(,)?) => {
        $(
            #[test]
            fn $test() {
                check($name);
            }
        )+

        #[test]
        fn every_question_is_built_in_and_told() {
            let names = [$($name),+];
            let built_in: Vec<&str> = eastwest::scenario::embedded().iter().map(|(name, _)| *name).collect();
            let page = page();
            let told = page.lines().filter_map(|line| line.strip_prefix("## ")).collect::<Vec<_>>();
            for name in names {
                assert!(built_in.contains(&name), "{name} is not built in");
            }
            assert_eq!(told, names, "sections of scenarios/questions.md");
        }
    };
}

questions! {
    tianjin_expansion = "tianjin-expansion",
    bth_10k_cards = "bth-10k-cards",
    east_data_west_storage = "east-data-west-storage",
    greener_is_not_west = "greener-is-not-west",
    growth = "growth",
    small_firms = "small-firms",
    residency = "residency",
    trunk_cut = "trunk-cut",
}
