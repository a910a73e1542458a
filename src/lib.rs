//! eastwest: a discrete-event simulator of computing centers joined by wide-area links.
pub mod units;
