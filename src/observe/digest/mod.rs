//! What a page of the run shows and no table holds: use by class over time, where each class ran, distributions, and a sample of
//! jobs for a Gantt chart. Written as `digest.json`, so that the page can be made again from a directory of results.

mod check;
mod curves;
mod flows;
mod sample;
mod traffic;
mod usage;

pub use curves::{CURVE_SHARES, Curve};
pub use flows::Flows;
pub(crate) use sample::mix;
pub use sample::{JOBS_A_CENTER, JobSample};
pub use traffic::SideTraffic;
pub use usage::Usage;

use super::{Metrics, Observer, Record, Violation};
use crate::model::{Platform, Totals};
use crate::units::{SimDuration, SimTime};
use flows::FlowCounts;
use sample::Sampler;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use traffic::TrafficMeter;
use usage::UsageMeter;

/// Listens to a run for its [`Digest`].
#[derive(Debug, Clone)]
pub struct DigestObserver {
    usage: UsageMeter,
    traffic: TrafficMeter,
    flows: FlowCounts,
    sample: Sampler,
    window_start: SimTime,
}

/// The content of `digest.json`. Rows of its tables name classes, centers, kinds and sites by their place in the lists of names.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Digest {
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Names of the centers.
    pub centers: Vec<String>,
    /// Names of the sites.
    pub sites: Vec<String>,
    /// Use by class, service and kind of resource over time, warm-up included.
    pub usage: Usage,
    /// Bytes delivered from side to side over time.
    #[serde(default)]
    pub traffic: SideTraffic,
    /// Where each class ran: jobs submitted in the window that were placed.
    pub flows: Flows,
    /// One a class: distributions of wait and slowdown of the window's jobs.
    pub curves: Vec<Curve>,
    /// Jobs of each center, all or a sample, warm-up included.
    pub jobs: JobSample,
}

impl DigestObserver {
    /// A digest with use in steps of `interval` (at least 1 ns).
    #[must_use]
    pub fn new(platform: &Arc<Platform>, interval: SimDuration) -> Self {
        Self {
            usage: UsageMeter::new(platform, interval),
            traffic: TrafficMeter::new(platform, interval),
            flows: FlowCounts::default(),
            sample: Sampler::new(Arc::clone(platform)),
            window_start: SimTime::ZERO,
        }
    }

    /// What was heard up to `end`, with the distributions that the metrics of the same run hold.
    #[must_use]
    pub fn finish(self, metrics: &Metrics, end: SimTime) -> Digest {
        let platform = &metrics.platform;
        Digest {
            classes: platform.classes.iter().map(|class| class.name.clone()).collect(),
            centers: platform.centers.iter().map(|center| center.name.clone()).collect(),
            sites: platform.sites.iter().map(|site| site.name.clone()).collect(),
            usage: self.usage.finish(end),
            traffic: self.traffic.finish(end),
            flows: self.flows.finish(),
            curves: curves::curves(metrics),
            jobs: self.sample.finish(end),
        }
    }
}

impl Observer for DigestObserver {
    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        match record {
            Record::PoolNodes { pool, open, .. } => self.usage.open(now, *pool, *open),
            Record::Started { job, pool, held, .. } => {
                self.usage.job(now, *pool, job.request.class, &Totals::default(), held);
            }
            Record::Ended { job, pool, held, .. } => {
                self.usage.job(now, *pool, job.request.class, held, &Totals::default());
            }
            Record::ServiceNodes { service, pool, before, held, .. } => {
                self.usage.service(now, *pool, *service, before, held);
            }
            Record::FlowStarted { flow, from, to, bytes, .. } => self.traffic.start(*flow, *from, *to, bytes.0),
            Record::FlowEnded { flow } => self.traffic.end(now, *flow, 0),
            Record::FlowStopped { flow, left } => self.traffic.end(now, *flow, left.0),
            Record::Finished { job, life, .. } => {
                self.sample.note(job, life);
                if let Some(pool) = life.pool
                    && job.request.submit >= self.window_start
                {
                    let center = self.sample.center_of(pool);
                    self.flows.note(job, center);
                }
            }
            Record::WindowOpened => {
                self.window_start = now;
                self.flows = FlowCounts::default();
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::sample::{platform, s, tell, west};

    #[test]
    fn west_is_worked_by_hand() {
        let platform = Arc::new(platform());
        let mut metrics = Metrics::new(Arc::clone(&platform));
        let mut digest = DigestObserver::new(&platform, SimDuration::HOUR);
        tell(&mut metrics, &west());
        tell(&mut digest, &west());
        let digest = digest.finish(&metrics, s(7200));
        assert_eq!((digest.classes.len(), digest.centers.len(), digest.sites.len()), (1, 2, 2));
        // Three nodes of four cores are open; a and b hold theirs in the first hour, b for 200.008 s and c in the second.
        let usage = &digest.usage;
        assert_eq!(usage.kinds, ["cores"]);
        assert_eq!(usage.start_s, [0.0, 3600.0]);
        let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-9, "{found} {wanted}");
        near(usage.open_mean[0][0], 12.0);
        near(usage.held_mean[0][0][0], 4.0 * (3600.0 + 3399.992) / 3600.0);
        near(usage.held_mean[0][0][1], 4.0 * (3600.0 + 200.008) / 3600.0);
        // All three came from Beijing (site 0) and ran in Horinger (center 1).
        let flows = &digest.flows;
        assert_eq!(
            (&flows.class[..], &flows.origin[..], &flows.center[..], &flows.jobs[..]),
            (&[0][..], &[0][..], &[1][..], &[3][..])
        );
        // Waits 0, 190.008 and 3580 s: the 50th percentile by nearest rank is the second.
        let curve = &digest.curves[0];
        assert_eq!(curve.waits, 3);
        let half = CURVE_SHARES.iter().position(|share| *share == 500).expect("the median");
        near(curve.wait_s[half], 190.008);
        near(*curve.wait_s.last().expect("the largest"), 3580.0);
        // Two inputs of 125 GB to the west, both in the first hour.
        assert_eq!(digest.traffic.bytes, [[250e9, 0.0]]);
        assert_eq!(digest.jobs.placed, [0, 3]);
        assert_eq!(digest.jobs.job, ["a", "b", "c"]);
        assert_eq!(digest.jobs.start_s, [0.0, 200.008, 3600.0]);
        let text = serde_json::to_string(&digest).expect("JSON");
        assert_eq!(serde_json::from_str::<Digest>(&text).expect("reads back"), digest);
    }
}
