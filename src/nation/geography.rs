//! Distances and latencies.

use super::rules::Network;

/// Mean radius of the earth.
const EARTH_KM: f64 = 6371.0;
const KM_PER_DEGREE: f64 = 111.2;

/// A point: degrees north and east.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) lat: f64,
    pub(super) lon: f64,
}

impl Point {
    /// Length of the great circle between two points, by the haversine formula.
    pub(super) fn km(self, other: Self) -> f64 {
        let (a, b) = (self.lat.to_radians(), other.lat.to_radians());
        let half = |from: f64, to: f64| libm::sin((to - from) / 2.0);
        let (north, east) = (half(a, b), half(self.lon.to_radians(), other.lon.to_radians()));
        let root = libm::sqrt(north * north + libm::cos(a) * libm::cos(b) * east * east);
        2.0 * EARTH_KM * libm::asin(root.min(1.0))
    }

    /// A point so many kilometers north and east.
    pub(super) fn moved(self, north_km: f64, east_km: f64) -> Self {
        let shrink = libm::cos(self.lat.to_radians()).max(0.1);
        Self { lat: self.lat + north_km / KM_PER_DEGREE, lon: self.lon + east_km / (KM_PER_DEGREE * shrink) }
    }
}

impl Network {
    /// One-way latency of so much great circle in fiber.
    pub(super) fn fiber_ms(&self, km: f64) -> f64 {
        self.route_factor * km / self.light_km_per_ms
    }

    /// One-way latency of a whole IP path of its own between two near places.
    pub(super) fn local_ms(&self, km: f64) -> f64 {
        self.fiber_ms(km) + self.ip_ms * (km / self.ip_km).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn great_circles() {
        let beijing = Point { lat: 39.9, lon: 116.4 };
        let shanghai = Point { lat: 31.23, lon: 121.47 };
        // Beijing to Shanghai is 1,068 km as the crow flies.
        assert!((beijing.km(shanghai) - 1068.0).abs() < 2.0, "{}", beijing.km(shanghai));
        assert!(beijing.km(beijing) < 1e-9);
        let moved = beijing.moved(3.0, 4.0);
        assert!((beijing.km(moved) - 5.0).abs() < 0.01, "{}", beijing.km(moved));
    }
}
