//! Timelines worked by hand, and against the totals.

use super::cells::History;
use super::*;
use crate::observe::Metrics;
use crate::observe::metrics::LaneSums;
use crate::observe::sample::{platform, s, stay, tell, west};

fn told(interval: SimDuration, slices_max: usize, story: &crate::observe::sample::Story) -> Timeline {
    let mut timeline = Timeline::with_slices(Arc::new(platform()), interval, slices_max);
    tell(&mut timeline, story);
    timeline
}

#[test]
fn averages_of_west_are_worked_by_hand() {
    // Hours: a and b run in Horinger in the first, b 200.008 s and c 3600 s in the second.
    let timeline = told(SimDuration::HOUR, 100, &west());
    let rows: Vec<TimelineRow<'_>> = timeline.rows(s(7200)).collect();
    // Two intervals of two centers and the direction that data went.
    assert_eq!(rows.len(), 6);
    let row = |kind, name: &str, start: f64| {
        rows.iter().find(|r| r.kind == kind && r.name == name && r.interval_start_s >= start).expect("a row")
    };
    let near = |found: Option<f64>, wanted: f64| assert!((found.unwrap() - wanted).abs() < 1e-12, "{found:?} {wanted}");
    let first = row("center", "horinger", 0.0);
    near(first.running_mean, 1.0 + 3399.992 / 3600.0);
    near(first.utilization, (3600.0 + 3399.992) / 7200.0);
    near(first.waiting_mean, 3389.992 / 3600.0);
    // (200 + 200 x 6999.992 / 3600) W x 1.2.
    near(first.power_mean_kw, 1.2 * (0.2 + 0.2 * 6999.992 / 3600.0));
    let second = row("center", "horinger", 1.0);
    near(second.running_mean, 1.0 + 200.008 / 3600.0);
    near(second.waiting_mean, 0.0);
    // Beijing idles at 100 W x 1.5: 0.15 kWh an hour at 0.8 CNY and 500 g.
    let beijing = row("center", "beijing", 1.0);
    near(beijing.energy_cost_cny_per_h, 0.12);
    near(beijing.carbon_kg_per_h, 0.075);
    // 2000 Gb of 36000 Gb in the first hour.
    near(row("link", "beijing-horinger", 0.0).utilization, 1.0 / 18.0);
    assert_eq!(row("link", "beijing-horinger", 0.0).from, Some("beijing"));
}

#[test]
fn intervals_add_up_to_the_totals() {
    for (story, end) in [(stay(), s(10_800)), (west(), s(7_200)), (west(), s(9_999))] {
        let mut metrics = Metrics::new(Arc::new(platform()));
        tell(&mut metrics, &story);
        let mut whole = metrics.meters.clone();
        whole.advance(end);
        // The interval divides nothing; a small bound makes it double several times.
        for (interval, slices_max) in [(7, 100_000), (777, 1000), (777, 4), (1, 8)] {
            let timeline = told(SimDuration::from_secs(interval), slices_max, &story);
            let History { slices, lanes, interval, end, .. } = timeline.history(end);
            assert!(slices.len() <= slices_max + 1);
            assert_eq!(slices.len() as u64, end.0.div_ceil(interval.0));
            let mut sum = slices[0].clone();
            for slice in &slices[1..] {
                sum.iter_mut().zip(slice).for_each(|(mine, theirs)| mine.add(theirs));
            }
            for (pool, cell) in whole.pools.iter().zip(&sum) {
                assert_eq!(cell.held, pool.sums.held);
                assert_eq!(cell.open, pool.open_headline());
                assert_eq!((cell.load_used, cell.load_there), pool.load());
                assert_eq!(cell.running, pool.running.sum());
                assert_eq!(cell.waiting, pool.waiting.sum());
                // Each interval rounds down to a picojoule.
                assert!(pool.bill().energy - cell.energy <= 3 * slices.len() as u128 * 4);
            }
            for (lane, runs) in whole.lanes.iter().zip(&lanes) {
                let mut sums = LaneSums::default();
                (0..slices.len()).for_each(|at| sums.add(&runs.at(at)));
                assert_eq!(sums, lane.sums());
            }
        }
    }
}

#[test]
fn no_time_is_no_rows() {
    assert_eq!(Timeline::new(Arc::new(platform()), SimDuration::ZERO).rows(s(0)).count(), 0);
}

#[test]
fn closed_centers_are_summed_and_idle_links_left_out() {
    let mut nation = platform();
    for pool in &mut nation.pools {
        pool.closed_share = crate::signals::Series::constant(1_000_000);
    }
    let nation = Arc::new(nation);
    let mut timeline = Timeline::new(nation.clone(), SimDuration::HOUR);
    tell(&mut timeline, &stay());
    let rows: Vec<TimelineRow<'_>> = timeline.rows(s(10_800)).collect();
    let names: Vec<(&str, &str)> = rows.iter().map(|row| (row.kind, row.name)).collect();
    let provinces: std::collections::BTreeSet<&str> =
        nation.centers.iter().map(|center| center.province.as_deref().unwrap_or("-")).collect();
    let wanted: Vec<(&str, &str)> = provinces.into_iter().map(|name| ("closed", name)).collect();
    assert_eq!(names, wanted.repeat(3), "no job's data crossed a link");
    // The energy of all centers is in the sums.
    let mut open = Timeline::new(Arc::new(platform()), SimDuration::HOUR);
    tell(&mut open, &stay());
    let power = |rows: &[TimelineRow<'_>]| rows.iter().filter_map(|row| row.power_mean_kw).sum::<f64>();
    let whole: Vec<TimelineRow<'_>> = open.rows(s(10_800)).collect();
    assert!((power(&rows) - power(&whole)).abs() < 1e-9);
}

#[test]
fn runs_of_equal_values_are_kept_once() {
    let sums = |carried| LaneSums { carried, capacity: 10, background: 1, full: 0 };
    let mut runs = cells::Runs::default();
    for (at, carried) in [0, 0, 5, 5, 5, 0, 0].into_iter().enumerate() {
        runs.push(at, sums(carried));
    }
    assert_eq!(runs.len(), 3);
    assert_eq!((0..7).map(|at| runs.at(at).carried).collect::<Vec<_>>(), [0, 0, 5, 5, 5, 0, 0]);
    assert!(runs.ever_carried());
    let joined = runs.joined(3);
    assert_eq!((0..3).map(|at| joined.at(at).carried).collect::<Vec<_>>(), [0, 10, 5]);
}

#[test]
fn storage_is_averaged_over_intervals() {
    use crate::model::CenterId;
    use crate::units::Bytes;
    let stored = |used| Record::Storage { center: CenterId(1), used: Bytes(used) };
    // 100 B for half an hour, then 300 B: 200 B in the first hour, 300 B in the second.
    let timeline = told(SimDuration::HOUR, 100, &vec![(s(0), stored(100)), (s(1800), stored(300))]);
    let rows: Vec<_> = timeline.rows(s(7200)).filter(|row| row.kind == "center").collect();
    let found: Vec<_> = rows.iter().map(|row| (row.name, row.storage_mean_bytes)).collect();
    let wanted = [("beijing", 0.0), ("horinger", 200.0), ("beijing", 0.0), ("horinger", 300.0)];
    assert_eq!(found, wanted.map(|(name, bytes)| (name, Some(bytes))));
}

#[test]
fn the_course_of_west_is_worked_by_hand() {
    // As above: Horinger's two nodes hold 1 + 3399.992 / 3600 jobs in the first hour and 1 + 200.008 / 3600 in the second; Beijing's one node
    // holds none. Waiting is b until 200.008 s (staged then) ... c from 210.008 s to 3600 s.
    let timeline = told(SimDuration::HOUR, 100, &west());
    let near = |found: &[Option<f64>], wanted: &[f64]| {
        assert_eq!(found.len(), wanted.len());
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found.unwrap() - wanted).abs() < 1e-12, "{found:?} {wanted}");
        }
    };
    let course = timeline.course(s(7200), 10, 3);
    assert_eq!(course.span_s.to_bits(), 3600f64.to_bits());
    let names: Vec<&str> = course.utilization.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["all", "east", "west", "horinger"], "a center that held nothing has no line");
    let (one, two) = (1.0 + 3399.992 / 3600.0, 1.0 + 200.008 / 3600.0);
    near(&course.utilization[0].1, &[one / 3.0, two / 3.0]);
    near(&course.utilization[1].1, &[0.0, 0.0]);
    near(&course.utilization[2].1, &[one / 2.0, two / 2.0]);
    near(&course.waiting.iter().copied().map(Some).collect::<Vec<_>>(), &[3389.992 / 3600.0, 0.0]);
    // One span is the whole; the last of several may be shorter.
    near(&timeline.course(s(7200), 1, 0).utilization[0].1, &[(one + two) / 6.0]);
    assert_eq!(timeline.course(s(9000), 2, 0).waiting.len(), 2);
    near(&timeline.course(s(9000), 2, 0).utilization[0].1, &[(one + two) / 6.0, 0.0]);
    // A coarse one counts the same: at most four intervals, of 34 minutes and more.
    let mut coarse = Timeline::coarse(Arc::new(platform()), 4);
    tell(&mut coarse, &west());
    assert!(coarse.interval() >= SimDuration::from_secs(1800));
    near(&coarse.course(s(7200), 1, 0).utilization[0].1, &[(one + two) / 6.0]);
}

#[test]
fn cut_from_metrics_it_is_what_it_is_by_itself() {
    use crate::network::LaneRate;
    for window in [None, Some(s(0)), Some(s(210)), Some(s(3600)), Some(s(5000))] {
        for (interval, slices_max) in [(3600, 100), (777, 1000), (777, 4), (50_000, 10)] {
            let mut story = west();
            if let Some(window) = window {
                let at = story.partition_point(|(at, _)| *at < window);
                story.insert(at, (window, Record::WindowOpened));
            }
            let platform = Arc::new(platform());
            let new = || Timeline::with_slices(platform.clone(), SimDuration::from_secs(interval), slices_max);
            let (mut alone, mut beside) = (new(), new());
            tell(&mut alone, &story);
            let mut measured = Measured::new(Metrics::new(platform.clone()), Some(&mut beside));
            for (at, record) in &story {
                match *record {
                    Record::LaneRate { lane, rate, flows } => {
                        measured.lane_rates(*at, &[LaneRate { lane, rate, flows }]).expect("fine");
                    }
                    _ => measured.record(*at, record).expect("fine"),
                }
            }
            let metrics = measured.finish();
            let mut single = Metrics::new(platform.clone());
            tell(&mut single, &story);
            for end in [s(7200), s(9999)] {
                let rows = |timeline: &Timeline| format!("{:?}", timeline.rows(end).collect::<Vec<_>>());
                assert_eq!(rows(&beside), rows(&alone), "{window:?} {interval}");
                assert_eq!(beside.course(end, 10, 3), alone.course(end, 10, 3));
                assert_eq!(metrics.summary(end), single.summary(end), "borders change no metric");
            }
        }
    }
}
