//! The future-event queue and its clock, generic over the event. It knows no jobs and no links.
//!
//! # Order of events at one instant
//! The order is part of the semantics of every model built on it, and pinned by tests: events are handled by time, then by
//! [`Class`] (boundaries, releases, changes, submissions, wake-ups), then in the order in which they were scheduled.
//! [`SameInstant`] moves submissions before releases, for schedules published by simulators that do so.

mod agenda;

pub use agenda::{Agenda, Class, SameInstant};
