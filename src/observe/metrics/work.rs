//! Work done and asked for, of two kinds: that of jobs that ask for accelerators, in card-hours, and that of all others, in core-hours.
//!
//! The work of a job is tasks × accelerators (or cores) of a task × its run time on reference hardware, wherever it runs: so that stacks that
//! place jobs differently can be held against each other. Work in FLOP has no such run time; its run on the fastest pool of the platform
//! stands for it. While a job runs its work progresses evenly.

use super::tally::Caused;
use crate::model::{Job, Outcome, Platform, Pool, Precision, Request, Work};
use crate::observe::Life;
use crate::units::SimDuration;

/// One in the scale of progress.
const PPM: f64 = 1e6;

/// Kinds of work.
pub(crate) const KINDS: usize = 2;

/// The place of a kind of work: 0 where accelerators are asked for, 1 where not.
pub(crate) const fn kind_of(request: &Request) -> usize {
    if request.task.accelerators_milli > 0 { 0 } else { 1 }
}

/// What jobs of one kind asked for, did and caused over the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct WorkTally {
    /// Work of the jobs submitted in the window, in thousandths of accelerators or cores × ns × millionths.
    pub(crate) submitted: u128,
    /// Progress in the window, lost work included.
    progress: u128,
    /// What interruptions undid and overheads took of the progress.
    undone: u128,
    /// Use and bill.
    pub(crate) caused: Caused,
}

impl WorkTally {
    /// Progress in the window less what was lost of it.
    pub(crate) const fn done(&self) -> u128 {
        self.progress.saturating_sub(self.undone)
    }

    /// Takes note of a time on its nodes at a rate, and of what it caused.
    pub(crate) const fn ran(&mut self, rate: u64, span: SimDuration, caused: &Caused) {
        self.progress = self.progress.saturating_add(rate as u128 * span.0 as u128);
        self.caused.add(caused);
    }
}

/// The speed of the platform's fastest pool by precision, for work in FLOP: of a whole accelerator, and of a thousandth of a core.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Fastest([[f64; 3]; KINDS]);

const PRECISIONS: [Precision; 3] = [Precision::Fp16, Precision::Fp32, Precision::Fp64];

/// Says how much work jobs have and how fast it progresses where they run.
#[derive(Debug, Clone)]
pub(crate) struct WorkScale(Fastest);

impl WorkScale {
    /// That of a platform.
    pub(crate) fn new(platform: &Platform) -> Self {
        let mut fastest = Fastest::default();
        for pool in &platform.pools {
            for (at, precision) in PRECISIONS.into_iter().enumerate() {
                let card = pool.card_rates.at(precision).unwrap_or(0.0) * pool.speed;
                let node = pool.cpu_rates.at(precision).unwrap_or(0.0) * pool.speed;
                let core = node / f64::from(pool.node.cores_milli.max(1));
                fastest.0[0][at] = fastest.0[0][at].max(card);
                fastest.0[1][at] = fastest.0[1][at].max(core);
            }
        }
        Self(fastest)
    }

    /// The run time of a job on reference hardware, in ns; 0 where no pool can run it.
    fn reference(&self, work: &Work, request: &Request) -> f64 {
        match *work {
            Work::Time(time) => time.0 as f64,
            Work::Flop { amount, precision } => {
                let kind = kind_of(request);
                let units = if kind == 0 {
                    f64::from(request.task.accelerators_milli) / 1000.0
                } else {
                    f64::from(request.task.cores_milli)
                };
                let at = PRECISIONS.iter().position(|other| *other == precision).unwrap_or_default();
                let rate = self.0.0[kind][at] * units;
                if rate > 0.0 { amount / rate * 1e9 } else { 0.0 }
            }
        }
    }

    /// How fast a job's work progresses on a pool with so many tasks: thousandths of accelerators or cores × millionths, per ns.
    pub(crate) fn rate(&self, job: &Job, pool: &Pool, tasks: u32) -> u64 {
        let request = &job.request;
        let faster = match job.truth.work {
            Work::Time(_) => pool.speed,
            work @ Work::Flop { .. } => {
                let here = pool.duration(&work, request).map_or(0.0, |span| span.0 as f64);
                if here > 0.0 { self.reference(&work, request) / here } else { 0.0 }
            }
        };
        let elastic = request.elastic().map_or(1.0, |elastic| elastic.rate(tasks, request.tasks));
        // A cast saturates.
        (units(request) as f64 * faster * elastic * PPM).round() as u64
    }

    /// The work of a job, in the unit of [`WorkTally::submitted`].
    pub(crate) fn work(&self, job: &Job) -> u128 {
        let reference = self.reference(&job.truth.work, &job.request);
        u128::from(units(&job.request)).saturating_mul((reference * PPM).round() as u128)
    }
}

/// Thousandths of accelerators or cores that a job asks for in all.
fn units(request: &Request) -> u64 {
    let task = match kind_of(request) {
        0 => u64::from(request.task.accelerators_milli),
        _ => u64::from(request.task.cores_milli),
    };
    task.saturating_mul(u64::from(request.tasks))
}

impl WorkTally {
    /// Takes note of a job whose story ended: its work if it was submitted in the window, and what of its progress counts for nothing.
    pub(crate) fn finished(
        &mut self,
        scale: &WorkScale,
        job: &Job,
        pool: Option<&Pool>,
        life: &Life,
        outcome: Outcome,
    ) {
        self.submitted = self.submitted.saturating_add(scale.work(job));
        let nothing = if outcome == Outcome::Lost { life.ran } else { life.lost.saturating_add(life.overhead) };
        if let Some(pool) = pool.filter(|_| nothing.0 > 0) {
            let rate = scale.rate(job, pool, life.tasks);
            self.undone = self.undone.saturating_add(u128::from(rate) * u128::from(nothing.0));
        }
    }
}
