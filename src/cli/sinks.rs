//! Who listens to a run, and the files that they leave.

use super::arguments::{Global, RunArguments};
use super::explain::Recording;
use super::failure::Failure;
use super::output::OutputDirectory;
use eastwest::observe::{Chosen, DigestObserver, Observer, SLICES_MAX, Timeline, Trace, TraceObserver};
#[cfg(feature = "parquet")]
use eastwest::report::JobsParquet;
use eastwest::report::{self, JobRecords, JobsCsv, RunInfo, TraceInput};
use eastwest::scenario::Scenario;
use eastwest::units::SimTime;
use flate2::{Compression, GzBuilder};
use std::fs::File;
use std::io::{BufWriter, Write};

/// The trace, compressed: viewers open it as it is.
const TRACE: &str = "trace.json.gz";

/// The observers of a run that its arguments ask for.
pub(crate) struct Sinks {
    jobs: Option<JobsCsv<BufWriter<File>>>,
    #[cfg(feature = "parquet")]
    jobs_parquet: Option<JobsParquet<BufWriter<File>>>,
    pub(crate) timeline: Timeline,
    pub(crate) digest: Option<DigestObserver>,
    trace: Option<TraceObserver>,
    recording: Option<Recording>,
}

impl Sinks {
    /// Opens the files that are written while the run goes on.
    pub(crate) fn open(
        out: &mut OutputDirectory,
        scenario: &Scenario,
        arguments: &RunArguments,
        recording: Option<Recording>,
    ) -> Result<Self, Failure> {
        let platform = &scenario.platform;
        let records = arguments.job_records;
        let jobs = (arguments.csv() && records != JobRecords::None).then(|| out.open("jobs.csv")).transpose()?;
        #[cfg(feature = "parquet")]
        let jobs_parquet = arguments.parquet() && records != JobRecords::None;
        #[cfg(feature = "parquet")]
        let jobs_parquet = jobs_parquet.then(|| out.open("jobs.parquet")).transpose()?;
        Ok(Self {
            jobs: jobs.map(|file| JobsCsv::new(file, platform.clone(), records)),
            #[cfg(feature = "parquet")]
            jobs_parquet: jobs_parquet.map(|file| JobsParquet::new(file, platform.clone(), records)),
            timeline: Timeline::new(platform.clone(), arguments.timeline),
            digest: (!arguments.page.no_report || arguments.plots.plots.is_some())
                .then(|| DigestObserver::new(platform, arguments.timeline)),
            recording,
            trace: arguments.trace.then(|| TraceObserver::new(platform.clone(), SLICES_MAX)),
        })
    }

    /// The timeline, and all others that listen.
    pub(crate) fn observers(&mut self) -> (&mut Timeline, Vec<&mut dyn Observer>) {
        let mut observers: Vec<&mut dyn Observer> = Vec::new();
        observers.extend(self.jobs.as_mut().map(|jobs| jobs as &mut dyn Observer));
        #[cfg(feature = "parquet")]
        observers.extend(self.jobs_parquet.as_mut().map(|jobs| jobs as &mut dyn Observer));
        observers.extend(self.digest.as_mut().map(|digest| digest as &mut dyn Observer));
        observers.extend(self.trace.as_mut().map(|trace| trace as &mut dyn Observer));
        observers.extend(self.recording.as_mut().map(|recording| &mut recording.teller as &mut dyn Observer));
        (&mut self.timeline, observers)
    }

    /// The jobs whose lives are recorded.
    pub(crate) fn chosen(&self) -> Option<Chosen> {
        self.recording.as_ref().map(|recording| recording.chosen.clone())
    }

    /// Writes the stories, where some were asked for.
    pub(crate) fn write_stories(&mut self, out: &mut OutputDirectory, global: &Global) -> Result<(), Failure> {
        self.recording.take().map_or(Ok(()), |recording| recording.write(out, global))
    }

    /// Ends the rows of jobs; a run that ended early leaves those it has.
    pub(crate) fn end_jobs(&mut self, out: &OutputDirectory) -> Result<(), Failure> {
        if let Some(jobs) = self.jobs.take() {
            jobs.finish().map_err(|error| out.file_failure("jobs.csv", &error))?;
        }
        #[cfg(feature = "parquet")]
        if let Some(jobs) = self.jobs_parquet.take() {
            jobs.finish().map_err(|error| out.file_failure("jobs.parquet", &error))?;
        }
        Ok(())
    }

    /// Writes the trace, where one was asked for.
    pub(crate) fn write_trace(
        &mut self,
        out: &mut OutputDirectory,
        (scenario, info): (&Scenario, &RunInfo),
        end: SimTime,
    ) -> Result<(), Failure> {
        let Some(trace) = self.trace.take().map(|trace| trace.finish(end)) else { return Ok(()) };
        out.stream(TRACE, |file| write_compressed(file, scenario, info, &trace))
    }
}

/// No name and no time of writing: the same bytes for the same run.
fn write_compressed(file: impl Write, scenario: &Scenario, info: &RunInfo, trace: &Trace) -> std::io::Result<()> {
    let mut packed = GzBuilder::new().write(file, Compression::default());
    let start = scenario.run.start.as_deref();
    report::trace_json(&TraceInput { info, platform: &scenario.platform, trace, start }, &mut packed)?;
    packed.finish()?.flush()
}
