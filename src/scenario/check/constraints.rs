//! Where jobs may run: regions, labels, kind of accelerator, and a computing rate where the work is given in FLOP.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, RawScenario};
use super::names;
use crate::model::{AcceleratorId, Center, Constraint, ConstraintId, Platform, Pool, PoolId, Precision};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Accelerators that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cards {
    /// None: pools without them, or any pool where there are no such.
    None,
    /// Of any kind.
    Any,
    /// Of one kind.
    Of(AcceleratorId),
}

/// What a job or a workload asks of the place where it runs.
pub(super) struct Wish<'a> {
    /// Whose wish it is: `job "a"`.
    pub(super) who: &'a str,
    /// Where it stands.
    pub(super) span: Range<usize>,
    /// Regions, any of which will do; none is all.
    pub(super) regions: &'a [At<String>],
    /// Labels, all of which are wanted.
    pub(super) labels: &'a BTreeMap<String, At<String>>,
    /// Accelerators.
    pub(super) cards: Cards,
    /// The precision of work given in FLOP.
    pub(super) precision: Option<Precision>,
}

/// A wish without places, by which equal ones are known.
type Key = (BTreeSet<String>, Vec<(String, String)>, Cards, Option<Precision>);

/// The sets of constraints found so far.
#[derive(Debug, Default)]
pub(super) struct Constraints {
    list: Vec<Constraint>,
    by_pools: BTreeMap<Vec<PoolId>, ConstraintId>,
    by_wish: BTreeMap<Key, ConstraintId>,
    /// All regions that a center lies in: its name, province, side and own regions.
    regions: Vec<BTreeSet<String>>,
}

impl Constraints {
    /// No constraint yet.
    pub(super) fn new(raw: &RawScenario) -> Self {
        let of = |(name, center): (&String, &At<super::super::raw::RawCenter>)| {
            let center = center.get();
            let own = center.regions.iter().chain(&center.province).map(|text| text.get().clone());
            own.chain([name.clone()]).chain(center.side.map(|side| side.word().to_owned())).collect()
        };
        Self { regions: raw.center.iter().map(of).collect(), ..Self::default() }
    }

    /// The sets in the order of first use.
    pub(super) fn into_list(self) -> Vec<Constraint> {
        self.list
    }

    /// The pools of a set, in id order.
    pub(super) fn pools(&self, id: ConstraintId) -> &[PoolId] {
        &self.list[id.index()].pools
    }

    /// The set of pools that satisfy a wish and ever have open nodes; reports what does not exist, and a wish that nothing satisfies.
    ///
    /// Where a pool is `doubtful` (something is wrong with it), it is not said that nothing satisfies the wish.
    pub(super) fn of(
        &mut self,
        wish: &Wish<'_>,
        platform: &Platform,
        doubtful: &[bool],
        out: &mut Diagnostics,
    ) -> ConstraintId {
        let key: Key = (
            wish.regions.iter().map(|region| region.get().clone()).collect(),
            wish.labels.iter().map(|(label, value)| (label.clone(), value.get().clone())).collect(),
            wish.cards,
            wish.precision,
        );
        if let Some(known) = self.by_wish.get(&key)
            && !self.list[known.index()].pools.is_empty()
        {
            return *known;
        }
        let known = self.names_exist(wish, platform, out);
        let mut pools: Vec<PoolId> = (0..platform.pools.len())
            .map(PoolId::from_index)
            .filter(|pool| self.satisfies(*pool, wish, platform) && has_rate(&platform.pools[pool.index()], wish))
            .collect();
        let in_doubt =
            || (0..doubtful.len()).any(|at| doubtful[at] && self.in_place(PoolId::from_index(at), wish, platform));
        if pools.is_empty() && known && !in_doubt() {
            self.nothing_satisfies(wish, platform, out);
        }
        // Pools that their owners keep for themselves throughout are no choice: of a nation's centers most are such. Where
        // there are no others they stay, so that jobs are turned away by them as too large, not as allowed nowhere.
        let opens = |pool: &PoolId| platform.pools[pool.index()].open_max() > 0;
        if pools.iter().any(opens) {
            pools.retain(opens);
        }
        // Who needs no accelerators leaves them to others where there is a place without: use and energy of a pool follow
        // its accelerators, so that such a job would seem to cost nothing there.
        let plain = |pool: &PoolId| !platform.pools[pool.index()].accelerated();
        if wish.cards == Cards::None && pools.iter().any(plain) {
            pools.retain(plain);
        }
        let next = ConstraintId::from_index(self.list.len());
        let id = *self.by_pools.entry(pools.clone()).or_insert(next);
        if id == next {
            self.list.push(Constraint { pools });
        }
        self.by_wish.insert(key, id);
        id
    }

    fn in_regions(&self, center: usize, wish: &Wish<'_>) -> bool {
        wish.regions.is_empty() || wish.regions.iter().any(|region| self.regions[center].contains(region.get()))
    }

    /// Regions and labels.
    fn in_place(&self, pool: PoolId, wish: &Wish<'_>, platform: &Platform) -> bool {
        let at = &platform.pools[pool.index()];
        self.in_regions(at.center.index(), wish) && has_labels(&platform.centers[at.center.index()], wish)
    }

    /// Regions, labels and accelerators.
    fn satisfies(&self, pool: PoolId, wish: &Wish<'_>, platform: &Platform) -> bool {
        self.in_place(pool, wish, platform) && has_cards(&platform.pools[pool.index()], wish.cards)
    }

    /// Reports regions and labels that no center has.
    fn names_exist(&self, wish: &Wish<'_>, platform: &Platform, out: &mut Diagnostics) -> bool {
        let before = out.errors();
        let all: BTreeSet<&str> = self.regions.iter().flatten().map(String::as_str).collect();
        for region in wish.regions.iter().filter(|region| !all.contains(region.get().as_str())) {
            let help = names::suggestion(region.get(), "regions", all.iter().copied());
            let problem = format!("{} is bound to region {:?}, in which no center lies", wish.who, region.get());
            out.push(Diagnostic::error(region.span(), problem).help(help));
        }
        for (label, value) in wish.labels {
            let keys: BTreeSet<&str> =
                platform.centers.iter().flat_map(|c| c.labels.keys()).map(String::as_str).collect();
            let values: BTreeSet<&str> =
                platform.centers.iter().filter_map(|c| c.labels.get(label)).map(String::as_str).collect();
            let problem = if values.is_empty() {
                let help = names::suggestion(label, "labels", keys.iter().copied());
                Diagnostic::error(value.span(), format!("{} needs label {label:?}, which no center has", wish.who))
                    .help(help)
            } else if !values.contains(value.get().as_str()) {
                let problem = format!("{} needs {label} = {:?}, which no center has", wish.who, value.get());
                let help = names::suggestion(value.get(), "values of this label", values.iter().copied());
                Diagnostic::error(value.span(), problem).help(help)
            } else {
                continue;
            };
            out.push(problem);
        }
        before == out.errors()
    }

    /// Says which parts of a wish can be satisfied, and where.
    fn nothing_satisfies(&self, wish: &Wish<'_>, platform: &Platform, out: &mut Diagnostics) {
        let pools = || platform.pools.iter().enumerate().map(|(at, pool)| (PoolId::from_index(at), pool));
        let names = |of: &dyn Fn(PoolId, &Pool) -> bool| {
            let found: Vec<String> =
                pools().filter(|(id, pool)| of(*id, pool)).map(|(id, _)| pool_name(platform, id)).collect();
            if found.is_empty() {
                "none".to_owned()
            } else {
                names::list(&found.iter().map(String::as_str).collect::<Vec<_>>())
            }
        };
        let who = wish.who;
        if platform.pools.is_empty() {
            out.error(wish.span.clone(), format!("{who} can run nowhere: the scenario has no pool"));
            return;
        }
        if let Some(precision) = wish.precision
            && pools().any(|(id, _)| self.satisfies(id, wish, platform))
        {
            let key = precision_word(precision);
            let what = if wish.cards == Cards::None { "cores" } else { "accelerators" };
            let problem = format!(
                "{who} is given in {key} operations, but no pool where it may run has an {key} rate of its {what}"
            );
            let help = format!("pools with such a rate: {}", names(&|_, pool| has_rate(pool, wish)));
            out.push(Diagnostic::error(wish.span.clone(), problem).help(help));
            return;
        }
        let mut parts = Vec::new();
        if !wish.regions.is_empty() {
            parts.push(("its regions", names(&|_, pool| self.in_regions(pool.center.index(), wish))));
        }
        if !wish.labels.is_empty() {
            parts.push(("its labels", names(&|_, pool| has_labels(&platform.centers[pool.center.index()], wish))));
        }
        if wish.cards != Cards::None {
            parts.push(("its accelerators", names(&|_, pool| has_cards(pool, wish.cards))));
        }
        let wanted: Vec<&str> = parts.iter().map(|(what, _)| *what).collect();
        let found: Vec<String> = parts.iter().map(|(what, found)| format!("pools with {what}: {found}")).collect();
        let problem = format!("{who} can run nowhere: no pool has {}", wanted.join(" and "));
        out.push(Diagnostic::error(wish.span.clone(), problem).help(found.join("; ")));
    }
}

/// `center/pool`.
pub(super) fn pool_name(platform: &Platform, pool: PoolId) -> String {
    format!("{}/{}", platform.center_of(pool).name, platform.pools[pool.index()].name)
}

/// The key of a precision.
pub(super) const fn precision_word(precision: Precision) -> &'static str {
    match precision {
        Precision::Fp16 => "fp16",
        Precision::Fp32 => "fp32",
        Precision::Fp64 => "fp64",
    }
}

fn has_labels(center: &Center, wish: &Wish<'_>) -> bool {
    wish.labels.iter().all(|(label, value)| center.labels.get(label) == Some(value.get()))
}

fn has_cards(pool: &Pool, cards: Cards) -> bool {
    match cards {
        Cards::None => true,
        Cards::Any => pool.node.cards > 0,
        Cards::Of(kind) => pool.node.accelerator == Some(kind),
    }
}

/// Without a rate at the precision of its work a job would have no end there.
fn has_rate(pool: &Pool, wish: &Wish<'_>) -> bool {
    let rates = if wish.cards == Cards::None { &pool.cpu_rates } else { &pool.card_rates };
    wish.precision.is_none_or(|precision| rates.at(precision).is_some())
}

/// The accelerators of a wish by the name of their kind; a report where there is no such kind.
pub(super) fn cards(kind: Option<&At<String>>, platform: &Platform, out: &mut Diagnostics) -> Option<Cards> {
    let Some(kind) = kind else { return Some(Cards::Any) };
    let known = &platform.accelerators;
    if let Ok(at) = known.binary_search_by(|known| known.name.as_str().cmp(kind.get())) {
        return Some(Cards::Of(AcceleratorId::from_index(at)));
    }
    let help = names::suggestion(kind.get(), "kinds of accelerators", known.iter().map(|kind| kind.name.as_str()));
    out.push(Diagnostic::error(kind.span(), format!("unknown kind of accelerator {:?}", kind.get())).help(help));
    None
}
