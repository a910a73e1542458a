//! `[[event]]`: what changes on a date.

use super::super::built::{Change, PlannedChange, RunPlan};
use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, RawEvent, RawNodesChange, RawScenario, RawStorageChange};
use super::date::{self, Instant};
use super::limits::{NODES_MAX, TIME_MAX};
use super::{amounts, names, pools};
use crate::model::{CenterId, LinkId, Platform, PoolId};
use crate::units::{BitsPerSec, Bytes, SimDuration, SimTime};
use std::ops::Range;

/// One event with its names resolved.
#[derive(Debug, Clone)]
struct Planned {
    at: SimTime,
    until: Option<SimTime>,
    action: Action,
    span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Action {
    Nodes(PoolId, i64),
    Bandwidth(LinkId, BitsPerSec),
    Down(LinkId),
    Storage(CenterId, Bytes),
}

impl Action {
    /// Whether two actions change the same thing in a way that cannot be added up.
    fn collides(self, other: Self) -> bool {
        match (self, other) {
            (Self::Bandwidth(a, _), Self::Bandwidth(b, _)) | (Self::Down(a), Self::Down(b)) => a == b,
            _ => false,
        }
    }
}

/// All changes in the order of time, then of the file; sets the most nodes that each pool ever has.
pub(super) fn planned(
    raw: &RawScenario,
    platform: &mut Platform,
    start: Option<&Instant>,
    run: &RunPlan,
    out: &mut Diagnostics,
) -> (Vec<PlannedChange>, Known) {
    let (mut events, mut known) = (Vec::new(), Known { pools: true, links: true });
    for event in &raw.event {
        let before = out.errors();
        events.extend(one(event, platform, start, run, out));
        if before != out.errors() {
            known.pools &= event.get().add.is_none();
            known.links &= event.get().bandwidth.is_none();
        }
    }
    events.sort_by_key(|event| event.at);
    overlaps(&events, out);
    let mut changes: Vec<(SimTime, Change, Range<usize>)> = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let (change, undo) = match event.action {
            // It has no `for`; an undo would never be used.
            Action::Storage(center, space) => (Change::Storage(center, space), Change::Storage(center, space)),
            Action::Nodes(pool, nodes) => (Change::Nodes(pool, nodes), Change::Nodes(pool, -nodes)),
            Action::Down(link) => (Change::LinkDown(link, true), Change::LinkDown(link, false)),
            Action::Bandwidth(link, to) => (
                Change::Bandwidth(link, to),
                Change::Bandwidth(link, before(&events[..place], link, event.at, platform)),
            ),
        };
        changes.push((event.at, change, event.span.clone()));
        if let Some(until) = event.until {
            changes.push((until, undo, event.span.clone()));
        }
    }
    changes.sort_by_key(|(at, _, _)| *at);
    storage_grows(&changes, platform, out);
    count_nodes(&changes, platform, out);
    pools::platform_size(raw, &platform.pools, out);
    (changes.into_iter().map(|(at, change, _)| PlannedChange { at, change }).collect(), known)
}

/// What is known for sure although something may be wrong with events.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// How large pools become.
    pub(super) pools: bool,
    /// Which links have bandwidth at some time.
    pub(super) links: bool,
}

/// The bandwidth of a link just before an instant: what the last change that has not been undone made of it.
fn before(earlier: &[Planned], link: LinkId, at: SimTime, platform: &Platform) -> BitsPerSec {
    let standing = earlier.iter().rev().find_map(|event| match event.action {
        Action::Bandwidth(other, to) if other == link && event.until.is_none_or(|until| until > at) => Some(to),
        _ => None,
    });
    standing.unwrap_or(platform.links[link.index()].bandwidth)
}

/// Two changes of one link at the same time: undoing the first would undo the second.
fn overlaps(events: &[Planned], out: &mut Diagnostics) {
    for (place, event) in events.iter().enumerate() {
        let Some(until) = event.until else { continue };
        let rest = events[place + 1..].iter().take_while(|later| later.at < until);
        for later in rest.filter(|later| later.action.collides(event.action)) {
            out.push(
                Diagnostic::error(
                    later.span.clone(),
                    "this change begins before an earlier one of the same link is undone",
                )
                .other(event.span.clone(), format!("lasts until {} after the start", until.since(SimTime::ZERO)))
                .help("let one end before the other begins"),
            );
        }
    }
}

/// Storage can only grow: what is stored has to stay somewhere.
fn storage_grows(changes: &[(SimTime, Change, Range<usize>)], platform: &Platform, out: &mut Diagnostics) {
    let mut now: Vec<Option<Bytes>> = platform.centers.iter().map(|center| center.storage.map(|it| it.space)).collect();
    for (_, change, span) in changes {
        let Change::Storage(center, space) = change else { continue };
        let have = &mut now[center.index()];
        if have.is_some_and(|have| have > *space) {
            let name = &platform.centers[center.index()].name;
            let problem =
                format!("the storage of {name} becomes smaller: {} after {}", space, have.unwrap_or_default());
            out.push(
                Diagnostic::error(span.clone(), problem).help("`space` is all of it from then on, and can only grow"),
            );
        }
        *have = Some(*space);
    }
}

/// No pool may lose nodes that it does not have, or grow beyond the limit.
fn count_nodes(changes: &[(SimTime, Change, Range<usize>)], platform: &mut Platform, out: &mut Diagnostics) {
    let mut now: Vec<i64> = platform.pools.iter().map(|pool| i64::try_from(pool.nodes).unwrap_or(i64::MAX)).collect();
    for (at, change, span) in changes {
        let Change::Nodes(pool, nodes) = change else { continue };
        let have = now[pool.index()];
        let after = have.saturating_add(*nodes);
        let Ok(total) = u64::try_from(after) else {
            let name = format!("{}/{}", platform.center_of(*pool).name, platform.pools[pool.index()].name);
            let when = at.since(SimTime::ZERO);
            let problem = format!("{} nodes leave {name} at {when}, which has {have} then", nodes.unsigned_abs());
            out.error(span.clone(), problem);
            now[pool.index()] = 0;
            continue;
        };
        if total > NODES_MAX {
            out.error(span.clone(), format!("a pool has at most {NODES_MAX} nodes; this makes it {total}"));
        }
        now[pool.index()] = after;
        let most = &mut platform.pools[pool.index()].nodes_max;
        *most = (*most).max(total.min(NODES_MAX));
    }
}

fn one(
    at: &At<RawEvent>,
    platform: &Platform,
    start: Option<&Instant>,
    run: &RunPlan,
    out: &mut Diagnostics,
) -> Option<Planned> {
    let raw = at.get();
    let when = instant(&raw.at, start, run.start.is_some(), out);
    let lasts = raw.lasts.as_ref().map(|lasts| super::run::positive(lasts, "`for`", out));
    let mut actions = Vec::new();
    if let Some(change) = &raw.add {
        actions.push(("add", nodes(change, 1, platform, out)));
    }
    if let Some(change) = &raw.remove {
        actions.push(("remove", nodes(change, -1, platform, out)));
    }
    if let Some(change) = &raw.down {
        actions.push(("down", link(&change.get().link, platform, out).map(Action::Down)));
    }
    if let Some(change) = &raw.bandwidth {
        let found = link(&change.get().link, platform, out);
        actions.push(("bandwidth", found.map(|link| Action::Bandwidth(link, *change.get().to.get()))));
    }
    if let Some(change) = &raw.storage {
        actions.push(("storage", storage(change, platform, out)));
        if let Some(lasts) = &raw.lasts {
            let problem = Diagnostic::error(lasts.span(), "storage that has come stays: `for` has no meaning here");
            out.push(problem.help("leave `for` out"));
        }
    }
    let [(_, action)] = actions.as_slice() else {
        let problem = match actions.as_slice() {
            [] => "the event changes nothing".to_owned(),
            several => {
                let words: Vec<&str> = several.iter().map(|(word, _)| *word).collect();
                format!("the event has {} actions: {}", several.len(), words.join(", "))
            }
        };
        out.push(
            Diagnostic::error(at.span(), problem)
                .help("an event has exactly one of `add`, `remove`, `down`, `bandwidth`, `storage`"),
        );
        return None;
    };
    let (when, action) = (when?, (*action)?);
    if run.until.is_some_and(|until| when >= until) && !run.drain {
        out.warning(raw.at.span(), "the event comes after the end of the run");
    }
    Some(Planned { at: when, until: lasts.map(|lasts| when + lasts), action, span: at.span() })
}

fn storage(raw: &At<RawStorageChange>, platform: &Platform, out: &mut Diagnostics) -> Option<Action> {
    let raw = raw.get();
    let center = center(&raw.center, platform, out)?;
    if platform.centers[center.index()].storage.is_none() {
        let problem = format!("the storage of {} is without bound", raw.center.get());
        out.push(Diagnostic::error(raw.center.span(), problem).help("give the center a `storage` to begin with"));
        return None;
    }
    Some(Action::Storage(center, *raw.space.get()))
}

fn center(name: &At<String>, platform: &Platform, out: &mut Diagnostics) -> Option<CenterId> {
    let found = platform.center_named(name.get());
    if found.is_none() {
        let help = names::hint(name.get(), "centers", platform.centers.iter().map(|c| c.name.as_str()), out);
        out.push(Diagnostic::error(name.span(), format!("unknown center {:?}", name.get())).maybe_help(help));
    }
    found
}

fn nodes(raw: &At<RawNodesChange>, sign: i64, platform: &Platform, out: &mut Diagnostics) -> Option<Action> {
    let raw = raw.get();
    let count = *raw.nodes.get();
    if count == 0 || count > NODES_MAX {
        out.error(raw.nodes.span(), format!("1 to {NODES_MAX} nodes can come or leave, not {count}"));
    }
    let center = center(&raw.center, platform, out)?;
    let mut pools = platform.centers[center.index()].pool_ids();
    let Some(pool) = pools.find(|pool| platform.pools[pool.index()].name == *raw.pool.get()) else {
        let known = platform.centers[center.index()].pool_ids().map(|pool| platform.pools[pool.index()].name.as_str());
        let problem = format!("center {:?} has no pool {:?}", raw.center.get(), raw.pool.get());
        let help = names::suggestion(raw.pool.get(), "its pools", known);
        out.push(Diagnostic::error(raw.pool.span(), problem).help(help));
        return None;
    };
    let count = i64::try_from(count.min(NODES_MAX)).unwrap_or(0);
    Some(Action::Nodes(pool, sign * count))
}

fn link(name: &At<String>, platform: &Platform, out: &mut Diagnostics) -> Option<LinkId> {
    let found = platform.links.binary_search_by(|link| link.name.as_str().cmp(name.get())).ok().map(LinkId::from_index);
    if found.is_none() {
        let help = names::hint(name.get(), "links", platform.links.iter().map(|link| link.name.as_str()), out);
        out.push(Diagnostic::error(name.span(), format!("unknown link {:?}", name.get())).maybe_help(help));
    }
    found
}

/// A time after the start, or a date.
fn instant(text: &At<String>, start: Option<&Instant>, dated: bool, out: &mut Diagnostics) -> Option<SimTime> {
    if !date::looks_like_date(text.get()) {
        return match text.get().parse::<SimDuration>() {
            Ok(after) => Some(SimTime::ZERO + amounts::time(&At(toml::Spanned::new(text.span(), after)), "`at`", out)),
            Err(error) => {
                let help = "write a time after the start (\"2 d 22 h\") or a date (\"2023-12-27T00:00:00+08:00\")";
                out.push(Diagnostic::error(text.span(), error.to_string()).help(help));
                None
            }
        };
    }
    let found = match date::parse(text.get()) {
        Ok(found) => found,
        Err(problem) => {
            out.push(Diagnostic::error(text.span(), problem).help(date::EXAMPLE));
            return None;
        }
    };
    let Some(start) = start else {
        if !dated {
            let help = "give `run.start`, or write a time after the start (\"2 d 22 h\")";
            out.push(Diagnostic::error(text.span(), "a date needs a scenario with a start on the calendar").help(help));
        }
        return None;
    };
    let after = found.universal - start.universal;
    match u64::try_from(after) {
        Ok(nanos) if nanos <= TIME_MAX.0 => Some(SimTime(nanos)),
        Ok(_) => {
            out.error(text.span(), "the event is more than a hundred years after the start");
            None
        }
        Err(_) => {
            let days = after.unsigned_abs().div_ceil(u128::from(SimDuration::DAY.0));
            out.error(text.span(), format!("the event is before the start of the run (within {days} days before it)"));
            None
        }
    }
}
