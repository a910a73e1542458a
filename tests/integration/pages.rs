//! `report.html`: the page of a run and of a comparison, made from results, and tried out in a browser where there is one.

use crate::support::{self, Ran, Scratch, Table, contents, eastwest, json, run_into};
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
        let value = summary.pointer(&format!("/{key}")).unwrap_or_else(|| panic!("no {key} in summary.json"));
        for figure in shown.as_array().expect("figures of a key") {
            assert_eq!(figure[0].as_str().expect("a text"), value.to_string(), "{key} on the page and in summary.json");
            assert_eq!(figure[1], shown[0][1], "{key} is written in one way");
        }
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
    // The arrows of the map follow the slider: bytes in the whole window, the rate of each interval at its place.
    let arrows: Vec<Vec<&str>> =
        list(&found["arrows"]).iter().map(|at| list(at).iter().filter_map(Value::as_str).collect()).collect();
    let over = &digest["traffic"];
    assert_eq!(arrows.len(), 1 + list(&over["start_s"]).len());
    assert!(
        arrows[0].iter().any(|words| words.starts_with("east to west: ") && words.ends_with('B')),
        "{:?}",
        arrows[0]
    );
    for (at, shown) in arrows.iter().enumerate().skip(1) {
        let pairs = (0..list(&over["from"]).len()).filter(|pair| over["from"][pair] != over["to"][pair]);
        let moved: f64 = pairs.filter_map(|pair| over["bytes"][pair][at - 1].as_f64()).sum();
        assert_eq!(moved > 0.0, !shown.is_empty(), "interval {at}: {moved} bytes, arrows {shown:?}");
        assert!(shown.iter().all(|words| words.ends_with("bps")), "{shown:?}");
    }
    assert!(arrows.iter().collect::<std::collections::BTreeSet<_>>().len() > 5, "{arrows:?}");
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

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A figure as the page writes it: its key, its value and its text.
type Figure<'a> = (&'a str, &'a str, &'a str);

/// All figures that stand in the page's HTML.
fn figures(html: &str) -> Vec<Figure<'_>> {
    let figure = |part: &'_ str| -> Option<(usize, usize, usize, usize)> {
        let key = part.find('"')?;
        let value = key + part[key..].find(" value=\"")? + " value=\"".len();
        let close = value + part[value..].find('"')?;
        let end = part.find("</data>")?;
        Some((key, value, close, end))
    };
    let parts = html.split("<data data-key=\"").skip(1);
    parts
        .filter_map(|part| {
            figure(part).map(|(key, value, close, end)| (&part[..key], &part[value..close], &part[close + 2..end]))
        })
        .collect()
}

/// What a text says as a number in the unit of its key, and by how much a reader may be off; `None` for "less than".
fn said(text: &str) -> Option<(f64, f64)> {
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    let size = match unit {
        "" | "s" | "kWh" | "kg" | "CNY" | "B" | "bps" => 1.0,
        "%" => 0.01,
        "ns" => 1e-9,
        "us" => 1e-6,
        "ms" => 1e-3,
        "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        "MWh" | "t" | "kB" => 1e3,
        "GWh" | "kt" | "M CNY" | "MB" => 1e6,
        "TWh" | "Mt" | "G CNY" | "GB" => 1e9,
        "TB" => 1e12,
        "PB" => 1e15,
        "EB" => 1e18,
        other => panic!("{text:?}: what is {other}?"),
    };
    if number.starts_with('<') {
        return None;
    }
    let value: f64 = number.replace(',', "").parse().unwrap_or_else(|_| panic!("{text:?} is no number"));
    // Half of the last digit shown, of the coarsest way to write so large a number.
    let digit = if value >= 99.95 {
        0.5
    } else if value >= 9.995 || unit == "%" {
        0.05
    } else {
        0.005
    };
    Some((value * size, digit * size * 1.0001))
}

/// Without tags and escapes.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, rest)| rest));
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

/// The figures and sentences of a page, read back: each is that of the summary, of the tables, and of the text on the terminal.
#[test]
fn every_figure_of_the_page_is_that_of_the_files() {
    let scratch = Scratch::new();
    let out = scratch.path("run");
    let settings = ["--set", "run.until=\"40 h\"", "--set", "run.warm-up=\"0 s\""];
    let told = run_into(&scenario("online-services.toml"), &out, &settings).expect(0).stdout;
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let html = fs::read_to_string(out.join("report.html")).expect("reads");
    let summary = json(&out.join("summary.json"));
    let found = figures(&html);
    assert!(found.len() >= 30, "tiles and sentences: {found:?}");
    for (key, value, text) in &found {
        let kept = summary.pointer(&format!("/{key}")).unwrap_or_else(|| panic!("no {key} in summary.json"));
        assert_eq!(*value, kept.to_string(), "{key}");
        let twin = found.iter().find(|other| other.0 == *key).expect("itself");
        assert_eq!(twin.2, *text, "{key} is written in one way");
        let kept = kept.as_f64().expect("a number");
        match said(text) {
            Some((said, off)) => {
                assert!((said - kept).abs() <= off.max(kept.abs() * 1e-12), "{key}: {text} for {kept}")
            }
            None => assert!(kept > 0.0 && kept < 0.0006, "{key}: {text} for {kept}"),
        }
    }
    let text_of = |key: &str| found.iter().find(|figure| figure.0 == key).unwrap_or_else(|| panic!("no {key}")).2;
    let data = html.split_once("id=\"data\">").and_then(|(_, rest)| rest.split_once("</script>")).expect("data").0;
    let data: Value = serde_json::from_str(data).expect("JSON");
    // Both ledgers, without a blank, and as the sentences and the terminal have them.
    let ledgers = list(&data["ledgers"]);
    assert_eq!(ledgers.len(), 5);
    for cell in ledgers.iter().flat_map(|row| [&row[1], &row[2]]) {
        let (key, text, value) = (cell[0].as_str().expect("a key"), cell[1].as_str().expect("a text"), &cell[2]);
        assert_eq!(value.as_str().expect("a value"), summary[key].to_string(), "{key}");
        assert!(!text.is_empty() && told.contains(text), "{key} {text} is not on the terminal:\n{told}");
        assert!(found.iter().filter(|figure| figure.0 == key).all(|figure| figure.2 == text), "{key}");
    }
    for (key, before) in
        [("wait_mean_s", "mean "), ("wait_p95_s", "p95 "), ("utilization", "utilization "), ("wan_bytes", "traffic ")]
    {
        assert!(told.contains(&format!("{before}{}", text_of(key))), "{key} {} is not on the terminal", text_of(key));
    }
    sentences(&html, &out, &summary, &told);
    over_time(&out, &summary);
}

/// What the sentences say of classes, centers and links is what the tables have.
fn sentences(html: &str, out: &Path, summary: &Value, told: &str) {
    let story =
        html.split_once("<div class=\"story\">").and_then(|(_, rest)| rest.split_once("</div>")).expect("a story").0;
    let story = plain(story);
    let largest = |table: &Table, column: &str, name: &str, most: fn(&str) -> bool| -> String {
        let cells = table.cells(column).into_iter().zip(table.cells(name));
        let known =
            cells.filter_map(|(cell, name)| Some((cell.parse::<f64>().ok()?, name))).filter(|(_, name)| most(name));
        known.fold((f64::MIN, ""), |best, next| if next.0 > best.0 { next } else { best }).1.to_owned()
    };
    let read = |name: &str| Table::read(&out.join(name));
    let worst = largest(&read("classes.csv"), "wait_mean_s", "class", |_| true);
    assert!(story.contains(&format!("Longest waited {worst}: ")), "{worst}: {story}");
    let center = largest(&read("centers.csv"), "jobs", "center", |_| true);
    assert!(story.contains(&format!("most were placed at {center} (")), "{center}: {story}");
    // The three parts of the mean wait of a class add up to it.
    for class in list(&summary["classes"]) {
        let mean = |key: &str| class[key].as_f64().unwrap_or_default();
        assert!(mean("brokering_mean_s") + mean("queue_wait_mean_s") <= mean("wait_mean_s") * (1.0 + 1e-12));
    }
    let links = read("links.csv");
    let carried = |at: &usize| links.cells("flows")[*at] != "0";
    let busy = |at: usize| links.cells("busy")[at].parse::<f64>().unwrap_or_default();
    let busiest = (0..links.rows.len()).filter(carried).max_by(|a, b| busy(*a).total_cmp(&busy(*b)).then(b.cmp(a)));
    let at = busiest.expect("a link carried data");
    let (from, to) = (links.cells("from")[at], links.cells("to")[at]);
    assert!(story.contains(&format!("The busiest link is {from} → {to}: ")), "{from} {to}: {story}");
    let (_, table) = told.split_once("Busiest links").expect("links on the terminal");
    assert!(table.contains(&format!("from > to moved used busy peak cost {from} > {to} ")), "{table}");
    assert!(story.contains("are attributed to jobs and services"), "{story}");
}

/// What was delivered from side to side over time adds up to what was in all.
fn over_time(out: &Path, summary: &Value) {
    let over = &json(&out.join("digest.json"))["traffic"];
    let pairs = list(&summary["traffic"]);
    assert!(pairs.iter().any(|pair| pair["from"] == "east" && pair["to"] == "west"), "{pairs:?}");
    for pair in pairs {
        let same = |at: &usize| over["from"][at] == pair["from"] && over["to"][at] == pair["to"];
        let at = (0..list(&over["from"]).len()).find(same).unwrap_or_else(|| panic!("no {pair} over time: {over}"));
        let sum: f64 = list(&over["bytes"][at]).iter().filter_map(Value::as_f64).sum();
        support::near(sum, pair["bytes"].as_f64().expect("bytes"), "bytes over time");
    }
}
