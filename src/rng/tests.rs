use super::*;

const DRAWS: usize = 200_000;

fn streams() -> Streams {
    Streams::new(42, 0)
}

/// Mean and standard deviation of many draws.
fn moments(mut draw: impl FnMut() -> f64) -> (f64, f64) {
    let values: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
    let mean = values.iter().sum::<f64>() / DRAWS as f64;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / DRAWS as f64;
    (mean, variance.sqrt())
}

/// Both moments agree within a relative tolerance.
fn close(ours: (f64, f64), theirs: (f64, f64), tolerance: f64) {
    let scale = theirs.1.abs();
    assert!((ours.0 - theirs.0).abs() < tolerance * scale, "means {ours:?} {theirs:?}");
    assert!((ours.1 - theirs.1).abs() < tolerance * scale, "deviations {ours:?} {theirs:?}");
}

fn five<T>(mut draw: impl FnMut() -> T) -> [T; 5] {
    std::array::from_fn(|_| draw())
}

fn bits(distribution: &impl Distribution<f64>) -> [u64; 5] {
    let mut rng = streams().stream("golden");
    five(|| distribution.sample(&mut rng).to_bits())
}

#[test]
fn split_mix_and_fnv_give_the_published_values() {
    // The first outputs of SplitMix64 seeded with 1234567, as in the reference implementation's usual check.
    assert_eq!(split_mix(1_234_567, 0), 6_457_827_717_110_365_317);
    assert_eq!(split_mix(1_234_567, 1), 3_203_168_211_198_807_973);
    // FNV-1a of nothing, of "a" and of "foobar", from its authors' test vectors.
    assert_eq!(fnv_1a(""), 0xCBF2_9CE4_8422_2325);
    assert_eq!(fnv_1a("a"), 0xAF63_DC4C_8601_EC8C);
    assert_eq!(fnv_1a("foobar"), 0x8594_4171_F739_67E8);
}

#[test]
fn the_generator_is_seeded_like_the_crate_does() {
    let mut theirs = Generator::seed_from_u64(99);
    let mut ours = generator(99);
    assert_eq!(five(|| ours.next_u64()), five(|| theirs.next_u64()));
}

#[test]
fn streams_depend_on_seed_replication_name_and_ordinal_alone() {
    let first = |mut g: Generator| g.next_u64();
    let base = first(streams().stream("a"));
    assert_eq!(base, first(Streams::new(42, 0).stream("a")));
    for other in [
        first(Streams::new(43, 0).stream("a")),
        first(Streams::new(42, 1).stream("a")),
        first(streams().stream("b")),
        first(streams().keyed("a", 0)),
        first(streams().keyed("a", 1)),
    ] {
        assert_ne!(base, other);
    }
    assert_eq!(streams().keyed("a", 7), streams().family("a").of(7));
    assert_ne!(streams().keyed("a", 7), streams().keyed("a", 8));
}

#[test]
fn the_first_values_are_pinned_bit_by_bit() {
    let mut stream = streams().stream("workload.training.arrivals");
    let mut keyed = streams().keyed("workload.training.jobs", 17);
    let pinned = [
        five(|| stream.next_u64()),
        five(|| keyed.next_u64()),
        bits(&Uniform { min: 0.0, max: 1.0 }),
        bits(&Exponential { mean: 1.0 }),
        bits(&Normal { mean: 0.0, deviation: 1.0 }),
        bits(&LogNormal { median: 1.0, sigma: 1.2 }),
        bits(&Weibull { scale: 1.0, shape: 0.7 }),
    ];
    for (row, (got, want)) in pinned.iter().zip(&GOLDEN_BITS).enumerate() {
        assert_eq!(got, want, "row {row}: {got:#018X?}");
    }
}

#[test]
fn the_first_choices_are_pinned() {
    let mut rng = streams().stream("golden");
    let zipf = Weights::zipf(4400, 1.1).expect("ranks");
    let ranks = five(|| zipf.sample(&mut rng));
    let thirds = Weights::new(&[0.5, 0.3, 0.2]).expect("weights");
    let choices = five(|| thirds.sample(&mut rng));
    assert_eq!((ranks, choices), (GOLDEN_RANKS, GOLDEN_CHOICES));
}

/// Computed apart from the formulas of the module, then with `libm`: the C library of one platform differs in the last bit
/// of some rows, which is why it is not used.
const GOLDEN_BITS: [[u64; 5]; 7] = [
    [0x2119D46CA898D814, 0x26D22D91F844D8A6, 0xA135B6E101B9EAED, 0xAB9C0D8ED9F8D423, 0xB768621BF7A6AB56],
    [0x703E6FD870CE8C41, 0xF502D068FE4A1925, 0x8F081760CFB52902, 0xBADE7A25A0C43FB5, 0xF81C3EF89D7E2B3E],
    [0x3FEA581D4920B09F, 0x3FE33DCED8EF78C6, 0x3FEF6CC810E57165, 0x3FED5250B6088405, 0x3FC5770FD6AC9AF8],
    [0x3FFBBA9699F79788, 0x3FED6CD1128B3038, 0x401013738FF1D561, 0x4003D80DFAB86F91, 0x3FC77ECFE16AA4D5],
    [0xBFF7F4AA7A385ED9, 0x40039DB7F5D4B564, 0xBFE1F5E685A9A569, 0x3FF8C8B469F636C5, 0x3FF05DDA2E1ED323],
    [0x3FC53A8790F1F5F5, 0x4032F62822553D0C, 0x3FE0512F4523F9E1, 0x4019AA04E597DDDF, 0x400B4D275E8A0B26],
    [0x40018C8518442132, 0x3FEC62CDD829431B, 0x401D2E1350F8AC89, 0x400D4A2FEBFFBA09, 0x3FB6B95BC243B2AA],
];
const GOLDEN_RANKS: [usize; 5] = [33, 203, 0, 232, 4];
const GOLDEN_CHOICES: [usize; 5] = [0, 0, 0, 2, 0];

#[test]
fn units_lie_in_the_half_open_interval_and_are_even() {
    let mut rng = streams().stream("units");
    let mut tenths = [0u32; 10];
    for _ in 0..DRAWS {
        let u = unit(&mut rng);
        assert!((0.0..1.0).contains(&u));
        tenths[(u * 10.0) as usize] += 1;
    }
    // 20,000 each; the deviation of a binomial count is sqrt(200000 × 0.1 × 0.9) = 134, four of them 537.
    assert!(tenths.iter().all(|n| n.abs_diff(20_000) < 537), "{tenths:?}");
}

#[test]
fn moments_are_those_of_the_textbook() {
    let mut rng = streams().stream("moments");
    // Uniform on [2, 6): mean 4, deviation 4 / sqrt(12).
    close(moments(|| Uniform { min: 2.0, max: 6.0 }.sample(&mut rng)), (4.0, 4.0 / 12f64.sqrt()), 0.01);
    close(moments(|| Exponential { mean: 3.0 }.sample(&mut rng)), (3.0, 3.0), 0.01);
    close(moments(|| Normal { mean: 5.0, deviation: 2.0 }.sample(&mut rng)), (5.0, 2.0), 0.01);
    // Log-normal: mean m exp(s²/2), deviation mean × sqrt(exp(s²) - 1), for m = 2, s = 0.5.
    let mean = 2.0 * 0.125f64.exp();
    let deviation = mean * (0.25f64.exp() - 1.0).sqrt();
    close(moments(|| LogNormal { median: 2.0, sigma: 0.5 }.sample(&mut rng)), (mean, deviation), 0.02);
    // Weibull of shape 2: mean Γ(1.5) = sqrt(π)/2, variance 1 - π/4.
    let (mean, deviation) = (std::f64::consts::PI.sqrt() / 2.0, (1.0 - std::f64::consts::FRAC_PI_4).sqrt());
    close(moments(|| Weibull { scale: 1.0, shape: 2.0 }.sample(&mut rng)), (mean, deviation), 0.01);
}

#[test]
fn moments_are_those_of_rand_distr() {
    let mut rng = streams().stream("oracle");
    let theirs = rand_distr::Weibull::new(2.0, 0.7).expect("shape");
    let oracle = moments(|| theirs.sample(&mut rng));
    close(moments(|| Weibull { scale: 2.0, shape: 0.7 }.sample(&mut rng)), oracle, 0.03);
    let theirs = rand_distr::LogNormal::new(3f64.ln(), 0.8).expect("sigma");
    let oracle = moments(|| theirs.sample(&mut rng));
    close(moments(|| LogNormal { median: 3.0, sigma: 0.8 }.sample(&mut rng)), oracle, 0.03);
    let oracle = moments(|| rand_distr::Exp1.sample(&mut rng));
    close(moments(|| standard_exponential(&mut rng)), oracle, 0.02);
    let oracle = moments(|| rand_distr::StandardNormal.sample(&mut rng));
    close(moments(|| standard_normal(&mut rng)), oracle, 0.02);
    let theirs = rand_distr::Zipf::new(50.0, 1.1).expect("ranks");
    let oracle = moments(|| theirs.sample(&mut rng));
    let ours = Weights::zipf(50, 1.1).expect("ranks");
    close(moments(|| (ours.sample(&mut rng) + 1) as f64), oracle, 0.02);
}

#[test]
fn weights_follow_their_shares() {
    let mut rng = streams().stream("weights");
    let weights = Weights::new(&[1.0, 0.0, 3.0]).expect("weights");
    let mut counts = [0u32; 3];
    for _ in 0..DRAWS {
        counts[weights.sample(&mut rng)] += 1;
    }
    // A quarter of 200,000 is 50,000, deviation sqrt(200000 × 3/16) = 194.
    assert_eq!(counts[1], 0);
    assert!(counts[0].abs_diff(50_000) < 776, "{counts:?}");
}

#[test]
fn weights_that_mean_nothing_are_refused() {
    for weights in [&[][..], &[0.0, 0.0], &[1.0, -1.0], &[f64::NAN], &[1.0, f64::INFINITY]] {
        assert!(Weights::new(weights).is_none(), "{weights:?}");
    }
    assert!(Weights::zipf(0, 1.0).is_none());
    assert!(Weights::new(&[f64::MAX, f64::MAX]).is_some());
}

#[test]
fn a_single_choice_draws_nothing() {
    let mut rng = streams().stream("single");
    let before = rng.clone();
    let only = Weights::new(&[0.0, 2.0, 0.0]).expect("weight");
    assert_eq!(five(|| only.sample(&mut rng)), [1; 5]);
    assert_eq!(rng, before);
}
