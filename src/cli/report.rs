//! `report`: the page of a directory of results, made from its files alone.

use super::arguments::{Global, ReportArguments};
use super::failure::{Failure, Message};
use super::output::file;
use super::{plots, source, terminal};
use eastwest::observe::{Digest, Summary};
use eastwest::report::{self, BaseMap, ComparePage, ComparedRun, Plot, RunInfo, RunPage, TimelineGrid};
use eastwest::scenario::{self, Input, Scenario};
use serde::de::DeserializeOwned;
use std::fs;
use std::path::Path;

/// The page.
pub(crate) const PAGE: &str = "report.html";
/// What the page shows and no table holds.
pub(crate) const DIGEST: &str = "digest.json";

pub(crate) fn report(arguments: &ReportArguments, global: &Global) -> Result<(), Failure> {
    let directory = &arguments.directory;
    let target = arguments.out.clone().unwrap_or_else(|| directory.join(PAGE));
    file::may_write(&target)?;
    let base_map = base_map(arguments.map.as_deref())?;
    plots::prepare(&arguments.plots)?;
    let (page, drawn) = if directory.join("comparison.json").is_file() {
        of_comparison(directory, arguments.plots.plot_width)?
    } else if directory.join("summary.json").is_file() {
        of_run(directory, base_map.as_ref(), arguments.plots.plot_width)?
    } else {
        let problem = format!("{} holds no results: neither summary.json nor comparison.json", directory.display());
        return Err(Failure::Files(
            Message::new(problem).hint("name a directory that `eastwest run` or `compare` wrote"),
        ));
    };
    // Whole or not at all: a page that is open in a browser is never half written.
    file::write_whole(&target, page.as_bytes())?;
    terminal::note(global, &format!("page: {}", target.display()));
    plots::write(&arguments.plots, &drawn, global)
}

/// The user's base map, if there is one.
pub(crate) fn base_map(path: Option<&Path>) -> Result<Option<BaseMap>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let text = read(path)?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    match BaseMap::parse(&name, &text) {
        Ok(map) => Ok(Some(map)),
        Err(problem) => Err(Failure::Unusable(
            Message::new(format!("{}: {problem}", path.display())).hint("--map takes GeoJSON in degrees (RFC 7946)"),
        )),
    }
}

/// The page of a run, and its figures.
fn of_run(directory: &Path, base_map: Option<&BaseMap>, width_mm: f64) -> Result<(String, Vec<Plot>), Failure> {
    let summary_path = directory.join("summary.json");
    let info: RunInfo = json(&summary_path)?;
    let summary: Summary = json(&summary_path)?;
    let scenario = scenario_of(directory)?;
    let digest_path = directory.join(DIGEST);
    if !digest_path.is_file() {
        let problem = format!("{} has no {DIGEST}: its run made none", directory.display());
        let hint = "run it again without --no-report: `eastwest run DIR --out NEW`";
        return Err(Failure::Files(Message::new(problem).hint(hint)));
    }
    let digest: Digest = json(&digest_path)?;
    digest.check().map_err(|problem| unusable(&digest_path, &problem))?;
    let platform = &scenario.platform;
    let same = digest.centers.iter().eq(platform.centers.iter().map(|center| &center.name));
    if !same || summary.centers.len() != platform.centers.len() {
        let problem = format!("{}: its files are of different scenarios", directory.display());
        return Err(Failure::Unusable(Message::new(problem)));
    }
    let path = directory.join("timeline.csv");
    if !path.exists() && directory.join("timeline.parquet").exists() {
        let problem =
            format!("{} has its tables as Parquet only, and `report` reads timeline.csv", directory.display());
        let hint = "run it again with --tables both: `eastwest run DIR --tables both --out NEW`";
        return Err(Failure::Files(Message::new(problem).hint(hint)));
    }
    let file = source::file(&path)?;
    let timeline = TimelineGrid::read(platform, file)
        .map_err(|problem| Failure::Unusable(Message::new(format!("{}: {problem}", path.display()))))?;
    let known = scenario.known_figures();
    let page = RunPage {
        info: &info,
        summary: &summary,
        platform,
        timeline: &timeline,
        digest: &digest,
        start: scenario.run.start.as_deref(),
        known: &known,
        base_map,
    };
    Ok((report::run_page(&page), report::run_plots(&page, width_mm)))
}

/// The page of a comparison, and its figures.
fn of_comparison(directory: &Path, width_mm: f64) -> Result<(String, Vec<Plot>), Failure> {
    let comparison: serde_json::Value = json(&directory.join("comparison.json"))?;
    let scenario = scenario_of(directory)?;
    let runs_path = directory.join("runs");
    let entries = fs::read_dir(&runs_path).map_err(|error| Failure::path("read", &runs_path, &error))?;
    let mut runs = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| Failure::path("read", &runs_path, &error))?;
        let path = entry.path().join("summary.json");
        let info: RunInfo = json(&path)?;
        let summary: Summary = json(&path)?;
        runs.push(ComparedRun::new(&info.policy, info.replication, &summary));
    }
    let page = ComparePage { description: &scenario.description, comparison: &comparison, runs: &runs };
    Ok((report::compare_page(&page), report::compare_plots(&comparison, width_mm)))
}

fn scenario_of(directory: &Path) -> Result<Scenario, Failure> {
    let path = directory.join("scenario.toml");
    if !path.exists() {
        let problem = format!("{} has no scenario.toml: only `run` and `compare` leave a page", directory.display());
        return Err(Failure::Files(Message::new(problem)));
    }
    // Its own words where it cannot be read, before the scenario's.
    source::file(&path)?;
    Ok(scenario::load(&Input::File(path), &[])?)
}

/// The text of a file, without the byte order mark that some programs write.
fn read(path: &Path) -> Result<String, Failure> {
    let bytes = source::bytes(path)?;
    let wrong = |problem: &str| Failure::Unusable(Message::new(format!("{}: {problem}", path.display())));
    if matches!(bytes.as_slice(), [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
        return Err(wrong("it is text in UTF-16; save it as UTF-8"));
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong("it is not text in UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn unusable(path: &Path, problem: &str) -> Failure {
    let message = Message::new(format!("{}: {problem}", path.display()));
    Failure::Unusable(message.hint("the file was changed or cut: run the scenario again"))
}

/// Beyond it the sums that a page shows would be no numbers; the data of the whole world are 1e23 bytes.
const NUMBER_MAX: f64 = 1e30;

/// A file of ours, with numbers that can be.
fn json<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = read(path)?;
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|error| unusable(path, &error.to_string()))?;
    if let Some(number) = out_of_bounds(&value) {
        return Err(unusable(path, &format!("it holds {number}, which cannot be")));
    }
    // Sums of bytes are longer than a number of such a value can be.
    serde_json::from_str(&text).map_err(|error| unusable(path, &error.to_string()))
}

fn out_of_bounds(value: &serde_json::Value) -> Option<f64> {
    match value {
        serde_json::Value::Number(number) => number.as_f64().filter(|number| number.abs() > NUMBER_MAX),
        serde_json::Value::Array(all) => all.iter().find_map(out_of_bounds),
        serde_json::Value::Object(all) => all.values().find_map(out_of_bounds),
        _ => None,
    }
}
