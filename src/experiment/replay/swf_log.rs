//! The simulated schedule as a log again.

use crate::model::{JobName, Platform};
use crate::observe::{Kinds, Observer, Record, Violation};
use crate::units::SimTime;
use crate::workload::swf::{Names, SwfHeader, SwfRecord, SwfWriter};
use std::io::{self, Write};
use std::sync::Arc;

/// Keeps one record a job that started and writes them in the order of submission.
pub struct SwfLog {
    platform: Arc<Platform>,
    /// Number of the job in the run, and its record.
    records: Vec<(u64, SwfRecord)>,
    /// Users that the log names by text.
    names: Names,
}

impl SwfLog {
    /// An empty log.
    #[must_use]
    pub fn new(platform: Arc<Platform>) -> Self {
        Self { platform, records: Vec::new(), names: Names::default() }
    }

    /// Writes the log: fields 1 to 5, 8, 9, 11 and 12 (a name where the log has names); all others are not known.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write<W: Write>(mut self, comments: &[String], out: W) -> io::Result<()> {
        self.records.sort_unstable_by_key(|(number, _)| *number);
        let mut writer = SwfWriter::new(out, &SwfHeader::of(comments))?.naming(self.names);
        for (_, record) in &self.records {
            writer.write(record)?;
        }
        writer.finish().map(drop)
    }
}

impl Observer for SwfLog {
    fn hears(&self) -> Kinds {
        Kinds::FINISHED
    }

    fn record(&mut self, _now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        let Record::Finished { job, life, outcome } = *record else { return Ok(()) };
        let request = &job.request;
        let (Some(started), Some(ended)) = (life.started, life.ended) else { return Ok(()) };
        // Logs number their jobs; other names keep their place in the run.
        let number = job.name.as_ref().and_then(JobName::number).unwrap_or(request.number.0 + 1);
        let user = self.platform.tenants.group(request.tenant).and_then(|group| group.name.strip_prefix("user-"));
        let requested = self.platform.pools[0].duration(&request.requested, request);
        let swf = SwfRecord {
            number,
            submit: request.submit.0,
            wait: Some(started.since(request.submit).0),
            run: Some(ended.since(started).0),
            processors: Some(request.tasks),
            requested_processors: Some(request.tasks),
            requested_time: requested.map(|time| time.0),
            status: Some(u32::from(outcome == crate::model::Outcome::Completed)),
            user: user.and_then(|user| self.names.id(user)),
            ..SwfRecord::default()
        };
        self.records.push((request.number.0, swf));
        Ok(())
    }
}
