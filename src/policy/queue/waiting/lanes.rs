//! A queue whose jobs share ranks by lane: a lane that gets another rank moves as one.
//!
//! Jobs of equal rank form a group, sorted by queueing, and groups are sorted by rank. A group mostly holds one lane, which moves
//! with it. Where several lanes share a rank (tenants that have used nothing) a lane's jobs are taken out of the group one by one.

use super::chunks::{Chunks, Entry, Least};
use super::{Place, Queued, next_in};
use crate::model::{TenantId, Totals};
use crate::policy::queue::order::{Facts, Rank};
use crate::units::{SimDuration, SimTime};
use std::collections::{BTreeMap, BTreeSet};

/// Whose jobs share a rank at any time: tenant and band (see `Order::band`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::policy::queue) struct Lane {
    pub(in crate::policy::queue) tenant: TenantId,
    pub(in crate::policy::queue) band: u32,
}

/// Jobs of equal rank. Never empty.
#[derive(Debug, Clone)]
struct Group {
    rank: Rank,
    /// Their places have no rank, since it changes.
    jobs: Chunks<Queued>,
    least: Least,
}

impl Group {
    fn new(rank: Rank, jobs: Chunks<Queued>) -> Self {
        let nothing = Least { demand: Totals::default(), estimate: SimDuration::ZERO };
        let mut group = Self { rank, jobs, least: nothing };
        group.measure();
        group
    }

    fn measure(&mut self) {
        self.least = self.jobs.least().unwrap_or(self.least);
    }

    fn ranked(&self, job: &Queued) -> Queued {
        Queued { place: Place { rank: self.rank, ..job.place }, ..*job }
    }

    /// Takes in others of the same rank; the fewer move.
    fn join(&mut self, mut others: Chunks<Queued>) {
        if others.len() > self.jobs.len() {
            std::mem::swap(&mut others, &mut self.jobs);
        }
        others.iter().for_each(|job| self.jobs.insert(*job));
        self.measure();
    }
}

impl Entry for Group {
    type Key = Rank;
    fn key(&self) -> Rank {
        self.rank
    }
    fn least(&self) -> Least {
        self.least
    }
}

/// What is known of a lane. Never without jobs.
#[derive(Debug, Clone)]
struct Known {
    rank: Rank,
    /// Of one of its jobs, by which it is ranked.
    facts: Facts,
    jobs: BTreeSet<(SimTime, u64)>,
}

/// The only job of a queue.
#[derive(Debug, Clone, Copy)]
struct Alone {
    job: Queued,
    lane: Lane,
    facts: Facts,
}

/// The place within a group.
const fn within(queued_at: SimTime, number: u64) -> Place {
    Place { rank: Rank([0, 0]), queued_at, number }
}

/// The queue of lanes.
#[derive(Debug, Clone, Default)]
pub(in crate::policy::queue) struct Lanes {
    /// A job that came into an empty queue, as most do that start at once: it needs neither group nor lane as long as nobody joins it.
    /// There are none meanwhile.
    alone: Option<Alone>,
    groups: Chunks<Group>,
    lanes: BTreeMap<Lane, Known>,
    len: usize,
}

impl Lanes {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn lanes(&self) -> usize {
        self.lanes.len()
    }

    pub(super) fn list_tenants(&self, tenants: &mut Vec<TenantId>) {
        tenants.extend(self.lanes.keys().map(|lane| lane.tenant));
        tenants.dedup();
    }

    pub(super) fn first(&self) -> Option<Queued> {
        if let Some(alone) = &self.alone {
            return Some(alone.job);
        }
        let group = self.groups.first()?;
        group.jobs.first().map(|job| group.ranked(job))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Queued> {
        let grouped = self.groups.iter().flat_map(|group| group.jobs.iter().map(|job| group.ranked(job)));
        self.alone.iter().map(|alone| alone.job).chain(grouped)
    }

    pub(super) fn placed(&self, place: Place, lane: Lane) -> Place {
        let alone = self.alone.as_ref().filter(|alone| alone.lane == lane).map(|alone| alone.job.place.rank);
        let rank = alone.or_else(|| self.lanes.get(&lane).map(|known| known.rank));
        Place { rank: rank.unwrap_or(place.rank), ..place }
    }

    /// A job of a lane that is there gets the lane's rank.
    pub(super) fn insert(&mut self, job: Queued, lane: Lane, facts: &Facts) {
        self.len += 1;
        if self.len == 1 {
            self.alone = Some(Alone { job, lane, facts: *facts });
            return;
        }
        if let Some(alone) = self.alone.take() {
            self.join(alone.job, alone.lane, &alone.facts);
        }
        self.join(job, lane, facts);
    }

    /// Puts a job into its group.
    fn join(&mut self, job: Queued, lane: Lane, facts: &Facts) {
        let Place { rank, queued_at, number } = job.place;
        let known = self.lanes.entry(lane).or_insert_with(|| Known { rank, facts: *facts, jobs: BTreeSet::new() });
        known.jobs.insert((queued_at, number));
        let rank = known.rank;
        let job = Queued { place: within(queued_at, number), ..job };
        let added = self.groups.change(&rank, |group| {
            group.jobs.insert(job);
            group.measure();
        });
        if added.is_none() {
            self.groups.insert(Group::new(rank, Chunks::of(vec![job])));
        }
    }

    /// Puts jobs without rank into the group of a rank.
    fn put(&mut self, rank: Rank, jobs: Chunks<Queued>) {
        if self.groups.get(&rank).is_some() {
            self.groups.change(&rank, |group| group.join(jobs));
        } else {
            self.groups.insert(Group::new(rank, jobs));
        }
    }

    pub(super) fn remove(&mut self, place: &Place, lane: Lane) {
        if let Some(Alone { job, .. }) = &self.alone {
            if (job.place.queued_at, job.place.number) == (place.queued_at, place.number) {
                self.alone = None;
                self.len = 0;
            }
            return;
        }
        let Some(known) = self.lanes.get_mut(&lane) else { return };
        if !known.jobs.remove(&(place.queued_at, place.number)) {
            return;
        }
        self.len -= 1;
        let rank = known.rank;
        if known.jobs.is_empty() {
            self.lanes.remove(&lane);
        }
        self.take(rank, [(place.queued_at, place.number)]);
    }

    /// Takes jobs out of a group, and the group away where they were all.
    fn take(&mut self, rank: Rank, jobs: impl IntoIterator<Item = (SimTime, u64)>) -> Vec<Queued> {
        let taken = self.groups.change(&rank, |group| {
            let out = jobs.into_iter().filter_map(|(queued_at, number)| group.jobs.remove(&within(queued_at, number)));
            let out: Vec<Queued> = out.collect();
            group.measure();
            (out, group.jobs.len() == 0)
        });
        let (out, empty) = taken.unwrap_or_default();
        if empty {
            self.groups.remove(&rank);
        }
        out
    }

    pub(super) fn rank_again(&mut self, tenant: Option<TenantId>, rank: impl Fn(&Facts) -> Rank) {
        if let Some(alone) = &mut self.alone {
            if tenant.is_none_or(|tenant| tenant == alone.lane.tenant) {
                alone.job.place.rank = rank(&alone.facts);
            }
            return;
        }
        let whole = |tenant| Lane { tenant, band: 0 }..=Lane { tenant, band: u32::MAX };
        let changed = |(lane, known): (&Lane, &Known)| {
            let new = rank(&known.facts);
            (new != known.rank).then_some((*lane, new))
        };
        let moves: Vec<(Lane, Rank)> = match tenant {
            Some(tenant) => self.lanes.range(whole(tenant)).filter_map(changed).collect(),
            None => self.lanes.iter().filter_map(changed).collect(),
        };
        for (lane, new) in moves {
            self.move_lane(lane, new);
        }
    }

    fn move_lane(&mut self, lane: Lane, new: Rank) {
        let Some(mut known) = self.lanes.remove(&lane) else { return };
        let alone = self.groups.get(&known.rank).is_some_and(|group| group.jobs.len() == known.jobs.len());
        let jobs = if alone {
            self.groups.remove(&known.rank).map(|group| group.jobs).unwrap_or_default()
        } else {
            Chunks::of(self.take(known.rank, known.jobs.iter().copied()))
        };
        self.put(new, jobs);
        known.rank = new;
        self.lanes.insert(lane, known);
    }

    pub(super) fn next_after(
        &self,
        after: Option<&Place>,
        may: &impl Fn(&Least) -> bool,
        worth: &impl Fn(&Queued) -> bool,
    ) -> Option<Queued> {
        if let Some(Alone { job, .. }) = &self.alone {
            let least = job.least();
            return (after.is_none_or(|place| job.place > *place) && may(&least) && worth(job)).then_some(*job);
        }
        let rank = after.map(|place| place.rank);
        self.groups.find_from(rank.as_ref(), may, |group| {
            // Of groups of later ranks all jobs come after the place.
            let after =
                after.filter(|place| place.rank == group.rank).map(|place| within(place.queued_at, place.number));
            next_in(&group.jobs, after.as_ref(), may, worth).map(|job| group.ranked(job))
        })
    }
}
