//! The fixed cases of the suite.

use crate::peers::peer;
use crate::{brokers, easy, flows, hold, placing, whole};
use eastwest::experiment::replay::Backfill;
use eastwest::report::{JobRecords, Quantity};

/// Jobs of `national-2023` a day, within a hundredth.
const NATIONAL_JOBS_A_DAY: f64 = 28_900.0;

/// What makes two thirds of the jobs of `national-2023` move data over links, more than 5,000 flows at a time: untuned TCP, where a flow has
/// a window of 192 KiB in a round trip, input for every `ai-dev` job, and backups of 5 TB.
const DATA_IN_FLIGHT: [&str; 3] =
    ["network.window=\"192 KiB\"", "workload.ai-dev.input=\"20 GB\"", "workload.backup.input=\"5 TB\""];

/// What a case gives: how much of what it counts, in how many CPU seconds, and what else there is to say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) amount: u64,
    pub(crate) seconds: f64,
    pub(crate) facts: Vec<(String, f64)>,
}

type Run = Box<dyn Fn() -> Result<Outcome, String>>;

/// How a series of cases grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Growth {
    /// The CPU time of the whole with the size.
    Whole,
    /// The CPU time of one of what is counted with the size.
    Each,
}

/// One case.
pub(crate) struct Case {
    pub(crate) group: &'static str,
    pub(crate) name: String,
    /// What it counts.
    pub(crate) counts: &'static str,
    /// Whether it is in the small set.
    pub(crate) quick: bool,
    /// The series that it belongs to, and its place there.
    pub(crate) series: Option<(String, Growth, f64)>,
    /// What is to be reached.
    pub(crate) goal: String,
    /// What others take for the same.
    pub(crate) peer: &'static str,
    run: Run,
}

impl Case {
    fn new(
        group: &'static str,
        name: impl Into<String>,
        counts: &'static str,
        run: impl Fn() -> Result<Outcome, String> + 'static,
    ) -> Self {
        let name = name.into();
        Self {
            group,
            peer: peer(group, &name),
            name,
            counts,
            quick: false,
            series: None,
            goal: String::new(),
            run: Box::new(run),
        }
    }

    fn quick(mut self, quick: bool) -> Self {
        self.quick = quick;
        self
    }

    fn goal(mut self, goal: impl Into<String>) -> Self {
        self.goal = goal.into();
        self
    }

    fn series(mut self, name: impl Into<String>, growth: Growth, place: f64) -> Self {
        self.series = Some((name.into(), growth, place));
        self
    }

    /// Its name among all.
    pub(crate) fn id(&self) -> String {
        format!("{}: {}", self.group, self.name)
    }

    pub(crate) fn run(&self) -> Result<Outcome, String> {
        (self.run)()
    }
}

/// All cases, in the order of the table.
pub(crate) fn all() -> Vec<Case> {
    [events(), networks(), replays(), broker(), placements(), nation()].into_iter().flatten().collect()
}

fn events() -> Vec<Case> {
    let case = |pending: usize, queue: &'static str| {
        let run = move || {
            let seconds = hold::nanos_per_event(queue, pending) * hold::EVENTS as f64 * 1e-9;
            Ok(Outcome { amount: hold::EVENTS as u64, seconds, ..Outcome::default() })
        };
        Case::new("events", format!("{queue}, {} pending", short(pending as u64)), "events", run)
            .quick(pending <= 1000)
            .series(format!("events, {queue}"), Growth::Each, pending as f64)
            .goal(match (queue, pending) {
                ("agenda", 1_000) => "70 ns",
                ("agenda", 100_000) => "120 ns",
                _ => "",
            })
    };
    let sizes = [1_000, 100_000, 1_000_000];
    sizes.into_iter().flat_map(|pending| hold::QUEUES.map(|queue| case(pending, queue))).collect()
}

fn networks() -> Vec<Case> {
    let case = |flow: flows::Case| {
        let run = move || {
            let flows::Outcome { seconds, ended, mean_in_flight, end_s } = flows::run(&flow, |_, _| {});
            if ended != flow.flows {
                return Err(format!("{ended} of {} flows ended", flow.flows));
            }
            let facts = vec![("in_flight_mean".to_owned(), mean_in_flight), ("simulated_s".to_owned(), end_s)];
            Ok(Outcome { amount: ended as u64, seconds, facts })
        };
        let name = format!("{}, {} flows", flow.name, short(flow.flows as u64));
        let goal = flow.target.map_or_else(String::new, |rate| format!("{} a CPU s", Quantity::Count.text(rate)));
        let case = Case::new("flows", name, "flows", run)
            .goal(goal)
            .quick(flow.flows <= 10_000 || flow.name == "mesh-10/1000");
        match flow.pattern {
            flows::Pattern::Chains(chains) if flow.name.starts_with("mesh-10/") && flow.flows == 100_000 => {
                case.series("flows, mesh of 10, flows in flight", Growth::Each, chains as f64)
            }
            _ => case,
        }
    };
    flows::cases().into_iter().map(case).collect()
}

fn replays() -> Vec<Case> {
    let case = |(jobs, written): (u64, bool)| {
        let run = move || {
            let easy::Outcome { seconds, wait_mean_s } = easy::run(Backfill::Easy, jobs, written)?;
            let facts = wait_mean_s.map(|wait| ("wait_mean_s".to_owned(), wait)).into_iter().collect();
            Ok(Outcome { amount: jobs, seconds, facts })
        };
        let name = format!("{} jobs{}", short(jobs), if written { "" } else { ", nothing written" });
        let case = Case::new("EASY, 512 processors", name, "jobs", run)
            .quick(jobs <= 100_000)
            .goal(if jobs == 1_000_000 { "3 x the textbook" } else { "" });
        if written { case.series("EASY, jobs", Growth::Whole, jobs as f64) } else { case }
    };
    [(100_000, true), (1_000_000, true), (1_000_000, false)].map(case).into()
}

fn broker() -> Vec<Case> {
    let case = |centers: usize, jobs: u64, broker: &'static str| {
        let run =
            move || Ok(Outcome { amount: jobs, seconds: brokers::run(centers, jobs, broker)?, ..Outcome::default() });
        Case::new("broker", format!("{broker}, {centers} centers"), "jobs", run).quick(centers == 220).series(
            format!("broker {broker}, centers"),
            Growth::Each,
            centers as f64,
        )
    };
    let brokers = ["least-loaded", "cheapest", "earliest-completion"];
    brokers.into_iter().flat_map(|broker| [case(220, 20_000, broker), case(2_200, 100_000, broker)]).collect()
}

fn placements() -> Vec<Case> {
    let case = |placing: placing::Case| {
        let facts = |outcome: &placing::Outcome| vec![("placed".to_owned(), outcome.placed.0 as f64)];
        let run = move |outcome: placing::Outcome| {
            Ok(Outcome { amount: placing.requests, seconds: outcome.seconds, facts: facts(&outcome) })
        };
        let [nodes, requests] = [placing.pools * placing.nodes, placing.requests].map(short);
        let name = format!("{nodes} nodes, {requests} requests, {}", placing.name);
        let mut cases = vec![
            Case::new("first-fit", name.clone(), "requests", move || run(placing::in_pools(&placing)))
                .quick(placing.requests <= 1_000_000)
                .goal(match placing.name {
                    "none leaving" => "0.05 CPU s",
                    "large" => "30 CPU s, 1 GB",
                    _ => "",
                }),
        ];
        if placing.pools == 1 {
            let scan = move || run(placing::in_a_row(&placing));
            cases.push(Case::new("first-fit", format!("{name}, linear scan"), "requests", scan));
        }
        cases
    };
    placing::CASES.into_iter().flat_map(case).collect()
}

fn nation() -> Vec<Case> {
    let case = |(in_flight, seconds): (bool, u64)| {
        let run = move || {
            let sets: &[&str] = if in_flight { &DATA_IN_FLIGHT } else { &[] };
            let whole::Outcome { seconds, stats } = whole::run("national-2023", sets, seconds, JobRecords::None)?;
            let facts = vec![("events".to_owned(), stats.events as f64)];
            Ok(Outcome { amount: stats.jobs, seconds, facts })
        };
        if seconds == 1 {
            return Case::new("national-2023", "loaded, nothing happens", "jobs", run).quick(true).goal("100 MB");
        }
        let days = seconds as f64 / 86_400.0;
        let (data, series) = if in_flight {
            (", data in flight", "national-2023 with data in flight, jobs")
        } else {
            ("", "national-2023, jobs")
        };
        Case::new("national-2023", format!("{days} days{data}"), "jobs", run)
            .series(series, Growth::Whole, days * NATIONAL_JOBS_A_DAY)
            .goal(if days > 100.0 { "100 CPU s, 1 GB" } else { "" })
    };
    let plain = [1, 302_400, 3_024_000, 30_240_000].map(|seconds| (false, seconds));
    let in_flight = [302_400, 3_024_000, 30_240_000].map(|seconds| (true, seconds));
    plain.into_iter().chain(in_flight).map(case).collect()
}

/// A round number.
fn short(value: u64) -> String {
    match value {
        v if v % 1_000_000 == 0 => format!("{} M", v / 1_000_000),
        v if v % 1_000 == 0 => format!("{} k", v / 1_000),
        v => v.to_string(),
    }
}
