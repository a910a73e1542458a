//! `explain`: the lives of jobs, recorded or told by running again.

use crate::support::{Scratch, Table, eastwest, json, near, run_into, same_contents};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn scenario(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name)
}

fn explain(directory: &Path, job: &str, more: &[&str]) -> crate::support::Ran {
    let mut words = vec!["explain".to_owned(), directory.display().to_string(), job.to_owned()];
    words.extend(more.iter().map(|word| (*word).to_owned()));
    eastwest(&words)
}

fn story(directory: &Path, job: &str, more: &[&str]) -> Value {
    let ran = explain(directory, job, &[&["--format", "json"], more].concat()).expect(0).says(&[]);
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("JSON")
}

/// The numbers worked out in the README: b and c share the link from 20.008 to 200.008 s, c waits for a's node.
#[test]
fn two_centers_by_hand() {
    let scratch = Scratch::new();
    let out = scratch.path("west");
    run_into(&scenario("two-centers.toml"), &out, &["--policy", "west"]).expect(0);
    let c = story(&out, "c", &[]);
    let rates = |story: &Value| -> Vec<(f64, f64, f64, u64)> {
        let steps = story["transfers"][0]["rates"].as_array().expect("rates").clone();
        let number = |step: &Value, key: &str| step[key].as_f64().expect("a number");
        let row = |step: &Value| {
            assert_eq!(step["bottleneck"], "beijing-horinger");
            let flows = step["flows"].as_u64().expect("flows");
            (number(step, "from_s"), number(step, "until_s"), number(step, "rate_bps"), flows)
        };
        steps.iter().map(row).collect()
    };
    assert_eq!(rates(&c), [(20.008, 200.008, 5e9, 2), (200.008, 210.008, 1e10, 1)]);
    assert_eq!(rates(&story(&out, "b", &[])), [(10.008, 20.008, 1e10, 1), (20.008, 200.008, 5e9, 2)]);
    near(c["transfers"][0]["latency_s"].as_f64().expect("latency"), 0.008, "latency");
    let stay = &c["queue"][0];
    assert_eq!((stay["ahead"].as_u64(), stay["running"].as_u64()), (Some(0), Some(2)));
    assert_eq!((&stay["holders"][0]["job"], &stay["holders"][1]["job"]), (&Value::from("a"), &Value::from("b")));
    assert_eq!((&stay["released_named"][0]["job"], stay["released"].as_u64()), (&Value::from("a"), Some(1)));
    // One node of 300 W for an hour x 1.2: 0.36 kWh, 0.144 CNY, 0.252 kg; 125 GB x 0.10 CNY.
    for (key, value) in
        [("energy_kwh", 0.36), ("energy_cost_cny", 0.144), ("carbon_kg", 0.252), ("transfer_cost_cny", 12.5)]
    {
        near(c["costs"][key].as_f64().expect(key), value, key);
    }
    let question = &c["asked"][0];
    let removed =
        question["removed"].as_array().expect("filters").iter().map(|it| it["pools"].as_u64().expect("pools"));
    assert_eq!((removed.sum::<u64>(), question["scored_pools"].as_u64()), (1, Some(1)));
    assert_eq!(c["place"]["center"], "horinger");
    let jobs = Table::read(&out.join("jobs.csv"));
    for job in ["a", "b", "c"] {
        let told = story(&out, job, &[]);
        for column in ["submit_s", "brokered_s", "staged_s", "start_s", "end_s", "wait_s", "staging_s", "queue_wait_s"]
        {
            near(told[column].as_f64().expect(column), jobs.number(("job", job), column), column);
        }
    }
}

#[test]
fn the_readme_shows_what_explain_prints() {
    let scratch = Scratch::new();
    let out = scratch.path("west");
    run_into(&scenario("two-centers.toml"), &out, &["--policy", "west"]).expect(0);
    let told = explain(&out, "c", &[]).expect(0).stdout;
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md");
    let shown = readme.replace("\r\n", "\n");
    let (_, shown) = shown.split_once("$ eastwest explain west c\n").expect("the README explains c");
    let (shown, _) = shown.split_once("```").expect("a block");
    assert_eq!(shown.trim_end(), told.trim_end());
}

/// Recording changes nothing of the results, and the story that was recorded is that of running again.
#[test]
fn a_recorded_story_is_that_of_a_new_run() {
    let scratch = Scratch::new();
    let (plain, recorded) = (scratch.path("plain"), scratch.path("recorded"));
    let more = ["--set", "run.until=6 h", "--seed", "7"];
    run_into(&scenario("small-firms.toml"), &plain, &more).expect(0);
    run_into(&scenario("small-firms.toml"), &recorded, &[&more[..], &["--explain", "all"]].concat()).expect(0);
    let stories = fs::read_to_string(recorded.join("explanations.jsonl")).expect("stories");
    let stories: Vec<Value> = stories.lines().map(|line| serde_json::from_str(line).expect("a story")).collect();
    let jobs = Table::read(&plain.join("jobs.csv"));
    assert_eq!(stories.len(), jobs.rows.len());
    assert!(stories.len() > 20, "{} jobs", stories.len());
    assert!(stories.windows(2).all(|pair| pair[0]["number"].as_u64() < pair[1]["number"].as_u64()), "by number");
    let mut energy = 0.0;
    for story in &stories {
        let job = story["job"].as_str().expect("a name");
        assert_eq!(story["outcome"], jobs.cell(("job", job), "outcome"));
        energy += story["costs"]["energy_kwh"].as_f64().expect("energy");
        for question in story["asked"].as_array().expect("questions") {
            let removed: u64 =
                question["removed"].as_array().expect("filters").iter().filter_map(|it| it["pools"].as_u64()).sum();
            assert_eq!(Some(removed + question["scored_pools"].as_u64().expect("pools")), question["pools"].as_u64());
            assert!(question["chosen"].is_null() || question["chosen_rank"] == 1, "{job}: {question}");
        }
    }
    let classes = Table::read(&plain.join("classes.csv"));
    let caused: f64 = classes.cells("caused_energy_kwh").iter().filter_map(|cell| cell.parse::<f64>().ok()).sum();
    assert!((energy - caused).abs() <= 1e-9 * caused, "jobs caused {energy} kWh, classes {caused} kWh");
    let some = [&stories[3], &stories[stories.len() / 2], &stories[stories.len() - 1]];
    for told in some {
        let job = told["job"].as_str().expect("a name");
        assert_eq!(&story(&recorded, job, &[]), told);
        assert_eq!(&story(&plain, job, &[]), told, "{job} from a new run");
    }
    fs::remove_file(recorded.join("explanations.jsonl")).expect("removes");
    same_contents(&plain, &recorded);
}

#[test]
fn a_run_of_a_comparison_is_named() {
    let scratch = Scratch::new();
    let out = scratch.path("both");
    let file = scenario("two-centers.toml").display().to_string();
    let target = out.display().to_string();
    // Something must be drawn, or one replication is all there is.
    let stacks = ["--policy", "stay", "--policy", "west", "--policy", "random"];
    let compare = ["compare", &file, "--out", &target, "--replications", "2", "--no-report"];
    eastwest(&[&compare[..], &stacks].concat()).expect(0);
    explain(&out, "c", &[]).expect(2).says(&["of which run", "--policy", "stay, west"]);
    explain(&out, "c", &["--policy", "wset"]).expect(2).says(&["wset", "did you mean `west`?"]);
    explain(&out, "c", &["--policy", "west", "--replication", "2"]).expect(2).says(&["they are 0 to 1"]);
    assert_eq!(story(&out, "c", &["--policy", "west", "--replication", "1"])["start_s"], 3600.0);
    assert_eq!(story(&out, "c", &["--policy", "stay"])["start_s"], 7200.0);
}

#[test]
fn selectors_choose_and_wrong_ones_are_refused_before_anything_runs() {
    let scratch = Scratch::new();
    let file = scenario("two-centers.toml");
    let told = |word: &str| -> Vec<String> {
        let out = scratch.path("out");
        run_into(&file, &out, &["--policy", "west", "--explain", word]).expect(0);
        let text = fs::read_to_string(out.join("explanations.jsonl")).expect("stories");
        let name = |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["job"].as_str().map(str::to_owned);
        text.lines().filter_map(name).collect()
    };
    assert_eq!(told("all"), ["a", "b", "c"]);
    assert_eq!(told("job=c,a"), ["a", "c"]);
    assert_eq!(told("class=job"), ["a", "b", "c"]);
    assert_eq!(told("sample:1"), ["a", "b", "c"]);
    fs::remove_dir_all(scratch.path("out")).expect("removes");
    for (word, says) in [
        ("clas=x", "is none of all, class=NAME"),
        ("class=x", "its classes: job"),
        ("sample:0", "N at least 1"),
        ("job=", "is none of all"),
        ("job=a,", "is none of all"),
    ] {
        run_into(&file, &scratch.path("out"), &["--policy", "west", "--explain", word])
            .expect(2)
            .says(&["--explain", says]);
    }
    assert_eq!(scratch.names(), [""; 0], "nothing is left of a refused word");
    let ran = run_into(&file, &scratch.path("out"), &["--policy", "west", "--explain", "job=a,zz"]).expect(0);
    assert!(ran.stderr.contains("among the 3 jobs there is no zz"), "{}", ran.stderr);
    // Not recorded: told by running again.
    assert_eq!(story(&scratch.path("out"), "b", &[])["start_s"], 200.008);
}

#[test]
fn wrong_directories_and_jobs_say_what_would_be_right() {
    let scratch = Scratch::new();
    let out = scratch.path("out");
    run_into(&scenario("two-centers.toml"), &out, &["--policy", "west"]).expect(0);
    explain(&out, "zz", &[]).expect(2).says(&["no job zz among the 3", "CLASS-N"]);
    explain(&out, "c", &["--policy", "west"]).expect(2).says(&["is one run"]);
    explain(&scratch.path("nothing"), "c", &[]).expect(4).says(&["cannot read"]);
    let other = scratch.path("other");
    fs::create_dir(&other).expect("makes");
    explain(&other, "c", &[]).expect(4).says(&["no manifest.json", "name a directory"]);
    // What `replay` leaves has a manifest and no scenario.
    fs::copy(out.join("manifest.json"), other.join("manifest.json")).expect("copies");
    explain(&other, "c", &[]).expect(4).says(&["a replay has one machine"]);
    // A directory whose table says otherwise.
    let jobs = fs::read_to_string(out.join("jobs.csv")).expect("jobs").replace(",3600,7200,", ",3601,7200,");
    fs::write(out.join("jobs.csv"), jobs).expect("writes");
    explain(&out, "c", &[]).expect(0).says(&["jobs.csv has start_s \"3601\" where this story has \"3600\""]);
    assert_eq!(json(&out.join("manifest.json"))["state"], "complete");
}

#[test]
fn hostile_names_do_no_harm() {
    let scratch = Scratch::new();
    let text = fs::read_to_string(scenario("two-centers.toml")).expect("reads");
    let text = text.replace("id = \"c\"", "id = \"<script>|`x`*东数*\"");
    let file = scratch.write("hostile.toml", text);
    let out = scratch.path("out");
    run_into(&file, &out, &["--policy", "west", "--explain", "all"]).expect(0);
    let name = "<script>|`x`*东数*";
    let plain = explain(&out, name, &[]).expect(0).stdout;
    assert!(plain.starts_with(&format!("Job {name} of")), "{plain}");
    let markdown = explain(&out, name, &["--format", "markdown"]).expect(0).stdout;
    assert!(!markdown.contains("<script>"), "{markdown}");
    assert!(markdown.contains("&lt;script&gt;\\|\\`x\\`\\*东数\\*"), "{markdown}");
}
