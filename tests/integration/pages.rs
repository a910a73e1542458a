//! `report.html`: the page of a run and of a comparison, made from results, and tried out in a browser where there is one.

use crate::support::{Ran, Scratch, contents, eastwest, json, run_into};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

fn scenario(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name)
}

fn report(arguments: &[&std::ffi::OsStr]) -> Ran {
    eastwest(&[&["report".as_ref()], arguments].concat())
}

fn compare(out: &Path) {
    let path = scenario("two-centers.toml");
    let words = ["--policy", "stay", "--policy", "west", "--replications", "2", "--out"];
    let mut arguments = vec!["compare".as_ref(), path.as_os_str()];
    arguments.extend(words.iter().map(std::ffi::OsStr::new));
    arguments.push(out.as_os_str());
    eastwest(&arguments).expect(0);
}

#[test]
fn the_page_of_a_directory_is_the_one_that_its_run_made() {
    let scratch = Scratch::new();
    let (run, compared) = (scratch.path("run"), scratch.path("compared"));
    run_into(&scenario("two-centers.toml"), &run, &["--policy", "west"]).expect(0);
    compare(&compared);
    for directory in [run, compared] {
        let before = contents(&directory);
        let page = &before["report.html"];
        report(&[directory.as_os_str()]).expect(0).says(&["page: ", "report.html"]);
        assert_eq!(before, contents(&directory), "the page was made anew from its files");
        let other = scratch.path("other.html");
        report(&[directory.as_os_str(), "--out".as_ref(), other.as_os_str()]).expect(0);
        assert!(fs::read(&other).expect("reads") == *page);
        let text = String::from_utf8_lossy(page);
        assert!(text.starts_with("<!doctype html>") && text.trim_end().ends_with("</html>"));
        assert!(!text.contains("http:") && !text.contains("https:"), "the page names an address");
    }
}

#[test]
fn a_run_without_a_page_has_neither_it_nor_its_data() {
    let scratch = Scratch::new();
    let out = scratch.path("run");
    run_into(&scenario("two-centers.toml"), &out, &["--policy", "west", "--no-report"]).expect(0);
    let files = contents(&out);
    assert!(!files.contains_key("report.html") && !files.contains_key("digest.json"), "{:?}", files.keys());
    report(&[out.as_os_str()]).expect(4).says(&["has no digest.json", "without --no-report"]);
    // All other files are those of a run with a page.
    let with = scratch.path("with");
    run_into(&scenario("two-centers.toml"), &with, &["--policy", "west"]).expect(0);
    let mut others = contents(&with);
    others.remove("report.html").expect("a page");
    others.remove("digest.json").expect("a digest");
    assert!(files == others);
}

#[test]
fn what_holds_no_results_is_refused_by_name() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("empty")).expect("makes");
    report(&[scratch.path("empty").as_os_str()]).expect(4).says(&["holds no results", "eastwest run"]);
    report(&[scratch.path("nowhere").as_os_str()]).expect(4).says(&["nowhere"]);
    let out = scratch.path("run");
    run_into(&scenario("two-centers.toml"), &out, &["--policy", "west"]).expect(0);
    let timeline = fs::read_to_string(out.join("timeline.csv")).expect("reads");
    let shorter: String = timeline.lines().take(timeline.lines().count() - 1).map(|line| format!("{line}\n")).collect();
    fs::write(out.join("timeline.csv"), shorter).expect("writes");
    report(&[out.as_os_str()]).expect(3).says(&["timeline.csv", "its last interval ends after"]);
    fs::rename(out.join("scenario.toml"), out.join("other.toml")).expect("renames");
    report(&[out.as_os_str()]).expect(4).says(&["has no scenario.toml"]);
    fs::write(out.join("summary.json"), "{").expect("writes");
    report(&[out.as_os_str()]).expect(3).says(&["summary.json", "line 1"]);
}

#[test]
fn a_base_map_of_ones_own_is_drawn_or_refused() {
    let scratch = Scratch::new();
    let out = scratch.path("run");
    let placed = fs::read_to_string(scenario("two-centers.toml")).expect("reads");
    let placed = placed
        .replace("[center.beijing]", "[center.beijing]\nplace = { lat = 39.9, lon = 116.4 }")
        .replace("[center.horinger]", "[center.horinger]\nplace = { lat = 40.5, lon = 111.8 }");
    let scenario = scratch.write("placed.toml", placed);
    let map = scratch.write(
        "approved.geojson",
        r#"{"type":"Polygon","coordinates":[[[100,30],[120,30],[120,45],[100,45],[100,30]]]}"#,
    );
    let page = |more: &[&str]| {
        run_into(&scenario, &out, &[&["--policy", "west"], more].concat()).expect(0);
        fs::read_to_string(out.join("report.html")).expect("reads")
    };
    assert!(page(&[]).contains("Coastlines only"));
    let path = map.to_string_lossy().into_owned();
    let own = page(&["--map", &path]);
    assert!(own.contains("Base map: approved.geojson") && !own.contains("Natural Earth"));
    let text = fs::read_to_string(&map).expect("reads");
    let marked = scratch.write("marked.geojson", format!("\u{feff}{text}")).to_string_lossy().into_owned();
    assert!(page(&["--map", &marked]).contains("Base map: marked.geojson"));
    let wide: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let wide = scratch.write("wide.geojson", wide).to_string_lossy().into_owned();
    run_into(&scenario, &out, &["--policy", "west", "--map", &wide]).expect(3).says(&["wide.geojson", "UTF-16"]);
    let broken = scratch.write("broken.geojson", r#"{"type":"Topology"}"#).to_string_lossy().into_owned();
    run_into(&scenario, &out, &["--policy", "west", "--map", &broken]).expect(3).says(&["broken.geojson", "Topology"]);
}

/// Words that would do harm where they were taken as markup or as a script. A scenario cannot have the first as its name, which
/// becomes that of a directory, but the second.
const HOSTILE: &str = "<script>alert(1)</script>";
const NAME: &str = "<script>alert(1)<script>";
const CENTER: &str = "a\"b'/中文</script>&amp;";

fn hostile(scratch: &Scratch) -> PathBuf {
    let text = fs::read_to_string(scenario("two-centers.toml")).expect("reads");
    let text = text
        .replace("name = \"two-centers\"", &format!("name = \"{NAME}\"\ndescription = \"{HOSTILE} <!-- \""))
        .replace("[center.horinger]", "[center.\"a\\\"b'/中文</script>&amp;\"]")
        .replace("\"horinger\"", "\"a\\\"b'/中文</script>&amp;\"");
    scratch.write("hostile.toml", text)
}

#[test]
fn names_do_no_harm() {
    let scratch = Scratch::new();
    let out = scratch.path("run");
    let refused = scratch.write("refused.toml", format!("format = 1\nname = \"{HOSTILE}\"\n"));
    run_into(&refused, &out, &[]).expect(3).says(&["cannot be the name of a scenario"]);
    run_into(&hostile(&scratch), &out, &["--policy", "west"]).expect(0);
    let page = fs::read_to_string(out.join("report.html")).expect("reads");
    assert_eq!(page.matches("<script").count(), 2, "the page's own two");
    assert_eq!(page.matches("</script").count(), 2);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "the name is shown");
}

/// The first browser of these that there is.
fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let all = std::env::split_paths(&path).collect::<Vec<_>>();
    names.iter().find_map(|name| all.iter().map(|directory| directory.join(name)).find(|file| file.is_file()))
}

/// What the page's own check found when it was opened in a browser; `None`, said past the harness, where there is no browser.
fn opened(scratch: &Scratch, page: &Path) -> Option<Value> {
    let Some(browser) = browser() else {
        let _ = writeln!(std::io::stderr(), "skipped: no chromium on the PATH, the page was not opened");
        return None;
    };
    let profile = scratch.path("profile");
    let output = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--virtual-time-budget=60000", "--window-size=1400,1000", "--enable-logging=stderr", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}#check", page.display()))
        .output()
        .expect("the browser starts");
    let (dom, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let console: Vec<&str> = log.lines().filter(|line| line.contains(":CONSOLE")).collect();
    assert!(console.is_empty(), "the console says: {console:?}");
    let found = dom.split_once("<pre id=\"check\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let found = found.unwrap_or_else(|| panic!("the page found nothing:\n{log}")).0;
    let found = found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let found: Value = serde_json::from_str(&found).expect("JSON");
    assert_eq!(found["problems"], serde_json::json!([]), "nothing went wrong");
    assert_eq!(found["resources"], 0, "nothing was loaded");
    for figure in found["drawn"].as_array().expect("figures") {
        let whole = figure["titled"] == true && figure["table"] == true;
        assert!(whole, "a figure has a title, a description and a table: {figure}");
    }
    for (table, rows) in found["tables"].as_object().expect("tables") {
        assert!(rows.as_u64() > Some(0), "{table} is empty");
    }
    Some(found)
}

/// What a figure has drawn: marks, and colors of a canvas.
fn drawn(found: &Value, id: &str) -> (u64, u64) {
    let figures = found["drawn"].as_array().expect("figures");
    let figure = figures.iter().find(|figure| figure["id"] == id).unwrap_or_else(|| panic!("no figure {id}"));
    (figure["marks"].as_u64().expect("a number"), figure["colors"].as_u64().expect("a number"))
}

#[test]
fn a_run_is_drawn_in_a_browser() {
    let scratch = Scratch::new();
    let out = scratch.path("run");
    let settings = ["--set", "run.until=\"20 h\"", "--set", "run.warm-up=\"1 h\"", "--job-records", "none"];
    run_into(&scenario("hubs-10.toml"), &out, &settings).expect(0);
    let Some(found) = opened(&scratch, &out.join("report.html")) else { return };
    let summary = json(&out.join("summary.json"));
    let figures = found["figures"].as_object().expect("figures");
    assert!(figures.len() >= 12);
    for (key, shown) in figures {
        assert_eq!(shown.as_str().expect("a text"), summary[key].to_string(), "{key} on the page and in summary.json");
    }
    for (at, center) in summary["centers"].as_array().expect("centers").iter().enumerate() {
        assert_eq!(found["centers"]["names"][at], center["center"]);
        assert_eq!(found["centers"]["jobs"][at], center["jobs"]);
        let shown = found["centers"]["energy_kwh"][at].as_f64().expect("a number");
        let energy = center["energy_kwh"].as_f64().expect("a number");
        assert!((shown - energy).abs() <= 1e-6 * energy, "seven digits: {shown} {energy}");
    }
    // Ten centers, their links and the coast; canvases with many colors; lines and bars.
    assert!(drawn(&found, "map").0 > 20);
    for canvas in ["center-strips", "link-strips", "gantt"] {
        assert!(drawn(&found, canvas).1 > 20, "{canvas} is empty");
    }
    for chart in [
        "use-by-class",
        "queues",
        "busiest-links",
        "wait-curve",
        "slowdown-curve",
        "waited-for",
        "flow-diagram",
        "matrix",
        "bill-over-time",
        "bill-by-center",
        "bill-by-hour",
    ] {
        assert!(drawn(&found, chart).0 > 0, "{chart} is empty");
    }
    assert_eq!(found["slider"]["positions"], 20);
    assert!(found["slider"]["pictures"].as_u64() > Some(10), "the slider changes the map: {}", found["slider"]);
    assert_eq!(found["slider"]["back"], true);
    assert_eq!((&found["filter"]["all"], &found["filter"]["one"]), (&Value::from(10), &Value::from(1)));
    // A click on a bar gives the command that tells the job's story; it works as it stands.
    let command = found["story"].as_str().expect("a command");
    let (command, job) = command.rsplit_once(' ').expect("words");
    assert_eq!(command, format!("eastwest explain {}", out.display()));
    let explained = eastwest(&["explain".as_ref(), out.as_os_str(), job.as_ref()]);
    explained.expect(0);
}

#[test]
fn services_are_drawn_in_a_browser() {
    let scratch = Scratch::new();
    let out = scratch.path("run");
    run_into(&scenario("online-services.toml"), &out, &["--set", "run.until=\"30 h\""]).expect(0);
    let Some(found) = opened(&scratch, &out.join("report.html")) else { return };
    // Three services with five fates each; who holds nodes: the class of jobs and the services.
    assert_eq!(drawn(&found, "request-fates").0, 15);
    for figure in ["service-replicas", "served-where", "use-by-class"] {
        assert!(drawn(&found, figure).0 > 0, "{figure} is empty");
    }
    let digest = json(&out.join("digest.json"));
    assert_eq!(digest["usage"]["holders"].as_array().map(Vec::len), Some(4));
}

#[test]
fn a_comparison_and_hostile_names_are_drawn_in_a_browser() {
    let scratch = Scratch::new();
    let compared = scratch.path("compared");
    compare(&compared);
    let Some(found) = opened(&scratch, &compared.join("report.html")) else { return };
    let comparison = json(&compared.join("comparison.json"));
    let mean = |metric: &Value, stack: &Value| {
        let rows = comparison["metrics"].as_array().expect("metrics");
        let row = rows.iter().find(|row| row["metric"] == *metric).expect("the metric");
        let stacks = row["stacks"].as_array().expect("stacks");
        stacks.iter().find(|row| row["stack"] == *stack).expect("the stack")["mean"].as_f64()
    };
    let means = found["means"].as_array().expect("means");
    assert!(means.len() >= 30);
    for shown in means {
        let text = shown[2].as_str().expect("a text");
        assert_eq!(text.parse().ok(), mean(&shown[0], &shown[1]), "{shown}");
    }
    for figure in ["differences", "side-by-side", "scatter", "class-table", "center-table"] {
        assert!(drawn(&found, figure).0 > 0, "{figure} is empty");
    }
    let out = scratch.path("run");
    run_into(&hostile(&scratch), &out, &["--policy", "west"]).expect(0);
    let Some(found) = opened(&scratch, &out.join("report.html")) else { return };
    let wanted = CENTER.replace("\\\\", "");
    assert!(
        found["centers"]["names"].as_array().expect("names").iter().any(|name| *name == wanted.as_str()),
        "{found}"
    );
    assert_eq!(found["unknown"], 0, "no script but the page's own");
}
