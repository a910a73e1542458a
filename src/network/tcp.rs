//! What one transport connection can carry over a long path.

use crate::units::{Bytes, SimDuration};

/// The most that a flow of some parallel streams can carry, in bits per second: `window × 8 × streams / RTT`.
///
/// A sender has at most one window of unacknowledged bytes under way in a round trip, so a connection carries no more
/// than window / RTT (V. Jacobson, R. Braden, D. Borman: TCP Extensions for High Performance, RFC 1323, 1992, section
/// 1.1; the bandwidth-delay product). Loss is not modeled (M. Mathis, J. Semke, J. Mahdavi, T. Ott: The Macroscopic
/// Behavior of the TCP Congestion Avoidance Algorithm, 1997, bounds it further). The round trip is twice the one-way
/// latency; without latency there is no bound (`None`).
#[must_use]
pub fn window_cap(window: Bytes, streams: u32, one_way: SimDuration) -> Option<f64> {
    let round_trip_nanos = one_way.0 as f64 * 2.0;
    (round_trip_nanos > 0.0).then(|| window.bits_f64() * f64::from(streams) * 1e9 / round_trip_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_window_a_round_trip() {
        // 64 MiB = 536,870,912 bits every 2 × 20 ms: 13.4217728 Gbps; four streams carry four times that.
        let latency = SimDuration(20_000_000);
        assert_eq!(window_cap(Bytes(64 << 20), 1, latency), Some(13_421_772_800.0));
        assert_eq!(window_cap(Bytes(64 << 20), 4, latency), Some(53_687_091_200.0));
        // The classic window without scaling, 65,536 bytes over 100 ms: 5.24288 Mbps.
        assert_eq!(window_cap(Bytes(65_536), 1, SimDuration(50_000_000)), Some(5_242_880.0));
        assert_eq!(window_cap(Bytes(65_536), 1, SimDuration::ZERO), None);
        assert_eq!(window_cap(Bytes::ZERO, 1, latency), Some(0.0));
    }
}
