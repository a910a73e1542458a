//! The figures of a run.

use super::figure::{Axis, Figure, Ink, Mark, Panel};
use super::{Plot, draw, ticks};
use crate::observe::{CURVE_SHARES, Curve};
use crate::report::RunPage;
use std::collections::BTreeMap;

/// Rows of a figure of names at most.
const NAMES_MAX: usize = 12;
/// The height of a panel, and of a row of names, in millimeters.
const HEIGHT: f64 = 50.0;
const ROW: f64 = 5.0;

/// Ticks of waits.
const SPANS: [(f64, &str); 9] = [
    (1.0, "1 s"),
    (10.0, "10 s"),
    (60.0, "1 min"),
    (600.0, "10 min"),
    (3600.0, "1 h"),
    (36_000.0, "10 h"),
    (86_400.0, "1 d"),
    (604_800.0, "7 d"),
    (2_592_000.0, "30 d"),
];
/// Ticks of slowdowns.
const TIMES: [(f64, &str); 7] = [
    (1.0, "1"),
    (10.0, "10"),
    (100.0, "100"),
    (1e3, "1000"),
    (1e4, "10\u{2074}"),
    (1e5, "10\u{2075}"),
    (1e6, "10\u{2076}"),
];

/// All figures of a run that have something to show, so many millimeters wide. The same bytes for the same run.
#[must_use]
pub fn run_plots(input: &RunPage<'_>, width_mm: f64) -> Vec<Plot> {
    let figures = [
        ("utilization", utilization(input)),
        ("queue", by_side(input, "Jobs waiting in queues", ("Jobs", ""), "waiting", 1.0)),
        ("wait", curves(input, true)),
        ("slowdown", curves(input, false)),
        ("links", links(input)),
        ("power", by_side(input, "Power of the centers, after PUE", ("Power", "MW"), "power_kw", 1000.0)),
        (
            "carbon",
            by_side(input, "Carbon of the centers' energy, by location", ("Carbon", "t/h"), "carbon_kg_per_h", 1000.0),
        ),
        ("origins", origins(input)),
    ];
    let plot = |(name, figure): (&str, Option<Figure>)| {
        figure.map(|figure| Plot { name: name.to_owned(), svg: draw::svg(&figure, width_mm) })
    };
    figures.into_iter().filter_map(plot).collect()
}

/// Steps over the intervals of the timeline.
fn steps(starts: &[f64], end_s: f64, unit: f64, values: &[Option<f64>]) -> Vec<Vec<(f64, f64)>> {
    let mut lines: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (at, (start, value)) in starts.iter().zip(values).enumerate() {
        let stop = starts.get(at + 1).copied().unwrap_or(end_s);
        match (value, lines.last_mut()) {
            (Some(value), Some(line)) => line.extend([(start / unit, *value), (stop / unit, *value)]),
            _ => lines.push(Vec::new()),
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

fn time_figure(
    input: &RunPage<'_>,
    title: &str,
    label: (&str, &str),
    series: &[(&str, Vec<Option<f64>>)],
) -> Option<Figure> {
    let (starts, end_s) = input.timeline.intervals();
    let (x, unit) = ticks::time(end_s);
    let mut panel = Panel {
        x,
        y: ticks::linear(label, ticks::WHOLE, series.iter().flat_map(|(_, values)| values.iter().flatten().copied())),
        ..Panel::default()
    };
    let mut legend = Vec::new();
    for (at, (name, values)) in series.iter().enumerate() {
        let lines = steps(starts, end_s, unit, values);
        if lines.is_empty() {
            continue;
        }
        legend.push(((*name).to_owned(), Ink::Series(at)));
        panel.marks.extend(lines.into_iter().map(|points| Mark::Line(points, Ink::Series(at))));
    }
    (!legend.is_empty()).then(|| Figure { title: title.to_owned(), panels: vec![panel], legend, height_mm: HEIGHT })
}

fn by_side(input: &RunPage<'_>, title: &str, label: (&str, &str), measure: &str, unit: f64) -> Option<Figure> {
    let groups = input.timeline.sides(measure);
    let series: Vec<(&str, Vec<Option<f64>>)> =
        groups.into_iter().map(|(name, sums)| (name, sums.iter().map(|sum| Some(sum / unit)).collect())).collect();
    time_figure(input, title, label, &series)
}

/// The part of the open capacity that is in use, by side; centers count by what they have open on average.
fn utilization(input: &RunPage<'_>) -> Option<Figure> {
    let platform = input.platform;
    let weight = |center: &crate::model::Center| {
        let pools = center.pools.clone().map(|pool| pool as usize);
        let amount = |pool: usize| {
            let (pool, nodes) = (platform.pools.get(pool)?, input.summary.pools.get(pool)?.open_nodes_mean?);
            Some(nodes * pool.headline_per_node() as f64)
        };
        pools.filter_map(amount).sum::<f64>()
    };
    let weights: Vec<f64> = platform.centers.iter().map(weight).collect();
    let series = input.timeline.utilization_of_sides(platform, &weights);
    let percent = |values: Vec<Option<f64>>| values.into_iter().map(|value| value.map(|share| share * 100.0)).collect();
    let series: Vec<(&str, Vec<Option<f64>>)> =
        series.into_iter().map(|(name, values)| (name, percent(values))).collect();
    time_figure(input, "Open capacity in use", ("Utilization", "%"), &series)
}

/// Which part of the jobs of each class waited no longer, or had no larger slowdown.
fn curves(input: &RunPage<'_>, waits: bool) -> Option<Figure> {
    let values = |curve: &Curve| if waits { curve.wait_s.clone() } else { curve.bounded_slowdown.clone() };
    let shown: Vec<(&Curve, Vec<f64>)> = input
        .digest
        .curves
        .iter()
        .map(|curve| (curve, values(curve)))
        .filter(|(_, values)| !values.is_empty())
        .collect();
    let most = shown.iter().flat_map(|(_, values)| values.iter().copied()).fold(1.0, f64::max);
    let (title, x) = if waits {
        ("Wait of jobs", ticks::logarithmic("Wait, from submission to start", 1.0, most, &SPANS))
    } else {
        ("Slowdown of jobs", ticks::logarithmic("Bounded slowdown", 1.0, most, &TIMES))
    };
    let mut panel = Panel { x, y: ticks::linear(("Share of jobs", "%"), ticks::WHOLE, [100.0]), ..Panel::default() };
    let mut legend = Vec::new();
    for (at, (curve, values)) in shown.iter().enumerate() {
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(2 * values.len());
        // What is no more than 1 stands at the left end: its last point is enough.
        let first = values.iter().rposition(|value| *value <= 1.0).unwrap_or(0);
        for (value, share) in values.iter().zip(CURVE_SHARES).skip(first) {
            points.push((ticks::log(value.max(1.0)), f64::from(share) / 10.0));
        }
        // No job beyond the longest: the curve goes on at the top.
        points.push((panel.x.high, 100.0));
        panel.marks.push(Mark::Line(points, Ink::Series(at)));
        let name = input.digest.classes.get(curve.class as usize).map_or("", String::as_str);
        legend.push((name.to_owned(), Ink::Series(at)));
    }
    (!shown.is_empty()).then(|| Figure { title: title.to_owned(), panels: vec![panel], legend, height_mm: HEIGHT })
}

/// The busiest directions of links: what flows use, and with what others use.
fn links(input: &RunPage<'_>) -> Option<Figure> {
    let mut rows: Vec<_> = input.summary.links.iter().filter(|link| link.bytes > 0.0).collect();
    let order = |link: &crate::observe::LinkSummary| link.utilization.unwrap_or(0.0);
    rows.sort_by(|a, b| order(b).total_cmp(&order(a)).then_with(|| (&a.link, &a.from).cmp(&(&b.link, &b.from))));
    rows.truncate(NAMES_MAX);
    rows.reverse();
    let names: Vec<String> = rows.iter().map(|link| format!("{} > {}", link.from, link.to)).collect();
    let mut panel = Panel { y: Axis::of_names(&names), ..Panel::default() };
    let percent = |share: Option<f64>| share.unwrap_or(0.0) * 100.0;
    panel.x = ticks::linear(
        ("Bandwidth used", "%"),
        ticks::WHOLE,
        rows.iter().flat_map(|link| [percent(link.busy), percent(link.utilization)]),
    );
    for (at, link) in rows.iter().enumerate() {
        let at = at as f64;
        for (share, shade) in [(link.busy, 0.3), (link.utilization, 1.0)] {
            panel.marks.push(Mark::Bar([(0.0, at + 0.2), (percent(share), at + 0.8)], Ink::Shade(shade)));
        }
    }
    let legend = vec![("by jobs' data".to_owned(), Ink::Shade(1.0)), ("with background".to_owned(), Ink::Shade(0.3))];
    let height_mm = rows.len() as f64 * ROW + 14.0;
    (!rows.is_empty()).then(|| Figure { title: "Busiest links".to_owned(), panels: vec![panel], legend, height_mm })
}

/// Where the jobs of each origin ran, in percent of the origin's jobs.
fn origins(input: &RunPage<'_>) -> Option<Figure> {
    let flows = &input.digest.flows;
    let mut jobs: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    let (mut of_origin, mut of_center) = (BTreeMap::<u32, u64>::new(), BTreeMap::<u32, u64>::new());
    for ((origin, center), count) in flows.origin.iter().zip(&flows.center).zip(&flows.jobs) {
        *jobs.entry((*origin, *center)).or_insert(0) += count;
        *of_origin.entry(*origin).or_insert(0) += count;
        *of_center.entry(*center).or_insert(0) += count;
    }
    let largest = |counts: &BTreeMap<u32, u64>| {
        let mut ids: Vec<(u64, u32)> = counts.iter().map(|(id, count)| (*count, *id)).collect();
        ids.sort_by_key(|(count, id)| (std::cmp::Reverse(*count), *id));
        ids.truncate(NAMES_MAX);
        ids.into_iter().map(|(_, id)| id).collect::<Vec<u32>>()
    };
    let (origins, centers) = (largest(&of_origin), largest(&of_center));
    let name = |names: &[String], id: u32| names.get(id as usize).cloned().unwrap_or_default();
    // The first is on top.
    let rows: Vec<String> = centers.iter().rev().map(|id| name(&input.digest.centers, *id)).collect();
    let columns: Vec<String> = origins.iter().map(|id| name(&input.digest.sites, *id)).collect();
    let mut panel = Panel { x: Axis::of_names(&columns), y: Axis::of_names(&rows), ..Panel::default() };
    panel.x.upright = true;
    "Origin of the jobs".clone_into(&mut panel.x.label);
    for (column, origin) in origins.iter().enumerate() {
        for (row, center) in centers.iter().rev().enumerate() {
            let share = jobs.get(&(*origin, *center)).map_or(0.0, |count| *count as f64 / of_origin[origin] as f64);
            let (x, y) = (column as f64, row as f64);
            panel.marks.push(Mark::Bar([(x, y), (x + 1.0, y + 1.0)], Ink::Shade(share)));
            if share >= 0.005 {
                panel.marks.push(Mark::Label((x + 0.5, y + 0.5), format!("{:.0}", share * 100.0), share > 0.5));
            }
        }
    }
    let height_mm = rows.len() as f64 * ROW + 34.0;
    let title = "Where the jobs of each origin ran (%)".to_owned();
    (!rows.is_empty()).then(|| Figure { title, panels: vec![panel], legend: Vec::new(), height_mm })
}
