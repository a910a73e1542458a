//! What can be written on the command line.

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use eastwest::report::JobRecords;
use std::path::PathBuf;

/// The variant that is the scenario as it stands.
pub(crate) const BASE: &str = "base";
/// The base and every variant.
pub(crate) const ALL: &str = "all";

const AFTER_HELP: &str = "\
Exit codes:
  0    done
  1    the run failed: a policy asked for what cannot be, or an invariant broke
  2    bad command line
  3    bad scenario
  4    cannot read or write
  5    a threshold of the scenario is missed
  130  interrupted

Progress and messages go to the standard error, data to the standard output.
NO_COLOR, when set, turns colors off; TERM=dumb and locales of other encodings than
UTF-8 get ASCII.";

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Simulates computing centers joined by wide-area links: utilization, waiting, traffic, energy, cost and carbon under any
/// scheduling policy.
#[derive(Debug, Parser)]
#[command(name = "eastwest", version, after_help = AFTER_HELP, styles = STYLES, propagate_version = true)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What every verb takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The form of what is written to the standard output
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, help_heading = "Global options")]
    pub(crate) format: Format,
    /// Neither progress nor notes, only data and errors
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// Progress: a bar on a terminal (auto), lines every 10 s elsewhere too (always), or none
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, help_heading = "Global options")]
    pub(crate) progress: When,
    /// Colors of messages and verdicts: on a terminal (auto), everywhere (always), or nowhere
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, help_heading = "Global options")]
    pub(crate) color: When,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// For pages
    Markdown,
}

/// The form of the tables of a run.
#[cfg(feature = "parquet")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tables {
    /// jobs.csv and others
    Csv,
    /// jobs.parquet and others
    Parquet,
    /// All of these
    Both,
}

/// When something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// Where it fits the terminal
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run a scenario once under one stack of policies
    Run(RunArguments),
    /// Run a scenario under several stacks with the same random numbers and say which is better at what
    Compare(CompareArguments),
    /// Say what is wrong with a scenario, or what is in it
    Validate(ScenarioArguments),
    /// Replay a real log on one machine, no scenario needed
    Replay(super::replay_arguments::ReplayArguments),
    /// Make the page of a directory of results anew
    Report(ReportArguments),
    /// Tell the life of one job of a run: why there and then, on which links, behind whom, at what cost
    Explain(ExplainArguments),
    /// List the policies, or describe one
    Policies {
        /// A policy's name
        name: Option<String>,
    },
    /// Write a commented scenario to start from
    Init(InitArguments),
    /// Print the JSON schema of the scenario language
    Schema,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Which scenario.
#[derive(Debug, Clone, Args)]
pub(crate) struct ScenarioArguments {
    /// A scenario file, a directory that holds a scenario.toml, or the name of a built-in scenario [default: national-2023]
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenario: Option<PathBuf>,
    /// Set a key of the scenario, such as run.until="2 d"; may be given again
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting, action = ArgAction::Append)]
    pub(crate) set: Vec<String>,
}

/// `run`
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArguments,
    /// A variant of the scenario: the same with a few keys changed, as its [variant.NAME] says; `base` is the scenario as it stands
    #[arg(long, value_name = "NAME", default_value = BASE, hide_default_value = true)]
    pub(crate) variant: String,
    /// A stack of the scenario, a broker's name, or a stack written out: `{ broker = { nearest = {} } }`, with a name before it if
    /// you like: `mine = { ... }`
    #[arg(long, value_name = "STACK")]
    pub(crate) policy: Option<String>,
    /// Seed of all random numbers [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = seed())]
    pub(crate) seed: Option<u64>,
    /// Where the results go [default: results/runs/<scenario>-<hash>/<stack>-s<seed>]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Rows of jobs.csv: all, sample:N (one job in N, chosen by its number) or none; metrics always count every job
    #[arg(long, value_name = "ROWS", default_value = "all", value_parser = str::parse::<JobRecords>)]
    pub(crate) job_records: JobRecords,
    /// Interval of timeline.csv, such as "15 min"
    #[arg(long, value_name = "TIME", default_value = "1 h", value_parser = interval)]
    pub(crate) timeline: eastwest::units::SimDuration,
    /// Write trace.json.gz too: jobs, transfers, queues and links over time, for ui.perfetto.dev or chrome://tracing. Of more
    /// than 200,000 slices it holds a sample, and says so
    #[arg(long)]
    pub(crate) trace: bool,
    /// The form of the tables: CSV, Parquet (typed and compressed, for pandas, DuckDB, Spark), or both. `report` reads the CSV
    #[cfg(feature = "parquet")]
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Tables::Csv)]
    pub(crate) tables: Tables,
    /// Record the lives of these jobs for `eastwest explain`: all, class=NAME, job=NAME[,NAME], sample:N (one job in N); results
    /// stay the same
    #[arg(long, value_name = "JOBS")]
    pub(crate) explain: Option<String>,
    #[command(flatten)]
    pub(crate) page: PageArguments,
    #[command(flatten)]
    pub(crate) plots: PlotArguments,
}

impl RunArguments {
    /// Whether tables are written as CSV.
    pub(crate) fn csv(&self) -> bool {
        #[cfg(feature = "parquet")]
        return self.tables != Tables::Parquet;
        #[cfg(not(feature = "parquet"))]
        return true;
    }

    /// Whether tables are written as Parquet.
    #[cfg(feature = "parquet")]
    pub(crate) fn parquet(&self) -> bool {
        self.tables != Tables::Csv
    }
}

/// Whether and how `report.html` is made.
#[derive(Debug, Clone, Args)]
pub(crate) struct PageArguments {
    /// Make no report.html
    #[arg(long)]
    pub(crate) no_report: bool,
    /// A base map for report.html instead of the coastline: GeoJSON in degrees
    #[arg(long, value_name = "FILE", conflicts_with = "no_report")]
    pub(crate) map: Option<PathBuf>,
}

/// Figures for papers.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlotArguments {
    /// Write figures for papers there, as SVG files; other files there stay
    #[arg(long, value_name = "DIR")]
    pub(crate) plots: Option<PathBuf>,
    /// How wide a figure is: 89 mm is a column of many journals, 183 mm a page
    #[arg(long, value_name = "MM", default_value = "89", value_parser = plot_width, requires = "plots")]
    pub(crate) plot_width: f64,
}

/// `explain`
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// A directory that `run` or `compare` wrote
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// The job's name, as in jobs.csv
    #[arg(value_name = "JOB")]
    pub(crate) job: String,
    /// Of a comparison: the stack of the run
    #[arg(long, value_name = "STACK")]
    pub(crate) policy: Option<String>,
    /// Of a comparison: the number of the replication, from 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) replication: u64,
}

/// `report`
#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// A directory that `run` or `compare` wrote
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Where the page goes [default: DIR/report.html]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// A base map instead of the coastline: GeoJSON in degrees
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) plots: PlotArguments,
}

/// `init`
#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// The directory it is written to; made where it does not exist
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// The national scenario, with its inventory built from sourced tables and a file of rules
    #[arg(long)]
    pub(crate) national: bool,
    /// Where the rules and tables are [default: the built-in ones]; change a rule in a copy and build anew
    #[arg(long, value_name = "RULES_DIR", requires = "national")]
    pub(crate) from: Option<PathBuf>,
}

/// `compare`
#[derive(Debug, Args)]
pub(crate) struct CompareArguments {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArguments,
    /// A variant of the scenario to compare; give it again for each. `base` is the scenario as it stands, `all` is that and every
    /// variant. Without --policy they run under the scenario's default stack
    #[arg(long, value_name = "NAME", action = ArgAction::Append)]
    pub(crate) variant: Vec<String>,
    /// A stack to compare, in the words of `run --policy`; give it again for each [default: all stacks of the scenario]
    #[arg(long, value_name = "STACK", action = ArgAction::Append)]
    pub(crate) policy: Vec<String>,
    /// The stack the others are compared to [default: the first --policy, else the scenario's default stack, else its first]. Variants
    /// are compared to the first of them
    #[arg(long, value_name = "STACK")]
    pub(crate) baseline: Option<String>,
    /// What to show instead of the headline metrics: a key of summary.json (wait_mean_s), or one of a list there
    /// (classes.training.wait_p95_s, centers.zhongwei.utilization); may be given again
    #[arg(long, value_name = "KEY", action = ArgAction::Append)]
    pub(crate) metric: Vec<String>,
    /// A table for each headline metric instead of one matrix
    #[arg(long)]
    pub(crate) details: bool,
    /// The least difference that matters, as a part of what it is compared to: a percentage, or a number such as 0.01 [default: 0.5%]
    #[arg(long, value_name = "PART", value_parser = part)]
    pub(crate) relevant: Option<f64>,
    /// Runs of each stack, each with other random numbers; a scenario that draws nothing runs once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) replications: u64,
    /// Runs at the same time [default: the machine's processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub(crate) threads: Option<u64>,
    /// Seed of all random numbers [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = seed())]
    pub(crate) seed: Option<u64>,
    /// Where the results go [default: results/runs/<scenario>-<hash>/compare-s<seed>-r<replications>]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Make no report.html
    #[arg(long)]
    pub(crate) no_report: bool,
    #[command(flatten)]
    pub(crate) plots: PlotArguments,
}

/// Seeds that a scenario can hold: TOML's numbers are signed.
fn seed() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(0..=i64::MAX.unsigned_abs())
}

/// A part from 0 to 1, also as a percentage.
fn part(text: &str) -> Result<f64, String> {
    let (number, scale) = match text.trim().strip_suffix('%') {
        Some(number) => (number.trim_end(), 0.01),
        None => (text.trim(), 1.0),
    };
    match number.parse::<f64>() {
        Ok(part) if (0.0..=1.0).contains(&(part * scale)) => Ok(part * scale),
        _ => Err("expected a part from 0 to 1, such as `1%` or `0.01`".to_owned()),
    }
}

fn interval(text: &str) -> Result<eastwest::units::SimDuration, String> {
    match text.parse::<eastwest::units::SimDuration>() {
        Ok(time) if time.0 > 0 => Ok(time),
        Ok(_) => Err("expected more than no time".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn plot_width(text: &str) -> Result<f64, String> {
    let width = text.trim_end_matches("mm").trim_end().parse().ok().filter(|width| (60.0..=400.0).contains(width));
    width.ok_or_else(|| "expected millimeters from 60 to 400".to_owned())
}

fn setting(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((key, _)) if !key.trim().is_empty() => Ok(text.to_owned()),
        _ => Err("expected key=value, such as run.seed=7".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    fn parse(words: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(std::iter::once("eastwest").chain(words.split_whitespace()))
    }

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_run_is_read() {
        let line = "run a.toml --policy west --seed 7 --set run.seed=3 --set x.y=1 --out o --job-records sample:10 --format json -q";
        let arguments = parse(line).expect("reads");
        assert_eq!((arguments.global.format, arguments.global.quiet), (Format::Json, true));
        let Verb::Run(run) = arguments.verb else { panic!("not a run") };
        assert_eq!(run.scenario.scenario, Some(PathBuf::from("a.toml")));
        assert_eq!(run.scenario.set, ["run.seed=3", "x.y=1"]);
        assert_eq!((run.policy.as_deref(), run.seed, run.job_records), (Some("west"), Some(7), JobRecords::Sample(10)));
        assert_eq!(run.timeline, eastwest::units::SimDuration::HOUR);
    }

    #[test]
    fn a_comparison_is_read() {
        let arguments =
            parse("compare --policy a --policy b --baseline b --replications 5 --threads 2").expect("reads");
        let Verb::Compare(compare) = arguments.verb else { panic!("not a comparison") };
        assert_eq!(compare.policy, ["a", "b"]);
        assert_eq!((compare.baseline.as_deref(), compare.replications, compare.threads), (Some("b"), 5, Some(2)));
    }

    #[test]
    fn wrong_values_are_refused() {
        for line in [
            "run --job-records some",
            "run --job-records sample:0",
            "run --job-records sample:-1",
            "run --timeline 0s",
            "run --timeline 5",
            "run --plots p --plot-width 5",
            "compare --plots p --plot-width wide",
            "run --set seed",
            "run --set =7",
            "run --seed 18446744073709551615",
            "run --seed x",
            "compare --replications 0",
            "compare --threads 0",
        ] {
            let error = parse(line).expect_err(line);
            assert_eq!(error.kind(), ErrorKind::ValueValidation, "{line}: {error}");
        }
        for line in [
            "run --frobnicate",
            "run --seed -1",
            "init",
            "sweep",
            "completions klingon",
            "run --format yaml",
            "run --tables excel",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
