use super::*;
use crate::model::Outcome;
use crate::observe::Life;
use crate::observe::sample::{HORINGER, job, leak, ms, platform, s, tell, west};

fn heard(slices_max: usize) -> Trace {
    let mut observer = TraceObserver::new(Arc::new(platform()), slices_max);
    tell(&mut observer, &west());
    observer.finish(s(7200))
}

fn span(phase: Phase, start: SimTime, end: SimTime) -> Span {
    Span { phase, start, end }
}

#[test]
fn west_is_worked_by_hand() {
    // Instants of two-centers in the README.
    let trace = heard(SLICES_MAX);
    assert_eq!((trace.jobs.len(), trace.jobs_seen), (3, 3));
    let spans: Vec<&[Span]> = trace.jobs.iter().map(|job| &job.spans[..]).collect();
    assert_eq!(spans[0], [span(Phase::Running, s(0), s(3600))]);
    assert_eq!(spans[1], [span(Phase::Staging, s(10), ms(200_008)), span(Phase::Running, ms(200_008), ms(3_800_008))]);
    assert_eq!(
        spans[2],
        [
            span(Phase::Staging, s(20), ms(210_008)),
            span(Phase::Queued, ms(210_008), s(3600)),
            span(Phase::Running, s(3600), s(7200))
        ]
    );
    let moved = trace.jobs[1].moves[0];
    assert_eq!((moved.start, moved.end, moved.bytes), (ms(10_008), Some(ms(200_008)), Bytes(125_000_000_000)));
    // Three jobs, six spans, two transfers.
    assert_eq!(trace.slices, 11);
    assert!(trace.running[0].is_empty() && trace.queued[0].is_empty());
    assert_eq!(trace.running[1], [(s(0), 1.0), (ms(200_008), 2.0), (ms(3_800_008), 1.0), (s(7200), 0.0)]);
    assert_eq!(trace.queued[1], [(ms(210_008), 1.0), (s(3600), 0.0)]);
    assert_eq!(trace.rates[0], [(ms(10_008), 1e10), (ms(210_008), 0.0)]);
    assert!(trace.rates[1].is_empty());
}

#[test]
fn a_sample_is_a_choice_of_jobs() {
    let all = heard(SLICES_MAX);
    for most in 0..12 {
        let some = heard(most);
        assert!(some.slices <= most, "{} of {most}", some.slices);
        assert_eq!(some.jobs_seen, 3);
        for job in &some.jobs {
            let whole = all.jobs.iter().find(|other| other.number == job.number).expect("one of them");
            assert_eq!((&job.spans, &job.moves), (&whole.spans, &whole.moves));
        }
        // The jobs with the least keys, as many as fit.
        let mut order: Vec<&TracedJob> = all.jobs.iter().collect();
        order.sort_by_key(|job| crate::observe::mix(job.number.0));
        let mut left = most;
        let mut first: Vec<_> = order
            .iter()
            .map_while(|job| {
                left = left.checked_sub(job.slices())?;
                Some(job.number)
            })
            .collect();
        first.sort_unstable();
        assert_eq!(some.jobs.iter().map(|job| job.number).collect::<Vec<_>>(), first);
    }
}

#[test]
fn interruptions_and_early_ends_are_spans_of_their_own() {
    let life = |change: fn(&mut Life)| {
        let mut life = Life { pool: Some(HORINGER), brokered: Some(s(2)), staged: Some(s(2)), ..Life::default() };
        change(&mut life);
        life
    };
    let tale = |attempts: &[(u64, u64)], began: Option<u64>| Tale {
        attempts: attempts.iter().map(|(start, end)| (s(*start), s(*end))).collect(),
        began: began.map(s),
        ..Tale::default()
    };
    let seen = |life: &Life, tale: &Tale| jobs::spans(s(100), s(1), life, tale);
    let (brokering, first) = (span(Phase::Brokering, s(1), s(2)), span(Phase::Running, s(5), s(9)));
    // Interrupted at 9, went on at 20, ended at 40; its output took until 100.
    let whole = life(|life| {
        (life.started, life.ended, life.delivered) = (Some(s(5)), Some(s(40)), Some(s(100)));
        life.preemptions = 1;
    });
    let queued = |start, end| span(Phase::Queued, s(start), s(end));
    let rest = [queued(9, 20), span(Phase::Running, s(20), s(40)), span(Phase::Delivering, s(40), s(100))];
    let all = [&[brokering, queued(2, 5), first][..], &rest].concat();
    assert_eq!(seen(&whole, &tale(&[(5, 9), (20, 40)], None)), all);
    // The run ended while it waited to go on, or ran again.
    let cut = life(|life| (life.started, life.preemptions) = (Some(s(5)), 1));
    assert_eq!(seen(&cut, &tale(&[(5, 9)], None)), [brokering, queued(2, 5), first, queued(9, 100)]);
    let again = [brokering, queued(2, 5), first, queued(9, 20), span(Phase::Running, s(20), s(100))];
    assert_eq!(seen(&cut, &tale(&[(5, 9)], Some(20))), again);
    // It ran, waited in the queue, or for its data, when the run ended; it was never placed.
    let none = Tale::default();
    let runs = life(|life| life.started = Some(s(5)));
    assert_eq!(seen(&runs, &none), [brokering, queued(2, 5), span(Phase::Running, s(5), s(100))]);
    assert_eq!(seen(&life(|_| ()), &none), [brokering, queued(2, 100)]);
    assert_eq!(seen(&life(|life| life.staged = None), &none), [brokering, span(Phase::Staging, s(2), s(100))]);
    assert!(seen(&Life::default(), &none).is_empty());
}

#[test]
fn a_job_that_leaves_the_queue_unstarted_is_counted_out() {
    let mut observer = TraceObserver::new(Arc::new(platform()), SLICES_MAX);
    let job = leak(job(0, s(1)));
    let life = leak(Life { pool: Some(HORINGER), brokered: Some(s(1)), staged: Some(s(1)), ..Life::default() });
    let story = [
        (s(1), Record::Queued { job, pool: HORINGER }),
        (s(4), Record::Finished { job, life, outcome: Outcome::Lost }),
    ];
    tell(&mut observer, &story);
    assert_eq!(observer.finish(s(5)).queued[1], [(s(1), 1.0), (s(4), 0.0)]);
}
