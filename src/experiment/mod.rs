//! Many runs: one run with all that checks and measures it, and comparisons of stacks over replications.
//!
//! All stacks of a comparison see the same jobs (common random numbers), so the difference between two stacks is taken
//! replication by replication: a paired difference, whose interval is far narrower than those of the two means.

mod answer;
mod compare;
mod comparison;
mod drawn;
mod error;
mod expect;
mod figures;
mod hash;
mod once;
pub mod replay;
mod statistics;
mod student;
mod table;
mod verdict;
mod work;

pub use answer::{Answer, Judged, RELEVANT};
pub use compare::{ComparePlan, Contender, RunKey, Watch, compare};
pub use comparison::{Comparison, MetricRow, StackRow, Window};
pub use drawn::{jobs_draw, policies_draw};
pub use error::ExperimentError;
pub use expect::{anchors, check_figures, judge, run_anchors};
pub use hash::scenario_hash;
pub use once::{Listeners, RunResult, clock_warning, run_audited, run_once};
pub use statistics::{CONFIDENCE, Estimated, estimate, paired};
pub use student::t_quantile;
pub use verdict::Verdict;
pub use work::{KindOfWork, StackWork};
