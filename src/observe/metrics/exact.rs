//! Integers that do not overflow and fractions that are rounded once.

/// `value × span`; most often both are 64-bit numbers, whose product is a single instruction.
pub(super) const fn over(value: u128, span: u64) -> u128 {
    if value >> 64 == 0 { (value as u64 as u128) * span as u128 } else { wide_over(value, span) }
}

/// Out of the way: four multiplications and their overflows at every place would crowd out what else is there.
#[cold]
const fn wide_over(value: u128, span: u64) -> u128 {
    value.saturating_mul(span as u128)
}

/// A sum of products up to 2^192, kept exactly: the energy of a country in picojoules times a tariff does not fit 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Wide {
    low: u64,
    high: u128,
}

impl Wide {
    /// Adds `amount × count`.
    pub(crate) const fn add_product(&mut self, amount: u128, count: u64) {
        let n = count as u128;
        // At most (2^64 - 1)^2 + 2^64 - 1, which fits.
        let low = (amount as u64 as u128) * n + self.low as u128;
        self.low = low as u64;
        self.high = self.high.saturating_add((amount >> 64) * n).saturating_add(low >> 64);
    }

    /// Adds `amount × count` where the count may need more than 64 bits.
    pub(crate) const fn add_wide_product(&mut self, amount: u128, count: u128) {
        self.add_product(amount, count as u64);
        if count >> 64 != 0 {
            self.high = self.high.saturating_add(amount.saturating_mul(count >> 64));
        }
    }

    /// What came since an earlier sum; modulo 2^192, so that it is right also where the earlier one is itself a difference.
    pub(crate) const fn since(&self, earlier: &Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(earlier.low);
        Self { low, high: self.high.wrapping_sub(earlier.high).wrapping_sub(borrow as u128) }
    }

    /// `self × multiplier`, divided by each of the divisors, rounded down once; a divisor of 0 counts as 1.
    pub(crate) fn scaled(&self, multiplier: u64, divisors: &[u64]) -> u128 {
        // Of a pool that is closed to jobs most sums are, and some draw no power.
        if multiplier == 0 || (u128::from(self.low) | self.high) == 0 {
            return 0;
        }
        // What one job adds fits 128 bits, and one division does: rounding down step by step is rounding down the whole.
        if self.high >> 64 == 0
            && let Some(product) = (self.high << 64 | u128::from(self.low)).checked_mul(u128::from(multiplier))
        {
            let divisor =
                divisors.iter().try_fold(1u128, |all, divisor| all.checked_mul(u128::from((*divisor).max(1))));
            // A divisor beyond 128 bits is beyond the product.
            return divisor.map_or(0, |divisor| product / divisor);
        }
        self.scaled_by_limbs(multiplier, divisors)
    }

    fn scaled_by_limbs(&self, multiplier: u64, divisors: &[u64]) -> u128 {
        let mut limbs = [self.low, self.high as u64, (self.high >> 64) as u64, 0];
        let mut carry = 0u128;
        for limb in &mut limbs {
            let product = u128::from(*limb) * u128::from(multiplier) + carry;
            *limb = product as u64;
            carry = product >> 64;
        }
        for divisor in divisors {
            let divisor = u128::from(*divisor).max(1);
            let mut rest = 0u128;
            for limb in limbs.iter_mut().rev() {
                if *limb == 0 && rest == 0 {
                    continue;
                }
                let value = (rest << 64) | u128::from(*limb);
                *limb = (value / divisor) as u64;
                rest = value % divisor;
            }
        }
        if limbs[2] | limbs[3] == 0 { u128::from(limbs[0]) | (u128::from(limbs[1]) << 64) } else { u128::MAX }
    }
}

/// The fraction as the nearest double, by integer arithmetic alone, so that it is the same on every machine; `None` where
/// the denominator is 0.
#[must_use]
pub(crate) fn ratio(numerator: u128, denominator: u128) -> Option<f64> {
    if denominator == 0 {
        return None;
    }
    // Both are doubles, whose quotient is the nearest one (IEEE 754).
    if (numerator | denominator) >> f64::MANTISSA_DIGITS == 0 {
        return Some(numerator as u64 as f64 / denominator as u64 as f64);
    }
    // A remainder must have room for a shift by one.
    let (numerator, denominator) =
        if denominator >> 127 == 0 { (numerator, denominator) } else { (numerator >> 1, denominator >> 1) };
    let mut quotient = if numerator < denominator { 0 } else { numerator / denominator };
    let mut rest = numerator - quotient * denominator;
    let mut scale = 1.0;
    // As many bits at once as a remainder, which is less than the denominator, has room for: at least one.
    let bits = denominator.leading_zeros().min(64);
    let step = 1.0 / (1u128 << bits) as f64;
    // 64 significant bits and one that says whether anything follows are more than the 53 of a double need.
    while quotient >> 63 == 0 && rest != 0 {
        rest <<= bits;
        let digits = rest / denominator;
        rest -= digits * denominator;
        quotient = quotient << bits | digits;
        scale *= step;
    }
    if rest != 0 {
        quotient |= 1;
    }
    Some(quotient as f64 * scale)
}

/// Nanoseconds as seconds.
#[must_use]
pub(crate) fn seconds(nanos: u128) -> Option<f64> {
    ratio(nanos, 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_beyond_128_bits_come_back() {
        let mut wide = Wide::default();
        // 2^100 × 2^60, twice, is 2^161; over 2^40, twice, it is 2^81.
        wide.add_product(1 << 100, 1 << 60);
        wide.add_product(1 << 100, 1 << 60);
        assert_eq!(wide.scaled(1, &[1 << 40, 1 << 40]), 1 << 81);
        assert_eq!(wide.scaled(4, &[1 << 40, 1 << 40, 8]), 1 << 80);
        assert_eq!(wide.scaled(1, &[]), u128::MAX);
        // The carry from the low limb: (2^64 - 1) × 3 + 3 = 3 × 2^64.
        let mut wide = Wide::default();
        wide.add_product(u128::from(u64::MAX), 3);
        wide.add_product(3, 1);
        assert_eq!(wide.scaled(1, &[]), 3 << 64);
        // 5 × (2^64 + 3) = 5 × 2^64 + 15.
        let mut wide = Wide::default();
        wide.add_wide_product(5, (1 << 64) + 3);
        assert_eq!(wide.scaled(1, &[]), (5 << 64) + 15);
    }

    /// Bit by bit, as taught at school.
    fn slow_ratio(numerator: u128, denominator: u128) -> f64 {
        let (mut quotient, mut rest) = (numerator / denominator, numerator % denominator);
        let mut scale = 1.0;
        while quotient >> 63 == 0 && (quotient | rest) != 0 {
            rest <<= 1;
            quotient = quotient << 1 | u128::from(rest >= denominator);
            rest -= if rest >= denominator { denominator } else { 0 };
            scale *= 0.5;
        }
        (quotient | u128::from(rest != 0)) as f64 * scale
    }

    #[test]
    fn shortcuts_lead_to_the_same() {
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state
        };
        for _ in 0..20_000 {
            let wide = |high: u64, low: u64| u128::from(high) << 64 | u128::from(low);
            let numerator = wide(random(), random()) >> (1 + random() % 127);
            let denominator = (wide(random(), random()) >> (1 + random() % 127)).max(1);
            let found = ratio(numerator, denominator).map(f64::to_bits);
            assert_eq!(found, Some(slow_ratio(numerator, denominator).to_bits()), "{numerator} / {denominator}");
        }
        for _ in 0..20_000 {
            let wide = Wide { low: random(), high: u128::from(random()) << 64 >> (random() % 128) };
            let (multiplier, divisors) =
                (random() >> (random() % 64), [random() >> (random() % 64), 10_000, random() % 9]);
            for wide in [wide, Wide::default()] {
                assert_eq!(wide.scaled(multiplier, &divisors), wide.scaled_by_limbs(multiplier, &divisors), "{wide:?}");
            }
        }
    }

    #[test]
    fn fractions_are_the_nearest_doubles() {
        assert_eq!(ratio(1, 3).map(f64::to_bits), Some((1.0f64 / 3.0).to_bits()));
        assert_eq!(ratio(1, 36).map(f64::to_bits), Some((1.0f64 / 36.0).to_bits()));
        // 2.07 kWh in picojoules: the double that "2.07" reads as.
        assert_eq!(
            ratio(7_452_000_000_000_000_000, 3_600_000_000_000_000_000).map(f64::to_bits),
            Some(2.07f64.to_bits())
        );
        assert_eq!(ratio(u128::MAX, 1).map(f64::to_bits), Some((u128::MAX as f64).to_bits()));
        assert_eq!(ratio(u128::MAX, u128::MAX).map(f64::to_bits), Some(1f64.to_bits()));
        assert_eq!(ratio(1, u128::MAX >> 1).map(|r| r > 0.0), Some(true));
        assert_eq!(ratio(0, 5).map(f64::to_bits), Some(0));
        assert_eq!(ratio(0, u128::MAX).map(f64::to_bits), Some(0));
        assert_eq!(ratio(5, 0), None);
    }
}
