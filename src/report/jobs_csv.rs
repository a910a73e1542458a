//! One row a job, written while the run goes on.

use super::cells::push_text;
use super::decimal::{decimal, seconds, six_digits, whole};
use crate::model::{Job, JobName, JobNumber, Outcome, Platform, TenantGroup, TenantId};
use crate::observe::{JobTimes, Kinds, Life, Observer, Record, Violation, deadline_missed, mix};
use crate::units::SimTime;
use std::io;
use std::sync::Arc;

/// Which jobs get a row. Metrics are never sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JobRecords {
    /// All.
    #[default]
    All,
    /// One in so many, chosen by the job's number alone, so that all stacks of a comparison write the same jobs.
    Sample(u64),
    /// None.
    None,
}

impl JobRecords {
    /// Whether this job gets a row.
    #[must_use]
    pub const fn covers(self, number: JobNumber) -> bool {
        match self {
            Self::All => true,
            Self::Sample(0) | Self::None => false,
            Self::Sample(one_in) => mix(number.0).is_multiple_of(one_in),
        }
    }
}

impl std::str::FromStr for JobRecords {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is none of all, sample:N (one job in N, N at least 1) and none");
        match text {
            "all" => Ok(Self::All),
            "none" => Ok(Self::None),
            _ => {
                let number = text.strip_prefix("sample:").and_then(|n| n.parse().ok());
                number.filter(|n| *n > 0).map(Self::Sample).ok_or_else(wrong)
            }
        }
    }
}

/// The header of `jobs.csv`.
pub const JOBS_HEADER: &str = "job,class,tenant,origin,center,pool,submit_s,brokered_s,staged_s,start_s,end_s,delivered_s,\
wait_s,staging_s,queue_wait_s,response_s,bounded_slowdown,nodes,attempt,staged_bytes,output_bytes,transfer_cost_cny,\
outcome,reason,deadline_miss,round_trip_miss,tasks,preemptions,resizes,lost_s,overhead_s";

/// Rows are handed on in pieces of about this size.
const PIECE: usize = 1 << 16;

/// Writes `jobs.csv`: one row a job at the instant its story ends, in that order. Times are exact decimal seconds; what never
/// happened is an empty cell. An error of the writer is kept and returned by [`JobsCsv::finish`]; nothing is written after it.
#[derive(Debug)]
pub struct JobsCsv<W> {
    writer: W,
    records: JobRecords,
    platform: Arc<Platform>,
    /// Names as they stand in a cell.
    classes: Vec<String>,
    sites: Vec<String>,
    /// The two cells of center and pool, by pool.
    pools: Vec<String>,
    /// By tenant group.
    tenants: Vec<TenantCells>,
    /// The ends of rows by what is in them: most jobs differ in nothing but tasks there.
    ends: [End; ENDS],
    buffer: Vec<u8>,
    rows: u64,
    error: Option<io::Error>,
}

impl<W: io::Write> JobsCsv<W> {
    /// Begins with the header.
    #[must_use]
    pub fn new(writer: W, platform: Arc<Platform>, records: JobRecords) -> Self {
        let mut buffer = Vec::with_capacity(PIECE + 1024);
        buffer.extend_from_slice(JOBS_HEADER.as_bytes());
        buffer.push(b'\n');
        Self {
            writer,
            records,
            classes: platform.classes.iter().map(|c| quoted(&c.name)).collect(),
            sites: platform.sites.iter().map(|s| quoted(&s.name)).collect(),
            pools: platform
                .pools
                .iter()
                .map(|p| {
                    let center = platform.centers.get(p.center.index()).map_or_else(String::new, |c| quoted(&c.name));
                    format!("{center},{}", quoted(&p.name))
                })
                .collect(),
            tenants: platform.tenants.groups.iter().map(TenantCells::of).collect(),
            ends: std::array::from_fn(|_| End::default()),
            platform,
            buffer,
            rows: 0,
            error: None,
        }
    }

    /// Rows so far.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes what is left and gives the writer back.
    ///
    /// # Errors
    /// The first error of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        self.hand_on();
        match self.error {
            Some(error) => Err(error),
            None => self.writer.flush().map(|()| self.writer),
        }
    }

    fn hand_on(&mut self) {
        if self.error.is_none()
            && let Err(error) = self.writer.write_all(&self.buffer)
        {
            self.error = Some(error);
        }
        self.buffer.clear();
    }

    fn row(&mut self, now: SimTime, job: &Job, life: &Life, outcome: Outcome) {
        let request = &job.request;
        let times = JobTimes::of(job, life, outcome);
        let pool = life.pool.and_then(|pool| self.pools.get(pool.index()));
        let buffer = &mut self.buffer;
        let class = self.classes.get(request.class.index()).map_or("", String::as_str);
        match &job.name {
            Some(JobName::Number(number)) => whole(buffer, *number),
            Some(JobName::Text(name)) => push_text(buffer, name),
            None => {
                push_joined(buffer, class, |buffer| {
                    buffer.push(b'-');
                    whole(buffer, job.ordinal);
                });
            }
        }
        cell(buffer, class);
        buffer.push(b',');
        push_tenant(buffer, &self.tenants, &self.platform, request.tenant);
        cell(buffer, self.sites.get(request.origin.index()).map_or("", String::as_str));
        cell(buffer, pool.map_or(",", String::as_str));
        let instants = [life.brokered, life.staged, life.started, life.ended, life.delivered];
        nanoseconds(buffer, Some(request.submit.0), instants.map(|instant| instant.map(|at| at.0)));
        nanoseconds(buffer, times.wait, [times.staging, times.queue_wait, times.response]);
        number(buffer, times.slowdown_ppb.map(u128::from), 9);
        let cells = Cells::new(life, outcome, deadline_missed(now, job, life, outcome));
        let end = &mut self.ends[(life.tasks.wrapping_mul(0x9E37_79B1) >> ENDS_SHIFT) as usize];
        if end.cells == Some(cells) {
            buffer.extend_from_slice(&end.text);
        } else {
            let begin = buffer.len();
            cells.write(buffer);
            end.cells = Some(cells);
            end.text.clear();
            end.text.extend_from_slice(&buffer[begin..]);
        }
        self.rows += 1;
        if self.buffer.len() >= PIECE {
            self.hand_on();
        }
    }
}

impl<W: io::Write + Send> Observer for JobsCsv<W> {
    fn hears(&self) -> Kinds {
        Kinds::FINISHED
    }

    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        if let Record::Finished { job, life, outcome } = record
            && self.records.covers(job.request.number)
            && self.error.is_none()
        {
            self.row(now, job, life, *outcome);
        }
        Ok(())
    }
}

/// So many ends of rows are kept, a power of 2.
const ENDS: usize = 16;
const ENDS_SHIFT: u32 = u32::BITS - ENDS.ilog2();

/// The end of a row that was written.
#[derive(Debug, Default)]
struct End {
    cells: Option<Cells>,
    text: Vec<u8>,
}

/// What the cells from the nodes on are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cells {
    ran: bool,
    nodes: u64,
    attempt: u32,
    bytes: [u128; 2],
    transfer_micro_cny: u128,
    outcome: Outcome,
    deadline_missed: Option<bool>,
    round_trip_missed: Option<bool>,
    /// Tasks, preemptions, resizes.
    counts: [u32; 3],
    /// Lost, and overhead.
    nanos: [u64; 2],
}

impl Cells {
    const fn new(life: &Life, outcome: Outcome, deadline_missed: Option<bool>) -> Self {
        Self {
            ran: life.started.is_some(),
            nodes: life.nodes,
            attempt: life.attempt,
            bytes: [life.staged_bytes.0, life.output_bytes.0],
            transfer_micro_cny: life.transfer_micro_cny,
            outcome,
            deadline_missed,
            round_trip_missed: life.round_trip_missed,
            counts: [life.tasks, life.preemptions, life.resizes],
            nanos: [life.lost.0, life.overhead.0],
        }
    }

    /// With the end of the row.
    fn write(&self, buffer: &mut Vec<u8>) {
        count(buffer, self.ran.then_some(self.nodes));
        count(buffer, self.ran.then_some(u64::from(self.attempt)));
        self.bytes.iter().for_each(|bytes| number(buffer, Some(*bytes), 0));
        number(buffer, Some(self.transfer_micro_cny), 6);
        cell(buffer, self.outcome.word());
        cell(buffer, self.outcome.reason());
        count(buffer, self.deadline_missed.map(u64::from));
        count(buffer, self.round_trip_missed.map(u64::from));
        self.counts.iter().for_each(|times| count(buffer, self.ran.then_some(u64::from(*times))));
        self.nanos.iter().for_each(|nanos| number(buffer, self.ran.then_some(u128::from(*nanos)), 9));
        buffer.push(b'\n');
    }
}

fn cell(buffer: &mut Vec<u8>, text: &str) {
    buffer.push(b',');
    buffer.extend_from_slice(text.as_bytes());
}

/// Cells of seconds. Near ones are often the same (a job that waits for nothing, or nowhere but in the queue): their text is copied.
fn nanoseconds<const MORE: usize>(buffer: &mut Vec<u8>, first: Option<u64>, more: [Option<u64>; MORE]) {
    // The last that was not 0, and where its cell is.
    let (mut last, mut begin, mut end) = (0, 0, 0);
    for value in std::iter::once(first).chain(more) {
        match value {
            Some(0) => buffer.extend_from_slice(b",0"),
            Some(value) if last == value => buffer.extend_from_within(begin..end),
            Some(value) => {
                begin = buffer.len();
                buffer.push(b',');
                seconds(buffer, value);
                (last, end) = (value, buffer.len());
            }
            None => buffer.push(b','),
        }
    }
}

fn count(buffer: &mut Vec<u8>, value: Option<u64>) {
    buffer.push(b',');
    if let Some(value) = value {
        whole(buffer, value);
    }
}

fn number(buffer: &mut Vec<u8>, value: Option<u128>, places: u32) {
    buffer.push(b',');
    if let Some(value) = value {
        decimal(buffer, value, places);
    }
}

/// A text as it stands in a cell.
fn quoted(text: &str) -> String {
    let mut cell = Vec::with_capacity(text.len());
    push_text(&mut cell, text);
    String::from_utf8_lossy(&cell).into_owned()
}

/// Writes a name that is already in the form of a cell and something after it, inside its quotes if it has any.
fn push_joined(buffer: &mut Vec<u8>, quoted_name: &str, rest: impl FnOnce(&mut Vec<u8>)) {
    match quoted_name.strip_suffix('"') {
        Some(open) => {
            buffer.extend_from_slice(open.as_bytes());
            rest(buffer);
            buffer.push(b'"');
        }
        None => {
            buffer.extend_from_slice(quoted_name.as_bytes());
            rest(buffer);
        }
    }
}

/// A group of tenants as it stands in cells.
#[derive(Debug)]
struct TenantCells {
    first: u32,
    count: u32,
    /// The cell of its only tenant, or what comes before the six digits of each; `None` where cells must be quoted.
    begins: Option<String>,
}

impl TenantCells {
    fn of(group: &TenantGroup) -> Self {
        let begins = match group.count {
            1 => Some(quoted(&group.name)),
            _ if quoted(&group.name) == group.name => Some(format!("{}-", group.name)),
            _ => None,
        };
        Self { first: group.first.0, count: group.count, begins }
    }
}

/// The tenant's name as [`Tenants::name`](crate::model::Tenants::name) forms it.
fn push_tenant(buffer: &mut Vec<u8>, cells: &[TenantCells], platform: &Platform, tenant: TenantId) {
    // Where each group has but one, its place is the tenant's.
    let guess = cells.get(tenant.index()).filter(|group| group.first == tenant.0 && group.count > 0);
    let search = || cells.partition_point(|group| group.first <= tenant.0).checked_sub(1).and_then(|at| cells.get(at));
    if let Some(group) = guess.or_else(search)
        && let Some(begins) = &group.begins
        && let member = tenant.0 - group.first
        && member < group.count.min(1_000_000)
    {
        buffer.extend_from_slice(begins.as_bytes());
        if group.count > 1 {
            six_digits(buffer, member);
        }
        return;
    }
    push_text(buffer, &platform.tenants.name(tenant));
}

#[cfg(test)]
#[path = "jobs_csv_tests.rs"]
mod tests;
