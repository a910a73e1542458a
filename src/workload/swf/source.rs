//! Records to jobs.

use super::header::SwfHeader;
use super::id::{Names, SwfId};
use super::kept::{self, Kept};
use super::options::{Entry, SwfOptions};
use super::parts::Parts;
use super::reader::SwfReader;
use super::report::{Notice, ReadReport};
use crate::model::{
    ClassId, ConstraintId, Flex, Input, Job, JobName, JobNumber, JobSlot, Request, SiteId, TaskShape, TenantId, Truth,
    Work,
};
use crate::rng::{Family, Streams, Weights};
use crate::units::{Bytes, SimDuration};
use crate::workload::{JobSource, Weighted};
use rand::distr::Distribution as _;
use std::collections::BTreeSet;
use std::io::Read;
use std::sync::{Arc, OnceLock};

/// The most jobs of a log that are kept in memory, at 28 bytes each, 56 where times are not whole seconds.
const JOBS_KEPT_MAX: u64 = 100_000_000;

/// What a first look through a log finds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// The comments.
    pub header: SwfHeader,
    /// What was skipped, repaired and filtered.
    pub report: ReadReport,
    /// Whether the jobs taken are in the order of submission, none of them joined from its parts.
    pub sorted: bool,
    /// The first submission of a job taken, in ns after the log's start.
    pub first: Option<u64>,
    /// The users of the jobs taken.
    pub users: BTreeSet<SwfId>,
    /// Their queues.
    pub queues: BTreeSet<SwfId>,
    /// The names that users and queues refer to.
    pub names: Names,
    /// The widest job taken.
    pub processors_max: u32,
}

/// A survey under way.
#[derive(Default)]
struct Look {
    users: Ids,
    queues: Ids,
    processors_max: u32,
    first: Option<u64>,
    joined: bool,
}

impl Look {
    /// Looks at one job after the other.
    fn see(&mut self, entry: &Entry) {
        self.users.add(entry.user);
        self.queues.add(entry.queue);
        self.processors_max = self.processors_max.max(entry.processors);
        self.first = Some(self.first.map_or(entry.submit, |first| first.min(entry.submit)));
    }

    /// What was found in a log that has been read to its end.
    fn survey<R: Read>(self, log: &Log<R>) -> Survey {
        let report = log.reader.report().clone();
        Survey {
            header: log.reader.header().clone(),
            sorted: !self.joined && report.count(Notice::Unsorted) == 0,
            first: self.first,
            names: log.reader.names().clone(),
            report,
            users: self.users.all,
            queues: self.queues.all,
            processors_max: self.processors_max,
        }
    }
}

/// Who was met. Small numbers are mostly met again, which costs a look at a bit.
#[derive(Default)]
struct Ids {
    small: Vec<u64>,
    all: BTreeSet<SwfId>,
}

impl Ids {
    fn add(&mut self, id: Option<SwfId>) {
        let Some(id) = id else { return };
        if let SwfId::Number(number) = id {
            let (word, bit) = ((number / 64) as usize, 1 << (number % 64));
            if word < 1024 {
                if self.small.len() <= word {
                    self.small.resize(word + 1, 0);
                }
                if self.small[word] & bit > 0 {
                    return;
                }
                self.small[word] |= bit;
            }
        }
        self.all.insert(id);
    }
}

/// Looks through a whole log, keeping no job: is it sorted, who are its users, how wide are its jobs.
///
/// # Errors
/// The bytes cannot be read or unpacked.
pub fn survey<R: Read>(bytes: R, options: &SwfOptions) -> Result<Survey, String> {
    let mut log = Log::open(bytes, options)?;
    let mut look = Look::default();
    while let Some(entry) = log.next()? {
        look.see(&entry);
    }
    for (_, entry) in log.joined() {
        look.see(&entry);
        look.joined = true;
    }
    Ok(look.survey(&log))
}

/// A log's jobs in its own time.
struct Log<R: Read> {
    reader: SwfReader<R>,
    options: SwfOptions,
    parts: Parts,
    last: u64,
}

impl<R: Read> Log<R> {
    fn open(bytes: R, options: &SwfOptions) -> Result<Self, String> {
        if !(options.load.is_finite() && options.load > 0.0) {
            return Err(format!("the load factor {} is not above 0", options.load));
        }
        Ok(Self { reader: SwfReader::new(bytes)?, options: *options, parts: Parts::default(), last: 0 })
    }

    fn next(&mut self) -> Result<Option<Entry>, String> {
        while let Some(line) = self.reader.advance()? {
            let (record, report) = self.reader.last();
            if Parts::is_part(record) {
                self.parts.part(record, line, report);
                continue;
            }
            self.parts.whole(record.number, line, report);
            let Some(entry) = self.options.entry(record, line, report) else { continue };
            if entry.submit < self.last {
                report.note(Notice::Unsorted, line);
            }
            self.last = entry.submit;
            return Ok(Some(entry));
        }
        Ok(None)
    }

    /// Jobs of which only parts were met, in a log that has been read to its end: how many jobs had been taken before each, and the job.
    fn joined(&mut self) -> Vec<(u64, Entry)> {
        let (_, report) = self.reader.last();
        let mut joined = Vec::new();
        for bursts in self.parts.without_whole() {
            if bursts.record.submitted().is_none() {
                bursts.note(Notice::PartsWithoutSubmission, report);
                continue;
            }
            bursts.note(Notice::PartsJoined, report);
            joined.extend(self.options.entry(&bursts.record, bursts.line, report).map(|entry| (bursts.place, entry)));
        }
        joined
    }
}

/// What a log's numbers mean in a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct SwfMapping {
    /// The class of its jobs.
    pub class: ClassId,
    /// The scenario's name of that class, from which the stream that draws origins is named.
    pub name: String,
    /// Classes of some queues, by ascending queue.
    pub queues: Vec<(SwfId, ClassId)>,
    /// The tenant of the first of `users`; the others follow it. Jobs without a user belong to the first.
    pub tenant: TenantId,
    /// The users, ascending.
    pub users: Vec<SwfId>,
    /// How many tenants there are: users beyond begin again with the first.
    pub tenants: u32,
    /// What each processor of a job is.
    pub task: TaskShape,
    /// Larger is more important.
    pub priority: i32,
    /// The longest round trip between user and center.
    pub round_trip: Option<SimDuration>,
    /// Where the jobs come from: one site, or several by share.
    pub origin: Vec<Weighted<SiteId>>,
    /// Where they may run.
    pub constraint: ConstraintId,
    /// What of them can bend.
    pub flex: Option<Arc<Flex>>,
}

/// A processor of a log: one core.
pub const PROCESSOR: TaskShape = TaskShape { cores_milli: 1000, memory: 0, accelerators_milli: 0, accelerator: None };

impl SwfMapping {
    fn class(&self, queue: Option<SwfId>) -> ClassId {
        let found = queue.and_then(|q| self.queues.binary_search_by_key(&q, |(queue, _)| *queue).ok());
        found.map_or(self.class, |at| self.queues[at].1)
    }

    fn tenant(&self, user: Option<SwfId>) -> TenantId {
        let rank = user.and_then(|u| self.users.binary_search(&u).ok()).unwrap_or(0);
        let rank = u32::try_from(rank).unwrap_or(u32::MAX) % self.tenants.max(1);
        TenantId(self.tenant.0.saturating_add(rank))
    }
}

/// Where the entries come from.
enum Entries {
    Stream(Box<dyn Iterator<Item = Result<Entry, String>> + Send>),
    Sorted(kept::IntoIter),
}

/// A log as a source of jobs. A job's name is its number in the log, its ordinal its place among the jobs taken.
pub struct SwfSource {
    entries: Entries,
    header: SwfHeader,
    options: SwfOptions,
    mapping: SwfMapping,
    origins: Option<Weights>,
    family: Family,
    report: Arc<OnceLock<ReadReport>>,
    first: Option<u64>,
    last: u64,
    ordinal: u64,
    ended: bool,
}

impl SwfSource {
    /// A log that is in the order of submission (see [`survey`]), in memory that does not grow with it.
    ///
    /// # Errors
    /// The first line cannot be read, the load is not above 0, or no origin has a weight.
    pub fn streaming<R: Read + Send + 'static>(
        bytes: R,
        options: &SwfOptions,
        mapping: SwfMapping,
        streams: &Streams,
    ) -> Result<Self, String> {
        let mut log = Log::open(bytes, options)?;
        let header = log.reader.header().clone();
        let report = Arc::new(OnceLock::new());
        let end = Arc::clone(&report);
        let entries = std::iter::from_fn(move || {
            let next = log.next().transpose();
            if next.is_none() {
                if let Some((_, entry)) = log.joined().first() {
                    let problem =
                        "of the log has partial executions (status 2 to 4) only: it is to be sorted with them";
                    return Some(Err(format!("job {} {problem}", entry.number)));
                }
                // Only the first end is kept; there is no second report.
                let _ = end.set(log.reader.report().clone());
            }
            next
        });
        Self::new(Entries::Stream(Box::new(entries)), header, options, mapping, streams, report)
    }

    /// A log in any order: all of it is read, at 28 bytes a job where its times are whole seconds and 56 else. One that is not in the order of
    /// submission, or that has jobs joined from their parts, is sorted (ties in the log's order), for which it takes three times as much for a moment.
    ///
    /// # Errors
    /// The bytes cannot be read, the load is not above 0, or no origin has a weight.
    pub fn sorted<R: Read>(
        bytes: R,
        options: &SwfOptions,
        mapping: impl FnOnce(&Survey) -> SwfMapping,
        streams: &Streams,
    ) -> Result<Self, String> {
        let mut log = Log::open(bytes, options)?;
        let mut look = Look::default();
        let mut kept = Kept::default();
        while let Some(entry) = log.next()? {
            look.see(&entry);
            kept.push(&entry);
            if log.reader.report().jobs > JOBS_KEPT_MAX {
                return Err(format!("line {}: more than {JOBS_KEPT_MAX} jobs", log.reader.report().lines));
            }
        }
        let joined = log.joined();
        joined.iter().for_each(|(_, entry)| look.see(entry));
        look.joined = !joined.is_empty();
        let survey = look.survey(&log);
        if !survey.sorted {
            kept = kept.sorted_with(joined);
        }
        let mapping = mapping(&survey);
        let report = Arc::new(OnceLock::from(survey.report));
        Self::new(Entries::Sorted(kept.into_iter()), survey.header, options, mapping, streams, report)
    }

    fn new(
        entries: Entries,
        header: SwfHeader,
        options: &SwfOptions,
        mapping: SwfMapping,
        streams: &Streams,
        report: Arc<OnceLock<ReadReport>>,
    ) -> Result<Self, String> {
        let weights: Vec<f64> = mapping.origin.iter().map(|origin| origin.weight).collect();
        let origins = Some(Weights::new(&weights).ok_or("no origin of the log has a weight")?);
        let family = streams.family(&format!("workload.{}.origin", mapping.name));
        let (options, first) = (*options, None);
        Ok(Self {
            entries,
            header,
            options,
            mapping,
            origins,
            family,
            report,
            first,
            last: 0,
            ordinal: 0,
            ended: false,
        })
    }

    /// The comments before the first job.
    #[must_use]
    pub const fn header(&self) -> &SwfHeader {
        &self.header
    }

    /// Where the report will be once the last job was taken.
    #[must_use]
    pub fn report(&self) -> Arc<OnceLock<ReadReport>> {
        Arc::clone(&self.report)
    }

    /// A source that goes on from here with the same jobs.
    ///
    /// # Errors
    /// The log is read during the run: what was read of it is gone.
    pub fn copy(&self) -> Result<Self, String> {
        let Entries::Sorted(entries) = &self.entries else {
            return Err("a log that is read during the run cannot be copied".to_owned());
        };
        Ok(Self {
            entries: Entries::Sorted(entries.clone()),
            header: self.header.clone(),
            options: self.options,
            mapping: self.mapping.clone(),
            origins: self.origins.clone(),
            family: self.family,
            report: Arc::clone(&self.report),
            first: self.first,
            last: self.last,
            ordinal: self.ordinal,
            ended: self.ended,
        })
    }

    fn entry(&mut self) -> Result<Option<Entry>, String> {
        if self.ended {
            return Ok(None);
        }
        let entry = match &mut self.entries {
            Entries::Stream(entries) => entries.next().transpose()?,
            Entries::Sorted(entries) => entries.next(),
        };
        self.ended = entry.is_none();
        Ok(entry)
    }

    fn job(&self, entry: &Entry, ordinal: u64, first: u64) -> Job {
        // Where jobs have but one origin nothing is drawn.
        let drawn = |weights: &Weights| weights.only().unwrap_or_else(|| weights.sample(&mut self.family.of(ordinal)));
        let rank = self.origins.as_ref().map_or(0, drawn);
        let request = Request {
            number: JobNumber(0),
            class: self.mapping.class(entry.queue),
            tenant: self.mapping.tenant(entry.user),
            origin: self.mapping.origin[rank].value,
            submit: self.options.instant(entry.submit, first),
            tasks: entry.processors,
            task: self.mapping.task,
            requested: Work::Time(SimDuration(entry.requested)),
            input: Input::None,
            output: Bytes::ZERO,
            output_to: None,
            deadline: None,
            priority: self.mapping.priority,
            round_trip: self.mapping.round_trip,
            constraint: self.mapping.constraint,
            flex: self.mapping.flex.clone(),
        };
        Job {
            name: Some(JobName::Number(entry.number)),
            ordinal,
            slot: JobSlot(0),
            request,
            truth: Truth { work: Work::Time(SimDuration(entry.run)) },
        }
    }
}

impl JobSource for SwfSource {
    fn next_job(&mut self) -> Result<Option<Job>, String> {
        let Some(entry) = self.entry()? else { return Ok(None) };
        if entry.submit < self.last {
            return Err(format!("job {} of the log was submitted before the job above it: sort the log", entry.number));
        }
        self.last = entry.submit;
        let first = *self.first.get_or_insert(entry.submit);
        let job = self.job(&entry, self.ordinal, first);
        self.ordinal += 1;
        Ok(Some(job))
    }

    fn copied(&self) -> Result<Box<dyn JobSource>, String> {
        Ok(Box::new(self.copy()?))
    }
}
