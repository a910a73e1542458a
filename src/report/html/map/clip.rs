//! Cutting outlines to a window.

/// Left, top, right, bottom.
type Window = (f64, f64, f64, f64);
type Point = (f64, f64);

/// A ring cut to a window (Sutherland and Hodgman, "Reentrant polygon clipping", CACM 1974); empty where nothing is inside.
pub(super) fn clip_ring(ring: &[Point], (left, top, right, bottom): Window) -> Vec<Point> {
    let x = |(x, _): Point| x;
    let y = |(_, y): Point| y;
    let ring = cut(ring, |p| x(p) - left);
    let ring = cut(&ring, |p| right - x(p));
    let ring = cut(&ring, |p| y(p) - top);
    cut(&ring, |p| bottom - y(p))
}

/// Keeps what has a depth of at least 0.
fn cut(ring: &[Point], depth: impl Fn(Point) -> f64) -> Vec<Point> {
    let mut kept = Vec::with_capacity(ring.len());
    let Some(mut before) = ring.last().copied() else { return kept };
    for &point in ring {
        let (was, is) = (depth(before), depth(point));
        if (was >= 0.0) != (is >= 0.0) {
            kept.push(between(before, point, was / (was - is)));
        }
        if is >= 0.0 {
            kept.push(point);
        }
        before = point;
    }
    kept
}

fn between(a: Point, b: Point, t: f64) -> Point {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}

/// The parts of a line inside a window (Liang and Barsky, "A new concept and method for line clipping", TOG 1984).
pub(super) fn clip_line(line: &[Point], (left, top, right, bottom): Window) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    let mut open = false;
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let (mut from, mut to) = (0.0f64, 1.0f64);
        for (delta, room) in [(-dx, a.0 - left), (dx, right - a.0), (-dy, a.1 - top), (dy, bottom - a.1)] {
            if delta < 0.0 {
                from = from.max(room / delta);
            } else if delta > 0.0 {
                to = to.min(room / delta);
            } else if room < 0.0 {
                to = -1.0;
            }
        }
        if from > to {
            open = false;
            continue;
        }
        if !open || from > 0.0 {
            parts.push(vec![between(a, b, from)]);
        }
        if let Some(part) = parts.last_mut() {
            part.push(between(a, b, to));
        }
        open = to >= 1.0;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Window = (0.0, 0.0, 1.0, 1.0);

    #[test]
    fn rings_are_cut_to_the_window() {
        let square = [(-1.0, -1.0), (0.5, -1.0), (0.5, 0.5), (-1.0, 0.5)];
        let mut cut = clip_ring(&square, UNIT);
        cut.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
        assert_eq!(cut, [(0.0, 0.0), (0.0, 0.5), (0.5, 0.0), (0.5, 0.5)]);
        assert_eq!(clip_ring(&[(2.0, 2.0), (3.0, 2.0), (3.0, 3.0)], UNIT), []);
        assert_eq!(clip_ring(&[], UNIT), []);
    }

    #[test]
    fn lines_leave_and_come_back() {
        let line = [(0.5, 0.5), (2.0, 0.5), (2.0, 0.25), (0.5, 0.25)];
        assert_eq!(clip_line(&line, UNIT), [vec![(0.5, 0.5), (1.0, 0.5)], vec![(1.0, 0.25), (0.5, 0.25)]]);
        assert_eq!(clip_line(&[(-1.0, 0.5), (2.0, 0.5)], UNIT), [vec![(0.0, 0.5), (1.0, 0.5)]]);
        assert_eq!(clip_line(&[(-1.0, 5.0), (2.0, 5.0)], UNIT), [] as [Vec<Point>; 0]);
    }
}
