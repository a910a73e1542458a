//! How long an amount of work takes: the one place where bits and a rate become time.

use crate::units::SimDuration;

const NANOS_PER_SEC: u64 = 1_000_000_000;

/// The time that `bits` take at `rate` bits per second, rounded up to whole nanoseconds.
///
/// Exact: the result is the least integer `n` with `n × rate ≥ bits × 10⁹`, both numbers taken as the binary fractions
/// that they are. Nothing left takes no time; anything left takes at least 1 ns; without a rate it takes for ever
/// ([`SimDuration::MAX`]), and so does what would take longer than 584 years.
#[must_use]
#[inline]
pub fn transfer_time(bits: f64, rate: f64) -> SimDuration {
    if bits <= 0.0 {
        return SimDuration::ZERO;
    }
    if rate.is_nan() || rate <= 0.0 {
        return SimDuration::MAX;
    }
    let estimate = bits * NANOS_PER_SEC as f64 / rate;
    // 2^64 and more do not fit; not-a-number comes from infinite work.
    if estimate.is_nan() || estimate >= 18_446_744_073_709_551_615.0 {
        return SimDuration::MAX;
    }
    // Below 2^63 the signed conversion gives the same and is one instruction.
    let whole = if estimate < 9e18 { estimate as i64 as u64 } else { estimate as u64 };
    let rest = estimate - whole as f64;
    // Two roundings leave a relative error below 2^-51. Away from an integer by more than that, the estimate decides.
    let doubt = estimate * (1.0 / (1u64 << 50) as f64);
    if rest > doubt && rest < 1.0 - doubt {
        return SimDuration(whole + 1);
    }
    in_doubt(bits, rate, whole.saturating_add(u64::from(rest > 0.0)))
}

/// The same where the estimate leaves more than one answer.
#[cold]
fn in_doubt(bits: f64, rate: f64, estimate: u64) -> SimDuration {
    SimDuration(exact_nanos(bits, rate).unwrap_or(estimate).max(1))
}

/// The bits that a rate carries in a number of nanoseconds.
#[must_use]
pub(super) fn carried(rate: f64, nanos: u64) -> f64 {
    rate * nanos as f64 / NANOS_PER_SEC as f64
}

/// `ceil(bits × 10⁹ / rate)` in integers; `None` where the magnitudes leave 128 bits.
fn exact_nanos(bits: f64, rate: f64) -> Option<u64> {
    let (work, work_exponent) = mantissa(bits)?;
    let (speed, speed_exponent) = mantissa(rate)?;
    let shift = work_exponent - speed_exponent;
    let (mut above, mut below) = (u128::from(work) * u128::from(NANOS_PER_SEC), u128::from(speed));
    match shift {
        0..=44 => above <<= shift,
        -74..=-1 => below <<= -shift,
        _ => return None,
    }
    u64::try_from(above.div_ceil(below)).ok()
}

/// A positive normal number as `mantissa × 2^exponent`.
fn mantissa(value: f64) -> Option<(u64, i32)> {
    if !value.is_normal() {
        return None;
    }
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32 - 1075;
    Some(((bits & ((1 << 52) - 1)) | (1 << 52), exponent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_worked_by_hand() {
        // 125 GB = 10^12 bits; at 10^10 bit/s 100 s.
        assert_eq!(transfer_time(1e12, 1e10), SimDuration::from_secs(100));
        // One bit more needs 0.1 ns more, which is a whole nanosecond.
        assert_eq!(transfer_time(1e12 + 1.0, 1e10), SimDuration(100_000_000_001));
        // 1 bit at 3 bit/s: 333,333,333.3 ns.
        assert_eq!(transfer_time(1.0, 3.0), SimDuration(333_333_334));
        assert_eq!(transfer_time(1e-9, 1e12), SimDuration(1));
        assert_eq!(transfer_time(0.0, 0.0), SimDuration::ZERO);
        assert_eq!(transfer_time(1.0, 0.0), SimDuration::MAX);
        assert_eq!(transfer_time(1e30, 1.0), SimDuration::MAX);
        assert_eq!(transfer_time(1.0, f64::INFINITY), SimDuration(1));
    }

    proptest! {
        /// For integers the definition can be checked without floats: n × rate ≥ bits × 10⁹ > (n - 1) × rate.
        #[test]
        fn rounded_up_and_not_one_more(bits in 1u64..1 << 50, rate in 1u64..1 << 45) {
            let n = u128::from(transfer_time(bits as f64, rate as f64).0);
            prop_assume!(n < u128::from(u64::MAX));
            let (work, rate) = (u128::from(bits) * 1_000_000_000, u128::from(rate));
            prop_assert!(n * rate >= work && (n - 1) * rate < work, "{} ns", n);
        }
    }
}
