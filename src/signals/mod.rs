//! Piecewise constant time series of integers with prefix integrals: tariffs, carbon intensity, PUE, background use.
//!
//! They are not events: an interval's integral costs a binary search, and a constant costs a multiplication.

mod calendar;
mod series;

pub use calendar::Calendar;
pub use series::Series;
