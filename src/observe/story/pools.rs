//! Who waits and who runs in each pool, and who gave nodes back last.

use super::{Holder, NAMED_MAX, QueueStay};
use crate::model::{ClassId, Job, JobName, JobNumber, Platform};
use crate::units::SimTime;
use std::collections::BTreeMap;

/// A job as it will be named.
#[derive(Debug, Clone)]
pub(super) struct Who {
    class: ClassId,
    ordinal: u64,
    name: Option<JobName>,
}

impl Who {
    pub(super) fn of(job: &Job) -> Self {
        Self { class: job.request.class, ordinal: job.ordinal, name: job.name.clone() }
    }

    pub(super) fn text(&self, platform: &Platform) -> String {
        platform.job_name(self.class, self.ordinal, self.name.as_ref()).into_owned()
    }
}

/// Nodes given back.
#[derive(Debug, Clone)]
struct Released {
    who: Option<Who>,
    what: &'static str,
    nodes: u64,
}

/// One pool.
#[derive(Debug, Clone, Default)]
pub(super) struct PoolBook {
    /// In the order in which they joined.
    waiting: BTreeMap<u64, Who>,
    places: BTreeMap<JobNumber, u64>,
    joined: u64,
    /// With nodes, and since when.
    running: BTreeMap<JobNumber, (Who, u64, SimTime)>,
    open: u64,
    /// The instant of the last releases, and those.
    released_at: SimTime,
    released: Vec<Released>,
}

impl PoolBook {
    /// A job joins the queue: what it finds there.
    pub(super) fn join(&mut self, job: &Job, now: SimTime, told: Option<&Platform>) -> Option<QueueStay> {
        let stay = told.map(|platform| self.stay(now, platform));
        self.joined += 1;
        self.waiting.insert(self.joined, Who::of(job));
        self.places.insert(job.request.number, self.joined);
        stay
    }

    fn stay(&self, now: SimTime, platform: &Platform) -> QueueStay {
        let mut holders: Vec<&(Who, u64, SimTime)> = self.running.values().collect();
        // A stable sort keeps the order of numbers among equals.
        holders.sort_by_key(|(_, nodes, _)| std::cmp::Reverse(*nodes));
        let holder = |(who, nodes, since): &&(Who, u64, SimTime)| Holder {
            job: who.text(platform),
            what: "runs".to_owned(),
            nodes: *nodes,
            at_s: since.as_secs_f64(),
        };
        QueueStay {
            from_s: now.as_secs_f64(),
            open_nodes: self.open,
            ahead: self.waiting.len() as u64,
            ahead_named: self.waiting.values().take(NAMED_MAX).map(|who| who.text(platform)).collect(),
            running: holders.len() as u64,
            holders: holders.iter().take(NAMED_MAX).map(holder).collect(),
            ..QueueStay::default()
        }
    }

    /// A job leaves the queue without starting.
    pub(super) fn leave(&mut self, number: JobNumber) {
        if let Some(place) = self.places.remove(&number) {
            self.waiting.remove(&place);
        }
    }

    /// A job starts; gives its place in the order of joining.
    pub(super) fn start(&mut self, job: &Job, nodes: u64, now: SimTime) -> u64 {
        let place = self.places.get(&job.request.number).copied().unwrap_or(0);
        self.leave(job.request.number);
        self.running.insert(job.request.number, (Who::of(job), nodes, now));
        place
    }

    /// What a job that started now and had this place in the queue owes its start to.
    pub(super) fn explain(&self, stay: &mut QueueStay, place: u64, now: SimTime, platform: &Platform) {
        stay.until_s = Some(now.as_secs_f64());
        let mut before = self.waiting.range(..place).map(|(_, who)| who);
        stay.overtook_first = before.next().map(|who| who.text(platform));
        stay.overtook = self.waiting.range(..place).count() as u64;
        if now.as_secs_f64() > stay.from_s && self.released_at.as_secs_f64() >= stay.from_s {
            stay.released = self.released.len() as u64;
            let named = self.released.iter().rev().take(NAMED_MAX);
            stay.released_named = named
                .map(|it| Holder {
                    job: it.who.as_ref().map_or_else(String::new, |who| who.text(platform)),
                    what: it.what.to_owned(),
                    nodes: it.nodes,
                    at_s: self.released_at.as_secs_f64(),
                })
                .collect();
        }
    }

    /// The place of a job that waits.
    pub(super) fn place(&self, number: JobNumber) -> Option<u64> {
        self.places.get(&number).copied()
    }

    fn release(&mut self, now: SimTime, released: Released) {
        if self.released_at != now {
            self.released.clear();
            self.released_at = now;
        }
        self.released.push(released);
    }

    /// A job gave all of its nodes back.
    pub(super) fn end(&mut self, job: &Job, nodes: u64, now: SimTime, what: &'static str) {
        self.running.remove(&job.request.number);
        self.release(now, Released { who: Some(Who::of(job)), what, nodes });
    }

    /// A job has another number of nodes.
    pub(super) fn resize(&mut self, job: &Job, before: u64, after: u64, now: SimTime) {
        if let Some(held) = self.running.get_mut(&job.request.number) {
            held.1 = after;
        }
        if after < before {
            self.release(now, Released { who: Some(Who::of(job)), what: "resized", nodes: before - after });
        }
    }

    /// The pool has so many open nodes.
    pub(super) fn open(&mut self, open: u64, now: SimTime) {
        if open > self.open {
            self.release(now, Released { who: None, what: "opened", nodes: open - self.open });
        }
        self.open = open;
    }
}
