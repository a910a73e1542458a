//! The HOLD model: as many timers as there are pending events; each goes off, and is set again an exponential time (mean 1 s) later.
//!
//! - *agenda*: the engine's own queue: clock, class, sequence, payload of 8 bytes.
//! - For comparison the standard binary heap on (time, sequence), and implicit heaps with 4 and 8 children.
//!
//! Times are drawn before the clock starts, from Xoshiro256++ seeded with 1.

use crate::cpu;
use eastwest::engine::{Agenda, Class, SameInstant};
use eastwest::units::SimTime;
use rand::SeedableRng;
use rand_distr::{Distribution, Exp};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A future-event queue as the HOLD model needs it.
trait Queue {
    fn push(&mut self, time: u64, event: u64);
    fn pop(&mut self) -> (u64, u64);
}

struct Engine(Agenda<u64>);

impl Queue for Engine {
    fn push(&mut self, time: u64, event: u64) {
        self.0.schedule(SimTime(time), Class::Release, event);
    }

    fn pop(&mut self) -> (u64, u64) {
        let time = self.0.next_time().expect("events");
        self.0.advance(time);
        (time.0, self.0.pop_due().expect("due"))
    }
}

#[derive(Default)]
struct Binary(BinaryHeap<Reverse<(u128, u64)>>, u64);

impl Queue for Binary {
    fn push(&mut self, time: u64, event: u64) {
        self.1 += 1;
        self.0.push(Reverse((key(time, self.1), event)));
    }

    fn pop(&mut self) -> (u64, u64) {
        let Reverse((key, event)) = self.0.pop().expect("events");
        ((key >> 64) as u64, event)
    }
}

/// Time and sequence in one.
fn key(time: u64, sequence: u64) -> u128 {
    u128::from(time) << 64 | u128::from(sequence)
}

/// An implicit heap with D children.
#[derive(Default)]
struct Wide<const D: usize>(Vec<(u128, u64)>, u64);

impl<const D: usize> Queue for Wide<D> {
    fn push(&mut self, time: u64, event: u64) {
        self.1 += 1;
        let (entry, heap) = ((key(time, self.1), event), &mut self.0);
        let mut at = heap.len();
        heap.push(entry);
        while at > 0 && entry.0 < heap[(at - 1) / D].0 {
            heap[at] = heap[(at - 1) / D];
            at = (at - 1) / D;
        }
        heap[at] = entry;
    }

    fn pop(&mut self) -> (u64, u64) {
        let heap = &mut self.0;
        let first = heap[0];
        let last = heap.pop().expect("events");
        let mut at = 0;
        while let Some(least) = (at * D + 1..heap.len().min(at * D + 1 + D)).min_by_key(|child| heap[*child].0) {
            if last.0 <= heap[least].0 {
                break;
            }
            heap[at] = heap[least];
            at = least;
        }
        if !heap.is_empty() {
            heap[at] = last;
        }
        ((first.0 >> 64) as u64, first.1)
    }
}

/// The queues, ours first.
pub(crate) const QUEUES: [&str; 4] = ["agenda", "binary heap", "4-ary heap", "8-ary heap"];

/// Events that are timed.
pub(crate) const EVENTS: usize = 4_000_000;

/// Nanoseconds an event of one of [`QUEUES`] with so many pending.
pub(crate) fn nanos_per_event(name: &str, pending: usize) -> f64 {
    let exponential = Exp::new(1e-9).expect("a positive rate");
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    let delays: Vec<u64> = (0..1 << 20).map(|_| 1 + exponential.sample(&mut random) as u64).collect();
    match name {
        "agenda" => held(&mut Engine(Agenda::new(SameInstant::default())), pending, &delays),
        "binary heap" => held(&mut Binary::default(), pending, &delays),
        "4-ary heap" => held(&mut Wide::<4>::default(), pending, &delays),
        _ => held(&mut Wide::<8>::default(), pending, &delays),
    }
}

fn held(queue: &mut dyn Queue, pending: usize, delays: &[u64]) -> f64 {
    let mut delays = delays.iter().cycle();
    for (event, delay) in (0..).zip(delays.by_ref().take(pending)) {
        queue.push(*delay, event);
    }
    let mut hold = |events: usize| {
        for delay in delays.by_ref().take(events) {
            let (time, event) = queue.pop();
            queue.push(time + delay, event);
        }
    };
    // Until the pending times are spread as they stay.
    hold(4 * pending);
    let began = cpu::seconds();
    hold(EVENTS);
    (cpu::seconds() - began) / EVENTS as f64 * 1e9
}
