//! What jobs and services ask for, over what the centers have: the load before any broker decides.
//!
//! ```text
//! offered load = node-time asked for in the window / node-time of open nodes in the window
//! ```
//! A task asks for its dominant share of a node, for as long as it runs there. What a job asks for is shared out over the pools where it
//! may run, by their open nodes. Of jobs that are drawn it is an expectation: how many are expected, times the mean of a sample of them.

use crate::model::{Job, Platform, Pool, PoolId};
use crate::rng::Streams;
use crate::scenario::Scenario;
use crate::units::{SimDuration, SimTime};
use crate::workload::{ClassPlan, JobSource, source};
use serde::Serialize;
use std::collections::BTreeMap;

/// So many jobs of a class, or of a log, are drawn for their mean.
const SAMPLE: usize = 1000;
/// The replication whose jobs are drawn: one that no run has.
const REPLICATION: u64 = u64::MAX - 1;
const WEEK: SimTime = SimTime(7 * SimDuration::DAY.0);
const PPM: f64 = 1e6;
const NANOS_PER_HOUR: f64 = 3.6e12;

/// By what offered load is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoadOf {
    /// Pools with one kind of accelerators, or `cores`.
    PoolKind,
    /// The centers of a side.
    Side,
    /// A class of jobs or a service, on the pools where it may run.
    Class,
}

impl LoadOf {
    /// What it is called in a table.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::PoolKind => "pools",
            Self::Side => "side",
            Self::Class => "class",
        }
    }
}

/// The offered load of some pools, or of a class on its pools.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfferedLoad {
    /// Of what.
    pub of: LoadOf,
    /// Its name.
    pub name: String,
    /// Node-hours asked for in the window.
    pub asked_node_h: f64,
    /// Node-hours of the open nodes in the window.
    pub open_node_h: f64,
    /// The one over the other; `None` where no node is open.
    pub load: Option<f64>,
}

/// The offered load by kind of pool, side and class; empty where nothing tells over which time. The window is the run's up to `until`; else
/// that of the classes, or a week, where jobs are drawn; else from the first submission to the last, but not less than the longest job takes.
#[must_use]
pub fn offered_load(scenario: &Scenario) -> Vec<OfferedLoad> {
    let Some((from, to)) = window(scenario) else { return Vec::new() };
    let mut asked = Asked::new(scenario, from, to);
    let streams = Streams::new(scenario.run.seed, REPLICATION);
    for class in &scenario.classes {
        let drawn = source(std::slice::from_ref(class), &[], &[], scenario.run.calendar, scenario.run.until, &streams);
        let Ok(mut drawn) = drawn else { continue };
        let (sample, span) = sample(&mut drawn);
        let expected = expected(class, sample.len(), span, from, to);
        sample.iter().for_each(|job| asked.add(&class.name, job, expected / sample.len() as f64));
    }
    for log in &scenario.logs {
        let Ok(mut jobs) = log.source(&streams) else { continue };
        let (sample, _) = sample(&mut *jobs);
        let each = log.jobs as f64 / sample.len().max(1) as f64;
        sample.iter().for_each(|job| asked.add(&log.mapping.name, job, each));
    }
    for job in scenario.jobs.iter().filter(|job| (from..=to).contains(&job.request.submit)) {
        asked.add(&scenario.platform.classes[job.request.class.index()].name, job, 1.0);
    }
    for service in &scenario.platform.services {
        let requests = service.rate.integral(from, to) as f64;
        let nanos = requests / service.capacity as f64;
        let nodes = |pool: &Pool| pool.dominant_share(1, &service.replica).as_f64();
        let groups = asked.group(&service.pools);
        asked.share_out(&service.name, &groups, |pool| Some(nodes(pool) * nanos));
    }
    asked.rows()
}

fn window(scenario: &Scenario) -> Option<(SimTime, SimTime)> {
    if let Some(until) = scenario.run.until {
        return Some((SimTime::ZERO, until));
    }
    if !scenario.classes.is_empty() || !scenario.platform.services.is_empty() {
        let ends = scenario.classes.iter().map(|class| class.until.unwrap_or(WEEK));
        return Some((SimTime::ZERO, ends.max().unwrap_or(WEEK)));
    }
    let mut jobs = scenario.source(&Streams::new(scenario.run.seed, REPLICATION)).ok()?;
    let (mut first, mut last, mut longest) = (None, SimTime::ZERO, SimDuration::ZERO);
    while let Ok(Some(job)) = jobs.next_job() {
        first.get_or_insert(job.request.submit);
        last = job.request.submit;
        let pools = &scenario.platform.constraints[job.request.constraint.index()].pools;
        let time = pools
            .first()
            .and_then(|pool| scenario.platform.pools[pool.index()].duration(&job.truth.work, &job.request));
        longest = longest.max(time.unwrap_or_default());
    }
    let first = first?;
    // A few jobs at once are no stream of them: the time of the longest counts.
    Some((first, last.max(first + longest))).filter(|(first, last)| first < last)
}

/// The first jobs of a source, and the time between the first and the last of them.
fn sample(source: &mut dyn JobSource) -> (Vec<Job>, SimDuration) {
    let mut sample: Vec<Job> = Vec::new();
    while sample.len() < SAMPLE
        && let Ok(Some(job)) = source.next_job()
    {
        sample.push(job);
    }
    let ends = sample.first().zip(sample.last());
    let span = ends.map_or(SimDuration::ZERO, |(first, last)| last.request.submit.since(first.request.submit));
    (sample, span)
}

/// How many jobs of a class are expected in the window: by its rate, else by a sample of them.
fn expected(class: &ClassPlan, sampled: usize, span: SimDuration, from: SimTime, to: SimTime) -> f64 {
    if sampled < SAMPLE {
        // These are all there are.
        return sampled as f64;
    }
    let end = class.until.map_or(to, |until| until.min(to));
    let active = end.since(class.from.max(from)).0 as f64;
    let rate = match super::demand::demand(class).jobs_per_day {
        Some(per_day) => per_day / SimDuration::DAY.0 as f64,
        None => (sampled - 1) as f64 / span.0.max(1) as f64,
    };
    class.count.map_or(rate * active, |most| (rate * active).min(most as f64))
}

/// Pools that are alike to all jobs that may run on them.
type Alike<'p> = (&'p Pool, LoadKey, f64);
/// Kind and side.
type LoadKey = (String, Option<&'static str>);

struct Asked<'p> {
    platform: &'p Platform,
    /// Whether jobs end when their requested time is over.
    enforced: bool,
    /// Of each pool its open node-time in the window, in node-ns.
    open: Vec<f64>,
    /// By constraint, once asked for.
    alike: BTreeMap<usize, Vec<Alike<'p>>>,
    /// Node-ns asked for and open.
    rows: BTreeMap<(LoadOf, String), (f64, f64)>,
}

impl<'p> Asked<'p> {
    fn new(scenario: &'p Scenario, from: SimTime, to: SimTime) -> Self {
        let (platform, enforced) = (&*scenario.platform, scenario.run.enforce_requested);
        let open = |pool: &Pool| {
            let closed = pool.closed_share.integral(from, to) as f64 / PPM;
            pool.nodes as f64 * (to.since(from).0 as f64 - closed).max(0.0)
        };
        let open: Vec<f64> = platform.pools.iter().map(open).collect();
        let mut this = Self { platform, enforced, open, alike: BTreeMap::new(), rows: BTreeMap::new() };
        for (at, pool) in platform.pools.iter().enumerate() {
            let (kind, side) = this.key(pool);
            let open = this.open[at];
            this.row(LoadOf::PoolKind, &kind).1 += open;
            if let Some(side) = side {
                this.row(LoadOf::Side, side).1 += open;
            }
        }
        this
    }

    fn key(&self, pool: &Pool) -> LoadKey {
        let kind = pool.node.accelerator.map(|kind| self.platform.accelerators[kind.index()].name.clone());
        let side = self.platform.centers[pool.center.index()].side;
        (kind.unwrap_or_else(|| "cores".to_owned()), side.map(|side| side.word()))
    }

    fn row(&mut self, of: LoadOf, name: &str) -> &mut (f64, f64) {
        self.rows.entry((of, name.to_owned())).or_default()
    }

    /// Adds so many jobs like this one.
    fn add(&mut self, class: &str, job: &Job, jobs: f64) {
        let (request, enforced) = (&job.request, self.enforced);
        let constraint = request.constraint.index();
        if !self.alike.contains_key(&constraint) {
            let alike = self.group(&self.platform.constraints[constraint].pools);
            self.alike.insert(constraint, alike);
        }
        let Some(groups) = self.alike.remove(&constraint) else { return };
        self.share_out(class, &groups, |pool| {
            if !pool.could_hold(request.tasks, &request.task) {
                return None;
            }
            let time = pool.duration(&job.truth.work, request)?;
            let time = if enforced { time.min(pool.duration(&request.requested, request)?) } else { time };
            Some(pool.dominant_share(request.tasks, &request.task).as_f64() * time.0 as f64 * jobs)
        });
        self.alike.insert(constraint, groups);
    }

    /// Shares something out over pools by their open nodes; `asks` says what it would take on one, `None` where it cannot be there.
    fn share_out(&mut self, class: &str, groups: &[Alike<'p>], asks: impl Fn(&Pool) -> Option<f64>) {
        let able: Vec<(f64, f64, LoadKey)> =
            groups.iter().filter_map(|(pool, key, open)| Some((asks(pool)?, *open, key.clone()))).collect();
        let all: f64 = able.iter().map(|(_, open, _)| open).sum();
        for (asked, open, (kind, side)) in able.into_iter().filter(|(_, open, _)| *open > 0.0) {
            let asked = asked * open / all;
            self.row(LoadOf::PoolKind, &kind).0 += asked;
            if let Some(side) = side {
                self.row(LoadOf::Side, side).0 += asked;
            }
            self.row(LoadOf::Class, class).0 += asked;
        }
        let row = self.row(LoadOf::Class, class);
        row.1 = row.1.max(all);
    }

    /// Pools that differ in nothing that jobs look at are one.
    fn group(&self, pools: &[PoolId]) -> Vec<Alike<'p>> {
        let mut groups: BTreeMap<String, Alike<'p>> = BTreeMap::new();
        for id in pools {
            let pool = &self.platform.pools[id.index()];
            let key = self.key(pool);
            // A pool with fewer nodes may be too small for a gang.
            let size = pool.open_max().min(1 << 16).next_power_of_two();
            let like =
                format!("{key:?} {:?} {} {:?} {:?} {size}", pool.node, pool.speed, pool.cpu_rates, pool.card_rates);
            groups.entry(like).or_insert((pool, key, 0.0)).2 += self.open[id.index()];
        }
        groups.into_values().collect()
    }

    fn rows(self) -> Vec<OfferedLoad> {
        let rows = self.rows.into_iter().filter(|(_, (asked, open))| *asked > 0.0 || *open > 0.0);
        rows.map(|((of, name), (asked, open))| OfferedLoad {
            of,
            name,
            asked_node_h: asked / NANOS_PER_HOUR,
            open_node_h: open / NANOS_PER_HOUR,
            load: (open > 0.0).then(|| asked / open),
        })
        .collect()
    }
}

/// What is to be warned of: loads above 1.
#[must_use]
pub fn overloads(loads: &[OfferedLoad]) -> Vec<String> {
    let over = loads.iter().filter_map(|row| Some((row, row.load.filter(|load| *load > 1.0)?)));
    over.map(|(row, load)| {
        let of = match row.of {
            LoadOf::PoolKind => format!("pools of kind {:?}", row.name),
            LoadOf::Side => format!("the side {:?}", row.name),
            LoadOf::Class => format!("class {:?} where it may run", row.name),
        };
        format!("the offered load of {of} is expected to be {load:.3}: more node-time is asked for than there is")
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Input, load};

    /// Two nodes of cores in the east, one of four cards and one of cores in the west; rows by name.
    fn loads(rest: &str) -> BTreeMap<String, (f64, f64, f64)> {
        let text = format!(
            "format = 1\nname = \"x\"\n[center.a]\nside = \"east\"\npool.cpu = {{ nodes = 2, cores = 4, speed = 2.0 }}\n\
             [center.b]\nside = \"west\"\npool.gpu = {{ nodes = 1, cores = 8, accelerators = {{ kind = \"card\", count = 4 }}, closed-share = 0.0 }}\n\
             [center.c]\nside = \"west\"\npool.cpu = {{ nodes = 1, cores = 8 }}\n\
             [link.l]\nbetween = [\"a\", \"b\"]\nlatency = \"1 ms\"\nbandwidth = \"1 Gbps\"\n\
             [link.m]\nbetween = [\"c\", \"b\"]\nlatency = \"1 ms\"\nbandwidth = \"1 Gbps\"\n[policy.p]\nbroker = {{ nearest = {{}} }}\n{rest}"
        );
        let input = Input::Text { name: "s.toml".to_owned(), text, files: BTreeMap::new() };
        let scenario = load(&input, &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        let row = |row: OfferedLoad| (row.name, (row.asked_node_h, row.open_node_h, row.load.unwrap_or(-1.0)));
        offered_load(&scenario).into_iter().map(row).collect()
    }

    #[track_caller]
    fn near(found: (f64, f64, f64), expected: (f64, f64, f64)) {
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
        let all = close(found.0, expected.0) && close(found.1, expected.1) && close(found.2, expected.2);
        assert!(all, "{found:?} is not {expected:?}");
    }

    #[test]
    fn jobs_by_hand() {
        // In ten hours: a job of both nodes for 6 h at speed 2 in the east; one of two cards for 5 h in the west, half a node; and one
        // of 2 cores for 8 h that may run on either pool of cores: 2 of 3 open nodes are in the east, where it takes half a node for 4 h,
        // and a quarter of a node for 8 h in the west.
        let found = loads(
            "[run]\nuntil = \"10 h\"\n[[job]]\nsubmit = \"0 s\"\norigin = \"a\"\nclass = \"wide\"\nruntime = \"12 h\"\nrequested = \"20 h\"\ntasks = 2\ncores = 4\nregions = [\"a\"]\n\
             [[job]]\nsubmit = \"1 h\"\norigin = \"a\"\nclass = \"ai\"\nruntime = \"5 h\"\naccelerators = { kind = \"card\", per-task = 2 }\n\
             [[job]]\nsubmit = \"2 h\"\norigin = \"b\"\nclass = \"any\"\nruntime = \"8 h\"\ncores = 2\n",
        );
        let (wide, ai) = (12.0, 2.5);
        let any = (2.0 * 2.0 / 3.0, 2.0 / 3.0);
        near(found["cores"], (wide + 2.0, 30.0, (wide + 2.0) / 30.0));
        near(found["card"], (ai, 10.0, 0.25));
        near(found["east"], (wide + any.0, 20.0, (wide + any.0) / 20.0));
        near(found["west"], (ai + any.1, 20.0, (ai + any.1) / 20.0));
        near(found["wide"], (wide, 20.0, 0.6));
        near(found["ai"], (ai, 10.0, 0.25));
        near(found["any"], (2.0, 30.0, 2.0 / 30.0));
    }

    #[test]
    fn drawn_jobs_and_services_are_expectations() {
        // 60 jobs an hour of one core for exactly 10 min at speed 2: 300 core-minutes an hour, of 480.
        let found = loads(
            "[run]\nuntil = \"100 d\"\n[workload.w]\narrivals = { poisson = { rate = \"60 / h\" } }\norigin = { a = 1 }\nruntime = \"10 min\"\nregions = [\"a\"]\n\
             [workload.few]\narrivals = { poisson = { rate = \"60 / h\" } }\ncount = 48\norigin = { a = 1 }\nruntime = \"10 h\"\ncores = 4\nregions = [\"a\"]\n\
             [service.web]\nrate = { mean = \"10 / s\" }\norigin = { b = 1 }\nregions = [\"c\"]\nreplica = { cores = 4, capacity = \"20 / s\" }\n",
        );
        near(found["w"], (100.0 * 24.0 * 60.0 / 12.0 / 4.0, 4800.0, 0.625));
        near(found["few"], (240.0, 4800.0, 0.05));
        // Half a replica, which is half a node.
        near(found["web"], (600.0, 2400.0, 0.25));
    }

    #[test]
    fn what_is_too_much_is_warned_of() {
        let job = |id: u32| {
            format!(
                "[[job]]\nid = \"j{id}\"\nsubmit = \"{id} h\"\norigin = \"b\"\nregions = [\"b\"]\nruntime = \"5 h\"\ncores = 8\n"
            )
        };
        let text = "format = 1\nname = \"x\"\n[center.b]\nside = \"west\"\npool.cpu = { nodes = 1, cores = 8 }\n[policy.p]\nbroker = { nearest = {} }\n";
        let of = |jobs: u32| {
            let text = format!("{text}{}", (0..jobs).map(job).collect::<String>());
            let input = Input::Text { name: "s.toml".to_owned(), text, files: BTreeMap::new() };
            offered_load(&load(&input, &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false))))
        };
        // Three jobs of 5 h of a node within 5 h.
        let warned = overloads(&of(3));
        assert_eq!(warned.len(), 3, "{warned:?}");
        assert!(
            warned[1].contains("side \"west\" is expected to be 3.000") && warned[2].contains("class \"job\""),
            "{warned:?}"
        );
        // One job fills the node as long as it runs.
        assert_eq!((of(1)[0].load, overloads(&of(1))), (Some(1.0), Vec::new()));
    }
}
