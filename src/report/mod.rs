//! From a summary to tables, CSV and JSON: pure functions of results.

mod allocation_csv;
mod cells;
mod course;
mod decimal;
mod figures;
mod html;
mod human;
mod jobs_csv;
mod json;
mod links;
mod look;
#[cfg(feature = "parquet")]
mod parquet;
mod plots;
mod services;
mod sheet;
mod story;
mod tables;
mod text;
mod trace;

pub use allocation_csv::{AllocationRow, allocation_csv};
pub use course::{COURSE_CENTERS, COURSE_SIGNS};
pub use figures::{AnchorRow, Judged, anchor_sheet};
pub use html::{BaseMap, ComparePage, ComparedRun, RunPage, TimelineGrid, compare_page, run_page};
pub use human::Quantity;
pub use jobs_csv::{JOBS_HEADER, JobRecords, JobsCsv};
pub use json::{RunInfo, summary_json, summary_value};
pub use look::{Format, Look, Tone};
#[cfg(feature = "parquet")]
pub use parquet::{
    JobsParquet, centers_parquet, classes_parquet, links_parquet, pools_parquet, services_parquet,
    tenant_groups_parquet, tenants_parquet, timeline_parquet,
};
pub use plots::{Plot, compare_plots, run_plots};
pub use sheet::{Cell, Kind, Sheet, WIDTH, markdown_text, wrapped};
pub use story::{StoryOf, story_text};
pub use tables::{
    centers_csv, classes_csv, links_csv, pools_csv, services_csv, tenant_groups_csv, tenants_csv, timeline_csv,
};
pub use text::summary_text;
pub use trace::{TraceInput, trace_json};
