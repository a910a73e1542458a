//! `[center.NAME.pool.NAME]` and kinds of accelerators.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, RawAccelerators, RawPool, RawScenario};
use super::amounts::{ppm, rate};
use super::centers::at_most;
use super::limits::{CARDS_MAX, CORES_MAX, HEADLINE_MILLI_MAX, NODES_MAX, POWER_MAX, SPEED_MAX, SPEED_MIN};
use super::{names, signals};
use crate::model::{AcceleratorId, AcceleratorKind, CenterId, NodeShape, Pool, PowerWeights, Rates};
use crate::signals::Calendar;
use crate::units::{Bytes, Power};
use std::collections::BTreeMap;
use std::ops::Range;

/// The kinds of accelerators by name. Figures of one kind must be the same wherever they stand; a place that leaves one out
/// means the figure given elsewhere.
pub(super) fn accelerator_kinds(raw: &RawScenario, out: &mut Diagnostics) -> Vec<AcceleratorKind> {
    let pools = raw.center.values().flat_map(|center| center.get().pool.values());
    let mut kinds: BTreeMap<&str, Figures> = BTreeMap::new();
    for cards in pools.filter_map(|pool| pool.get().accelerators.as_ref()) {
        let cards = cards.get();
        names::allowed(cards.kind.get(), "a kind of accelerator", cards.kind.span(), out);
        kinds.entry(cards.kind.get()).or_default().take(cards, out);
    }
    let kind = |(name, figures): (&str, Figures)| AcceleratorKind {
        name: name.to_owned(),
        memory: figures.memory.map(|(memory, _)| memory),
        rates: Rates {
            fp16: figures.rates[0].as_ref().map(|(rate, _)| *rate),
            fp32: figures.rates[1].as_ref().map(|(rate, _)| *rate),
            fp64: figures.rates[2].as_ref().map(|(rate, _)| *rate),
        },
    };
    kinds.into_iter().map(kind).collect()
}

/// What is known of one kind so far, each figure with its place.
#[derive(Debug, Default)]
struct Figures {
    memory: Option<(u64, Range<usize>)>,
    rates: [Option<(f64, Range<usize>)>; 3],
}

impl Figures {
    fn take(&mut self, cards: &RawAccelerators, out: &mut Diagnostics) {
        let kind = cards.kind.get();
        let memory = cards.memory.as_ref().map(|memory| (bounded_memory(memory, out), memory.span()));
        agree(&mut self.memory, memory, kind, "memory", |a, b| a == b, out);
        let given = [&cards.fp16, &cards.fp32, &cards.fp64];
        for ((known, found), what) in self.rates.iter_mut().zip(given).zip(["fp16", "fp32", "fp64"]) {
            let found = found.as_ref().and_then(|value| Some((rate(Some(value), out)?, value.span())));
            agree(known, found, kind, what, |a: &f64, b: &f64| a.to_bits() == b.to_bits(), out);
        }
    }
}

fn agree<T>(
    known: &mut Option<(T, Range<usize>)>,
    found: Option<(T, Range<usize>)>,
    kind: &str,
    what: &str,
    same: impl Fn(&T, &T) -> bool,
    out: &mut Diagnostics,
) {
    match (known.as_ref(), found) {
        (Some((first, place)), Some((second, span))) if !same(first, &second) => out.push(
            Diagnostic::error(span, format!("`{what}` of accelerator {kind:?} differs from what another pool says"))
                .other(place.clone(), "another figure here")
                .help("figures of one kind are the same everywhere; give another kind another name"),
        ),
        (None, Some(found)) => *known = Some(found),
        _ => {}
    }
}

/// Memory that fits a node's 64-bit count.
fn bounded_memory(memory: &At<Bytes>, out: &mut Diagnostics) -> u64 {
    u64::try_from(memory.get().0).ok().filter(|bytes| *bytes < u64::MAX).unwrap_or_else(|| {
        out.push(Diagnostic::error(memory.span(), "the memory of one node is too large").help("at most 16 EiB"));
        u64::MAX
    })
}

/// One pool. What is wrong in it is reported and replaced by something harmless.
pub(super) fn pool(
    name: &str,
    raw: &RawPool,
    center: CenterId,
    kinds: &[AcceleratorKind],
    calendar: Calendar,
    out: &mut Diagnostics,
) -> Pool {
    let nodes = at_most(*raw.nodes.get(), NODES_MAX, "the number of nodes", raw.nodes.span(), out);
    if nodes == 0 {
        out.warning(raw.nodes.span(), format!("pool {name:?} has no node at the start"));
    }
    let (power_idle, power_peak) = power(raw, out);
    let mut node = NodeShape {
        cores_milli: cores(&raw.cores, out),
        memory: raw.memory.as_ref().map_or(u64::MAX, |memory| bounded_memory(memory, out)),
        cards: 0,
        accelerator: None,
    };
    if node.memory == 0 {
        out.push(
            Diagnostic::error(raw.memory.as_ref().map_or(0..0, At::span), "a node without memory")
                .help("leave `memory` out where jobs' demands of memory are not looked at"),
        );
    }
    let mut card_rates = Rates::default();
    if let Some(cards) = raw.accelerators.as_ref().map(At::get) {
        let count = *cards.count.get();
        if !(1..=CARDS_MAX).contains(&count) {
            let problem = format!("a node has 1 to {CARDS_MAX} accelerators, not {count}");
            out.push(
                Diagnostic::error(cards.count.span(), problem).help("leave `accelerators` out where there are none"),
            );
        }
        node.cards = count.clamp(1, CARDS_MAX);
        let id = kinds.binary_search_by(|kind| kind.name.as_str().cmp(cards.kind.get())).ok();
        node.accelerator = id.map(AcceleratorId::from_index);
        card_rates = id.map_or(card_rates, |at| kinds[at].rates);
    }
    Pool {
        name: name.to_owned(),
        center,
        nodes,
        nodes_max: nodes,
        node,
        speed: speed(raw.speed.as_ref(), out),
        cpu_rates: Rates { fp16: None, fp32: rate(raw.fp32.as_ref(), out), fp64: rate(raw.fp64.as_ref(), out) },
        card_rates,
        power_idle,
        power_peak,
        power_weights: power_weights(raw.power_cores.as_ref(), &node, out),
        closed_share: signals::share(raw.closed_share.as_ref(), "the closed share", calendar, out),
        closed_load: signals::share(raw.closed_load.as_ref(), "the load of the closed share", calendar, out),
    }
}

/// Speed of its nodes: that of the reference where nothing is said, or where it is wrong.
fn speed(raw: Option<&At<f64>>, out: &mut Diagnostics) -> f64 {
    let Some(raw) = raw else { return 1.0 };
    let speed = *raw.get();
    if (SPEED_MIN..=SPEED_MAX).contains(&speed) {
        return speed;
    }
    let problem = format!("`speed` must be from {SPEED_MIN:e} to {SPEED_MAX:e}, not {speed:e}");
    out.push(
        Diagnostic::error(raw.span(), problem)
            .help("1 is the reference hardware, `speed = 0.5` takes twice as long for the same work"),
    );
    1.0
}

fn cores(raw: &At<u32>, out: &mut Diagnostics) -> u32 {
    let cores = *raw.get();
    if !(1..=CORES_MAX).contains(&cores) {
        out.error(raw.span(), format!("a node has 1 to {CORES_MAX} cores, not {cores}"));
    }
    cores.clamp(1, CORES_MAX) * 1000
}

fn power(raw: &RawPool, out: &mut Diagnostics) -> (Power, Power) {
    for power in [&raw.power_idle, &raw.power_peak].into_iter().flatten().filter(|power| *power.get() > POWER_MAX) {
        out.error(power.span(), format!("the power of one node is at most {POWER_MAX}, not {}", power.get()));
    }
    let idle = raw.power_idle.as_ref().map_or(Power(0), |power| (*power.get()).min(POWER_MAX));
    let peak = raw.power_peak.as_ref().map_or(idle, |power| (*power.get()).min(POWER_MAX));
    if peak < idle {
        let span = raw.power_peak.as_ref().map_or(0..0, At::span);
        let idle_span = raw.power_idle.as_ref().map_or(0..0, At::span);
        out.push(
            Diagnostic::error(span, format!("a busy node takes less power ({peak}) than an idle one ({idle})"))
                .other(idle_span, "the power of an idle node"),
        );
    }
    (idle, peak.max(idle))
}

/// How power follows what is in use.
fn power_weights(raw: Option<&At<f64>>, node: &NodeShape, out: &mut Diagnostics) -> PowerWeights {
    let Some(raw) = raw else { return PowerWeights::assumed(node) };
    let cores_ppm = match ppm(*raw.get()) {
        Ok(ppm) => u32::try_from(ppm).unwrap_or(PowerWeights::CORES_PPM_DEFAULT),
        Err(problem) => {
            out.push(Diagnostic::error(raw.span(), format!("`power-cores` {problem}")).help(
                "write for example `power-cores = 0.2`: a fifth of the power beyond idle follows the cores in use",
            ));
            return PowerWeights::assumed(node);
        }
    };
    let weights = PowerWeights::new(node, cores_ppm);
    if weights.cores_ppm() != cores_ppm && node.cards == 0 {
        let problem = "`power-cores` has no effect: without accelerators all power beyond idle follows the cores";
        out.push(Diagnostic::warning(raw.span(), problem).help("leave it out"));
    }
    weights
}

/// All pools together must stay countable.
pub(super) fn platform_size(raw: &RawScenario, pools: &[Pool], out: &mut Diagnostics) {
    let all = |of: fn(&Pool) -> u128| pools.iter().map(|pool| of(pool) * u128::from(pool.nodes)).sum::<u128>();
    let cores = all(|pool| u128::from(pool.node.cores_milli));
    let cards = all(|pool| u128::from(pool.node.cards) * 1000);
    if cores.max(cards) > HEADLINE_MILLI_MAX {
        let span = raw.center.values().next().map_or(0..0, At::span);
        out.error(span, "all centers together have more than 1e15 cores or accelerators");
    }
}
