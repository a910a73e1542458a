//! What was delivered from side to side over time.

use crate::model::slots::Slots;
use crate::model::{Platform, SiteId};
use crate::network::FlowKey;
use crate::observe::metrics::{SIDE_WORDS, SIDES, seconds, side_index};
use crate::units::{SimDuration, SimTime};
use serde::{Deserialize, Serialize};

/// Intervals kept at most; when there would be more, neighbors are joined.
const INTERVALS_MAX: usize = 1024;

/// Bytes delivered over time, by pair of sides: those of the flows that ended in each interval, as in `traffic` of `summary.json`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SideTraffic {
    /// Where each interval begins; warm-up is not left out.
    pub start_s: Vec<f64>,
    /// Where the last one ends.
    pub end_s: f64,
    /// By pair: the side of the source (`none` where it has none).
    pub from: Vec<String>,
    /// By pair: the side of the destination.
    pub to: Vec<String>,
    /// By pair and interval. Pairs without any are left out.
    pub bytes: Vec<Vec<f64>>,
}

/// Adds up what flows deliver.
#[derive(Debug, Clone)]
pub(super) struct TrafficMeter {
    /// Side of each site.
    sides: Vec<u8>,
    /// The pair of sides and the bytes of each flow under way.
    under_way: Slots<(u8, u128)>,
    interval: SimDuration,
    /// By interval and pair.
    delivered: Vec<[u128; SIDES * SIDES]>,
}

impl TrafficMeter {
    /// Nothing yet, in steps of `interval`.
    pub(super) fn new(platform: &Platform, interval: SimDuration) -> Self {
        Self {
            sides: platform.sites.iter().map(|site| side_index(site.side) as u8).collect(),
            under_way: Slots::new(),
            interval: interval.max(SimDuration(1)),
            delivered: Vec::new(),
        }
    }

    /// A flow begins.
    pub(super) fn start(&mut self, flow: FlowKey, from: SiteId, to: SiteId, bytes: u128) {
        let side = |site: SiteId| self.sides.get(site.index()).copied().unwrap_or(side_index(None) as u8);
        self.under_way.insert(flow.key(), (side(from) * SIDES as u8 + side(to), bytes));
    }

    /// A flow ends with so many bytes not delivered.
    pub(super) fn end(&mut self, now: SimTime, flow: FlowKey, left: u128) {
        let Some((pair, bytes)) = self.under_way.remove(flow.key()) else { return };
        // The intervals of a run of any length: neighbors are joined until this instant fits.
        while now.0 / self.interval.0 >= INTERVALS_MAX as u64 {
            let join = |pair: &[[u128; SIDES * SIDES]]| {
                std::array::from_fn(|at| pair.iter().fold(0u128, |sum, part| sum.saturating_add(part[at])))
            };
            self.delivered = self.delivered.chunks(2).map(join).collect();
            self.interval = SimDuration(self.interval.0.saturating_mul(2));
        }
        let at = (now.0 / self.interval.0) as usize;
        if self.delivered.len() <= at {
            self.delivered.resize(at + 1, [0; SIDES * SIDES]);
        }
        if let Some(sum) = self.delivered[at].get_mut(usize::from(pair)) {
            *sum = sum.saturating_add(bytes.saturating_sub(left));
        }
    }

    /// What was delivered up to `end`.
    pub(super) fn finish(mut self, end: SimTime) -> SideTraffic {
        let count = (end.0.div_ceil(self.interval.0).max(1) as usize).min(INTERVALS_MAX);
        // What ended at the very end belongs to the last interval: no other begins there.
        while self.delivered.len() > count
            && let (Some(beyond), Some(last)) = (self.delivered.pop(), self.delivered.last_mut())
        {
            last.iter_mut().zip(beyond).for_each(|(sum, more)| *sum = sum.saturating_add(more));
        }
        let of = |pair: usize, at: usize| self.delivered.get(at).map_or(0, |sums| sums[pair]);
        let pairs = (0..SIDES * SIDES).filter(|pair| self.delivered.iter().any(|sums| sums[*pair] > 0));
        let mut traffic = SideTraffic {
            start_s: (0..count).filter_map(|at| seconds(at as u128 * u128::from(self.interval.0))).collect(),
            end_s: end.as_secs_f64(),
            ..SideTraffic::default()
        };
        for pair in pairs {
            traffic.from.push(SIDE_WORDS[pair / SIDES].to_owned());
            traffic.to.push(SIDE_WORDS[pair % SIDES].to_owned());
            traffic.bytes.push((0..count).map(|at| of(pair, at) as f64).collect());
        }
        traffic
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::sample::{platform, s};

    #[test]
    fn each_interval_has_what_ended_in_it() {
        let mut meter = TrafficMeter::new(&platform(), SimDuration::from_secs(10));
        let (beijing, horinger) = (SiteId(0), SiteId(1));
        for (key, from, to, bytes) in
            [(1, beijing, horinger, 100), (2, beijing, horinger, 50), (3, horinger, beijing, 7)]
        {
            meter.start(FlowKey(key), from, to, bytes);
        }
        meter.end(s(9), FlowKey(1), 0);
        meter.end(s(10), FlowKey(2), 20);
        meter.end(s(35), FlowKey(3), 0);
        meter.end(s(36), FlowKey(3), 0);
        let traffic = meter.finish(s(38));
        assert_eq!(traffic.start_s, [0.0, 10.0, 20.0, 30.0]);
        assert_eq!(
            (&traffic.from[..], &traffic.to[..]),
            (&["east", "west"].map(str::to_owned)[..], &["west", "east"].map(str::to_owned)[..])
        );
        assert_eq!(traffic.bytes, [[100.0, 30.0, 0.0, 0.0], [0.0, 0.0, 0.0, 7.0]]);
    }

    #[test]
    fn a_long_run_joins_intervals() {
        let mut meter = TrafficMeter::new(&platform(), SimDuration::from_secs(1));
        for at in 0..5000u64 {
            meter.start(FlowKey(at), SiteId(0), SiteId(1), 1);
            meter.end(s(at), FlowKey(at), 0);
        }
        let traffic = meter.finish(s(5000));
        // 1 s doubles three times: 625 intervals of 8 s.
        assert_eq!((traffic.start_s.len(), traffic.start_s[1].to_bits()), (625, 8f64.to_bits()));
        assert!(traffic.bytes[0].iter().all(|bytes| bytes.to_bits() == 8f64.to_bits()));
    }
}
