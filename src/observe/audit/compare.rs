//! Reported figures against recomputed ones.

use super::Auditor;
use super::accounts::PoolTotals;
use super::broken;
use crate::model::RejectReason;
use crate::observe::{Summary, Violation};

/// Reported and recomputed floating-point figures may differ by this part of the larger.
const TOLERANCE: f64 = 1e-9;

/// The figures of a run that are recomputed: those of [`Summary`] under the same names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// Jobs submitted in the window.
    pub jobs: u64,
    /// Those of them with this outcome.
    pub completed: u64,
    /// Likewise.
    pub killed: u64,
    /// Likewise.
    pub lost: u64,
    /// Likewise.
    pub unfinished: u64,
    /// Likewise, by reason in the order of [`RejectReason::ALL`].
    pub rejected: [u64; RejectReason::ALL.len()],
    /// Mean of start - submit over the jobs of them that started, in seconds.
    pub wait_mean_s: Option<f64>,
    /// Headline-nanoseconds held over those open.
    pub utilization: Option<f64>,
    /// Energy in kWh.
    pub energy_kwh: f64,
    /// Utilization and energy of each center, by id.
    pub centers: Vec<(Option<f64>, f64)>,
    /// Requests of each service and those served, by id.
    pub services: Vec<(f64, f64)>,
}

impl Figures {
    /// Those that a summary reports.
    #[must_use]
    pub fn reported(summary: &Summary) -> Self {
        let rejected = |reason: RejectReason| summary.rejected_by_reason.get(reason.word()).copied().unwrap_or(0);
        Self {
            jobs: summary.jobs,
            completed: summary.completed,
            killed: summary.killed,
            lost: summary.lost,
            unfinished: summary.unfinished,
            rejected: RejectReason::ALL.map(rejected),
            wait_mean_s: summary.wait_mean_s,
            utilization: summary.utilization,
            energy_kwh: summary.energy_kwh,
            centers: summary.centers.iter().map(|center| (center.utilization, center.energy_kwh)).collect(),
            services: summary.services.iter().map(|service| (service.requests, service.served)).collect(),
        }
    }
}

impl Auditor {
    /// The figures as the auditor has them, over the window that ends where [`Auditor::finish`] was told.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let accounts = &self.accounts;
        let pools = accounts.totals(self.end, &self.platform);
        let of = |pools: &[PoolTotals]| -> (Option<f64>, f64) {
            let held: u128 = pools.iter().map(|pool| pool.held).sum();
            let capacity: u128 = pools.iter().map(|pool| pool.capacity).sum();
            let utilization = (capacity > 0).then(|| held as f64 / capacity as f64);
            (utilization, pools.iter().map(|pool| pool.energy_kwh).sum())
        };
        let centers = &self.platform.centers;
        let (utilization, energy_kwh) = of(&pools);
        let others = accounts.completed + accounts.killed + accounts.lost + accounts.unfinished;
        Figures {
            jobs: others + accounts.rejected.iter().sum::<u64>(),
            completed: accounts.completed,
            killed: accounts.killed,
            lost: accounts.lost,
            unfinished: accounts.unfinished,
            rejected: accounts.rejected,
            wait_mean_s: (accounts.started > 0).then(|| accounts.waits as f64 / accounts.started as f64 / 1e9),
            utilization,
            energy_kwh,
            services: self.services.iter().zip(&self.platform.services).map(|(b, s)| b.totals(self.end, s)).collect(),
            centers: centers.iter().map(|c| of(&pools[c.pools.start as usize..c.pools.end as usize])).collect(),
        }
    }

    /// Holds a summary of the same window against the figures recomputed. To be called after [`Auditor::finish`].
    ///
    /// # Errors
    /// The first figure that differs.
    pub fn compare(&self, summary: &Summary) -> Result<(), Violation> {
        self.check(&Figures::reported(summary))
    }

    /// The same for figures alone.
    pub(super) fn check(&self, reported: &Figures) -> Result<(), Violation> {
        let own = self.figures();
        let counts = |f: &Figures| (f.completed, f.killed, f.lost, f.unfinished, f.rejected, f.wait_mean_s.is_some());
        let lengths = |f: &Figures| (f.centers.len(), f.services.len());
        if counts(&own) != counts(reported) || lengths(&own) != lengths(reported) {
            let detail = format!("{reported:?} reported, {own:?} recomputed");
            return Err(broken("summary-jobs", self.end, detail));
        }
        self.same("summary-waits", "mean wait in s", "all jobs", reported.wait_mean_s, own.wait_mean_s)?;
        self.same("summary-utilization", "utilization", "all centers", reported.utilization, own.utilization)?;
        self.same("summary-energy", "kWh", "all centers", Some(reported.energy_kwh), Some(own.energy_kwh))?;
        for (center, (theirs, ours)) in self.platform.centers.iter().zip(reported.centers.iter().zip(&own.centers)) {
            self.same("summary-utilization", "utilization", &center.name, theirs.0, ours.0)?;
            self.same("summary-energy", "kWh", &center.name, Some(theirs.1), Some(ours.1))?;
        }
        for (service, (theirs, ours)) in self.platform.services.iter().zip(reported.services.iter().zip(&own.services))
        {
            self.same("summary-services", "requests", &service.name, Some(theirs.0), Some(ours.0))?;
            self.same("summary-services", "requests served", &service.name, Some(theirs.1), Some(ours.1))?;
        }
        Ok(())
    }

    fn same(
        &self,
        invariant: &'static str,
        what: &str,
        place: &str,
        reported: Option<f64>,
        own: Option<f64>,
    ) -> Result<(), Violation> {
        let near = match (reported, own) {
            (Some(a), Some(b)) => (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()),
            (None, None) => true,
            _ => false,
        };
        if near {
            return Ok(());
        }
        Err(broken(invariant, self.end, format!("{what} of {place}: {reported:?} reported, {own:?} recomputed")))
    }
}
