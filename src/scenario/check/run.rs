//! `[run]` and `[information]`.

use super::super::built::{Information, RunPlan};
use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, RawInformation, RawRun};
use super::amounts::time;
use super::date::{self, Instant};
use crate::signals::Calendar;
use crate::units::{SimDuration, SimTime};

/// The plan of the run, and its start on the calendar where it has one.
pub(super) fn plan(raw: &RawRun, out: &mut Diagnostics) -> (RunPlan, Option<Instant>) {
    let start = raw.start.as_ref().and_then(|text| match date::parse(text.get()) {
        Ok(instant) => Some(instant),
        Err(problem) => {
            out.push(Diagnostic::error(text.span(), problem).help(date::EXAMPLE));
            None
        }
    });
    let until = raw.until.as_ref().map(|until| positive(until, "`until`", out));
    let warm_up = time(&raw.warm_up, "`warm-up`", out);
    if let (Some(until), Some(raw_until)) = (until, &raw.until)
        && warm_up >= until
        && until > SimDuration::ZERO
    {
        out.push(
            Diagnostic::error(
                raw.warm_up.span(),
                format!("the warm-up ({warm_up}) leaves nothing of the run ({until})"),
            )
            .other(raw_until.span(), "the run's end")
            .help("take a warm-up shorter than `until`"),
        );
    }
    let plan = RunPlan {
        start: raw.start.as_ref().map(|text| text.get().clone()),
        calendar: start.map_or_else(Calendar::default, |instant| instant.calendar),
        until: until.map(|until| SimTime::ZERO + until),
        warm_up,
        drain: raw.drain,
        seed: raw.seed,
        decide_every: raw.decide_every.as_ref().map(|period| positive(period, "`decide-every`", out)),
        enforce_requested: raw.enforce_requested,
    };
    (plan, start)
}

/// Centers that publish more often would only cost time: no job changes that fast.
const REFRESH_LEAST: SimDuration = SimDuration(1_000_000);

/// How old the broker's information is.
pub(super) fn information(raw: &RawInformation, out: &mut Diagnostics) -> Information {
    if let (None, Some(delay)) = (&raw.refresh, &raw.delay) {
        let problem = "a `delay` of information needs a `refresh`";
        out.push(Diagnostic::error(delay.span(), problem).help("say how often centers publish: refresh = \"1 min\""));
    }
    Information {
        refresh: raw.refresh.as_ref().map(|refresh| {
            if *refresh.get() < REFRESH_LEAST && *refresh.get() > SimDuration::ZERO {
                out.error(
                    refresh.span(),
                    format!("`refresh` must not be shorter than {REFRESH_LEAST}: each one is an event"),
                );
            }
            positive(refresh, "`refresh`", out)
        }),
        delay: raw.delay.as_ref().map_or(SimDuration::ZERO, |delay| time(delay, "`delay`", out)),
    }
}

/// A time above zero, or a report.
pub(super) fn positive(value: &At<SimDuration>, what: &str, out: &mut Diagnostics) -> SimDuration {
    if *value.get() == SimDuration::ZERO {
        out.error(value.span(), format!("{what} must be longer than 0 s"));
    }
    time(value, what, out)
}
