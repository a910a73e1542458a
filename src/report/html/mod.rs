//! `report.html`: one page that opens anywhere, with everything it needs inside.
//!
//! The page is made of a template, a style sheet and a script (`page/`) and of data: totals as JSON, tables and timelines
//! compressed. The script draws; nothing is fetched, and a content security policy in the page forbids it. Texts of the scenario
//! are only ever set as text.

mod columns;
mod compare;
mod frame;
mod grid;
mod jobs;
mod map;
mod pack;
mod run;
mod sentences;

pub use compare::{ComparePage, ComparedRun, compare_page};
pub use grid::TimelineGrid;
pub use map::BaseMap;
pub use run::{RunPage, run_page};
