//! Mean, quantiles and maximum of many values.

use hdrhistogram::Histogram;
use std::sync::Arc;

/// So many values are kept as they are; beyond, quantiles come from a histogram.
const EXACT_VALUES: usize = 1_000_000;

/// Significant digits of the histogram: a quantile is the largest value of the bin in which the exact one lies, and a bin is at most
/// a thousandth of its values wide. So quantiles are never below the exact ones and at most 0.1 % above them.
const DIGITS: u8 = 3;

/// So many values are kept in one part of memory, which never moves.
const PART: usize = 4096;

/// Values as integers. Mean and maximum are always exact; quantiles are exact up to a million values and
/// within 0.1 % beyond (a high-dynamic-range histogram).
///
/// The quantile `q` of `n` values is the nearest rank: the smallest value that at least `q × n` values do not exceed.
#[derive(Debug, Clone, Default)]
pub struct Quantiles {
    /// Values that are not 0, in parts that are full: those who took them over share them.
    full: Vec<Arc<[u64]>>,
    /// And in one that is not.
    values: Vec<u64>,
    /// How many are 0, as most waits are in a system with room; only as long as there is no histogram.
    zeros: u64,
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
            Some(histogram) => return record_in(histogram, value, 1),
            None if value == 0 => self.zeros += 1,
            None => self.keep(value),
        }
        if self.count > exact as u64 {
            self.condense();
        }
    }

    fn keep(&mut self, value: u64) {
        self.values.push(value);
        if self.values.len() >= PART {
            self.full.push(self.values.as_slice().into());
            self.values.clear();
        }
    }

    /// All values that are not 0 and in no histogram.
    fn parts(&self) -> impl Iterator<Item = &[u64]> {
        self.full.iter().map(|part| &**part).chain([self.values.as_slice()])
    }

    fn condense(&mut self) {
        // A histogram of 3 digits can always be made; without one the values stay exact.
        let Ok(histogram) = Histogram::new(DIGITS) else { return };
        self.histogram = Some(Box::new(histogram));
        self.pour();
    }

    /// Values into the histogram.
    fn pour(&mut self) {
        let Some(histogram) = &mut self.histogram else { return };
        record_in(histogram, 0, std::mem::take(&mut self.zeros));
        let full = std::mem::take(&mut self.full);
        let values = std::mem::take(&mut self.values);
        full.iter().flat_map(|part| part.iter()).chain(&values).for_each(|value| record_in(histogram, *value, 1));
    }

    /// Takes in all values of another.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
        self.zeros += other.zeros;
        self.full.extend(other.full.iter().cloned());
        other.values.iter().for_each(|value| self.keep(*value));
        let crowded = self.count > EXACT_VALUES as u64 || other.histogram.is_some();
        if crowded && self.histogram.is_none() {
            self.condense();
        }
        self.pour();
        if let (Some(histogram), Some(more)) = (&mut self.histogram, &other.histogram) {
            // Both grow on demand, so that adding cannot fail; a failure would leave out values, which the count shows.
            let _ = histogram.add(&**more);
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
        let mut sorted: Vec<u64> = self.parts().flatten().copied().collect();
        sorted.sort_unstable();
        let zeros = self.zeros as usize;
        let total = zeros + sorted.len();
        let rank = |share: &u16| (total * usize::from(*share)).div_ceil(1000).clamp(1, total) - 1;
        thousandths.iter().map(|share| rank(share).checked_sub(zeros).map_or(0, |at| sorted[at])).collect()
    }

    /// The distribution; `None` without values.
    #[must_use]
    pub fn spread(&self) -> Option<Spread> {
        if self.count == 0 {
            return None;
        }
        let [median, p95, p99] = match &self.histogram {
            Some(histogram) => [0.5, 0.95, 0.99].map(|q| histogram.value_at_quantile(q).min(self.max)),
            None => self.ranks(),
        };
        Some(Spread { count: self.count, sum: self.sum, median, p95, p99, max: self.max })
    }

    /// The 50th, 95th and 99th percentile by nearest rank, of values that are in no histogram. They are counted in bins of equal
    /// width first, and only those of a bin with one of the ranks are copied to be looked through.
    fn ranks(&self) -> [u64; 3] {
        let shift = (u64::BITS - self.max.leading_zeros()).saturating_sub(BINS.ilog2());
        let bin = |value: u64| (value >> shift) as usize & (BINS - 1);
        let mut counts = vec![0u64; BINS];
        counts[0] = self.zeros;
        for part in self.parts() {
            part.iter().for_each(|value| counts[bin(*value)] += 1);
        }
        // The bin of each rank, and the rank within it.
        let (mut begin, mut at) = (0, 0);
        let wanted = [50, 95, 99].map(|percent| {
            let rank = (self.count * percent).div_ceil(100).saturating_sub(1);
            while begin + counts[at] <= rank {
                (begin, at) = (begin + counts[at], at + 1);
            }
            (at, (rank - begin) as usize)
        });
        let mut inside: [Vec<u64>; 3] = Default::default();
        for part in self.parts() {
            for value in part {
                let bin = bin(*value);
                // Of bins that are the same the first has them.
                if let Some(at) = wanted.iter().position(|(wanted, _)| *wanted == bin) {
                    inside[at].push(*value);
                }
            }
        }
        wanted.map(|(bin, rank)| {
            let zeros = if bin == 0 { self.zeros as usize } else { 0 };
            let values = wanted.iter().position(|(wanted, _)| *wanted == bin).map(|at| &mut inside[at]);
            match (rank.checked_sub(zeros), values) {
                (Some(rank), Some(values)) => *values.select_nth_unstable(rank).1,
                _ => 0,
            }
        })
    }
}

/// Bins of a first count, a power of 2.
const BINS: usize = 4096;

/// It grows on demand, so that every value fits.
fn record_in(histogram: &mut Histogram<u64>, value: u64, times: u64) {
    let _ = histogram.record_n(value, times);
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
        assert_eq!((quantiles.parts().flatten().count(), quantiles.zeros), (0, 0));
        let spread = quantiles.spread().expect("values");
        assert_eq!(spread.sum, 1_000_003 * (9_999 * 10_000 / 2));
        assert_eq!(spread.max, 9_999 * 1_000_003);
        for (found, exact) in [(spread.median, 4_999), (spread.p95, 9_499), (spread.p99, 9_899)] {
            let exact = exact as f64 * 1_000_003.0;
            assert!((found as f64 - exact).abs() <= exact * 1e-3, "{found} {exact}");
        }
    }

    #[test]
    fn ranks_behind_zeros_in_the_first_bin_and_parts_that_are_shared() {
        // 40 zeros, 1 to 55, and five so large that all others are in the first bin: ranks 50, 95 and 99 are 10, 55 and the large one.
        let values = (0..40).map(|_| 0).chain(1..=55).chain((0..5).map(|_| 1 << 40));
        let spread = of(values).spread().expect("values");
        assert_eq!((spread.median, spread.p95, spread.p99), (10, 55, 1 << 40));
        // Two that have full parts, and a part that becomes full by merging.
        let count = 3 * PART as u64 - 10;
        let (mut left, right) = (of(0..count), of(count..2 * count));
        left.merge(&right);
        assert_eq!(left.full.len(), 5);
        assert_eq!(left.spread(), of(0..2 * count).spread());
        assert_eq!(left.spread().map(|all| (all.count, all.median)), Some((2 * count, count - 1)));
        assert_eq!(right.spread(), of(count..2 * count).spread(), "it is as it was");
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
            let exact = of(values.iter().copied());
            let [median, p95, p99] = exact.spread().map(|all| [all.median, all.p95, all.p99]).expect("values");
            assert_eq!(exact.at(&[500, 950, 990]), [median, p95, p99], "{name}: counted in bins, and sorted");
            let exact = exact.at(&SHARES);
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
