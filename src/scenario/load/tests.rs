use super::*;
use crate::scenario::effective;
use proptest::prelude::*;

const TWO_CENTERS: &str = include_str!("../../../scenarios/two-centers.toml");

fn text(text: &str, files: &[(&str, &str)]) -> Input {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Input::Text { name: "s.toml".to_owned(), text: text.to_owned(), files }
}

fn sets(sets: &[&str]) -> Vec<String> {
    sets.iter().map(|set| (*set).to_owned()).collect()
}

fn good(input: &Input, set: &[&str]) -> RawScenario {
    match load_raw(input, &sets(set)) {
        Ok((raw, _)) => raw,
        Err(problems) => panic!("{}", problems.render(false)),
    }
}

/// All problems, one a line: `file:line:column: message (label); help`.
fn problems(input: &Input, set: &[&str]) -> Vec<String> {
    let problems = load_raw(input, &sets(set)).expect_err("problems");
    let rendered = problems.render(false);
    let lines: Vec<String> = problems.sorted().into_iter().map(|problem| problem.one_line(&problems.sources)).collect();
    for problem in problems.sorted() {
        if let Some(location) = problems.sources.locate(&problem.span) {
            assert!(rendered.contains(&format!("--> {location}")), "{location} is not shown in\n{rendered}");
        }
    }
    lines
}

fn one_problem(input: &Input, set: &[&str], start: &str, words: &[&str]) {
    let found = problems(input, set);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with(start), "{:?} does not start with {start:?}", found[0]);
    for word in words {
        assert!(found[0].contains(word), "{word:?} is not in {:?}", found[0]);
    }
}

const HEAD: &str = "format = 1\nname = \"x\"\n";

#[test]
fn the_example_is_read_with_places() {
    let (raw, problems) = load_raw(&text(TWO_CENTERS, &[]), &[]).expect("reads");
    assert_eq!(raw.center.keys().collect::<Vec<_>>(), ["beijing", "horinger"]);
    assert_eq!(raw.job.len(), 3);
    let link = &raw.link["beijing-horinger"];
    assert_eq!(problems.sources.slice(&link.span()), "beijing-horinger");
    assert_eq!(problems.sources.slice(&link.get().latency.span()), "\"8 ms\"");
    let pool = &raw.center["beijing"].get().pool["cpu"];
    assert_eq!(problems.sources.locate(&pool.span()).map(|l| l.line), Some(9));
    assert_eq!(good(&Input::Embedded("two-centers".to_owned()), &[]), raw);
}

#[test]
fn line_ends_and_marks_of_editors_do_not_matter() {
    let plain = good(&text(TWO_CENTERS, &[]), &[]);
    let strange = format!("\u{feff}{}", TWO_CENTERS.trim_end().replace('\n', "\r\n"));
    assert_eq!(good(&text(&strange, &[]), &[]), plain);
    let wrong = strange.replace("latency = ", "latancy = ");
    one_problem(&text(&wrong, &[]), &[], "s.toml:19:1: unknown key `latancy`", &["did you mean `latency`?"]);
}

#[test]
fn all_problems_of_a_file_come_out_at_once() {
    let file = r#"format = 1
nmae = "x"
name = "x"
[run]
until = "7"
seeed = 1
[center.a]
pue = "much"
tier = "national"
pool.cpu = { nodes = 1.5, cores = 4, memry = "1 GiB" }
[link.l]
between = ["a", "b"]
bandwidth = "10 GBps"
[[job]]
origin = "a"
submit = 0
[[event]]
at = "1 h"
down = { lnk = "l" }
[policy.p]
broker = { nearest = {} }
queue = { fcsf = {} }
[metro]
b = { side = "east", place = { lat = 1 } }
"#;
    let found = problems(&text(file, &[]), &[]);
    for (line, words) in [
        ("s.toml:2:1: unknown key `nmae`", "did you mean `name`?"),
        ("s.toml:5:9: ", "the unit is missing"),
        ("s.toml:6:1: unknown key `seeed`", "did you mean `seed`?"),
        ("s.toml:8:7: ", "expected"),
        ("s.toml:9:8: unknown name `national`", "did you mean `national-hub`?"),
        ("s.toml:10:22: expected a whole number", "1.5"),
        ("s.toml:10:38: unknown key `memry`", "did you mean `memory`?"),
        ("s.toml:11:1: the key `latency` is missing", ""),
        ("s.toml:13:13: ", "did you mean \"Gbps\"?"),
        ("s.toml:16:10: expected a string with a duration", "found the number 0"),
        ("s.toml:19:10: unknown key `lnk`", "did you mean `link`?"),
        ("s.toml:22:11: unknown name `fcsf`", "did you mean `fcfs`?"),
        ("s.toml:24:30: the key `lon` is missing", ""),
    ] {
        assert!(
            found.iter().any(|problem| problem.starts_with(line) && problem.contains(words)),
            "{line} {words}: not in {found:#?}"
        );
    }
    assert_eq!(found.len(), 13, "{found:#?}");
}

#[test]
fn syntax_is_reported_at_its_place() {
    one_problem(&text("format = 1\nname = \"x\n", &[]), &[], "s.toml:2:10: ", &[]);
    one_problem(&text("format = 1\nformat = 1\nname = \"x\"\n", &[]), &[], "s.toml:2:1: duplicate key", &[]);
    assert!(problems(&text("[[[\n]\n= 3", &[]), &[])[0].starts_with("s.toml:1:"));
    assert_eq!(problems(&text("", &[]), &[]).len(), 2, "format and name are missing");
    one_problem(&text(&format!("{HEAD}center = 3\n"), &[]), &[], "s.toml:3:10: expected tables", &["[center.NAME]"]);
    one_problem(&text(&format!("{HEAD}job = {{ a = 1 }}\n"), &[]), &[], "s.toml:3:7: expected tables", &["[[job]]"]);
    one_problem(&text(&format!("{HEAD}job = [1]\n"), &[]), &[], "s.toml:3:8: ", &["found the number 1"]);
    one_problem(&text(&format!("{HEAD}[center]\na = 1"), &[]), &[], "s.toml:4:5: ", &["found the number 1"]);
    let seed = format!("{HEAD}[run]\nseed = 99999999999999999999\n");
    one_problem(&text(&seed, &[]), &[], "s.toml:4:8: ", &["too large"]);
}

#[test]
fn deep_and_long_texts_are_refused() {
    for hostile in [
        format!("{HEAD}x = {}1{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{HEAD}x = {}1{}", "{a=".repeat(100_000), "}".repeat(100_000)),
        format!("{HEAD}{}a = 1", "a.".repeat(300_000)),
        format!("{HEAD}{}a = 1", "a.".repeat(500)),
        format!("{HEAD}[{}a]", "a.".repeat(300_000)),
        format!("{HEAD}x = \"{}", "y".repeat(1_000_000)),
        "a=1\n".repeat(10_000),
    ] {
        assert!(!problems(&text(&hostile, &[]), &[]).is_empty());
    }
    let large = text(&" ".repeat(usize::try_from(files::FILE_BYTES_MAX).expect("fits") + 1), &[]);
    one_problem(&large, &[], "cannot read s.toml: it is larger than 64 MiB", &[]);
}

#[test]
fn files_that_are_none_are_refused() {
    let folder = std::env::temp_dir().join(format!("eastwest-load-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("folder");
    let path = |name: &str| folder.join(name);
    std::fs::write(path("good.toml"), TWO_CENTERS).expect("file");
    std::fs::write(path("binary.toml"), b"format = 1\nname = \"\xff\"\n").expect("file");
    std::fs::write(path("half.toml"), "include = [\"binary.toml\", \"none.toml\"]\nformat = 1\nname = \"x\"\n")
        .expect("file");
    assert_eq!(good(&Input::File(path("good.toml")), &[]).job.len(), 3);
    let binary = path("binary.toml").display().to_string();
    let found = problems(&Input::File(path("binary.toml")), &[]);
    assert!(found[0].starts_with(&format!("{binary}:2:9: cannot read {binary}: it is not text")), "{found:?}");
    for (name, reason) in [("none.toml", "no such file"), (".", "it is a directory")] {
        let problems = load_raw(&Input::File(path(name)), &[]).expect_err("none");
        assert!(problems.unreadable);
        let text = problems.render(false);
        assert!(text.contains("cannot read ") && text.contains(reason), "{text}");
    }
    let found = problems(&Input::File(path("half.toml")), &[]);
    assert!(found.iter().any(|p| p.contains("half.toml:1:27: cannot include")), "{found:#?}");
    assert!(found.iter().any(|p| p.contains("binary.toml:2:9: cannot include")), "{found:#?}");
    std::fs::remove_dir_all(&folder).expect("removed");
    one_problem(&Input::Embedded("two-centres".to_owned()), &[], "", &["no such scenario", "two-centers"]);
}

#[test]
fn includes_merge_and_name_both_places() {
    let main = format!(
        "include = [\"parts/a.toml\"]\n{HEAD}[center.a]\npue = 1.2\n[[job]]\nsubmit = \"1 s\"\norigin = \"a\"\n"
    );
    let part =
        "include = [\"b.toml\"]\n[center.a]\ntariff = \"1 CNY/kWh\"\n[[job]]\nsubmit = \"0 s\"\norigin = \"a\"\n";
    let other = "[center.b]\n[tables]\nmetros = \"m.csv\"\n";
    let files = [("parts/a.toml", part), ("parts/b.toml", other), ("parts/m.csv", "name,side\nm,east\n")];
    let raw = good(&text(&main, &files), &[]);
    let a = raw.center["a"].get();
    assert!(a.pue.is_some() && a.tariff.is_some() && raw.center.contains_key("b") && raw.metro.contains_key("m"));
    assert_eq!(raw.job.iter().map(|job| job.get().submit.get().0).collect::<Vec<_>>(), [0, 1_000_000_000]);
    assert!(raw.include.is_empty());

    let twice = main.replace("pue = 1.2", "tariff = \"2 CNY/kWh\"");
    let problems_of = load_raw(&text(&twice, &files), &[]).expect_err("twice");
    let shown = problems_of.render(false);
    for word in ["the key `tariff` is given twice", "--> s.toml:5:1", "::: parts/a.toml:3:1", "first given here"] {
        assert!(shown.contains(word), "{word} is not in\n{shown}");
    }
    let cycle = [("parts/a.toml", part), ("parts/b.toml", "include = [\"a.toml\"]")];
    one_problem(&text(&main, &cycle), &[], "parts/b.toml:1:12: parts/a.toml is included twice", &[]);
    let cycle = [("parts/a.toml", "include = [\"../s.toml\"]")];
    one_problem(&text(&main, &cycle), &[], "parts/a.toml:1:12: s.toml is included by itself", &[]);
    one_problem(&text(&main, &[]), &[], "s.toml:1:12: cannot include parts/a.toml: no such file", &[]);
    one_problem(&text(&format!("include = 3\n{HEAD}"), &[]), &[], "s.toml:1:11: ", &["found the number 3"]);
    one_problem(&text(&main, &[("parts/a.toml", "x = y")]), &[], "parts/a.toml:1:5: ", &[]);
    let chain: Vec<(String, String)> =
        (0..30).map(|i| (format!("parts/{}.toml", i), format!("include = [\"{}.toml\"]", i + 1))).collect();
    let mut chain: Vec<(&str, &str)> = chain.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    chain.push(("parts/a.toml", "include = [\"0.toml\"]"));
    assert!(problems(&text(&main, &chain), &[])[0].contains("too many files include each other"));
}

#[test]
fn sets_change_any_value() {
    let input = text(TWO_CENTERS, &[]);
    let raw = good(
        &input,
        &[
            "run.until=7 d",
            "run.seed = 7",
            "center.beijing.pue=1.1",
            "center.beijing.pool.cpu.nodes=3",
            "job.1.cores=2",
            "link.\"beijing-horinger\".latency = \"9 ms\"",
            "metro.new={ side = \"east\" }",
            "name=other",
        ],
    );
    assert_eq!(raw.run.until.as_ref().map(|until| until.get().to_string()).as_deref(), Some("1 w"));
    assert_eq!((raw.run.seed, raw.name.get().as_str()), (7, "other"));
    assert_eq!(*raw.center["beijing"].get().pool["cpu"].get().nodes.get(), 3);
    assert_eq!(raw.job[1].get().cores.as_ref().map(|cores| *cores.get()), Some(2.0));
    assert!(raw.metro.contains_key("new"));
    for (set, start, word) in [
        ("run.untill=7 d", "--set:1:5: unknown key `untill`", "did you mean `until`?"),
        ("run.until=7 dd", "--set:1:11: \"7 dd\" is not a duration", "unknown unit"),
        ("cente.beijing.pue=1", "--set:1:1: unknown key `cente`", "did you mean `center`?"),
        ("center.bejing.pue=1", "--set:1:8: there is no center `bejing`", "did you mean `beijing`?"),
        ("center.beijing.pool.gpu.nodes=1", "--set:1:21: there is no pool `gpu`", "cpu"),
        ("job.3.cores=1", "--set:1:5: no element `3`", "0 to 2"),
        ("job.x.cores=1", "--set:1:5: no element `x`", "0 to 2"),
        ("format.x=1", "--set:1:8: there is no key `x` in an integer", ""),
        ("run.seed", "--set:1:1: there is no `=`", "write --set"),
        ("=1", "--set:1:1: a key is missing", "write --set"),
        ("run..seed=1", "--set:1:5: a key is missing", ""),
        ("run.\"seed=1", "--set:1:5: the quote is not closed", ""),
        ("run.\"seed\"x=1", "--set:1:11: expected `.` or `=`", ""),
        ("include=[]", "--set:1:1: `include` cannot be set", ""),
        ("", "--set:1:1: a key is missing", ""),
        ("a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1", "--set:1:1: more than 32 keys", ""),
    ] {
        one_problem(&input, &[set], start, &[word]);
    }
}

const CENTERS: &str =
    "name,tier,side,lat,lon,pue,tariff_cny_per_kwh,tariff_peak_cny_per_kwh,peak_hours,carbon_g_per_kwh,green_share,\
storage_space_eb,storage_filled_eb,regions,label_security,source_pue,note
a,national-hub,west,40.1,111,1.15,0.36,0.5,7-9;17-23,642,0.5,40,20,north;china,level-3,x,\"y, z\"
b,,,,,,0.3,,,500,,,,,,,
";
const POOLS: &str = "center,pool,nodes,cores,memory_gib,accelerator_kind,accelerator_count,accelerator_memory_gib,fp16_tflops,fp32_tflops,\
power_idle_w,power_peak_w,closed_share,closed_load
a,ai,10,128,1536,ascend,8,64,280,46.7,1900,5600,0.84,0.2;0.3
b,cpu,5,64,256,,,,,5.86,170,400,,
";
const LINKS: &str = "from,to,latency_ms,bandwidth_gbps,price_cny_per_gb,background\na,b,9.5,400,0.10,0.3\n";

fn inventories() -> (String, [(&'static str, &'static str); 3]) {
    let main = format!("{HEAD}[tables]\ncenters = \"c.csv\"\npools = \"p.csv\"\nlinks = \"l.csv\"\n");
    (main, [("c.csv", CENTERS), ("p.csv", POOLS), ("l.csv", LINKS)])
}

#[test]
fn tables_become_the_same_as_text() {
    let (main, files) = inventories();
    let as_text = format!(
        r#"{HEAD}
[center.a]
tier = "national-hub"
side = "west"
place = {{ lat = 40.1, lon = 111 }}
pue = 1.15
tariff = {{ flat = "0.36 CNY/kWh", peak = "0.5 CNY/kWh", peak-hours = ["7-9", "17-23"] }}
carbon = {{ grid = "642 g/kWh", green-share = 0.5 }}
storage = {{ space = "40 EB", filled = "20 EB" }}
regions = ["north", "china"]
labels = {{ security = "level-3" }}
[center.a.pool.ai]
nodes = 10
cores = 128
memory = "1536 GiB"
accelerators = {{ kind = "ascend", count = 8, memory = "64 GiB", fp16 = "280 TFLOPS", fp32 = "46.7 TFLOPS" }}
power-idle = "1900 W"
power-peak = "5600 W"
closed-share = 0.84
closed-load = {{ hourly = [0.2, 0.3] }}
[center.b]
tariff = "0.3 CNY/kWh"
carbon = "500 g/kWh"
pool.cpu = {{ nodes = 5, cores = 64, memory = "256 GiB", fp32 = "5.86 TFLOPS", power-idle = "170 W", power-peak = "400 W" }}
[link.a-b]
between = ["a", "b"]
latency = "9.5 ms"
bandwidth = "400 Gbps"
price = "0.10 CNY/GB"
background = 0.3
"#
    );
    assert_eq!(good(&text(&main, &files), &[]), good(&text(&as_text, &[]), &[]));
    let (raw, found) = load_raw(&text(&main, &files), &[]).expect("reads");
    assert_eq!(found.sources.slice(&raw.link["a-b"].get().latency.span()), "9.5");
    assert_eq!(found.sources.slice(&raw.center["a"].span()), "a");
    good(&text(&main, &files), &["center.b.pool.cpu.nodes=7", "tables.links=l.csv"]);
}

#[test]
fn what_is_wrong_with_a_table_is_said_in_the_table() {
    let (main, files) = inventories();
    let with = |at: usize, from: &str, to: &str| {
        let mut files = files;
        let text = files[at].1.replace(from, to);
        assert_ne!(text, files[at].1, "{from} is there");
        let owned: BTreeMap<String, String> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        files[at].1 = "";
        let mut owned = owned;
        owned.insert(files[at].0.to_owned(), text);
        Input::Text { name: "s.toml".to_owned(), text: main.clone(), files: owned }
    };
    for (at, from, to, start, word) in [
        (2, "latency_ms", "latency", "l.csv:1:9: unknown column `latency`", "did you mean `latency_ms`?"),
        (2, "latency_ms", "latency_hours", "l.csv:1:9: unknown column", ""),
        (0, "name,", "nme,", "c.csv:1:1: unknown column `nme`", "did you mean `name`?"),
        (2, "9.5", "fast", "l.csv:2:5: expected a number, found `fast`", "write it in ms, without the unit"),
        (2, "9.5", "9 ms", "l.csv:2:5: expected a number", "write it in ms"),
        (2, "9.5", "-1", "l.csv:2:5: \"-1 ms\" is not a duration", ""),
        (2, "9.5", "", "l.csv:2:1: the key `latency` is missing", ""),
        (2, "a,b,9.5", ",b,9.5", "l.csv:2:1: the cell of `from` is empty", ""),
        (2, "0.3\n", "0.3\na,b,1,1,0,0\n", "l.csv:3:3: the link `a-b` is given twice", "column `name`"),
        (1, "b,cpu", "c,cpu", "p.csv:3:1: there is no center `c`", ""),
        (1, "b,cpu", "a,ai", "p.csv:3:3: the pool `ai` is given twice", ""),
        (1, ",5,64", ",x,64", "p.csv:3:7: expected a number, found `x`", ""),
        (1, ",5,64", ",5.5,64", "p.csv:3:7: expected a whole number", ""),
        (0, "west", "wst", "c.csv:2:16: unknown name `wst`", "did you mean `west`?"),
        (0, "b,,", "a,,", "c.csv:3:1: the center `a` is given twice", ""),
    ] {
        let found = problems(&with(at, from, to), &[]);
        assert!(found.iter().any(|p| p.starts_with(start) && p.contains(word)), "{start} {word}: not in {found:#?}");
    }
    let both = format!("{main}[center.b]\npue = 1.3\n");
    one_problem(&text(&both, &files), &[], "c.csv:3:1: the center `b` is given twice", &[]);
    let shown = load_raw(&text(&both, &files), &[]).expect_err("both").render(false);
    assert!(shown.contains("::: s.toml:7:9") || shown.contains("s.toml:7:"), "{shown}");
    let more = format!("{main}[center.b.pool.more]\nnodes = 1\ncores = 1\n");
    assert_eq!(good(&text(&more, &files), &[]).center["b"].get().pool.len(), 2);
    one_problem(&text(&main, &files[..2]), &[], "s.toml:6:9: cannot read the table l.csv: no such file", &[]);
    one_problem(&text(&main, &files), &["tables.linkz=l.csv"], "--set:1:8: unknown key `linkz`", &["links"]);
}

#[test]
fn weights_come_from_a_table() {
    let main = format!(
        "{HEAD}[workload.w]\narrivals = {{ renewal = {{ interval = \"1 s\" }} }}\norigin-table = {{ file = \"d.csv\", column = \"ai\" }}\n"
    );
    let demand = "site,ai,web,source\nm,0.25,1,x\nn,,2,x\no,3,0,\n";
    let (raw, found) = load_raw(&text(&main, &[("d.csv", demand)]), &[]).expect("reads");
    let workload = raw.workload["w"].get();
    assert!(workload.origin_table.is_none());
    let origin = workload.origin.as_ref().expect("origin").get();
    assert_eq!(
        origin.iter().map(|(site, weight)| (site.as_str(), *weight.get())).collect::<Vec<_>>(),
        [("m", 0.25), ("o", 3.0)]
    );
    assert_eq!(found.sources.locate(&origin["o"].span()).map(|l| l.to_string()).as_deref(), Some("d.csv:4:3"));
    for (from, to, start, word) in [
        ("site,", "place,", "d.csv:1:1: the column `site` is missing", ""),
        ("ai,", "aii,", "s.toml:5:43: there is no column `ai`", "did you mean `aii`?"),
        ("0.25", "x", "d.csv:2:3: expected a number", ""),
        ("o,3", "m,3", "d.csv:4:1: the site `m` is there twice", ""),
    ] {
        let wrong = demand.replacen(from, to, 1);
        one_problem(&text(&main, &[("d.csv", &wrong)]), &[], start, &[word]);
    }
    one_problem(&text(&main, &[]), &[], "s.toml:5:25: cannot read the table d.csv", &[]);
    let both = main.replace("origin-table", "origin = { m = 1 }\norigin-table");
    one_problem(&text(&both, &[("d.csv", demand)]), &[], "s.toml:6:1: `origin-table` beside `origin`", &[]);
    one_problem(
        &text(&main.replace("column", "colunm"), &[("d.csv", demand)]),
        &[],
        "s.toml:5:34: unknown key",
        &["column"],
    );
}

#[test]
fn the_effective_text_gives_the_same_scenario() {
    let (main, files) = inventories();
    let language = include_str!("language.toml");
    for (input, set) in [
        (text(TWO_CENTERS, &[]), vec!["job.0.cores=2"]),
        (text(&main, &files), vec!["center.b.pue=1.4"]),
        (text(language, &[("demand.csv", "site,online\nbeijing,0.25\n")]), vec![]),
    ] {
        let raw = good(&input, &set);
        let once = effective(&raw).expect("writes");
        let again = good(&text(&once, &[]), &[]);
        assert_eq!(again, raw, "{once}");
        assert_eq!(effective(&again).expect("writes"), once);
        assert!(once.contains("seed = ") && !once.contains("[tables]"), "{once}");
    }
}

#[test]
fn form_and_meaning_are_reported_together() {
    let wrong = TWO_CENTERS
        .replace("power-idle = \"100 W\", power-peak = \"300 W\" }\n\n[center.h", "pwr = 1 }\n\n[center.h")
        .replace("\"beijing\", \"horinger\"]", "\"beijing\", \"horingen\"]");
    let problems = load(&text(&wrong, &[]), &[]).expect_err("wrong");
    let shown: Vec<String> = problems.sorted().iter().map(|problem| problem.one_line(&problems.sources)).collect();
    assert!(shown.iter().any(|line| line.starts_with("s.toml:9:55: unknown key `pwr`")), "{shown:#?}");
    assert!(shown.iter().any(|line| line.starts_with("s.toml:18:23: ") && line.contains("horinger")), "{shown:#?}");
    // The job has no run time because that is misspelled: said once.
    let wrong = TWO_CENTERS.replacen("runtime = \"1 h\"", "runtme = \"1 h\"", 1);
    let problems = load(&text(&wrong, &[]), &[]).expect_err("wrong");
    assert_eq!(problems.errors(), 1, "{}", problems.render(false));
}

/// All problems of a scenario, one line each.
fn all_problems(input: &Input) -> Vec<String> {
    let problems = load(input, &[]).expect_err("wrong");
    problems.sorted().iter().map(|problem| problem.one_line(&problems.sources)).collect()
}

#[track_caller]
fn exactly(input: &Input, expected: &[&str]) {
    let found = all_problems(input);
    let all = expected.iter().all(|words| found.iter().any(|line| line.contains(words)));
    assert!(all && found.len() == expected.len(), "{expected:#?}\nfound {found:#?}");
}

#[test]
fn what_lacks_a_key_or_has_a_wrong_one_does_not_hide_the_rest() {
    let changes = [
        // Form: required keys that are missing or wrong, in several tables.
        ("latency = \"8 ms\"          # one way", "latency = 8"),
        ("bandwidth = \"10 Gbps\"     # each direction\n", ""),
        ("pool.cpu = { nodes = 1, cores = 4,", "pool.cpu = { nodes = \"one\", cores = 4, speeed = 2,"),
        ("submit = \"10 s\"\n", ""),
        ("name = \"two-centers\"\n", ""),
        // Meaning: in the same tables and in others.
        ("id = \"b\"\norigin", "id = \"b\"\noutput-to = \"nowhere\"\norigin"),
        ("submit = \"20 s\"\norigin = \"beijing\"", "submit = \"20 s\"\norigin = \"bejing\""),
        ("pue = 1.2", "pue = 0.2"),
        ("policy = \"stay\" ", "policy = \"say\" "),
        ("center = \"horinger\" }", "center = \"hoinger\" }"),
    ];
    let wrong = changes.iter().fold(TWO_CENTERS.to_owned(), |text, (from, to)| {
        let at = if from.starts_with("id = ") { text.clone() } else { text.replacen(from, to, 1) };
        assert!(from.starts_with("id = ") || at != text, "{from}");
        if from.starts_with("id = ") { text.replacen(from, to, 1) } else { at }
    });
    exactly(
        &text(&wrong, &[]),
        &[
            "found the number 8",
            "the key `bandwidth` is missing",
            "found the string \"one\"",
            "unknown key `speeed`",
            "the key `submit` is missing",
            "the key `name` is missing",
            "unknown center or metro \"nowhere\"",
            "unknown center or metro \"bejing\"",
            "the PUE must be from 1 to 100",
            "\"say\" is neither",
            "hoinger",
        ],
    );
}

#[test]
fn what_only_follows_from_what_is_missing_is_not_said() {
    // The pool may have nodes enough, the link may lead there, the stack may be there.
    let wrong = TWO_CENTERS
        .replacen("pool.cpu = { nodes = 2, cores = 4,", "pool.cpu = { nodes = 2,", 1)
        .replace("between = [\"beijing\", \"horinger\"]\n", "")
        .replacen(
            "runtime = \"1 h\"\n\n[[job]]\nid = \"b\"",
            "runtime = \"1 h\"\nregions = 3\n\n[[job]]\nid = \"b\"",
            1,
        )
        .replace("broker = { fixed = { center = \"beijing\" } }", "broker = { fixd = {} }");
    exactly(
        &text(&wrong, &[]),
        &[
            "the key `cores` is missing",
            "the key `between` is missing",
            "expected an array, found the number 3",
            "unknown name `fixd`",
        ],
    );
}

#[test]
fn bad_files_and_rows_do_not_hide_the_rest() {
    let (main, mut files) = inventories();
    let pools = files[1].1.replace("a,ai,10,", "a,ai,ten,");
    let main = format!(
        "{main}[[job]]\norigin = \"b\"\nsubmit = \"1 s\"\nruntime = \"200 y\"\n[[job]]\norigin = \"a\"\nsubmit = \"1 s\"\n\
         runtime = \"50000 d\"\naccelerators = {{ kind = \"ascend\", per-task = 1 }}\n"
    );
    files[1].1 = &pools;
    let expected = ["expected a number, found `ten`", "\"200 y\" is not a duration", "longer than a hundred years"];
    exactly(&text(&main, &files), &expected);
    // A file that is not there, one that is no TOML, and one with a mistake of its own.
    let include = main.replacen(HEAD, &format!("{HEAD}include = [\"no.toml\", \"bad.toml\", \"part.toml\"]\n"), 1);
    let mut all = files.to_vec();
    all.extend([("bad.toml", "[metro.x\n"), ("part.toml", "[metro.y]\nsde = 1\n[tenants.t]\ncount = 0\n")]);
    let more = ["cannot include no.toml", "bad.toml:1:", "unknown key `sde`", "has no member"];
    exactly(&text(&include, &all), &[&expected[..], &more].concat());
}

#[test]
fn embedded_scenarios_are_good_and_run_again_from_their_effective_text() {
    assert!(crate::scenario::embedded().len() >= 2);
    for (name, _) in crate::scenario::embedded() {
        let scenario = match load(&Input::Embedded(name.to_owned()), &[]) {
            Ok(scenario) => scenario,
            Err(problems) => panic!("{}", problems.render(false)),
        };
        let mut files = BTreeMap::new();
        for log in &scenario.logs {
            let mut copy = String::new();
            std::io::Read::read_to_string(&mut log.bytes.open().unwrap(), &mut copy).unwrap();
            files.insert(log.copy.clone(), copy);
        }
        let written = Input::Text { name: "s.toml".to_owned(), text: scenario.effective.clone(), files };
        let mut again = match load(&written, &[]) {
            Ok(scenario) => scenario,
            Err(problems) => panic!("{}", problems.render(false)),
        };
        assert_eq!(again.effective, scenario.effective);
        for (log, first) in again.logs.iter_mut().zip(&scenario.logs) {
            // The copy has another name.
            log.shown.clone_from(&first.shown);
        }
        // Warnings name other places.
        let again = Scenario { warnings: scenario.warnings.clone(), ..again };
        assert!(again == scenario, "{name} is not the same scenario again");
    }
}

/// Cuts, flips, swaps: whatever an accident or an attacker does to a text.
fn damage(text: &str, edits: &[(u8, usize, usize, u8)]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (kind, at, to, byte) in edits {
        let length = bytes.len().max(1);
        let (at, to) = (at % length, to % length);
        let (low, high) = (at.min(to), at.max(to));
        match kind % 5 {
            _ if bytes.is_empty() => {}
            0 => bytes[at] = *byte,
            1 => bytes.truncate(at),
            2 => bytes.swap(at, to),
            3 => drop(bytes.drain(low..high.min(low + 20))),
            _ => {
                let copy: Vec<u8> = bytes[low..high.min(low + 40)].to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn edits() -> impl Strategy<Value = Vec<(u8, usize, usize, u8)>> {
    let byte = prop_oneof![any::<u8>(), proptest::sample::select(b"\"'[]{}=.,\n\r#;\\-0".to_vec())];
    proptest::collection::vec((any::<u8>(), 0..5000usize, 0..5000usize, byte), 1..6)
}

/// Reading ends, with a scenario or with problems that can be shown.
fn survives(input: &Input, set: &[String]) {
    if let Err(problems) = load_raw(input, set) {
        assert!(problems.has_errors());
        assert!(problems.render(false).len() > 10);
        assert!(problems.to_json().as_array().is_some_and(|list| !list.is_empty()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_to_a_scenario_panics(edits in edits()) {
        survives(&text(&damage(TWO_CENTERS, &edits), &[]), &[]);
        survives(&text(&damage(include_str!("language.toml"), &edits), &[("demand.csv", "site,online\nbeijing,1\n")]), &[]);
    }

    #[test]
    fn no_damage_to_a_table_panics(edits in edits(), which in 0..3usize) {
        let (main, mut files) = inventories();
        let damaged = damage(files[which].1, &edits);
        let name = files[which].0;
        let mut all: Vec<(&str, &str)> = files.iter_mut().map(|file| *file).collect();
        all[which] = (name, &damaged);
        survives(&text(&main, &all), &[]);
    }

    #[test]
    fn no_set_panics(set in "[a-z.\"'=\\[\\]{} 0-9é]{0,30}", edits in edits()) {
        survives(&text(TWO_CENTERS, &[]), &[set]);
        survives(&text(TWO_CENTERS, &[]), &[damage("center.beijing.pool.cpu.power-idle=\"1 W\"", &edits)]);
    }
}
