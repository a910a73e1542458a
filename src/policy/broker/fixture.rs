//! A star of centers for tests: one metro, `user`, in the middle; a leg from it to each center. Ways through the middle only.

use super::{Broker, BrokerForm, Decision};
use crate::model::{
    Center, CenterId, Class, ClassId, ClassKind, Constraint, ConstraintId, Dataset, DatasetId, Input, JobNumber,
    LaneId, NodeShape, Platform, Pool, PoolId, PowerWeights, Rates, RejectReason, Request, Side, Site, SiteId,
    SiteKind, Storage, TaskShape, TenantId, Work,
};
use crate::policy::view::{Outlook, PathEstimate, Paths, PoolSummary, View};
use crate::rng::Streams;
use crate::signals::Series;
use crate::units::{Bytes, Power, SimDuration, SimTime};
use std::collections::BTreeMap;

pub(crate) const MS: u64 = 1_000_000;
pub(crate) const SECOND: u64 = 1000 * MS;
pub(crate) const HOUR: u64 = 3600 * SECOND;
pub(crate) const GB: u128 = 1_000_000_000;

/// A center with one pool `cpu` of one node: 10 cores, 1 kW at peak, so that a core is 100 W.
#[derive(Debug, Clone)]
pub(crate) struct Spot {
    pub(crate) name: &'static str,
    pub(crate) side: Side,
    /// One-way latency of its leg; `None` cuts it off.
    pub(crate) leg_ms: Option<u64>,
    /// Bandwidth of its leg.
    pub(crate) gbps: u64,
    /// Price of its leg, hundredths of CNY per GB.
    pub(crate) fen_per_gb: u64,
    /// Hundredths of CNY per kWh.
    pub(crate) tariff: Series,
    /// Grams per kWh.
    pub(crate) carbon: u64,
    pub(crate) green_percent: u64,
    /// Hundredths.
    pub(crate) pue: u64,
    pub(crate) speed: f64,
    /// Cores that are free of the 10.
    pub(crate) free: u64,
    /// When one job gives the others back, by its request; one that is late holds them.
    pub(crate) until_s: u64,
    /// The estimated queue wait.
    pub(crate) wait_s: u64,
    /// Storage that is free; `None` is without bound.
    pub(crate) room_gb: Option<u128>,
}

/// East, 1 ms, 10 Gbps, no price, 0.50 CNY/kWh, 500 g/kWh, PUE 1, reference speed, all free.
pub(crate) fn spot(name: &'static str) -> Spot {
    Spot {
        name,
        side: Side::East,
        leg_ms: Some(1),
        gbps: 10,
        fen_per_gb: 0,
        tariff: Series::constant(50),
        carbon: 500,
        green_percent: 0,
        pue: 100,
        speed: 1.0,
        free: 10,
        until_s: 0,
        wait_s: 0,
        room_gb: None,
    }
}

/// A checked world and what is visible of it.
pub(crate) struct World {
    pub(crate) now: SimTime,
    pub(crate) platform: Platform,
    pub(crate) summaries: Vec<PoolSummary>,
    spots: Vec<Spot>,
    replicas: Vec<Vec<SiteId>>,
    /// Copies of datasets on their way.
    pub(crate) coming: Vec<(DatasetId, CenterId)>,
}

impl World {
    /// Centers must be given in the order of their names; their site ids are their center and pool ids. `user` is the last site.
    pub(crate) fn new(spots: &[Spot]) -> Self {
        assert!(spots.is_sorted_by_key(|spot| spot.name));
        let centers: Vec<Center> = spots.iter().enumerate().map(center).collect();
        let mut sites: Vec<Site> =
            spots.iter().enumerate().map(|(at, spot)| site(spot.name, SiteKind::Center(CenterId(at as u32)))).collect();
        sites.push(site("user", SiteKind::Metro));
        let kinds = [
            ("backup", ClassKind::Backup),
            ("batch", ClassKind::Batch),
            ("interactive", ClassKind::Interactive),
            ("real-time", ClassKind::RealTime),
            ("rendering", ClassKind::Rendering),
            ("training", ClassKind::Training),
        ];
        let platform = Platform {
            sites,
            centers,
            pools: spots.iter().enumerate().map(pool).collect(),
            classes: kinds.map(|(name, kind)| Class { name: name.to_owned(), kind }).to_vec(),
            constraints: vec![Constraint { pools: (0..spots.len() as u32).map(PoolId).collect() }],
            ..Platform::default()
        };
        let summaries = spots.iter().map(summary).collect();
        Self {
            now: SimTime::ZERO,
            platform,
            summaries,
            spots: spots.to_vec(),
            replicas: Vec::new(),
            coming: Vec::new(),
        }
    }

    /// Adds a dataset with replicas at these centers.
    pub(crate) fn dataset(&mut self, gigabytes: u128, at: &[&str]) -> DatasetId {
        let sites: Vec<SiteId> = at.iter().map(|name| self.site(name)).collect();
        self.replicas.push(sites.clone());
        let name = format!("dataset-{}", self.platform.datasets.len());
        let cache = crate::model::CacheMode::Private;
        self.platform.datasets.push(Dataset { name, size: Bytes(gigabytes * GB), at: sites, cache });
        DatasetId::from_index(self.platform.datasets.len() - 1)
    }

    /// Adds a constraint that allows these centers alone.
    pub(crate) fn constraint(&mut self, allowed: &[&str]) -> ConstraintId {
        let pools = allowed.iter().map(|name| PoolId(self.site(name).0)).collect();
        self.platform.constraints.push(Constraint { pools });
        ConstraintId::from_index(self.platform.constraints.len() - 1)
    }

    pub(crate) fn site(&self, name: &str) -> SiteId {
        let at = self.spots.iter().position(|spot| spot.name == name);
        SiteId::from_index(at.unwrap_or_else(|| {
            assert_eq!(name, "user");
            self.spots.len()
        }))
    }

    /// A job of the user: a task of one core for one hour, without data.
    pub(crate) fn job(&self, number: u64) -> Request {
        Request {
            number: JobNumber(number),
            class: ClassId(1),
            tenant: TenantId(0),
            origin: self.site("user"),
            submit: self.now,
            tasks: 1,
            task: TaskShape { cores_milli: 1000, memory: 0, accelerators_milli: 0, accelerator: None },
            requested: Work::Time(SimDuration(HOUR)),
            input: Input::None,
            output: Bytes::ZERO,
            output_to: None,
            deadline: None,
            priority: 0,
            round_trip: None,
            constraint: ConstraintId(0),
            flex: None,
        }
    }

    /// The class of a kind's name.
    pub(crate) fn class(&self, name: &str) -> ClassId {
        ClassId::from_index(self.platform.classes.iter().position(|class| class.name == name).unwrap())
    }

    pub(crate) fn view(&self) -> View<'_> {
        View { now: self.now, platform: &self.platform, summaries: &self.summaries, outlook: self, paths: self }
    }

    pub(crate) fn build(&self, form: &impl BrokerForm) -> Box<dyn Broker> {
        form.build(&self.platform, &Streams::new(1, 0)).unwrap()
    }

    /// Where the broker places a job, by the center's name, or why it rejects it.
    pub(crate) fn ask(&self, broker: &mut dyn Broker, request: &Request) -> Result<&'static str, RejectReason> {
        match broker.decide(request, &self.view()) {
            Decision::Place(placement) => Ok(self.spots[placement.pool.index()].name),
            Decision::Reject(reason) => Err(reason),
            Decision::Wait(until) => panic!("waits until {until:?}"),
            Decision::Bids => panic!("wants bids"),
        }
    }

    /// [`World::ask`] of a fresh broker.
    pub(crate) fn choice(&self, form: &impl BrokerForm, request: &Request) -> Result<&'static str, RejectReason> {
        self.ask(self.build(form).as_mut(), request)
    }

    /// Cuts a center off.
    pub(crate) fn cut(&mut self, name: &str) {
        let at = self.site(name).index();
        self.spots[at].leg_ms = None;
    }

    /// Legs on the way between two sites.
    fn legs(&self, from: SiteId, to: SiteId) -> impl Iterator<Item = &Spot> {
        [from, to].into_iter().filter(move |_| from != to).filter_map(|site| self.spots.get(site.index()))
    }
}

impl Paths for World {
    fn version(&self) -> u64 {
        self.spots.iter().filter(|spot| spot.leg_ms.is_none()).count() as u64
    }
    fn path(&self, from: SiteId, to: SiteId) -> Option<PathEstimate> {
        let latency = self.latency(from, to)?;
        let rate = self.legs(from, to).map(|leg| leg.gbps as f64 * 1e9).fold(f64::INFINITY, f64::min);
        let price = self.legs(from, to).map(|leg| leg.fen_per_gb * 10_000).sum();
        Some(PathEstimate { latency, rate, price })
    }
    fn latency(&self, from: SiteId, to: SiteId) -> Option<SimDuration> {
        self.legs(from, to).try_fold(SimDuration::ZERO, |sum, leg| Some(sum + SimDuration(leg.leg_ms? * MS)))
    }
    fn lanes(&self, _from: SiteId, _to: SiteId) -> Option<&[LaneId]> {
        None
    }
    fn replicas(&self, dataset: DatasetId) -> &[SiteId] {
        &self.replicas[dataset.index()]
    }
    fn is_coming(&self, dataset: DatasetId, center: CenterId) -> bool {
        self.coming.contains(&(dataset, center))
    }
    fn storage_free(&self, center: CenterId) -> Option<Bytes> {
        self.spots[center.index()].room_gb.map(|room| Bytes(room * GB))
    }
}

impl World {
    /// When the cores in use of a pool are predicted to be free.
    fn due(&self, pool: PoolId, now: SimTime) -> Option<SimTime> {
        let spot = &self.spots[pool.index()];
        (spot.free < 10).then(|| SimTime::from_secs(spot.until_s).max(now + SimDuration(1)))
    }
}

impl Outlook for World {
    fn fits(&self, pool: PoolId, task: &TaskShape, _now: SimTime) -> u64 {
        self.spots[pool.index()].free * 1000 / u64::from(task.cores_milli)
    }
    fn holds_at(&self, pool: PoolId, task: &TaskShape, tasks: u64, now: SimTime, until: SimTime) -> Option<SimTime> {
        let fits = tasks * u64::from(task.cores_milli) <= 10_000;
        self.due(pool, now).filter(|at| fits && *at < until)
    }
    fn last_end(&self, pool: PoolId, now: SimTime) -> SimTime {
        self.due(pool, now).unwrap_or(now)
    }
    fn running_work(&self, pool: PoolId, now: SimTime) -> u128 {
        let spot = &self.spots[pool.index()];
        u128::from(10 - spot.free) * 1000 * u128::from(SimTime::from_secs(spot.until_s).since(now).0)
    }
}

fn site(name: &str, kind: SiteKind) -> Site {
    Site { name: name.to_owned(), kind, side: None, province: None, place: None }
}

fn center((at, spot): (usize, &Spot)) -> Center {
    Center {
        name: spot.name.to_owned(),
        site: SiteId::from_index(at),
        tier: None,
        side: Some(spot.side),
        province: None,
        hub: None,
        operator: None,
        racks: None,
        racks_occupied: None,
        pue: Series::constant(spot.pue * 100),
        tariff: spot.tariff.product(&Series::constant(10_000), 1, SimTime(24 * HOUR)),
        carbon: Series::constant(spot.carbon * 1000),
        green_share_ppm: spot.green_percent * 10_000,
        storage: spot.room_gb.map(|room| Storage { space: Bytes(room * GB), filled: Bytes::ZERO }),
        labels: BTreeMap::new(),
        pools: at as u32..at as u32 + 1,
    }
}

fn pool((at, spot): (usize, &Spot)) -> Pool {
    let node = NodeShape { cores_milli: 10_000, memory: 0, cards: 0, accelerator: None };
    Pool {
        name: "cpu".to_owned(),
        center: CenterId::from_index(at),
        nodes: 1,
        nodes_max: 1,
        node,
        speed: spot.speed,
        cpu_rates: Rates::default(),
        card_rates: Rates::default(),
        power_idle: Power(0),
        power_peak: Power(1_000_000),
        power_weights: PowerWeights::assumed(&node),
        closed_share: Series::constant(0),
        closed_load: Series::constant(0),
    }
}

/// A queue, where there is one, is of one job that takes the whole pool for the wait.
fn summary(spot: &Spot) -> PoolSummary {
    let queued = u64::from(spot.wait_s > 0);
    PoolSummary {
        capacity: 10_000,
        free: spot.free * 1000,
        nodes: 1,
        idle: u64::from(spot.free == 10),
        queued_jobs: queued as u32,
        queued_size: queued * 10_000,
        queued_work: u128::from(spot.wait_s) * u128::from(SECOND) * 10_000,
        ..PoolSummary::default()
    }
}
