//! What the verbs print: 80 columns whatever the names, pipe tables that are tables, colors and letters where they are wanted.

use crate::support::{Scratch, eastwest};
use eastwest::observe::{Metrics, Summary, glossary};
use eastwest::report::{self, RunInfo};
use eastwest::scenario::{self, Input};
use eastwest::units::SimTime;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::process::Command;
use unicode_width::UnicodeWidthStr;

const LONG: &str = "the-longest-name-that-anybody-in-the-far-north-west-of-the-country-has-ever-given";
const WIDE: &str = "\u{6700}\u{957f}\u{7684}\u{540d}\u{5b57}\u{5728}\u{897f}\u{5317}\u{6570}\u{636e}\u{4e2d}\u{5fc3}\u{5317}\u{533a}\u{4e8c}\u{53f7}";

/// Names long, wide, and full of what means something elsewhere.
fn hostile() -> String {
    let center = format!("{LONG}-a");
    let other = format!("{WIDE}|`*_b_*`<b>{WIDE}{WIDE}");
    format!(
        r#"format = 1
name = "{LONG} | {WIDE}"
description = "<script>alert(1)</script> {LONG}{LONG}{LONG} | *{WIDE}*"
[run]
until = "6 h"
[center."{center}"]
side = "east"
hub = "{LONG}"
province = "{WIDE}{WIDE}"
operator = "{LONG}"
pool.cpu = {{ nodes = 1, cores = 4, power-idle = "88.8 MW", power-peak = "99.9 MW" }}
tariff = "0.8 CNY/kWh"
[center."{other}"]
side = "west"
pool.cpu = {{ nodes = 4, cores = 4 }}
[link."{LONG}"]
between = ["{center}", "{other}"]
latency = "8 ms"
bandwidth = "10 Gbps"
price = "0.10 CNY/GB"
[tenants."{LONG}"]
count = 3
[tenants."{WIDE}"]
count = 3
[workload."{LONG}"]
tenants = "{LONG}"
arrivals = {{ poisson = {{ rate = "6 / h" }} }}
origin = {{ "{center}" = 1.0 }}
runtime = {{ exponential = {{ mean = "1 h" }} }}
cores = 4
input = "8.8 GB"
[workload."{WIDE}"]
tenants = "{WIDE}"
arrivals = {{ poisson = {{ rate = "6 / h" }} }}
origin = {{ "{center}" = 1.0 }}
runtime = "40 min"
cores = 2
[policy."{LONG}"]
broker = {{ home-first = {{}} }}
[policy."{WIDE}|{WIDE}"]
broker = {{ fixed = {{ center = "{other}" }} }}
[policy.third]
broker = {{ round-robin = {{}} }}
[[anchor]]
name = "{LONG}"
published = 0.4
measure = {{ run = {{ metric = "utilization" }} }}
tolerance = 0.1
"#
    )
}

/// Ends the test unless each table of a page has as many cells in each row as in its head, and no text that becomes an element.
#[track_caller]
fn is_markdown(page: &str) {
    let cells = |row: &str| row.replace("\\\\", "").replace("\\|", "").matches('|').count();
    let lines: Vec<&str> = page.lines().collect();
    let mut tables = 0;
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("| :") || line.starts_with("| -")) {
        tables += 1;
        assert!(line.chars().all(|c| "|:- ".contains(c)), "{line}");
        for row in lines[at - 1..].iter().take_while(|row| row.starts_with('|')) {
            assert_eq!(cells(row), cells(line), "{row}\nin\n{page}");
            assert_eq!(row.width(), line.width(), "bars under each other: {row}");
        }
    }
    assert!(tables > 0, "no table in\n{page}");
    assert!(!page.replace("\\<", "").contains("<script") && !page.replace("\\<", "").contains("<b>"), "{page}");
}

#[test]
fn every_verb_prints_80_columns_and_tables_whatever_the_names() {
    let scratch = Scratch::new();
    let file = scratch.write("s.toml", hostile());
    let log =
        scratch.write(&format!("{LONG}.swf"), "; MaxProcs: 4\n1 0 -1 9000 2 -1 -1 2 9000 -1 1 1 1 -1 1 -1 -1 -1\n");
    let (file, log) = (file.into_os_string(), log.into_os_string());
    let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
    let mut verbs = vec![
        [words(&["validate"]), vec![file.clone()]].concat(),
        [words(&["run"]), vec![file.clone()], words(&["--policy", "third", "--quiet"])].concat(),
        [words(&["compare"]), vec![file.clone()], words(&["--replications", "3", "--quiet"])].concat(),
        [words(&["compare"]), vec![file.clone()], words(&["--metric", "wan_bytes", "--quiet"])].concat(),
        [words(&["replay"]), vec![log], words(&["--trace-format", "swf", "--quiet"])].concat(),
        words(&["policies"]),
    ];
    for entry in eastwest::policy::registry::catalog() {
        verbs.push(words(&["policies", entry.name]));
    }
    for (at, verb) in verbs.into_iter().enumerate() {
        let out = if at < 5 && at > 0 {
            [words(&["--out"]), vec![scratch.path(&format!("out-{at}")).into_os_string()]].concat()
        } else {
            Vec::new()
        };
        // That no line is too wide is held where the binary is run.
        let text = eastwest(&[verb.clone(), out.clone()].concat()).expect(0).stdout;
        assert!(text.lines().count() > 3, "{text}");
        let page = eastwest(&[verb, out, words(&["--format", "markdown"])].concat()).expect(0).stdout;
        if at < 6 || page.contains('|') {
            is_markdown(&page);
        }
    }
}

/// A summary as it is, with the longest names and the largest figures that a run could have.
fn blown_up(summary: &Summary) -> Summary {
    let figures: Vec<&str> = glossary().iter().filter(|it| !it.unit.is_empty()).map(|it| it.key).collect();
    fn walk(value: &mut Value, key: &str, figures: &[&str]) {
        match value {
            Value::Object(object) => object.iter_mut().for_each(|(key, value)| walk(value, key, figures)),
            Value::Array(list) => list.iter_mut().for_each(|value| walk(value, key, figures)),
            Value::String(name) if !["side", "kind", "tier", "unit"].contains(&key) => *name = format!("{name}{LONG}"),
            Value::Number(number) if number.is_u64() => *value = json!(888_888_888),
            Value::Number(_) | Value::Null if figures.contains(&key) => *value = json!(8.888e8),
            Value::Number(_) if key == "requests" || key == "served" => *value = json!(8.888e14),
            Value::Number(_) => *value = json!(0.888),
            Value::Null if key.ends_with("share") || key.ends_with("utilization") || key == "load" => {
                *value = json!(0.888);
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(summary).expect("JSON");
    walk(&mut value, "", &figures);
    serde_json::from_value(value).expect("still a summary")
}

#[test]
fn summaries_of_all_built_in_scenarios_fit_a_terminal() {
    for (name, _) in scenario::embedded() {
        let scenario = scenario::load(&Input::Embedded(name.to_owned()), &[]).expect("loads");
        let mut summary = blown_up(&Metrics::new(scenario.platform.clone()).summary(SimTime::ZERO));
        if let Some(group) = summary.tenant_groups.first().cloned() {
            summary.tenant_groups.push(group);
        }
        let info = RunInfo { name: LONG.to_owned(), policy: WIDE.to_owned(), ..RunInfo::default() };
        let text = report::summary_text(&info, &summary, None, report::Format::Text);
        for title in ["\nCenters\n", "\nClasses\n", "\nTenants\n"] {
            assert!(text.contains(title) || title != "\nCenters\n", "no {title:?} in\n{text}");
        }
        for line in text.lines() {
            assert!(line.width() <= 80, "{name}: {} columns: {line}", line.width());
        }
    }
}

#[test]
fn colors_and_letters_are_those_that_are_wanted() {
    let scratch = Scratch::new();
    let expect = "[[expect]]\nmetric = \"utilization\"\nat-least = 0.1\n";
    let two = include_str!("../../scenarios/two-centers.toml");
    let file = scratch.write("s.toml", format!("{two}\n{expect}"));
    let out = scratch.path("out");
    let run = |more: &[&str], environment: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eastwest"));
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "LC_ALL", "LC_CTYPE", "LANG"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color").envs(environment.iter().copied());
        command.arg("run").arg(&file).args(["--policy", "west", "--quiet", "--out"]).arg(&out).args(more);
        let output = command.output().expect("the binary runs");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    let good = "\u{1b}[38;5;32m\u{2713}\u{1b}[0m";
    let piped = run(&[], &[]);
    assert!(piped.contains("\n  \u{2713} utilization") && !piped.contains('\u{1b}'), "{piped}");
    assert!(run(&["--color", "always"], &[]).contains(good), "asked for");
    assert!(run(&["--color", "always"], &[("NO_COLOR", "1")]).contains(good), "the command line wins");
    assert!(!run(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
    assert!(run(&[], &[("CLICOLOR_FORCE", "1")]).contains(good), "a pipe that wants colors");
    assert!(!run(&["--color", "always", "--format", "markdown"], &[]).contains('\u{1b}'));
    for environment in [("LANG", "C"), ("TERM", "dumb"), ("LC_ALL", "zh_CN.GB18030")] {
        let ascii = run(&[], &[environment]);
        assert!(ascii.is_ascii() && ascii.contains("\n  ok utilization"), "{environment:?}: {ascii}");
    }
    // The same figures in either letters.
    let [signs, ascii] = [piped, run(&[], &[("LANG", "C")])];
    assert_eq!(signs.lines().count(), ascii.lines().count());
    assert!(
        signs.contains("  all         \u{2586}\u{2583} ") && ascii.contains("  all         +: "),
        "{signs}\n{ascii}"
    );
}
