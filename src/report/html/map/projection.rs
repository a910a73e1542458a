//! From degrees to the plane.

use super::WIDTH;
use crate::model::Place;

/// Albers' equal-area conic projection (Snyder, "Map Projections: A Working Manual", USGS 1987, section 14) onto a window of the
/// drawing; degrees as they are where a cone does not fit (around the equator, around the world).
#[derive(Debug, Clone)]
pub(super) struct Projection {
    /// West, east, south and north of what is shown.
    pub(super) bounds: (f64, f64, f64, f64),
    /// The height of the drawing.
    pub(super) height: f64,
    cone: Option<Cone>,
    scale: f64,
    left: f64,
    top: f64,
}

#[derive(Debug, Clone, Copy)]
struct Cone {
    n: f64,
    c: f64,
    rho: f64,
    lon: f64,
}

impl Cone {
    fn over((west, east, south, north): (f64, f64, f64, f64)) -> Option<Self> {
        // Standard parallels a sixth of the height from the edges.
        let sine = |lat: f64| libm::sin(lat.to_radians());
        let (low, high) = (south + (north - south) / 6.0, north - (north - south) / 6.0);
        let n = f64::midpoint(sine(low), sine(high));
        if n.abs() < 0.15 || east - west > 150.0 {
            return None;
        }
        let cosine = libm::cos(low.to_radians());
        let c = cosine * cosine + 2.0 * n * sine(low);
        let middle = f64::midpoint(south, north);
        let rho = libm::sqrt((c - 2.0 * n * sine(middle)).max(0.0)) / n;
        Some(Self { n, c, rho, lon: f64::midpoint(west, east) })
    }

    fn project(&self, lon: f64, lat: f64) -> (f64, f64) {
        let sine = libm::sin(lat.to_radians());
        let rho = libm::sqrt((self.c - 2.0 * self.n * sine).max(0.0)) / self.n;
        // The shorter way round.
        let turn = (lon - self.lon + 540.0).rem_euclid(360.0) - 180.0;
        let theta = self.n * turn.to_radians();
        (rho * libm::sin(theta), -(self.rho - rho * libm::cos(theta)))
    }
}

impl Projection {
    /// The map around places (at least one).
    pub(super) fn fitting(places: &[Place]) -> Self {
        let range = |value: fn(&Place) -> f64| {
            let low = places.iter().map(value).fold(f64::INFINITY, f64::min);
            let high = places.iter().map(value).fold(f64::NEG_INFINITY, f64::max);
            let margin = ((high - low) * 0.08).max(3.0);
            (low - margin, high + margin)
        };
        let (west, east) = range(|place| place.lon);
        let (south, north) = range(|place| place.lat);
        Self::over((west.max(-180.0), east.min(190.0), south.max(-85.0), north.min(85.0)))
    }

    fn over(bounds: (f64, f64, f64, f64)) -> Self {
        let (west, east, south, north) = bounds;
        let mut projection = Self { bounds, height: 0.0, cone: Cone::over(bounds), scale: 1.0, left: 0.0, top: 0.0 };
        // The corners and the points between them bound what is to be shown.
        let steps = || (0..=20).map(|k| f64::from(k) / 20.0);
        let edge = steps()
            .flat_map(|t| {
                let (lon, lat) = (west + (east - west) * t, south + (north - south) * t);
                [(lon, south), (lon, north), (west, lat), (east, lat)]
            })
            .map(|(lon, lat)| projection.project(lon, lat));
        let mut window = (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY);
        for (x, y) in edge {
            window = (window.0.min(x), window.1.max(x), window.2.min(y), window.3.max(y));
        }
        let (left, right, top, bottom) = window;
        projection.scale = WIDTH / (right - left).max(1e-9);
        let height = ((bottom - top) * projection.scale).clamp(WIDTH * 0.5, WIDTH * 0.72);
        // Too tall a window is scaled to its height and set in the middle.
        projection.scale = projection.scale.min(height / (bottom - top).max(1e-9));
        projection.left = f64::midpoint(left, right) - WIDTH / 2.0 / projection.scale;
        projection.top = f64::midpoint(top, bottom) - height / 2.0 / projection.scale;
        projection.height = height;
        projection
    }

    /// A place in the drawing.
    pub(super) fn project(&self, lon: f64, lat: f64) -> (f64, f64) {
        let (x, y) = self.cone.map_or((lon.to_radians(), -lat.to_radians()), |cone| cone.project(lon, lat));
        ((x - self.left) * self.scale, (y - self.top) * self.scale)
    }

    /// Whether all that can be seen lies between these degrees.
    pub(super) fn within(&self, west: f64, east: f64, south: f64, north: f64) -> bool {
        // The window shows more than its bounds at the corners: a quarter more is enough for a cone.
        let (w, e, s, n) = self.bounds;
        let (wide, tall) = ((e - w) / 4.0, (n - s) / 4.0);
        w - wide >= west && e + wide <= east && s - tall >= south && n + tall <= north
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Snyder, page 291: the sphere with parallels 29.5 and 45.5 degrees, origin 23 N 96 W; 35 N 75 W is at x 0.2952720,
    /// y 0.2416774.
    #[test]
    fn albers_is_that_of_the_manual() {
        let sine = |lat: f64| libm::sin(f64::to_radians(lat));
        let n = f64::midpoint(sine(29.5), sine(45.5));
        let c = libm::pow(libm::cos(29.5f64.to_radians()), 2.0) + 2.0 * n * sine(29.5);
        let rho = libm::sqrt(c - 2.0 * n * sine(23.0)) / n;
        let (x, y) = Cone { n, c, rho, lon: -96.0 }.project(-75.0, 35.0);
        assert!((x - 0.295_272_0).abs() < 1e-6 && (-y - 0.241_677_4).abs() < 1e-6, "{x} {y}");
    }
}
