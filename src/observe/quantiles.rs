//! Mean, quantiles and maximum of many values.

use hdrhistogram::Histogram;

/// So many values are kept as they are; beyond, quantiles come from a histogram.
const EXACT_VALUES: usize = 1_000_000;

/// Significant digits of the histogram: a quantile is the largest value of the bin in which the exact one lies, and a bin is at most
/// a thousandth of its values wide. So quantiles are never below the exact ones and at most 0.1 % above them.
const DIGITS: u8 = 3;

/// Values as integers. Mean and maximum are always exact; quantiles are exact up to a million values and
/// within 0.1 % beyond (a high-dynamic-range histogram).
///
/// The quantile `q` of `n` values is the nearest rank: the smallest value that at least `q × n` values do not exceed.
#[derive(Debug, Clone, Default)]
pub struct Quantiles {
    values: Vec<u64>,
    histogram: Option<Box<Histogram<u64>>>,
    count: u64,
    sum: u128,
    max: u64,
}

/// What is told of a distribution, in the unit of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: u128,
    /// Half of them are at most this.
    pub median: u64,
    /// 95 % are at most this.
    pub p95: u64,
    /// 99 % are at most this.
    pub p99: u64,
    /// The largest.
    pub max: u64,
}

impl Quantiles {
    /// Takes note of a value.
    pub fn record(&mut self, value: u64) {
        self.record_bounded(value, EXACT_VALUES);
    }

    fn record_bounded(&mut self, value: u64, exact: usize) {
        self.count += 1;
        self.sum += u128::from(value);
        self.max = self.max.max(value);
        match &mut self.histogram {
            Some(histogram) => record_in(histogram, value),
            None => {
                self.values.push(value);
                if self.values.len() > exact {
                    self.condense();
                }
            }
        }
    }

    fn condense(&mut self) {
        // A histogram of 3 digits can always be made; without one the values stay exact.
        let Ok(mut histogram) = Histogram::new(DIGITS) else { return };
        for value in self.values.drain(..) {
            record_in(&mut histogram, value);
        }
        self.values = Vec::new();
        self.histogram = Some(Box::new(histogram));
    }

    /// Takes in all values of another.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
        self.values.extend_from_slice(&other.values);
        let crowded = self.values.len() > EXACT_VALUES || other.histogram.is_some();
        if crowded && self.histogram.is_none() {
            self.condense();
        }
        if let Some(histogram) = &mut self.histogram {
            for value in self.values.drain(..) {
                record_in(histogram, value);
            }
            if let Some(more) = &other.histogram {
                // Both grow on demand, so that adding cannot fail; a failure would leave out values, which the count shows.
                let _ = histogram.add(&**more);
            }
        }
    }

    /// How many values there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The sum of all values.
    #[must_use]
    pub const fn sum(&self) -> u128 {
        self.sum
    }

    /// The values at shares of the count, in thousandths, by nearest rank (0 is the smallest); none without values.
    #[must_use]
    pub fn at(&self, thousandths: &[u16]) -> Vec<u64> {
        if self.count == 0 {
            return Vec::new();
        }
        if let Some(histogram) = &self.histogram {
            let value = |share: &u16| histogram.value_at_quantile(f64::from(*share) / 1000.0).min(self.max);
            return thousandths.iter().map(value).collect();
        }
        let mut sorted = self.values.clone();
        sorted.sort_unstable();
        let rank = |share: &u16| (sorted.len() * usize::from(*share)).div_ceil(1000).clamp(1, sorted.len()) - 1;
        thousandths.iter().map(|share| sorted[rank(share)]).collect()
    }

    /// The distribution; `None` without values.
    #[must_use]
    pub fn spread(&self) -> Option<Spread> {
        if self.count == 0 {
            return None;
        }
        let [median, p95, p99] = match &self.histogram {
            Some(histogram) => [0.5, 0.95, 0.99].map(|q| histogram.value_at_quantile(q).min(self.max)),
            None => ranks(&mut self.values.clone()),
        };
        Some(Spread { count: self.count, sum: self.sum, median, p95, p99, max: self.max })
    }
}

/// It grows on demand, so that every value fits.
fn record_in(histogram: &mut Histogram<u64>, value: u64) {
    let _ = histogram.record(value);
}

/// The 50th, 95th and 99th percentile by nearest rank; reorders the values.
fn ranks(values: &mut [u64]) -> [u64; 3] {
    let total = values.len();
    let rank = |percent: usize| (total * percent).div_ceil(100).saturating_sub(1);
    let mut found = [0; 3];
    // Each selection leaves everything larger to the right of it, where the next one looks on.
    let mut begin = 0;
    for (result, percent) in found.iter_mut().zip([50, 95, 99]) {
        let at = rank(percent);
        *result = *values[begin..].select_nth_unstable(at - begin).1;
        begin = at;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl Iterator<Item = u64>) -> Quantiles {
        let mut quantiles = Quantiles::default();
        values.for_each(|v| quantiles.record(v));
        quantiles
    }

    #[test]
    fn ranks_are_worked_by_hand() {
        // 1 to 10: ranks ceil(5), ceil(9.5), ceil(9.9) are the values 5, 10, 10; mean 5.5.
        let spread = of((1..=10).rev()).spread().expect("values");
        assert_eq!(spread, Spread { count: 10, sum: 55, median: 5, p95: 10, p99: 10, max: 10 });
        // 1 to 200: ranks 100, 190, 198.
        let spread = of((1..=200).map(|v| (v * 77) % 201)).spread().expect("values");
        assert_eq!((spread.median, spread.p95, spread.p99, spread.max), (100, 190, 198, 200));
        assert_eq!(of([7].into_iter()).spread().map(|s| (s.median, s.p99)), Some((7, 7)));
        assert_eq!(Quantiles::default().spread(), None);
    }

    #[test]
    fn beyond_the_bound_the_error_is_small_and_sums_stay_exact() {
        let mut quantiles = Quantiles::default();
        for value in 0..10_000u64 {
            quantiles.record_bounded(value * 1_000_003, 100);
        }
        assert!(quantiles.values.is_empty());
        let spread = quantiles.spread().expect("values");
        assert_eq!(spread.sum, 1_000_003 * (9_999 * 10_000 / 2));
        assert_eq!(spread.max, 9_999 * 1_000_003);
        for (found, exact) in [(spread.median, 4_999), (spread.p95, 9_499), (spread.p99, 9_899)] {
            let exact = exact as f64 * 1_000_003.0;
            assert!((found as f64 - exact).abs() <= exact * 1e-3, "{found} {exact}");
        }
    }

    #[test]
    fn shares_are_nearest_ranks() {
        let quantiles = of((1..=200).rev());
        assert_eq!(quantiles.at(&[0, 5, 500, 501, 950, 1000]), [1, 1, 100, 101, 190, 200]);
        assert!(Quantiles::default().at(&[0, 500]).is_empty());
        let mut condensed = Quantiles::default();
        (1..=200).for_each(|v| condensed.record_bounded(v, 10));
        assert_eq!(condensed.at(&[0, 500, 950, 1000]), [1, 100, 190, 200]);
    }

    #[test]
    fn the_error_is_as_stated_whatever_the_distribution_and_however_it_was_merged() {
        use crate::rng::Streams;
        use rand::RngExt as _;
        const VALUES: usize = 40_000;
        const SHARES: [u16; 9] = [1, 10, 100, 250, 500, 750, 950, 990, 999];
        let mut draw = Streams::new(11, 0).stream("test.quantiles");
        let mut unit = || draw.random_range(1e-12..1.0_f64);
        // Waits in ns: uniform, exponential, heavy-tailed over six decades (Pareto), two far peaks, most of them 0, one value, small numbers.
        let mut shapes: Vec<(&str, Vec<u64>)> = Vec::new();
        let mut shape = |name, value: &mut dyn FnMut() -> f64| {
            shapes.push((name, (0..VALUES).map(|_| value() as u64).collect()));
        };
        shape("uniform", &mut || unit() * 1e13);
        shape("exponential", &mut || -libm::log(unit()) * 3.6e12);
        shape("pareto", &mut || 1e9 / unit().max(1e-6));
        shape("two peaks", &mut || if unit() < 0.5 { 1e6 + unit() * 1e3 } else { 1e15 + unit() * 1e12 });
        shape("mostly zero", &mut || if unit() < 0.9 { 0.0 } else { unit() * 1e14 });
        shape("one value", &mut || 206_000_000_001.0);
        shape("small", &mut || unit() * 3000.0);
        for (name, values) in shapes {
            let exact = of(values.iter().copied()).at(&SHARES);
            // All in one; and in parts, of which the first are condensed and the last is not.
            let mut whole = Quantiles::default();
            values.iter().for_each(|value| whole.record_bounded(*value, 100));
            let mut merged = Quantiles::default();
            for (number, part) in values.chunks(VALUES / 7).enumerate() {
                let mut more = Quantiles::default();
                let bound = if number < 5 { 100 } else { EXACT_VALUES };
                part.iter().for_each(|value| more.record_bounded(*value, bound));
                merged.merge(&more);
            }
            assert_eq!((whole.at(&SHARES), whole.spread()), (merged.at(&SHARES), merged.spread()), "{name}");
            assert_eq!((whole.count(), whole.sum()), (VALUES as u64, values.iter().map(|v| u128::from(*v)).sum()));
            for ((share, found), exact) in SHARES.iter().zip(whole.at(&SHARES)).zip(exact) {
                assert!(found >= exact && found - exact <= exact / 1000 + 1, "{name} at {share}: {found} for {exact}");
            }
        }
    }

    #[test]
    fn merging_is_recording_all() {
        let mut left = of(0..500);
        left.merge(&of(500..1000));
        assert_eq!(left.spread(), of(0..1000).spread());
        // An exact one takes in a condensed one, and the other way round.
        let mut condensed = Quantiles::default();
        (500..1000).for_each(|v| condensed.record_bounded(v, 10));
        let mut a = of(0..500);
        a.merge(&condensed);
        let mut b = condensed;
        b.merge(&of(0..500));
        assert_eq!(a.spread(), b.spread());
        assert_eq!(a.spread().map(|s| (s.count, s.median)), Some((1000, 499)));
    }
}
