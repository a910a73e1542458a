//! `jobs.parquet`, written while the run goes on.

use super::table::{Cell, Kind, Table};
use crate::model::{Job, Outcome, Platform};
use crate::observe::{JobTimes, Kinds, Life, Observer, Record, Violation, deadline_missed};
use crate::report::{JOBS_HEADER, JobRecords};
use crate::units::SimTime;
use std::io;
use std::sync::Arc;

/// Columns of texts.
const TEXTS: [&str; 8] = ["job", "class", "tenant", "origin", "center", "pool", "outcome", "reason"];
/// Columns of counts; all others are numbers.
const COUNTS: [&str; 9] = [
    "nodes",
    "attempt",
    "staged_bytes",
    "output_bytes",
    "deadline_miss",
    "round_trip_miss",
    "tasks",
    "preemptions",
    "resizes",
];

/// Writes the rows of `jobs.csv` as Parquet: instants and spans as seconds, the nearest doubles. An error of the writer is kept and
/// returned by [`JobsParquet::finish`]; nothing is written after it.
pub struct JobsParquet<W: io::Write + Send> {
    table: io::Result<Table<W>>,
    records: JobRecords,
    platform: Arc<Platform>,
}

impl<W: io::Write + Send> JobsParquet<W> {
    /// Begins the file.
    #[must_use]
    pub fn new(writer: W, platform: Arc<Platform>, records: JobRecords) -> Self {
        let kind = |name: &str| match name {
            text if TEXTS.contains(&text) => Kind::Text,
            count if COUNTS.contains(&count) => Kind::Count,
            _ => Kind::Number,
        };
        let columns = JOBS_HEADER.split(',').map(|name| (name.to_owned(), kind(name))).collect();
        Self { table: Table::new(writer, columns), records, platform }
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// The first error of the writer.
    pub fn finish(self) -> io::Result<()> {
        self.table?.finish()
    }

    fn row(&mut self, now: SimTime, job: &Job, life: &Life, outcome: Outcome) {
        let Ok(table) = &mut self.table else { return };
        let written = cells(&self.platform, now, job, (life, outcome)).and_then(|row| table.push(&row));
        if let Err(error) = written {
            self.table = Err(error);
        }
    }
}

impl<W: io::Write + Send> Observer for JobsParquet<W> {
    fn hears(&self) -> Kinds {
        Kinds::FINISHED
    }

    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        if let Record::Finished { job, life, outcome } = record
            && self.records.covers(job.request.number)
        {
            self.row(now, job, life, *outcome);
        }
        Ok(())
    }
}

/// The cells of a job, in the order of the header.
fn cells<'a>(
    platform: &'a Platform,
    now: SimTime,
    job: &'a Job,
    (life, outcome): (&Life, Outcome),
) -> io::Result<[Cell<'a>; 31]> {
    let request = &job.request;
    let times = JobTimes::of(job, life, outcome);
    let class = platform.class_name(request.class);
    let name = platform.job_name(request.class, job.ordinal, job.name.as_ref());
    let pool = life.pool.and_then(|pool| platform.pools.get(pool.index()));
    let center = pool.and_then(|pool| platform.centers.get(pool.center.index()));
    let origin = platform.site_name(request.origin);
    let ran = life.started.is_some();
    let whole = |value: u128| {
        i64::try_from(value)
            .map(Cell::Count)
            .map_err(|_| io::Error::other(format!("{value} is more than 64 bits hold")))
    };
    let count = |value: Option<u64>| value.map_or(Ok(Cell::None), |value| whole(value.into()));
    let billionths = |value: Option<u64>| value.map_or(Cell::None, |value| Cell::Number(value as f64 / 1e9));
    let at = |value: Option<SimTime>| billionths(value.map(|at| at.0));
    Ok([
        Cell::Text(name),
        Cell::Text(class.into()),
        Cell::Text(platform.tenants.name(request.tenant).into()),
        Cell::Text(origin.into()),
        Cell::Text(center.map_or("", |center| center.name.as_str()).into()),
        Cell::Text(pool.map_or("", |pool| pool.name.as_str()).into()),
        at(Some(request.submit)),
        at(life.brokered),
        at(life.staged),
        at(life.started),
        at(life.ended),
        at(life.delivered),
        billionths(times.wait),
        billionths(times.staging),
        billionths(times.queue_wait),
        billionths(times.response),
        billionths(times.slowdown_ppb),
        count(ran.then_some(life.nodes))?,
        count(ran.then_some(u64::from(life.attempt)))?,
        whole(life.staged_bytes.0)?,
        whole(life.output_bytes.0)?,
        Cell::Number(life.transfer_micro_cny as f64 / 1e6),
        Cell::Text(outcome.word().into()),
        Cell::Text(outcome.reason().into()),
        count(deadline_missed(now, job, life, outcome).map(u64::from))?,
        count(life.round_trip_missed.map(u64::from))?,
        count(ran.then_some(u64::from(life.tasks)))?,
        count(ran.then_some(u64::from(life.preemptions)))?,
        count(ran.then_some(u64::from(life.resizes)))?,
        billionths(ran.then_some(life.lost.0)),
        billionths(ran.then_some(life.overhead.0)),
    ])
}
