//! Cases worked by hand, and the fast model against its slow twin.

use super::FairNetwork;
use crate::model::LaneId;
use crate::network::reference::TextbookNetwork;
use crate::network::{Flow, FlowKey, LaneRate, NetworkModel};
use crate::units::{Bytes, SimTime};
use proptest::prelude::*;
use std::sync::Arc;

const GBPS: f64 = 1e9;
const SECOND: u64 = 1_000_000_000;

fn flow(lanes: &[u32], bytes: u128) -> Flow {
    Flow::new(lanes.iter().map(|&lane| LaneId(lane)).collect(), Bytes(bytes))
}

fn gigabytes(count: u128) -> u128 {
    count * 1_000_000_000
}

/// Runs until nothing changes any more: (time, key) of each end.
fn drain(network: &mut dyn NetworkModel) -> Vec<(u64, FlowKey)> {
    let (mut ends, mut ended) = (Vec::new(), Vec::new());
    while let Some(now) = network.next_change() {
        network.advance(now, &mut ended);
        assert!(!ended.is_empty(), "no flow ended at {now:?}, but one was due");
        ends.extend(ended.drain(..).map(|key| (now.0, key)));
    }
    ends
}

/// Both models.
fn both(capacities: &[f64]) -> [Box<dyn NetworkModel>; 2] {
    [Box::new(FairNetwork::new(capacities)), Box::new(TextbookNetwork::new(capacities))]
}

#[test]
fn a_lone_flow_takes_its_bits_over_the_bandwidth() {
    // 125 GB = 10^12 bits over 10^10 bit/s = 100 s, to the nanosecond.
    for mut network in both(&[10.0 * GBPS]) {
        let key = network.start(SimTime(7), flow(&[0], gigabytes(125)));
        assert_eq!(network.rate(key), Some(10.0 * GBPS));
        assert_eq!(drain(&mut *network), [(100 * SECOND + 7, key)]);
        assert_eq!(network.in_flight(), 0);
        assert_eq!(network.rate(key), None);
    }
}

#[test]
fn two_flows_share_while_both_are_there() {
    // b from 10.008 s, c from 20.008 s, 10^12 bits each, 10 Gbps. b has 9 x 10^11 bits left at 20.008 and gets 5 Gbps:
    // 180 s, so it ends at 200.008. By then c has had 9 x 10^11 bits; its last 10^11 take 10 s: 210.008.
    for mut network in both(&[10.0 * GBPS]) {
        let b = network.start(SimTime(10_008_000_000), flow(&[0], gigabytes(125)));
        let c = network.start(SimTime(20_008_000_000), flow(&[0], gigabytes(125)));
        assert_eq!(drain(&mut *network), [(200_008_000_000, b), (210_008_000_000, c)]);
    }
}

#[test]
fn weights_share_in_proportion() {
    // Rate ~ weight = 1/penalty. C = 3, penalties (1, 2): weights 1 and 1/2 give 2 and 1.
    for mut network in both(&[3.0]) {
        let a = network.start(SimTime(0), flow(&[0], 1000));
        let b = network.start(SimTime(0), Flow { weight: 0.5, ..flow(&[0], 1000) });
        assert_eq!([network.rate(a), network.rate(b)], [Some(2.0), Some(1.0)]);
    }
}

#[test]
fn consumption_counts_on_the_lane_not_in_the_level() {
    // C = 20, consumption (1, 2), penalties (1, 2): 1 x L + 2 x L/2 = 20, L = 10: rates 10 and 5.
    let half = |lanes: &[u32], a: &[f64]| Flow { weight: 0.5, consumption: Some(a.into()), ..flow(lanes, 1000) };
    for mut network in both(&[20.0, 60.0]) {
        let a = network.start(SimTime(0), flow(&[0], 1000));
        let b = network.start(SimTime(0), half(&[0], &[2.0]));
        assert_eq!([network.rate(a), network.rate(b)], [Some(10.0), Some(5.0)]);
        network.stop(SimTime(0), a);
        network.stop(SimTime(0), b);
        // Lane 0 (20): r1 x 1 + r2 x 2 with penalties (1, 2): L = 10, so 10 and 5. Lane 1 (60): r1 x 2 + r3: r3 = 40.
        let r1 = network.start(SimTime(0), Flow { consumption: Some([1.0, 2.0].into()), ..flow(&[0, 1], 1000) });
        let r2 = network.start(SimTime(0), half(&[0], &[2.0]));
        let r3 = network.start(SimTime(0), flow(&[1], 1000));
        assert_eq!([r1, r2, r3].map(|key| network.rate(key)), [Some(10.0), Some(5.0), Some(40.0)]);
    }
}

#[test]
fn what_a_bottlenecked_flow_leaves_goes_to_the_others() {
    // Lanes 10, 4. f crosses both, g and h only lane 0. f and i share lane 1: 2 each; g and h share the rest of lane 0:
    // (10 - 2) / 2 = 4 each. When i stops, lane 0 binds all three: 10/3 each, below the 4 of lane 1.
    for mut network in both(&[10.0, 4.0]) {
        let keys = [&[0, 1][..], &[0], &[0], &[1]].map(|lanes| network.start(SimTime(0), flow(lanes, 1000)));
        assert_eq!(keys.map(|key| network.rate(key)), [Some(2.0), Some(4.0), Some(4.0), Some(2.0)]);
        network.stop(SimTime(0), keys[3]);
        assert_eq!(keys.map(|key| network.rate(key)), [Some(10.0 / 3.0), Some(10.0 / 3.0), Some(10.0 / 3.0), None]);
    }
}

#[test]
fn a_cap_binds_before_the_lane() {
    // 10 Gbps, one of two flows capped at 2 Gbps: the other gets 8. A flow without lanes goes at its cap.
    for mut network in both(&[10.0 * GBPS]) {
        let capped = network.start(SimTime(0), Flow { cap: Some(2.0 * GBPS), ..flow(&[0], gigabytes(1)) });
        let free = network.start(SimTime(0), flow(&[0], gigabytes(1)));
        let off = network.start(SimTime(0), Flow { cap: Some(4.0 * GBPS), ..flow(&[], gigabytes(1)) });
        assert_eq!([capped, free, off].map(|k| network.rate(k)), [2.0, 8.0, 4.0].map(|rate| Some(rate * GBPS)));
        // 8 x 10^9 bits each: 1 s at 8 Gbps, 2 s at 4, 4 s at 2.
        assert_eq!(drain(&mut *network), [(SECOND, free), (2 * SECOND, off), (4 * SECOND, capped)]);
    }
}

#[test]
fn twice_the_capacity_is_half_the_time() {
    // Exactly so where the bits are a multiple, within 1 ns where they are not (7 bytes at 3 and 6 bit/s).
    for (bytes, capacity) in [(gigabytes(125), 1e10), (7, 3.0), (999_999_937, 9_999_991.0)] {
        let time = |capacity: f64| {
            let mut network = FairNetwork::new(&[capacity]);
            network.start(SimTime(0), flow(&[0], bytes));
            drain(&mut network)[0].0
        };
        let (whole, half) = (time(capacity), time(capacity * 2.0));
        assert!(whole.abs_diff(half * 2) <= 2 && whole.div_ceil(2) == half, "{whole} ns and {half} ns");
    }
}

#[test]
fn a_lane_without_capacity_stalls_and_wakes() {
    // 1 s at 10 Gbps done, stalled until 50 s, then at 5 Gbps: 9.9 x 10^11 bits take 198 s more.
    for mut network in both(&[10.0 * GBPS, 0.0]) {
        let key = network.start(SimTime(0), flow(&[0], gigabytes(125)));
        network.set_capacity(SimTime(SECOND), LaneId(0), 0.0);
        assert_eq!(network.next_change(), None);
        assert_eq!(network.rate(key), Some(0.0));
        network.set_capacity(SimTime(50 * SECOND), LaneId(0), 5.0 * GBPS);
        assert_eq!(drain(&mut *network), [(248 * SECOND, key)]);
        let never = network.start(SimTime(248 * SECOND), flow(&[1], 1));
        assert_eq!((network.next_change(), network.in_flight()), (None, 1));
        assert_eq!(network.stop(SimTime(300 * SECOND), never), Some(Bytes(1)));
    }
}

#[test]
fn nothing_to_carry_and_nothing_in_the_way_end_at_once() {
    for mut network in both(&[10.0 * GBPS]) {
        let empty = network.start(SimTime(5), flow(&[0], 0));
        let unbounded = network.start(SimTime(5), flow(&[], 1000));
        assert_eq!(network.next_change(), Some(SimTime(5)));
        let mut ended = Vec::new();
        network.advance(SimTime(5), &mut ended);
        assert_eq!(ended, [empty, unbounded]);
        assert_eq!((network.next_change(), network.in_flight()), (None, 0));
        // A stopped one is gone.
        let stopped = network.start(SimTime(6), flow(&[], 1000));
        assert_eq!(network.stop(SimTime(6), stopped).is_some(), network.next_change().is_none());
        assert_eq!(network.stop(SimTime(6), stopped), None);
    }
}

#[test]
fn stopping_says_what_is_left() {
    // 10 Gbps for 3 s = 3.75 GB of 5; the bytes of one more nanosecond (10 bits) are 1.25, so 2 fewer but one in part.
    for mut network in both(&[10.0 * GBPS]) {
        let key = network.start(SimTime(0), flow(&[0], gigabytes(5)));
        assert_eq!(network.stop(SimTime(3 * SECOND), key), Some(Bytes(1_250_000_000)));
        let key = network.start(SimTime(3 * SECOND), flow(&[0], gigabytes(5)));
        assert_eq!(network.stop(SimTime(6 * SECOND + 1), key), Some(Bytes(1_249_999_999)));
    }
}

#[test]
fn lanes_are_told_once_and_in_order() {
    let mut network = FairNetwork::new(&[8.0, 6.0, 5.0]);
    let key = network.start(SimTime(0), flow(&[2, 0], 1000));
    let mut changed = Vec::new();
    network.changed_lanes(&mut changed);
    let at = |lane, rate, flows| LaneRate { lane: LaneId(lane), rate, flows };
    assert_eq!(changed, [at(0, 5.0, 1), at(2, 5.0, 1)]);
    changed.clear();
    network.changed_lanes(&mut changed);
    assert_eq!(changed, []);
    // Gone and come again within an instant: nothing to tell.
    network.stop(SimTime(SECOND), key);
    network.start(SimTime(SECOND), flow(&[2, 0], 500));
    network.changed_lanes(&mut changed);
    assert_eq!(changed, []);
    assert!((network.share_estimate(&[LaneId(0), LaneId(2)]) - 2.5).abs() < 1e-12, "5 bit/s over 1 + 1 flows");
    assert!(network.share_estimate(&[]).is_infinite());
    assert!(network.share_estimate(&[LaneId(77)]).abs() < 1e-12, "an unknown lane offers nothing");
}

#[test]
fn skipping_over_changes_tells_all_of_them() {
    // Two flows of 1 and 2 Gbit at 1 Gbps: 0.5 Gbps each to 2 s, then 1 Gbps to 3 s.
    for mut network in both(&[GBPS]) {
        let a = network.start(SimTime(0), flow(&[0], 125_000_000));
        let b = network.start(SimTime(0), flow(&[0], 250_000_000));
        // What is left at 2.5 s: 0.5 Gbit.
        assert_eq!(network.stop(SimTime(2_500_000_000), b), Some(Bytes(62_500_000)));
        let mut ended = Vec::new();
        network.advance(SimTime(4 * SECOND), &mut ended);
        assert_eq!(ended, [a]);
    }
}

#[test]
fn long_runs_lose_no_digits() {
    // Two chains on one lane of 2 Gbps, each flow 1 Gbit at 1 Gbps: ends at every full second, for a day and more. The
    // class is never empty when a chain goes on, so its clock would reach 10^14 bits.
    let mut network = FairNetwork::new(&[2.0 * GBPS]);
    let mut ended = Vec::new();
    network.start(SimTime(0), flow(&[0], 125_000_000));
    network.start(SimTime(0), flow(&[0], 125_000_000));
    for second in 1..=100_000 {
        let now = network.next_change();
        assert_eq!(now, Some(SimTime(second * SECOND)));
        network.advance(SimTime(second * SECOND), &mut ended);
        assert_eq!(ended.len(), 2);
        for _ in ended.drain(..) {
            network.start(SimTime(second * SECOND), flow(&[0], 125_000_000));
        }
    }
}

/// Lanes alike share alike: 50 sites that send to 50 sites, each flow between two of them, rarely finding the same share with the same
/// digits. A class must not be passed to and fro between its lanes for that.
#[test]
fn equal_shares_are_not_passed_to_and_fro() {
    let mut network = FairNetwork::new(&[1e10; 100]);
    let mut state = 7_u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let (mut now, mut ended) = (SimTime(0), Vec::new());
    for _ in 0..5_000 {
        while network.in_flight() < 150 {
            let lanes = [random(50) as u32, 50 + random(50) as u32];
            network.start(now, flow(&lanes, u128::from(1 + random(10_000_000_000))));
        }
        now = network.next_change().expect("flows in flight");
        network.advance(now, &mut ended);
        ended.clear();
    }
    assert_eq!(network.solver.given_up, 0);
}

#[derive(Debug, Clone)]
enum Step {
    Start { lanes: Vec<u32>, bytes: u64, cap: Option<u32>, weight: u8, factors: Option<Vec<u8>> },
    Stop(usize),
    Capacity { lane: u32, bits_per_second: u32 },
    Wait(u32),
    Next,
}

fn step() -> impl Strategy<Value = Step> {
    let lanes = prop::collection::btree_set(0u32..12, 0..4).prop_map(|set| set.into_iter().collect::<Vec<_>>());
    let start = (
        lanes,
        0u64..5_000_000,
        prop::option::weighted(0.2, 0u32..20_000_000),
        prop_oneof![4 => Just(2u8), 1 => 1u8..9],
        prop::option::weighted(0.15, prop::collection::vec(0u8..5, 0..4)),
    )
        .prop_map(|(lanes, bytes, cap, weight, factors)| Step::Start { lanes, bytes, cap, weight, factors });
    prop_oneof![
        6 => start,
        1 => (0usize..40).prop_map(Step::Stop),
        1 => (0u32..12, prop_oneof![Just(0u32), 1u32..50_000_000])
            .prop_map(|(lane, bits_per_second)| Step::Capacity { lane, bits_per_second }),
        2 => (0u32..2_000_000_000).prop_map(Step::Wait),
        4 => Just(Step::Next),
    ]
}

/// One model driven by steps: all that can be seen of it.
#[derive(Debug, Default)]
struct Seen {
    /// By flow in the order of starts: when it ended, what was left when it was stopped.
    ends: Vec<Option<u64>>,
    left: Vec<Option<u128>>,
}

struct Driven {
    network: Box<dyn NetworkModel>,
    keys: Vec<FlowKey>,
    flows: Vec<Flow>,
    seen: Seen,
}

impl Driven {
    fn advance(&mut self, now: u64) {
        let mut ended = Vec::new();
        loop {
            let next = self.network.next_change().filter(|next| next.0 <= now);
            self.network.advance(next.unwrap_or(SimTime(now)), &mut ended);
            for key in ended.drain(..) {
                let flow = self.keys.iter().position(|&k| k == key).expect("a key that was given out");
                assert_eq!(self.seen.ends[flow], None, "ended twice");
                self.seen.ends[flow] = Some(next.map_or(now, |next| next.0));
            }
            if next.is_none() {
                return;
            }
        }
    }

    fn apply(&mut self, now: u64, step: &Step) {
        match step {
            Step::Start { lanes, bytes, cap, weight, factors } => {
                let flow = Flow {
                    cap: cap.map(f64::from),
                    weight: f64::from(*weight) / 2.0,
                    consumption: factors
                        .as_ref()
                        .map(|f| f.iter().map(|&f| f64::from(f) / 2.0).collect::<Arc<[f64]>>()),
                    ..flow(lanes, u128::from(*bytes))
                };
                self.keys.push(self.network.start(SimTime(now), flow.clone()));
                self.flows.push(flow);
                self.seen.ends.push(None);
                self.seen.left.push(None);
            }
            Step::Stop(flow) if *flow < self.keys.len() => {
                if let Some(left) = self.network.stop(SimTime(now), self.keys[*flow]) {
                    self.seen.left[*flow] = Some(left.0);
                }
            }
            Step::Capacity { lane, bits_per_second } => {
                self.network.set_capacity(SimTime(now), LaneId(*lane), f64::from(*bits_per_second));
            }
            Step::Stop(_) | Step::Wait(_) | Step::Next => {}
        }
    }
}

/// Every flow has a bottleneck, and no lane carries more than it offers.
fn check_fairness(driven: &mut Driven, capacities: &[f64]) {
    let rates: Vec<Option<f64>> = driven.keys.iter().map(|&key| driven.network.rate(key)).collect();
    let mut used = vec![0.0; capacities.len()];
    let factor = |flow: &Flow, i: usize| flow.consumption.as_ref().and_then(|c| c.get(i).copied()).unwrap_or(1.0);
    let lanes_of = |flow: &Flow| -> Vec<(usize, f64)> {
        flow.lanes.iter().enumerate().map(|(i, l)| (l.index(), factor(flow, i))).filter(|&(_, f)| f > 0.0).collect()
    };
    for (flow, rate) in driven.flows.iter().zip(&rates) {
        for (lane, factor) in lanes_of(flow) {
            if flow.bytes.0 > 0 {
                used[lane] += rate.unwrap_or(0.0) * factor;
            }
        }
    }
    for (lane, &used) in used.iter().enumerate() {
        assert!(used <= capacities[lane] * (1.0 + 1e-9), "lane {lane} carries {used} of {}", capacities[lane]);
    }
    for (flow, rate) in driven.flows.iter().zip(&rates) {
        let Some(rate) = *rate else { continue };
        if flow.bytes.0 == 0 || !rate.is_finite() || flow.cap.is_some_and(|cap| rate >= cap * (1.0 - 1e-9)) {
            continue;
        }
        let level = rate / flow.weight;
        let bounded = lanes_of(flow).iter().any(|&(lane, _)| {
            used[lane] >= capacities[lane] * (1.0 - 1e-9)
                && driven.flows.iter().zip(&rates).all(|(other, other_rate)| {
                    other.bytes.0 == 0
                        || other_rate.is_none_or(|r| r / other.weight <= level * (1.0 + 1e-9) + 1e-6)
                        || !lanes_of(other).iter().any(|&(l, _)| l == lane)
                })
        });
        assert!(bounded, "a flow at {rate} without a bottleneck: {flow:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Fast and slow see the same ends within 20 ns (each change of rate rounds a remainder to a double, and an end that
    /// one of them sees a nanosecond earlier moves the others), the same rates within 10^-9, the same bytes within 2.
    #[test]
    fn the_fast_model_is_the_slow_model(
        // Equal ones make equal shares, found from several lanes with different roundings.
        capacities in prop::collection::vec(prop_oneof![1 => Just(0u32), 4 => Just(9_999_991), 5 => 1u32..50_000_000], 12),
        // Little patience leaves the rest to progressive filling.
        patience in prop::option::weighted(0.5, 0usize..6),
        // Clocks that are set back all the time.
        rebase_bits in prop::option::weighted(0.5, prop_oneof![Just(0.0), Just(1e6)]),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut capacities: Vec<f64> = capacities.into_iter().map(f64::from).collect();
        let mut fast = FairNetwork::new(&capacities);
        (fast.solver.patience, fast.solver.rebase_bits) = (patience, rebase_bits);
        let slow: Box<dyn NetworkModel> = Box::new(TextbookNetwork::new(&capacities));
        let [mut fast, mut slow] = [Box::new(fast) as Box<dyn NetworkModel>, slow]
            .map(|network| Driven { network, keys: Vec::new(), flows: Vec::new(), seen: Seen::default() });
        let mut now = 0;
        let mut told = [0.0; 12];
        for step in &steps {
            let next = match step {
                Step::Wait(nanos) => now + u64::from(*nanos),
                // A little later than the slow one's instant, so that both have seen it.
                Step::Next => slow.network.next_change().map_or(now, |next| next.0 + 1_000),
                _ => now,
            };
            now = next;
            for driven in [&mut fast, &mut slow] {
                driven.advance(now);
                driven.apply(now, step);
            }
            if let Step::Capacity { lane, bits_per_second } = step {
                capacities[*lane as usize] = f64::from(*bits_per_second);
            }
            for (&a, &b) in fast.keys.iter().zip(&slow.keys) {
                if let (Some(a), Some(b)) = (fast.network.rate(a), slow.network.rate(b))
                    && b.is_finite() && a.is_finite() {
                    prop_assert!((a - b).abs() <= 1e-9 * b.max(1.0), "rates {} and {}", a, b);
                }
            }
            check_fairness(&mut fast, &capacities);
            let mut changed = Vec::new();
            fast.network.changed_lanes(&mut changed);
            for pair in changed.windows(2) {
                prop_assert!(pair[0].lane < pair[1].lane);
            }
            for change in changed {
                told[change.lane.index()] = change.rate;
            }
            for (lane, told) in told.iter().enumerate() {
                prop_assert!(*told <= capacities[lane] * (1.0 + 1e-9), "told {} of {}", told, capacities[lane]);
            }
            prop_assert_eq!(fast.network.in_flight(), slow.network.in_flight());
        }
        for driven in [&mut fast, &mut slow] {
            driven.advance(1 << 60);
        }
        for (i, (a, b)) in fast.seen.ends.iter().zip(&slow.seen.ends).enumerate() {
            match (a, b) {
                (Some(a), Some(b)) => prop_assert!(a.abs_diff(*b) <= 20, "flow {} ended at {} and {}", i, a, b),
                _ => prop_assert_eq!(a, b),
            }
        }
        for (a, b) in fast.seen.left.iter().zip(&slow.seen.left) {
            match (a, b) {
                (Some(a), Some(b)) => prop_assert!(a.abs_diff(*b) <= 2, "{} and {} bytes left", a, b),
                _ => prop_assert_eq!(a, b),
            }
        }
    }
}

/// After 20,000 events on 30 lanes with 200 flows in flight, what was carried on from solve to solve must still be what
/// the book says for the flows that are there.
#[test]
fn a_long_run_stays_fair() {
    let capacities: Vec<f64> = (0..30).map(|lane| 1e9 * f64::from(1 + lane % 7)).collect();
    let mut network = FairNetwork::new(&capacities);
    let mut state = 1_u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let (mut there, mut ended, mut now): (Vec<(FlowKey, Flow)>, Vec<FlowKey>, SimTime) = Default::default();
    for event in 0..20_000 {
        while there.len() < 200 {
            let lanes = [random(10) as u32, 10 + random(10) as u32, 20 + random(10) as u32];
            let new = flow(&lanes, u128::from(1 + random(10_000_000_000)));
            there.push((network.start(now, new.clone()), new));
        }
        now = network.next_change().expect("flows in flight");
        network.advance(now, &mut ended);
        for key in ended.drain(..) {
            there.retain(|(other, _)| *other != key);
        }
        if event % 500 == 0 {
            let mut fresh = TextbookNetwork::new(&capacities);
            let keys: Vec<FlowKey> = there.iter().map(|(_, flow)| fresh.start(SimTime(0), flow.clone())).collect();
            for ((key, flow), other) in there.iter().zip(keys) {
                let (rate, book) = (network.rate(*key).expect("in flight"), fresh.rate(other).expect("in flight"));
                assert!((rate - book).abs() <= 1e-9 * book, "event {event}: {rate} for {book} of {flow:?}");
            }
        }
    }
}
