//! Listens to the record stream and tells the stories of chosen jobs.

use super::pools::{PoolBook, Who};
use super::{
    Attempt, Chosen, Filtered, NAMED_MAX, Question, Ranked, RateStep, STEPS_MAX, Spot, Story, TermNamed, Transfer,
};
use crate::model::{Input, Job, JobNumber, LaneId, Outcome, Platform, PoolId, Reasons, Totals};
use crate::network::FlowKey;
use crate::observe::metrics::{Bill, Holding, JobTimes, Meters, Readings, deadline_missed};
use crate::observe::summary::{kwh, pico};
use crate::observe::{Life, Observer, Record, Violation};
use crate::units::SimTime;
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many stories are told, the first by job number.
pub const STORIES_MAX: usize = 20_000;

/// A story that goes on.
#[derive(Debug, Clone, Default)]
struct Open {
    story: Story,
    /// Since when the next transfer wants to go.
    sent: SimTime,
    running: Option<Caused>,
    bill: Bill,
    carbon_market: u128,
}

/// What a running attempt is charged from.
#[derive(Debug, Clone, Copy)]
struct Caused {
    pool: PoolId,
    held: Holding,
    seen: Readings,
}

/// Tells the stories of chosen jobs. Only made where somebody asks: it follows every queue of the run.
#[derive(Clone)]
pub struct Storyteller {
    platform: Arc<Platform>,
    chosen: Chosen,
    meters: Meters,
    pools: Vec<PoolBook>,
    open: BTreeMap<JobNumber, Open>,
    flows: BTreeMap<FlowKey, JobNumber>,
    /// The attempt that was interrupted last: its job, where and when.
    interrupted: Option<(JobNumber, PoolId, SimTime)>,
    /// Chosen jobs in the queue of each pool.
    waiting: BTreeMap<PoolId, Vec<JobNumber>>,
    told: BTreeMap<JobNumber, Story>,
    begun: usize,
    beyond: u64,
    jobs: u64,
}

/// The stories of a run.
#[derive(Debug, Clone, Default)]
pub struct Stories {
    /// By job number.
    pub stories: Vec<Story>,
    /// Chosen jobs beyond [`STORIES_MAX`], whose stories are not told.
    pub beyond: u64,
    /// Jobs that were submitted.
    pub jobs: u64,
}

fn span(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}

impl Storyteller {
    /// Will tell the stories of these jobs.
    #[must_use]
    pub fn new(platform: Arc<Platform>, chosen: Chosen) -> Self {
        Self {
            meters: Meters::new(&platform),
            pools: vec![PoolBook::default(); platform.pools.len()],
            platform,
            chosen,
            open: BTreeMap::new(),
            flows: BTreeMap::new(),
            interrupted: None,
            waiting: BTreeMap::new(),
            told: BTreeMap::new(),
            begun: 0,
            beyond: 0,
            jobs: 0,
        }
    }

    /// The stories whose end was told.
    #[must_use]
    pub fn finish(self) -> Stories {
        Stories { stories: self.told.into_values().collect(), beyond: self.beyond, jobs: self.jobs }
    }

    fn spot(&self, pool: PoolId) -> Spot {
        let name = |pool: &crate::model::Pool| pool.name.clone();
        let fixed = self.platform.pools.get(pool.index());
        let center = fixed.and_then(|pool| self.platform.centers.get(pool.center.index()));
        Spot { center: center.map_or_else(String::new, |c| c.name.clone()), pool: fixed.map_or_else(String::new, name) }
    }

    fn site(&self, site: crate::model::SiteId) -> String {
        self.platform.site_name(site).to_owned()
    }

    fn link(&self, lane: LaneId) -> String {
        self.platform.links.get(lane.link().index()).map_or_else(String::new, |link| link.name.clone())
    }

    fn begin(&mut self, job: &Job) {
        self.jobs += 1;
        if !self.chosen.covers(job) {
            return;
        }
        if self.begun == STORIES_MAX {
            self.beyond += 1;
            return;
        }
        self.begun += 1;
        let request = &job.request;
        let dataset = match request.input {
            Input::Dataset(dataset) => self.platform.datasets.get(dataset.index()).map(|it| it.name.clone()),
            Input::None | Input::From(..) => None,
        };
        let story = Story {
            number: request.number.0,
            job: Who::of(job).text(&self.platform),
            class: self.platform.class_name(request.class).to_owned(),
            tenant: self.platform.tenants.name(request.tenant),
            origin: self.site(request.origin),
            tasks: request.tasks,
            submit_s: request.submit.as_secs_f64(),
            dataset,
            deadline_s: request.deadline.map(SimTime::as_secs_f64),
            round_trip_bound_s: request.round_trip.map(|bound| span(bound.0)),
            ..Story::default()
        };
        self.open.insert(request.number, Open { story, ..Open::default() });
    }

    fn weighed(&mut self, now: SimTime, number: JobNumber, reasons: &Reasons, record: &Record<'_>) {
        let Record::Weighed { chosen, not_before, again, .. } = *record else { return };
        let best = reasons.scored.iter().take(NAMED_MAX);
        let best = best.map(|it| Ranked { spot: self.spot(it.pool), values: it.values.clone() }).collect();
        let rank = chosen.and_then(|pool| reasons.scored.iter().position(|scored| scored.pool == pool));
        let question = Question {
            at_s: now.as_secs_f64(),
            pools: reasons.pools,
            centers: reasons.centers,
            removed: reasons
                .removed
                .iter()
                .map(|it| Filtered { filter: it.filter.to_owned(), pools: it.pools, centers: it.centers })
                .collect(),
            scored_pools: reasons.scored.len() as u64,
            scored_centers: reasons.scored_centers,
            terms: reasons
                .terms
                .iter()
                .map(|it| TermNamed { name: it.name.to_owned(), unit: it.unit.to_owned() })
                .collect(),
            best,
            chosen: chosen.map(|pool| self.spot(pool)),
            chosen_rank: rank.map(|at| at as u64 + 1),
            again_s: again.map(SimTime::as_secs_f64),
            not_before_s: not_before.map(SimTime::as_secs_f64),
        };
        if let Some(open) = self.open.get_mut(&number) {
            open.sent = not_before.unwrap_or(now).max(now);
            open.story.questions += 1;
            push(&mut open.story.asked, NAMED_MAX, question);
        }
    }

    fn flow_started(&mut self, now: SimTime, record: &Record<'_>) {
        let Record::FlowStarted { flow, job, from, to, lanes, bytes } = *record else { return };
        let number = job.request.number;
        if !self.open.contains_key(&number) {
            return;
        }
        let latency = lanes.iter().filter_map(|lane| self.platform.links.get(lane.link().index()));
        let latency = latency.map(|link| link.latency.0).fold(0, u64::saturating_add);
        let (from, to) = (self.site(from), self.site(to));
        let links = lanes.iter().map(|lane| self.link(*lane)).collect();
        let Some(open) = self.open.get_mut(&number) else { return };
        self.flows.insert(flow, number);
        let of = if open.story.attempts.is_empty() { "input" } else { "output" };
        let transfer = Transfer {
            of: of.to_owned(),
            from,
            to,
            bytes: bytes.0,
            sent_s: open.sent.as_secs_f64(),
            no_way_s: span(now.since(open.sent).0.saturating_sub(latency)),
            latency_s: span(latency),
            began_s: now.as_secs_f64(),
            ended_s: None,
            left_bytes: None,
            links,
            rates: Vec::new(),
            rates_more: 0,
        };
        open.story.transfers.push(transfer);
    }

    fn flow_rate(&mut self, now: SimTime, record: &Record<'_>) {
        let Record::FlowRate { number, rate, bottleneck, flows, .. } = *record else { return };
        let bottleneck = bottleneck.map(|lane| self.link(lane));
        let Some(transfer) = self.open.get_mut(&number).and_then(|open| open.story.transfers.last_mut()) else {
            return;
        };
        close(&mut transfer.rates, now);
        if transfer.rates.len() == STEPS_MAX {
            transfer.rates_more += 1;
            return;
        }
        let step = RateStep { from_s: now.as_secs_f64(), until_s: None, rate_bps: rate, bottleneck, flows };
        transfer.rates.push(step);
    }

    fn flow_over(&mut self, now: SimTime, flow: FlowKey, left: Option<u128>) {
        let Some(open) = self.flows.remove(&flow).and_then(|number| self.open.get_mut(&number)) else { return };
        open.sent = now;
        if let Some(transfer) = open.story.transfers.last_mut() {
            transfer.ended_s = Some(now.as_secs_f64());
            transfer.left_bytes = left;
            close(&mut transfer.rates, now);
        }
    }

    fn queued(&mut self, now: SimTime, job: &Job, pool: PoolId) {
        let number = job.request.number;
        let open = self.open.get_mut(&number);
        let told = open.as_ref().map(|_| &*self.platform);
        let stay = self.pools.get_mut(pool.index()).and_then(|book| book.join(job, now, told));
        if let (Some(open), Some(stay)) = (open, stay) {
            open.story.queue.push(stay);
            self.waiting.entry(pool).or_default().push(number);
        }
    }

    fn started(&mut self, now: SimTime, job: &Job, pool: PoolId, nodes: u64, held: &Totals) {
        let number = job.request.number;
        let Some(book) = self.pools.get_mut(pool.index()) else { return };
        let place = book.start(job, nodes, now);
        if let Some(waiting) = self.waiting.get_mut(&pool) {
            waiting.retain(|other| *other != number);
            for other in &*waiting {
                let stay = self.open.get_mut(other).and_then(|open| open.story.queue.last_mut());
                if let (Some(stay), true) = (stay, book.place(*other).is_some_and(|its| its < place)) {
                    stay.overtaken_by += 1;
                }
            }
        }
        if let Some((other, _, _)) =
            self.interrupted.filter(|(other, at, when)| *other != number && (*at, *when) == (pool, now))
            && let Some(attempt) = self.open.get_mut(&other).and_then(|open| open.story.attempts.last_mut())
        {
            attempt.interrupted_for.get_or_insert_with(|| Who::of(job).text(&self.platform));
        }
        let Some(open) = self.open.get_mut(&number) else { return };
        if let Some(stay) = open.story.queue.last_mut() {
            book.explain(stay, place, now, &self.platform);
        }
        open.story.attempts.push(Attempt { from_s: now.as_secs_f64(), nodes, ..Attempt::default() });
        self.charge(now, number, Some((pool, held)));
    }

    /// Charges what ran until now, and begins to charge what runs from now on.
    fn charge(&mut self, now: SimTime, number: JobNumber, next: Option<(PoolId, &Totals)>) {
        let Some(open) = self.open.get_mut(&number) else { return };
        if let Some(was) = open.running.take()
            && let Some(meter) = self.meters.pools.get(was.pool.index())
        {
            let bill = meter.caused(&was.held, &was.seen, &self.meters.readings(was.pool));
            open.carbon_market = open.carbon_market.saturating_add(meter.market(bill.carbon));
            open.bill.add(&bill);
        }
        open.running =
            next.map(|(pool, held)| Caused { pool, held: Holding::of(held), seen: self.meters.readings(pool) });
        open.sent = now;
    }

    fn released(&mut self, now: SimTime, job: &Job, pool: PoolId, nodes: u64, interrupted: bool) {
        let number = job.request.number;
        if let Some(book) = self.pools.get_mut(pool.index()) {
            book.end(job, nodes, now, if interrupted { "interrupted" } else { "ended" });
        }
        self.charge(now, number, None);
        if let Some(attempt) = self.open.get_mut(&number).and_then(|open| open.story.attempts.last_mut()) {
            attempt.until_s = Some(now.as_secs_f64());
            attempt.interrupted = interrupted;
        }
        if interrupted {
            self.interrupted = Some((number, pool, now));
            self.queued(now, job, pool);
        }
    }

    fn resized(&mut self, now: SimTime, record: &Record<'_>) {
        let Record::Resized { job, pool, before, after, held, .. } = record else { return };
        if let Some(book) = self.pools.get_mut(pool.index()) {
            book.resize(job, before.nodes(), after.nodes(), now);
        }
        let number = job.request.number;
        self.charge(now, number, Some((*pool, held)));
        if let Some(attempt) = self.open.get_mut(&number).and_then(|open| open.story.attempts.last_mut()) {
            push(&mut attempt.resizes, STEPS_MAX, (now.as_secs_f64(), after.nodes()));
        }
    }

    fn finished(&mut self, now: SimTime, job: &Job, life: &Life, outcome: Outcome) {
        let number = job.request.number;
        if let Some(pool) = life.pool {
            if let Some(book) = self.pools.get_mut(pool.index()) {
                book.leave(number);
            }
            self.waiting.entry(pool).or_default().retain(|other| *other != number);
        }
        if self.open.get(&number).is_some_and(|open| open.running.is_some()) {
            self.meters.advance(now);
            self.charge(now, number, None);
        }
        let place = life.pool.map(|pool| self.spot(pool));
        let Some(Open { mut story, bill, carbon_market, .. }) = self.open.remove(&number) else { return };
        let times = JobTimes::of(job, life, outcome);
        story.place = place;
        let instants = [life.brokered, life.staged, life.started, life.ended, life.delivered];
        [story.brokered_s, story.staged_s, story.start_s, story.end_s, story.delivered_s] =
            instants.map(|at| at.map(SimTime::as_secs_f64));
        [story.wait_s, story.staging_s, story.queue_wait_s, story.response_s] =
            [times.wait, times.staging, times.queue_wait, times.response].map(|nanos| nanos.map(span));
        (story.preemptions, story.resizes, story.reroutes) = (life.preemptions, life.resizes, life.reroutes);
        (story.lost_s, story.overhead_s) = (span(life.lost.0), span(life.overhead.0));
        story.costs.energy_kwh = kwh(bill.energy);
        story.costs.energy_cost_cny = pico(bill.cost);
        story.costs.carbon_kg = pico(bill.carbon);
        story.costs.carbon_market_kg = pico(carbon_market);
        story.costs.transfer_cost_cny = life.transfer_micro_cny as f64 / 1e6;
        story.deadline_missed = deadline_missed(now, job, life, outcome);
        story.round_trip_missed = life.round_trip_missed;
        story.outcome = outcome.word().to_owned();
        story.reason = outcome.reason().to_owned();
        story.transfers.truncate(STEPS_MAX);
        story.queue.truncate(STEPS_MAX);
        story.attempts.truncate(STEPS_MAX);
        self.told.insert(number, story);
    }
}

fn push<T>(list: &mut Vec<T>, most: usize, item: T) {
    if list.len() < most {
        list.push(item);
    }
}

/// The last rate is over.
fn close(rates: &mut [RateStep], now: SimTime) {
    if let Some(step) = rates.last_mut() {
        step.until_s.get_or_insert(now.as_secs_f64());
    }
}

impl Observer for Storyteller {
    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        self.meters.note(now, record);
        match *record {
            Record::Submitted { job } => self.begin(job),
            Record::Weighed { job, reasons, .. } => self.weighed(now, job.request.number, reasons, record),
            Record::FlowStarted { .. } => self.flow_started(now, record),
            Record::FlowRate { .. } => self.flow_rate(now, record),
            Record::FlowEnded { flow } => self.flow_over(now, flow, None),
            Record::FlowStopped { flow, left } => self.flow_over(now, flow, Some(left.0)),
            Record::Queued { job, pool } => self.queued(now, job, pool),
            Record::Started { job, pool, allocation, ref held } => {
                self.started(now, job, pool, allocation.nodes(), held);
            }
            Record::Ended { job, pool, allocation, .. } => self.released(now, job, pool, allocation.nodes(), false),
            Record::Preempted { job, pool, allocation, .. } => self.released(now, job, pool, allocation.nodes(), true),
            Record::Resized { .. } => self.resized(now, record),
            Record::PoolNodes { pool, open, .. } => {
                if let Some(book) = self.pools.get_mut(pool.index()) {
                    book.open(open, now);
                }
            }
            Record::Finished { job, life, outcome } => self.finished(now, job, life, outcome),
            _ => {}
        }
        Ok(())
    }
}
