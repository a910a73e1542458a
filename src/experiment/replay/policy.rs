//! The queue of a replay, and the rules of time of published simulators.

use crate::model::{PoolId, Request};
use crate::policy::Stack;
use crate::policy::broker::{Broker, Decision, Placement};
use crate::policy::packing::FirstFit;
use crate::policy::queue::order::{Order, Sjf};
use crate::policy::queue::{
    Conservative, Easy, Estimate, InOrder, NamedConservative, NamedEasy, OrderSpec, QueueDiscipline, ReservationKind,
};
use crate::policy::view::View;
use crate::sim::{Decide, Rules, SameInstant};

/// Who may overtake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backfill {
    /// Nobody.
    None,
    /// Whoever does not delay the first.
    #[default]
    Easy,
    /// The same, shortest first.
    EasySjbf,
    /// Whoever delays nobody before him.
    Conservative,
}

/// The rules of a published simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruleset {
    /// Submissions before ends, a pass an event, predicted ends count as ends (Gaussier et al., SC'15).
    Predictsim,
    /// Reservations hold named nodes.
    Batsim,
    /// Ends before submissions, a pass an instant, counted reservations: our own.
    Pyss,
}

/// How a log is scheduled.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayPolicy {
    /// Who is next.
    pub order: OrderSpec,
    /// Who may overtake.
    pub backfill: Backfill,
    /// Where estimated run times come from.
    pub estimate: Estimate,
    /// What a reservation holds.
    pub reservation: ReservationKind,
    /// Whether a job whose predicted end has come counts as gone.
    pub ends_by_prediction: bool,
    /// Rules of time.
    pub rules: Rules,
}

impl ReplayPolicy {
    /// A policy under our own rules.
    #[must_use]
    pub fn new(order: OrderSpec, backfill: Backfill, estimate: Estimate) -> Self {
        let (reservation, rules) = (ReservationKind::Counted, Rules::default());
        Self { order, backfill, estimate, reservation, ends_by_prediction: false, rules }
    }

    /// The same under the rules of a published simulator.
    #[must_use]
    pub fn under(mut self, ruleset: Ruleset) -> Self {
        match ruleset {
            Ruleset::Predictsim => {
                self.ends_by_prediction = true;
                self.rules =
                    Rules { same_instant: SameInstant::SubmissionsFirst, decide: Decide::PerEvent, overcommit: true };
            }
            Ruleset::Batsim => self.reservation = ReservationKind::Named,
            Ruleset::Pyss => {}
        }
        self
    }

    /// Whether it knows true run times.
    #[must_use]
    pub fn clairvoyant(&self) -> bool {
        self.estimate == Estimate::Actual
    }

    /// The stack of a machine with one pool.
    pub(super) fn stack(&self) -> Stack {
        Stack {
            broker: Box::new(OnlyPool),
            queues: vec![self.queue()],
            packings: vec![Box::new(FirstFit)],
            clairvoyant: self.clairvoyant(),
        }
    }

    pub(super) fn queue(&self) -> Box<dyn QueueDiscipline> {
        let order = self.order.build();
        let shortest = || -> Option<Box<dyn Order>> { Some(Box::new(Sjf)) };
        let overtaking = if self.backfill == Backfill::EasySjbf { shortest() } else { None };
        match (self.backfill, self.reservation) {
            (Backfill::None, _) => Box::new(InOrder::new(order, self.estimate)),
            (Backfill::Easy | Backfill::EasySjbf, ReservationKind::Counted) => {
                Box::new(Easy::new(order, overtaking, self.estimate, self.ends_by_prediction))
            }
            (Backfill::Easy | Backfill::EasySjbf, ReservationKind::Named) => {
                Box::new(NamedEasy::new(order, overtaking, self.estimate))
            }
            (Backfill::Conservative, ReservationKind::Counted) => Box::new(Conservative::new(order, self.estimate)),
            (Backfill::Conservative, ReservationKind::Named) => Box::new(NamedConservative::new(order, self.estimate)),
        }
    }
}

/// The machine's only pool.
#[derive(Clone)]
struct OnlyPool;

impl Broker for OnlyPool {
    fn decide(&mut self, _request: &Request, _view: &View<'_>) -> Decision {
        Decision::Place(Placement::at(PoolId(0)))
    }
}
