//! The map: a projection that fits the places, the coastline as a path, the graticule. Coastlines only: no administrative borders.

mod base;
mod clip;
mod projection;

pub use base::BaseMap;

use crate::model::Place;
use base::Shape;
use clip::{clip_line, clip_ring};
use projection::Projection;
use serde::Serialize;
use std::fmt::Write;

/// The coastline from 35 to 175 degrees east and 15 degrees south to 78 north, to a twentieth of a degree; and that of the whole
/// world, coarser. One ring a line: pairs of hundredths of degrees east and north, each the difference to the one before.
/// Made from `land-50m` and `land-110m` of the package world-atlas 2.0.2 (see NOTICE).
const COAST_ASIA: &str = include_str!("coast-asia.txt");
const COAST_WORLD: &str = include_str!("coast-world.txt");

/// The width of the drawing; its height follows.
pub(super) const WIDTH: f64 = 9600.0;

/// What the script draws below the centers. Coordinates are whole numbers of a drawing [`WIDTH`] wide.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(super) struct Drawing {
    width: i64,
    height: i64,
    /// Whether places are where they are, or on a circle because nobody said where.
    schematic: bool,
    land: String,
    /// Lines of the user's map that are no areas.
    lines: String,
    graticule: String,
    /// Text, x, y of what the lines of the graticule are.
    marks: Vec<(String, i64, i64)>,
    /// Where the outlines come from.
    source: String,
    x: Vec<Option<i64>>,
    y: Vec<Option<i64>>,
}

/// The drawing of places, one a site; `None` where its place is not known.
pub(super) fn drawing(places: &[Option<Place>], base: Option<&BaseMap>) -> Drawing {
    let known: Vec<Place> = places.iter().flatten().copied().collect();
    if known.is_empty() {
        return circle(places.len());
    }
    let projection = Projection::fitting(&known);
    let (width, height) = (WIDTH as i64, projection.height as i64);
    let mut drawing = Drawing { width, height, ..Drawing::default() };
    match base {
        Some(base) => {
            for shape in &base.shapes {
                let ring = matches!(shape, Shape::Ring(_));
                let (Shape::Ring(points) | Shape::Line(points)) = shape;
                draw(&projection, points, ring, if ring { &mut drawing.land } else { &mut drawing.lines });
            }
            drawing.source = format!("Base map: {}.", base.name);
        }
        None => {
            let coast = if projection.within(35.0, 175.0, -15.0, 78.0) { COAST_ASIA } else { COAST_WORLD };
            for line in coast.lines() {
                draw(&projection, &ring_of(line), true, &mut drawing.land);
            }
            drawing.source = "Coastlines only, no administrative borders: Natural Earth (public domain).".to_owned();
        }
    }
    graticule(&projection, &mut drawing);
    for place in places {
        let at = place.map(|place| projection.project(place.lon, place.lat));
        drawing.x.push(at.map(|at| at.0 as i64));
        drawing.y.push(at.map(|at| at.1 as i64));
    }
    drawing
}

/// Sites on a circle, the first at the top.
fn circle(sites: usize) -> Drawing {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for at in 0..sites {
        let angle = std::f64::consts::TAU * at as f64 / sites as f64;
        x.push(Some((WIDTH / 2.0 + 1900.0 * libm::sin(angle)) as i64));
        y.push(Some((2400.0 - 1900.0 * libm::cos(angle)) as i64));
    }
    let source = "The scenario says of no center where it is: they stand on a circle.".to_owned();
    Drawing { width: WIDTH as i64, height: 4800, schematic: true, source, x, y, ..Drawing::default() }
}

/// The points of one line of a coast file.
fn ring_of(line: &str) -> Vec<(f64, f64)> {
    let (mut lon, mut lat) = (0i64, 0i64);
    let pairs = line.split(' ').filter_map(|pair| {
        let (east, north) = pair.split_once(',')?;
        Some((east.parse::<i64>().ok()?, north.parse::<i64>().ok()?))
    });
    pairs
        .map(|(east, north)| {
            (lon, lat) = (lon + east, lat + north);
            (lon as f64 / 100.0, lat as f64 / 100.0)
        })
        .collect()
}

/// Projects, clips and appends to a path.
fn draw(projection: &Projection, points: &[(f64, f64)], ring: bool, path: &mut String) {
    let projected: Vec<(f64, f64)> = points.iter().map(|(lon, lat)| projection.project(*lon, *lat)).collect();
    // A little outside of the window, so that the cut edges are never seen.
    let window = (-60.0, -60.0, WIDTH + 60.0, projection.height + 60.0);
    if ring {
        push_path(path, &clip_ring(&projected, window), true);
    } else {
        for part in clip_line(&projected, window) {
            push_path(path, &part, false);
        }
    }
}

/// A path of relative lines between whole numbers, points less than 7 units apart left out.
fn push_path(path: &mut String, points: &[(f64, f64)], closed: bool) {
    let mut rounded: Vec<(i64, i64)> = Vec::with_capacity(points.len());
    for (at, (x, y)) in points.iter().enumerate() {
        let point = (*x as i64, *y as i64);
        let near = rounded.last().is_some_and(|last| (last.0 - point.0).abs() + (last.1 - point.1).abs() < 7);
        if !near || (!closed && at + 1 == points.len()) {
            rounded.push(point);
        }
    }
    if rounded.len() < if closed { 3 } else { 2 } {
        return;
    }
    let mut before = (0, 0);
    for (at, point) in rounded.iter().enumerate() {
        // Writing to a string cannot fail. A minus sign parts numbers as well as a blank does.
        let (x, y) = (point.0 - before.0, point.1 - before.1);
        let _ = match at {
            0 => write!(path, "M{x},{y}l"),
            1 => write!(path, "{x},{y}"),
            _ => write!(path, "{}{x},{y}", if x < 0 { "" } else { " " }),
        };
        before = *point;
    }
    if closed {
        path.push('z');
    }
}

/// Meridians and parallels, and what each of them is.
fn graticule(projection: &Projection, drawing: &mut Drawing) {
    let (west, east, south, north) = projection.bounds;
    let span = (east - west).max(north - south);
    let step =
        [(70.0, 20), (35.0, 10), (12.0, 5)].into_iter().find(|(more, _)| span > *more).map_or(2, |(_, step)| step);
    let lines = |low: f64, high: f64| {
        let first = (low as i64).div_euclid(step) * step;
        (0..).map(move |k| first + k * step).take_while(move |at| *at as f64 <= high + step as f64)
    };
    let inside = |point: &(f64, f64)| {
        (150.0..=WIDTH - 150.0).contains(&point.0) && (100.0..=projection.height - 100.0).contains(&point.1)
    };
    let samples = |low: f64, high: f64| (0..=60).map(move |k| low + (high - low) * f64::from(k) / 60.0);
    for lon in lines(west, east) {
        let points: Vec<(f64, f64)> =
            samples((south - 10.0).max(-89.0), (north + 10.0).min(89.0)).map(|lat| (lon as f64, lat)).collect();
        draw(projection, &points, false, &mut drawing.graticule);
        let lowest = points.iter().map(|(lon, lat)| projection.project(*lon, *lat)).find(inside);
        if let Some((x, _)) = lowest {
            drawing.marks.push((degrees(lon, 'E', 'W'), x as i64, projection.height as i64 - 60));
        }
    }
    for lat in lines(south, north).filter(|lat| lat.abs() < 90) {
        let points: Vec<(f64, f64)> = samples(west - 15.0, east + 15.0).map(|lon| (lon, lat as f64)).collect();
        draw(projection, &points, false, &mut drawing.graticule);
        let leftmost = points.iter().map(|(lon, lat)| projection.project(*lon, *lat)).find(inside);
        if let Some((_, y)) = leftmost {
            drawing.marks.push((degrees(lat, 'N', 'S'), 60, y as i64 - 30));
        }
    }
}

fn degrees(at: i64, plus: char, minus: char) -> String {
    match at {
        0 => "0°".to_owned(),
        at => format!("{}°{}", at.abs(), if at > 0 { plus } else { minus }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(lat: f64, lon: f64) -> Option<Place> {
        Some(Place { lat, lon })
    }

    #[test]
    fn the_map_of_china_is_small_and_has_its_places_in_order() {
        let drawing = drawing(&[at(39.9, 116.4), at(37.5, 105.2), None, at(23.1, 113.3)], None);
        assert!(!drawing.schematic && drawing.land.len() < 45_000, "{} bytes", drawing.land.len());
        let x = |site: usize| drawing.x[site].expect("known");
        let y = |site: usize| drawing.y[site].expect("known");
        // Zhongwei is west of Beijing, Guangzhou south of both; nothing is outside.
        assert!(x(1) < x(0) && y(3) > y(0) && y(3) > y(1));
        assert_eq!((drawing.x[2], drawing.y[2]), (None, None));
        assert!((0..drawing.width).contains(&x(0)) && (0..drawing.height).contains(&y(3)));
        assert!(
            drawing.marks.iter().any(|mark| mark.0 == "110°E") && drawing.marks.iter().any(|mark| mark.0 == "30°N"),
            "{:?}",
            drawing.marks
        );
    }

    #[test]
    fn places_anywhere_and_nowhere_are_drawn() {
        for places in
            [[at(48.9, 2.3), at(52.5, 13.4)], [at(-33.9, 151.2), at(40.7, -74.0)], [at(0.0, 0.0), at(5.6, -0.2)]]
        {
            let drawing = drawing(&places, None);
            for (x, y) in drawing.x.iter().zip(&drawing.y) {
                let inside = (0..=drawing.width).contains(&x.unwrap()) && (0..=drawing.height).contains(&y.unwrap());
                assert!(inside, "{places:?}: {x:?} {y:?}");
            }
            assert!(!drawing.land.is_empty(), "{places:?}");
        }
        let schematic = drawing(&[None, None], None);
        assert!(schematic.schematic && schematic.land.is_empty());
        assert_eq!(schematic.x[0], Some(4800));
    }

    #[test]
    fn a_map_of_ones_own_replaces_the_coast() {
        let text = r#"{"type":"Polygon","coordinates":[[[100,20],[120,20],[120,40],[100,40],[100,20]]]}"#;
        let base = BaseMap::parse("approved.geojson", text).expect("GeoJSON");
        let drawing = drawing(&[at(30.0, 110.0)], Some(&base));
        assert!(drawing.source.contains("approved.geojson"));
        assert_eq!(drawing.land.matches('M').count(), 1);
    }
}
