//! Listens, never acts: the record stream and what is made of it.

pub mod audit;
mod digest;
mod glossary;
mod metrics;
mod quantiles;
mod record;
#[cfg(test)]
pub(crate) mod sample;
mod story;
mod summary;
mod timeline;
mod trace;

pub use audit::Auditor;
pub(crate) use digest::mix;
pub use digest::{CURVE_SHARES, Curve, Digest, DigestObserver, Flows, JOBS_A_CENTER, JobSample, SideTraffic, Usage};
pub use glossary::{Better, Entry, glossary, glossary_markdown};
pub use metrics::Metrics;
pub(crate) use metrics::{JobTimes, deadline_missed};
pub use quantiles::{Quantiles, Spread};
pub use record::{Kinds, Life, Observer, Record, Violation};
pub use story::{
    Attempt, Chosen, Costs, Filtered, Holder, NAMED_MAX, Question, QueueStay, Ranked, RateStep, STEPS_MAX, STORIES_MAX,
    Spot, Stories, Story, Storyteller, TermNamed, Transfer,
};
pub use summary::{
    CenterSummary, ClassSummary, GroupSummary, LinkSummary, PoolSummary, Scalar, ServiceCenterSummary, ServiceSummary,
    Summary, TENANTS_LISTED, TenantGroupSummary, TenantSummary, Traffic,
};
pub use timeline::{Course, Measured, Timeline, TimelineRow};
pub use trace::{Move, Phase, SLICES_MAX, Span, Trace, TraceObserver, TracedJob};
