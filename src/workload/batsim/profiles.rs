//! Run times of Batsim's profiles.
//!
//! Version 5 writes types as `DelayProfile`, versions before as `delay`; both are read, with the spellings between. A delay takes its time
//! on any machine, and so does a sequence of delays. Every other type is refused by name, since its run time depends on a model of the
//! machine's inside that is not here.

use crate::units::SimDuration;
use serde_json::Value;
use std::collections::BTreeMap;

/// The longest time that is read, in seconds: 292 years.
pub(super) const SECONDS_MAX: f64 = 9.2e9;
/// Sequences of sequences may be nested so deep.
const DEPTH_MAX: usize = 64;
/// What can be replayed, for messages.
const SUPPORTED: &str = "supported are delays (\"DelayProfile\", before version 5 \"delay\") and sequences of them \
                         (\"SequentialCompositionProfile\", \"sequential_composition\" or \"composed\")";

/// What a type of profile does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Delay,
    Sequence,
    /// One whose run time is not fixed: why.
    Refused(&'static str),
}

/// The kind that a spelling means; `None` where no version of Batsim has it.
fn kind(spelling: &str) -> Option<Kind> {
    const COMPUTES: &str = "its run time depends on the speed of processors and network";
    const MOVES: &str = "its run time depends on storage and network";
    Some(match spelling {
        "DelayProfile" | "delay" => Kind::Delay,
        "SequentialCompositionProfile" | "sequential_composition" | "composed" | "sequence" => Kind::Sequence,
        "ParallelTaskProfile" | "ptask" | "parallel" | "msg_par" => Kind::Refused(COMPUTES),
        "ParallelTaskHomogeneousProfile"
        | "ptask_homogeneous"
        | "parallel_homogeneous"
        | "parallel_homogeneous_total"
        | "msg_par_hg"
        | "msg_par_hg_tot" => Kind::Refused(COMPUTES),
        "ParallelTaskOnStorageHomogeneousProfile"
        | "ptask_on_storage_homogeneous"
        | "parallel_homogeneous_pfs"
        | "parallel_homogeneous_pfs_multiple_tiers"
        | "msg_par_hg_pfs"
        | "msg_par_hg_pfs_tiers" => Kind::Refused(MOVES),
        "ParallelTaskDataStagingBetweenStoragesProfile" | "ptask_data_staging_between_storages" | "data_staging" => {
            Kind::Refused(MOVES)
        }
        "TraceReplayProfile" | "trace_replay" | "smpi" | "usage_trace" => {
            Kind::Refused("it replays a trace of another file on a model of the machine")
        }
        "ForkJoinCompositionProfile" | "ParallelTaskMergeCompositionProfile" => {
            Kind::Refused("it joins tasks that run at the same time")
        }
        "SchedulerSendProfile" | "SchedulerRecvProfile" | "send" | "recv" => {
            Kind::Refused("it exchanges messages with the scheduler")
        }
        _ => return None,
    })
}

/// Seconds as a span to the nearest ns.
pub(super) fn span(seconds: f64, what: &str) -> Result<SimDuration, String> {
    if (0.0..=SECONDS_MAX).contains(&seconds) {
        Ok(SimDuration::from_secs_f64(seconds))
    } else {
        Err(format!("a {what} of {seconds} s is not between 0 and 292 years"))
    }
}

/// The profiles of a workload and the run times found so far.
pub(super) struct Profiles<'p> {
    raw: &'p BTreeMap<String, Value>,
    known: BTreeMap<&'p str, SimDuration>,
}

impl<'p> Profiles<'p> {
    pub(super) const fn new(raw: &'p BTreeMap<String, Value>) -> Self {
        Self { raw, known: BTreeMap::new() }
    }

    /// How long a profile takes on any machine.
    ///
    /// # Errors
    /// There is no such profile, or its run time is not fixed: which profile, and why.
    pub(super) fn time(&mut self, name: &str) -> Result<SimDuration, String> {
        self.nested(name, &mut Vec::new())
    }

    /// Whether a profile ends with an error of its own: a `ret` that is not 0.
    pub(super) fn fails(&self, name: &str) -> bool {
        let code = self.raw.get(name).and_then(|profile| profile.get("ret"));
        code.and_then(Value::as_f64).is_some_and(|code| code.to_bits() << 1 != 0)
    }

    fn nested(&mut self, name: &str, outer: &mut Vec<&'p str>) -> Result<SimDuration, String> {
        let within = outer.last().map(|outer| format!(" (of sequence {outer:?})")).unwrap_or_default();
        let Some((name, profile)) = self.raw.get_key_value(name) else {
            return Err(format!("there is no profile {name:?}{within}"));
        };
        if let Some(known) = self.known.get(name.as_str()) {
            return Ok(*known);
        }
        let wrong = |problem: String| format!("profile {name:?}{within} {problem}");
        let spelling = profile.get("type").and_then(Value::as_str);
        let spelling = spelling.ok_or_else(|| wrong(format!("has no text \"type\"; {SUPPORTED}")))?;
        let time = match kind(spelling) {
            Some(Kind::Delay) => {
                let seconds = profile.get("delay").and_then(Value::as_f64);
                let seconds = seconds.ok_or_else(|| wrong("has no number \"delay\"".to_owned()))?;
                span(seconds, "delay").map_err(|problem| wrong(format!("has {problem}")))?
            }
            Some(Kind::Sequence) => {
                if outer.contains(&name.as_str()) {
                    return Err(wrong("contains itself".to_owned()));
                }
                if outer.len() >= DEPTH_MAX {
                    return Err(wrong(format!("is nested deeper than {DEPTH_MAX} sequences")));
                }
                let (parts, times) = sequence(profile).map_err(wrong)?;
                outer.push(name);
                let mut once = SimDuration::ZERO;
                for part in parts {
                    once.0 = once.0.saturating_add(self.nested(part, outer)?.0);
                }
                outer.pop();
                let whole = once.as_secs_f64() * times as f64;
                span(whole, "length").map_err(|problem| wrong(format!("has {problem}")))?;
                SimDuration(once.0.saturating_mul(times))
            }
            Some(Kind::Refused(why)) => {
                return Err(wrong(format!("is of type {spelling:?}, which cannot be replayed: {why}; {SUPPORTED}")));
            }
            None => return Err(wrong(format!("is of type {spelling:?}, which is unknown; {SUPPORTED}"))),
        };
        self.known.insert(name, time);
        Ok(time)
    }
}

/// The profiles of a sequence, and how often it is repeated.
fn sequence(profile: &Value) -> Result<(Vec<&str>, u64), String> {
    let listed = profile.get("seq").and_then(Value::as_array).filter(|seq| !seq.is_empty());
    let listed = listed.ok_or("has no list \"seq\" of profiles")?;
    let parts: Option<Vec<&str>> = listed.iter().map(Value::as_str).collect();
    let parts = parts.ok_or("names something in \"seq\" that is no text")?;
    // Version 1 wrote `nb`.
    let times = match profile.get("repeat").or_else(|| profile.get("nb")) {
        None => 1,
        Some(times) => {
            times.as_u64().filter(|times| *times > 0).ok_or("has a \"repeat\" that is no whole number above 0")?
        }
    };
    Ok((parts, times))
}
