//! `explain`: the life of one job of a run, from what the run recorded or by running it again.

use super::arguments::{ExplainArguments, Format, Global};
use super::choice::{self, Choice, closest};
use super::failure::{Failure, Message};
use super::manifest::FORMAT;
use super::output::OutputDirectory;
use super::progress::Meter;
use super::{interrupt, source, terminal};
use eastwest::experiment::{Listeners, run_once};
use eastwest::observe::{Chosen, Observer, STORIES_MAX, Stories, Story, Storyteller};
use eastwest::report::{StoryOf, story_text};
use eastwest::scenario::{self, Input, Scenario};
use eastwest::sim::{Options, Progress};
use std::collections::BTreeSet;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;

/// The recorded stories, one a line.
pub(crate) const STORIES: &str = "explanations.jsonl";

pub(crate) fn explain(arguments: &ExplainArguments, global: &Global) -> Result<(), Failure> {
    let directory = &arguments.directory;
    let manifest = manifest(directory)?;
    let comparison = directory.join("comparison.json").is_file();
    let scenario = load(directory)?;
    let choice = if comparison {
        let Some(word) = arguments.policy.as_deref() else {
            let stacks: Vec<&str> = scenario.stacks.keys().map(String::as_str).collect();
            let problem = format!("{} is a comparison: of which run is job {}?", directory.display(), arguments.job);
            let hint = format!("choose one with --policy (and --replication N): {}", stacks.join(", "));
            return Err(Failure::Usage(Message::new(problem).hint(hint)));
        };
        compared(word, arguments.replication, &scenario, &manifest)?
    } else {
        if arguments.policy.is_some() || arguments.replication != 0 {
            let problem = format!("{} is one run: it has no other stack or replication", directory.display());
            let hint = "--policy and --replication choose a run of a comparison";
            return Err(Failure::Usage(Message::new(problem).hint(hint)));
        }
        choice::one(None, &scenario)?
    };
    let recorded = if comparison { None } else { recorded(directory, &arguments.job)? };
    let story = match recorded {
        Some(story) => story,
        None => again(arguments, &scenario, &choice, global)?,
    };
    agree(directory, &story, &manifest, global)?;
    let policies = [word_of(&choice.spec.broker), word_of(&choice.spec.queue), word_of(&choice.spec.packing)];
    let of =
        StoryOf { scenario: &scenario.name, stack: &choice.name, policies: policies.each_ref().map(String::as_str) };
    terminal::print(&match global.format {
        Format::Json => terminal::pretty(&serde_json::to_value(&story).unwrap_or_default()),
        Format::Text | Format::Markdown => story_text(&of, &story, terminal::look(global).format),
    })
}

/// The name of a policy: the only key of its table.
fn word_of(spec: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(spec).unwrap_or_default();
    value.as_object().and_then(|table| table.keys().next().cloned()).unwrap_or_default()
}

/// The manifest of a directory of ours.
fn manifest(directory: &Path) -> Result<serde_json::Value, Failure> {
    let path = directory.join("manifest.json");
    let hint = "name a directory that `eastwest run` or `compare` wrote";
    let text = match source::bytes(&path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(failure) if path.exists() => return Err(failure),
        Err(_) if directory.is_dir() => {
            let problem = format!("{} holds no results: it has no manifest.json", directory.display());
            return Err(Failure::Files(Message::new(problem).hint(hint)));
        }
        Err(_) => {
            let problem = format!("cannot read {}: there is no such directory", directory.display());
            return Err(Failure::Files(Message::new(problem).hint(hint)));
        }
    };
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    if manifest["format"] == FORMAT {
        return Ok(manifest);
    }
    let problem = format!("{}: its manifest.json is not one of {FORMAT}", directory.display());
    Err(Failure::Files(Message::new(problem).hint(hint)))
}

fn load(directory: &Path) -> Result<Scenario, Failure> {
    let path = directory.join("scenario.toml");
    if !path.is_file() {
        let problem = format!(
            "{} has no scenario.toml: a replay has one machine and no broker, and cannot be run again from its results",
            directory.display()
        );
        return Err(Failure::Files(
            Message::new(problem).hint("`explain` takes what `eastwest run` or `compare` wrote"),
        ));
    }
    source::file(&path)?;
    Ok(scenario::load(&Input::File(path), &[])?)
}

/// The stack of a run of a comparison.
fn compared(
    word: &str,
    replication: u64,
    scenario: &Scenario,
    manifest: &serde_json::Value,
) -> Result<Choice, Failure> {
    let replications = manifest["replications"].as_u64().unwrap_or(1);
    if replication >= replications {
        let problem =
            format!("there is no replication {replication}: they are 0 to {}", replications.saturating_sub(1));
        return Err(Failure::Usage(Message::new(problem)));
    }
    let took_part = manifest["stacks"].as_array().is_some_and(|all| all.iter().any(|name| name == word));
    match scenario.stacks.get(word) {
        Some(spec) if took_part => Ok(Choice { name: word.to_owned(), spec: spec.clone(), known: true }),
        _ if took_part => {
            let problem = format!("{word} is a variant, whose scenario the comparison does not keep");
            let hint = "run it by itself: `eastwest run SCENARIO --variant NAME --explain job=JOB`, then explain that";
            Err(Failure::Usage(Message::new(problem).hint(hint)))
        }
        _ => {
            let mut message = Message::new(format!("no stack of the comparison is called `{word}`"));
            if let Some(close) = closest(word, scenario.stacks.keys().map(String::as_str)) {
                message = message.hint(format!("did you mean `{close}`?"));
            }
            Err(Failure::Usage(message))
        }
    }
}

/// The story that the run recorded, if it did.
fn recorded(directory: &Path, job: &str) -> Result<Option<Story>, Failure> {
    let path = directory.join(STORIES);
    if !path.is_file() {
        return Ok(None);
    }
    let file = source::file(&path)?;
    for (at, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| Failure::path("read", &path, &error))?;
        let story: Story = serde_json::from_str(&line)
            .map_err(|error| Failure::Unusable(Message::new(format!("{}:{}: {error}", path.display(), at + 1))))?;
        if story.job == job {
            return Ok(Some(story));
        }
    }
    Ok(None)
}

/// Runs the scenario again and tells the job's story.
fn again(
    arguments: &ExplainArguments,
    scenario: &Scenario,
    choice: &Choice,
    global: &Global,
) -> Result<Story, Failure> {
    let chosen = Chosen::jobs([arguments.job.clone()], &scenario.platform);
    let mut teller = Storyteller::new(scenario.platform.clone(), chosen.clone());
    let meter = Meter::new(global, scenario, 1);
    let mut progress = |progress: &Progress| meter.update(0, progress);
    let covers = |job: &eastwest::model::Job| chosen.covers(job);
    let options = Options {
        replication: arguments.replication,
        interrupt: Some(interrupt::flag()),
        explain: Some(&covers),
        ..Options::default()
    };
    let mut sinks: Vec<&mut dyn Observer> = vec![&mut teller];
    let listeners = Listeners { progress: Some(&mut progress), ..Listeners::of(&mut sinks) };
    let result = run_once(scenario, &choice.name, &choice.spec, listeners, options);
    meter.finish();
    result?;
    let Stories { stories, jobs, .. } = teller.finish();
    stories.into_iter().next().ok_or_else(|| {
        let problem =
            format!("there is no job {} among the {jobs} of {}", arguments.job, arguments.directory.display());
        let hint = "jobs are named as in jobs.csv: by their id, else CLASS-N, counted from 0 within the class";
        Failure::Usage(Message::new(problem).hint(hint))
    })
}

/// Says so where the results are of another version, or jobs.csv of the directory tells the job otherwise.
fn agree(directory: &Path, story: &Story, manifest: &serde_json::Value, global: &Global) -> Result<(), Failure> {
    let mut doubts = Vec::new();
    let version = manifest["version"].as_str().unwrap_or_default();
    if version != env!("CARGO_PKG_VERSION") {
        doubts.push(format!("{} is of eastwest {version}, this is {}", directory.display(), env!("CARGO_PKG_VERSION")));
    }
    let path = directory.join("jobs.csv");
    if path.is_file() {
        let bad = |error: csv::Error| Failure::Unusable(Message::new(format!("{}: {error}", path.display())));
        let mut reader = csv::Reader::from_path(&path).map_err(bad)?;
        let header = reader.headers().map_err(bad)?.clone();
        let column = |name: &str| header.iter().position(|other| other == name);
        for row in reader.records() {
            let row = row.map_err(bad)?;
            let cell = |name: &str| column(name).and_then(|at| row.get(at)).unwrap_or_default();
            if cell("job") != story.job {
                continue;
            }
            let seconds = |value: Option<f64>| value.map_or_else(String::new, exact);
            let place = story.place.as_ref();
            let pairs = [
                ("center", place.map_or_else(String::new, |it| it.center.clone())),
                ("brokered_s", seconds(story.brokered_s)),
                ("staged_s", seconds(story.staged_s)),
                ("start_s", seconds(story.start_s)),
                ("end_s", seconds(story.end_s)),
                ("outcome", story.outcome.clone()),
            ];
            for (name, told) in pairs.iter().filter(|(name, told)| cell(name) != told) {
                doubts.push(format!("jobs.csv has {name} \"{}\" where this story has \"{told}\"", cell(name)));
            }
            break;
        }
    }
    terminal::warn(global, &doubts);
    Ok(())
}

/// Seconds as jobs.csv has them.
fn exact(seconds: f64) -> String {
    eastwest::units::seconds_text((seconds * 1e9).round() as u64)
}

/// What a run records besides: the jobs that its `--explain` chose.
pub(crate) struct Recording {
    pub(crate) chosen: Chosen,
    pub(crate) teller: Storyteller,
}

impl Recording {
    /// Reads the word of `--explain`.
    pub(crate) fn of(word: &str, scenario: &Scenario) -> Result<Self, Failure> {
        let chosen = Chosen::parse(word, &scenario.platform)
            .map_err(|problem| Failure::Usage(Message::new(format!("--explain: {problem}"))))?;
        Ok(Self { teller: Storyteller::new(scenario.platform.clone(), chosen.clone()), chosen })
    }

    /// Writes the stories, and says which are missing.
    pub(crate) fn write(self, out: &mut OutputDirectory, global: &Global) -> Result<(), Failure> {
        let Stories { stories, beyond, jobs } = self.teller.finish();
        out.stream(STORIES, |file| {
            for story in &stories {
                serde_json::to_writer(&mut *file, story)?;
                file.write_all(b"\n")?;
            }
            Ok(())
        })?;
        if beyond > 0 {
            let doubt =
                format!("{beyond} of the chosen jobs are beyond the first {STORIES_MAX}, whose stories are kept");
            terminal::warn(global, &[doubt]);
        }
        let told: BTreeSet<&str> = stories.iter().map(|story| story.job.as_str()).collect();
        let missing = self.chosen.missing(&told);
        if !missing.is_empty() {
            terminal::warn(global, &[format!("--explain: among the {jobs} jobs there is no {}", missing.join(", "))]);
        }
        Ok(())
    }
}
