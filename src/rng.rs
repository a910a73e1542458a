//! Named random streams and portable transforms.
//!
//! A stream's seed comes from its *name*, so that adding a center, a class or a policy moves no other draw, and all
//! policies of a comparison see the same jobs (common random numbers). Draws that belong to one job are keyed by its
//! ordinal: how often one job draws does not move the next one's.
//!
//! **Sub-seeds.** Let `mix` be the finalizer of SplitMix64 (Steele, Lea and Flood 2014) and `G` = 0x9E3779B97F4A7C15 its
//! increment, so that `output(s, k) = mix(s + (k + 1) G)` is the `k`-th output of SplitMix64 seeded with `s`. Then a
//! stream's seed is `output(output(seed, replication) xor FNV-1a(name), 0)`, a keyed stream's seed is
//! `output(stream seed, ordinal)`, and the generator is xoshiro256++ (Blackman and Vigna 2021) whose four words are the
//! outputs 0 to 3 of SplitMix64 seeded with that.
//!
//! **Portability.** The transforms use crate `libm` and correctly rounded operations only. The distributions of
//! `rand_distr` that need a logarithm or a power are not used: they call num-traits, which takes the platform's mathematical
//! library as soon as any crate of the build turns on its `std` feature (hdrhistogram does). They are the oracle
//! of our transforms' tests. Its alias tables need additions and divisions alone, so [`Weights`] builds on them.

use rand::distr::Distribution;
use rand::{Rng, SeedableRng};
use rand_distr::weighted::WeightedAliasIndex;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator of every stream.
pub type Generator = Xoshiro256PlusPlus;

/// SplitMix64's increment, 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The `index`-th output of SplitMix64 seeded with `seed`.
const fn split_mix(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(GOLDEN));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The 64-bit FNV-1a hash of no byte (Fowler, Noll and Vo).
pub(crate) const FNV_1A_BASIS: u64 = 0xCBF2_9CE4_8422_2325;

/// The hash of bytes that follow those of a hash.
pub(crate) const fn fnv_1a_more(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01B3);
        at += 1;
    }
    hash
}

/// The 64-bit FNV-1a hash of a name.
pub(crate) const fn fnv_1a(name: &str) -> u64 {
    fnv_1a_more(FNV_1A_BASIS, name.as_bytes())
}

/// The generator of a sub-seed.
fn generator(seed: u64) -> Generator {
    let mut bytes = [0u8; 32];
    for (word, chunk) in bytes.chunks_exact_mut(8).enumerate() {
        chunk.copy_from_slice(&split_mix(seed, word as u64).to_le_bytes());
    }
    Generator::from_seed(bytes)
}

/// All random streams of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streams {
    root: u64,
}

impl Streams {
    /// The streams of a scenario's seed and a replication's number. Another replication changes every draw.
    #[must_use]
    pub const fn new(seed: u64, replication: u64) -> Self {
        Self { root: split_mix(seed, replication) }
    }

    /// The stream of a name such as `workload.training.arrivals`, from its beginning.
    #[must_use]
    pub fn stream(&self, name: &str) -> Generator {
        generator(self.sub_seed(name))
    }

    /// The family of streams of a name, one for each ordinal.
    #[must_use]
    pub const fn family(&self, name: &str) -> Family {
        Family { seed: self.sub_seed(name) }
    }

    /// The stream of one job: `keyed("workload.training.jobs", 17)`. Use a [`Family`] to draw for many.
    #[must_use]
    pub fn keyed(&self, name: &str, ordinal: u64) -> Generator {
        self.family(name).of(ordinal)
    }

    const fn sub_seed(&self, name: &str) -> u64 {
        split_mix(self.root ^ fnv_1a(name), 0)
    }
}

/// Streams of one name, keyed by an ordinal. Making one costs five multiplications-and-shifts, no hashing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    seed: u64,
}

impl Family {
    /// The stream of an ordinal.
    #[must_use]
    pub fn of(&self, ordinal: u64) -> Generator {
        generator(split_mix(self.seed, ordinal))
    }
}

/// Evenly in [0, 1): the upper 53 bits of one output.
pub fn unit<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    const STEP: f64 = 1.0 / (1u64 << 53) as f64;
    (rng.next_u64() >> 11) as f64 * STEP
}

/// Evenly in `0..count`, 0 where that is empty: Lemire, "Fast random integer generation in an interval", ACM TOMACS 29:1, 2019.
pub fn below<R: Rng + ?Sized>(rng: &mut R, count: u64) -> u64 {
    let mut product = u128::from(rng.next_u64()) * u128::from(count);
    if (product as u64) < count {
        // Of 2^64 outputs the first 2^64 mod `count` would make some results likelier.
        let surplus = count.wrapping_neg() % count;
        while (product as u64) < surplus {
            product = u128::from(rng.next_u64()) * u128::from(count);
        }
    }
    (product >> 64) as u64
}

/// Puts a list into any order, each with equal chance (Fisher and Yates).
pub fn shuffle<T, R: Rng + ?Sized>(rng: &mut R, list: &mut [T]) {
    for last in (1..list.len()).rev() {
        // Lossless: no more than the list is long.
        list.swap(last, below(rng, last as u64 + 1) as usize);
    }
}

/// Exponential of mean 1, by inversion; at most 36.7.
pub fn standard_exponential<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    -libm::log(1.0 - unit(rng))
}

/// Normal of mean 0 and deviation 1, by the transform of Box and Muller (1958); two outputs a draw, always.
pub fn standard_normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    let radius = libm::sqrt(2.0 * standard_exponential(rng));
    radius * libm::cos(2.0 * std::f64::consts::PI * unit(rng))
}

/// Evenly in [min, max).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uniform {
    /// Least value.
    pub min: f64,
    /// Bound that is not reached, but for rounding.
    pub max: f64,
}

impl Distribution<f64> for Uniform {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.min + (self.max - self.min) * unit(rng)
    }
}

/// Exponential.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exponential {
    /// Its mean.
    pub mean: f64,
}

impl Distribution<f64> for Exponential {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.mean * standard_exponential(rng)
    }
}

/// Normal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normal {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation.
    pub deviation: f64,
}

impl Distribution<f64> for Normal {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.mean + self.deviation * standard_normal(rng)
    }
}

/// Log-normal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogNormal {
    /// Its median.
    pub median: f64,
    /// Standard deviation of the natural logarithm.
    pub sigma: f64,
}

impl Distribution<f64> for LogNormal {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.median * libm::exp(self.sigma * standard_normal(rng))
    }
}

/// Weibull, by inversion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weibull {
    /// Scale.
    pub scale: f64,
    /// Shape: 1 is exponential, less has a heavier tail.
    pub shape: f64,
}

impl Distribution<f64> for Weibull {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.scale * libm::pow(standard_exponential(rng), 1.0 / self.shape)
    }
}

/// An index by weight, in constant time (alias method, Walker 1974, Vose 1991).
#[derive(Debug, Clone)]
pub struct Weights {
    /// `None` where only one index can come out: then nothing is drawn.
    table: Option<WeightedAliasIndex<f64>>,
    /// That index.
    only: usize,
}

impl Weights {
    /// Indices by these weights. `None` where there is no weight above zero, or one is negative, infinite or not a number.
    #[must_use]
    pub fn new(weights: &[f64]) -> Option<Self> {
        if weights.iter().any(|w| !w.is_finite() || *w < 0.0) {
            return None;
        }
        let only = weights.iter().position(|w| *w > 0.0)?;
        if weights[only + 1..].iter().all(|w| *w <= 0.0) {
            return Some(Self { table: None, only });
        }
        // Divided by the largest, so that no sum of large weights overflows.
        let largest = weights.iter().fold(0.0, |a: f64, b| a.max(*b));
        let scaled = weights.iter().map(|w| w / largest).collect();
        WeightedAliasIndex::new(scaled).ok().map(|table| Self { table: Some(table), only })
    }

    /// The only index that can come out, if there is but one: then nothing is drawn.
    #[must_use]
    pub fn only(&self) -> Option<usize> {
        self.table.is_none().then_some(self.only)
    }

    /// Zipf's law over `count` ranks: rank `k` from 0 has weight `(k + 1)^-exponent`. An exponent of 0 treats all alike.
    ///
    /// `None` where `count` is 0 or the exponent is not a number.
    #[must_use]
    pub fn zipf(count: u32, exponent: f64) -> Option<Self> {
        let weights: Vec<f64> = (1..=count).map(|rank| libm::pow(f64::from(rank), -exponent)).collect();
        Self::new(&weights)
    }
}

impl Distribution<usize> for Weights {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> usize {
        self.table.as_ref().map_or(self.only, |table| table.sample(rng))
    }
}

#[cfg(test)]
mod tests;
