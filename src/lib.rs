//! eastwest: a discrete-event simulator of computing centers joined by wide-area links.
pub mod engine;
pub mod experiment;
pub mod model;
pub mod network;
pub mod observe;
pub mod policy;
pub mod report;
pub mod rng;
pub mod scenario;
pub mod signals;
pub mod sim;
pub mod units;
pub mod workload;
