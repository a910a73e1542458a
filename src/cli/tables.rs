//! The tables of a run, as CSV, as Parquet, or as both.

use super::arguments::RunArguments;
use super::failure::Failure;
use super::output::OutputDirectory;
use eastwest::observe::{Metrics, Summary, Timeline};
use eastwest::report::{self, TimelineGrid};
use eastwest::scenario::Scenario;
use eastwest::units::SimTime;

/// What the tables are made of.
pub(crate) struct Tables<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) summary: &'a Summary,
    pub(crate) metrics: &'a Metrics,
    pub(crate) timeline: &'a Timeline,
    pub(crate) end: SimTime,
}

impl Tables<'_> {
    /// Writes all tables but that of jobs, which is written while the run goes on. Gives what a page keeps of the timeline.
    pub(crate) fn write(&self, out: &mut OutputDirectory, arguments: &RunArguments) -> Result<TimelineGrid, Failure> {
        if arguments.csv() {
            self.write_csv(out)?;
        }
        #[cfg(feature = "parquet")]
        if arguments.parquet() {
            self.write_parquet(out)?;
        }
        let platform = &self.scenario.platform;
        let mut grid = TimelineGrid::new(platform);
        let rows = self.timeline.rows(self.end).inspect(|row| grid.push(platform, row));
        if arguments.csv() {
            out.stream("timeline.csv", |file| report::timeline_csv(rows, file))?;
        } else {
            rows.for_each(drop);
        }
        Ok(grid)
    }

    fn write_csv(&self, out: &mut OutputDirectory) -> Result<(), Failure> {
        let summary = self.summary;
        out.stream("centers.csv", |file| report::centers_csv(summary, file))?;
        out.stream("pools.csv", |file| report::pools_csv(summary, file))?;
        out.stream("links.csv", |file| report::links_csv(summary, file))?;
        out.stream("classes.csv", |file| report::classes_csv(summary, file))?;
        if !summary.services.is_empty() {
            out.stream("services.csv", |file| report::services_csv(summary, file))?;
        }
        out.stream("tenants.csv", |file| report::tenants_csv(&self.metrics.tenants(self.end), file))?;
        out.stream("tenant_groups.csv", |file| report::tenant_groups_csv(summary, file))
    }

    #[cfg(feature = "parquet")]
    fn write_parquet(&self, out: &mut OutputDirectory) -> Result<(), Failure> {
        let summary = self.summary;
        out.stream("centers.parquet", |file| report::centers_parquet(summary, file))?;
        out.stream("pools.parquet", |file| report::pools_parquet(summary, file))?;
        out.stream("links.parquet", |file| report::links_parquet(summary, file))?;
        out.stream("classes.parquet", |file| report::classes_parquet(summary, file))?;
        if !summary.services.is_empty() {
            out.stream("services.parquet", |file| report::services_parquet(summary, file))?;
        }
        out.stream("tenants.parquet", |file| report::tenants_parquet(&self.metrics.tenants(self.end), file))?;
        out.stream("tenant_groups.parquet", |file| report::tenant_groups_parquet(summary, file))?;
        out.stream("timeline.parquet", |file| report::timeline_parquet(self.timeline.rows(self.end), file))
    }
}
