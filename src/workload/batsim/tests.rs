//! Workloads of a few jobs, and the published one.

use super::*;
use crate::units::SimDuration;
use crate::workload::traces;
use proptest::prelude::*;

const MAPPING: BatsimMapping =
    BatsimMapping { class: ClassId(0), tenant: TenantId(0), origin: SiteId(0), constraint: ConstraintId(0) };

fn read(text: &str) -> Result<BatsimWorkload, String> {
    BatsimWorkload::read(text.as_bytes(), MAPPING)
}

const PROFILES: &str = r#""profiles": {"d": {"type": "delay", "delay": 1.5}, "p": {"type": "parallel", "cpu": []}}"#;

#[test]
fn an_unsorted_list_is_sorted_and_rounded_to_nanoseconds() {
    let jobs = r#"{"id": "b", "subtime": 2.0000000004, "res": 3, "profile": "d", "walltime": 9},
        {"id": 7, "subtime": 0, "res": 1, "profile": "d"},
        {"id": 6, "subtime": 2, "res": 1, "profile": "d", "walltime": -1}"#;
    let workload = read(&format!("{{\"nb_res\": 4, \"jobs\": [{jobs}], {PROFILES}}}")).expect("reads");
    assert_eq!(workload.machines, Some(4));
    let seen: Vec<_> = workload
        .jobs
        .iter()
        .map(|j| (j.name.clone(), j.ordinal, j.request.submit.0, j.request.tasks, j.request.requested))
        .collect();
    let time = |ns| Work::Time(SimDuration(ns));
    assert_eq!(
        seen,
        [
            (Some(JobName::from("7")), 0, 0, 1, time(1_500_000_000)),
            (Some(JobName::from("b")), 1, 2_000_000_000, 3, time(9_000_000_000)),
            (Some(JobName::from("6")), 2, 2_000_000_000, 1, time(1_500_000_000)),
        ]
    );
    assert_eq!(workload.jobs[1].truth.work, time(1_500_000_000));
}

#[test]
fn what_cannot_be_run_is_refused_by_name() {
    let job = |job: &str| read(&format!("{{\"jobs\": [{job}], {PROFILES}}}")).expect_err(job);
    let refused = job(r#"{"id": 1, "subtime": 0, "res": 1, "profile": "p"}"#);
    let wanted =
        r#"job "1": profile "p" is of type "parallel", which cannot be replayed: its run time depends on the speed"#;
    assert!(refused.starts_with(wanted) && refused.contains(r#"supported are delays ("DelayProfile""#), "{refused}");
    assert_eq!(job(r#"{"id": "x", "subtime": 0, "res": 1, "profile": "q"}"#), r#"job "x": there is no profile "q""#);
    assert_eq!(job(r#"{"id": 1, "subtime": 0, "res": 0, "profile": "d"}"#), r#"job "1": it asks for no machine"#);
    assert_eq!(
        job(r#"{"id": 1, "subtime": -3, "res": 1, "profile": "d"}"#),
        r#"job "1": a subtime of -3 s is not between 0 and 292 years"#
    );
    let twice = r#"{"id": 1, "subtime": 0, "res": 1, "profile": "d"}"#;
    assert_eq!(job(&format!("{twice}, {twice}")), r#"job "1": the id was used before"#);
    assert_eq!(
        job(r#"{"id": [], "subtime": 0, "res": 1, "profile": "d"}"#),
        "job 1: its id is neither text nor a number"
    );
    let error = read("{\n \"jobs\": 5}").expect_err("no list");
    assert!(error.contains("expected a sequence at line 2 column"), "{error}");
}

/// A job `j` on one machine for each profile named, among these profiles.
fn jobs_of(profiles: &str, named: &[&str]) -> Result<Vec<u64>, String> {
    let jobs: Vec<String> = named
        .iter()
        .map(|name| format!(r#"{{"id": "{name}", "subtime": 0, "res": 1, "profile": "{name}"}}"#))
        .collect();
    let workload = read(&format!(r#"{{"jobs": [{}], "profiles": {{{profiles}}}}}"#, jobs.join(",")))?;
    let millis = |job: &Job| match job.truth.work {
        Work::Time(time) => time.0 / 1_000_000,
        _ => 0,
    };
    Ok(workload.jobs.iter().map(millis).collect())
}

#[test]
fn old_and_new_spellings_of_fixed_lengths_are_read() {
    let profiles = r#"
        "old": {"type": "delay", "delay": 2}, "new": {"type": "DelayProfile", "delay": 0.5},
        "once": {"type": "SequentialCompositionProfile", "seq": ["new", "old", "new"]},
        "thrice": {"type": "composed", "repeat": 3, "seq": ["once"]},
        "nb": {"type": "sequential_composition", "nb": 2, "seq": ["thrice", "new"]}"#;
    assert_eq!(jobs_of(profiles, &["old", "new", "once", "thrice", "nb"]), Ok(vec![2000, 500, 3000, 9000, 19_000]));
}

#[test]
fn a_profile_that_cannot_be_replayed_is_named_with_its_sequence() {
    let says = |profiles: &str, words: &str| {
        let problem = jobs_of(profiles, &["s"]).expect_err(words);
        assert!(problem.starts_with("job \"s\": ") && problem.contains(words), "{words}: not in {problem}");
    };
    let sequence = |parts: &str| format!(r#""s": {{"type": "SequentialCompositionProfile", "seq": {parts}}}"#);
    says(
        r#""s": {"type": "ParallelTaskHomogeneousProfile", "cpu": 1, "com": 1}"#,
        "of type \"ParallelTaskHomogeneousProfile\", which cannot",
    );
    says(r#""s": {"type": "TraceReplayProfile"}"#, "it replays a trace of another file");
    says(r#""s": {"type": "parallel_homogeneous"}"#, "speed of processors");
    says(r#""s": {"type": "Delay", "delay": 1}"#, "of type \"Delay\", which is unknown; supported are");
    says(r#""s": {"delay": 1}"#, "profile \"s\" has no text \"type\"");
    says(r#""s": {"type": "DelayProfile", "delay": "9"}"#, "profile \"s\" has no number \"delay\"");
    says(&sequence("[]"), "has no list \"seq\"");
    says(&sequence("[1]"), "no text");
    says(&sequence(r#"["s"]"#), "profile \"s\" (of sequence \"s\") contains itself");
    says(&sequence(r#"["gone"]"#), "there is no profile \"gone\" (of sequence \"s\")");
    says(
        &(sequence(r#"["p"]"#) + r#", "p": {"type": "ParallelTaskProfile"}"#),
        "profile \"p\" (of sequence \"s\") is of type \"ParallelTaskProfile\", which cannot be replayed",
    );
    says(r#""s": {"type": "composed", "repeat": 0, "seq": ["d"]}, "d": {"type": "delay", "delay": 1}"#, "\"repeat\"");
    says(
        r#""s": {"type": "composed", "repeat": 4000000000, "seq": ["d"]}, "d": {"type": "delay", "delay": 9e9}"#,
        "a length of",
    );
    // A chain that would not fit a stack.
    let chain: String =
        (0..100_000).map(|n| format!(r#""{n}": {{"type": "composed", "seq": ["{}"]}}, "#, n + 1)).collect();
    says(&format!(r#"{chain} "s": {{"type": "composed", "seq": ["0"]}}"#), "nested deeper than 64");
}

#[test]
fn marks_compression_and_empty_lists() {
    let text =
        format!("\u{feff}{{\"jobs\": [{{\"id\": 1, \"subtime\": 0, \"res\": 1, \"profile\": \"d\"}}], {PROFILES}}}");
    let plain = read(&text).expect("reads");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, text.as_bytes()).expect("packs");
    let packed = packed.finish().expect("packs");
    assert_eq!(BatsimWorkload::read(packed.as_slice(), MAPPING), Ok(plain));
    assert_eq!(read(r#"{"jobs": [], "profiles": {}}"#), Err("it holds no job: the list \"jobs\" is empty".to_owned()));
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let problem = BatsimWorkload::read(wide.as_slice(), MAPPING).expect_err("wide");
    assert!(problem.contains("UTF-16"), "{problem}");
}

#[test]
fn what_is_not_simulated_is_counted() {
    let jobs = r#"{"id": "a", "subtime": 0, "res": 1, "profile": "f"},
        {"id": "b", "subtime": 0, "res": 1, "profile": "d", "dependencies": ["a"]},
        {"id": "c", "subtime": 0, "res": 1, "profile": "d", "dependencies": []}"#;
    let profiles =
        r#""f": {"type": "DelayProfile", "delay": 1, "ret": 3}, "d": {"type": "DelayProfile", "delay": 1, "ret": 0}"#;
    let workload = read(&format!(r#"{{"jobs": [{jobs}], "profiles": {{{profiles}}}}}"#)).expect("reads");
    assert_eq!((workload.failing, workload.dependent), (1, 1));
}

#[test]
fn the_published_workload_reads() {
    let Some(bytes) = traces::bytes("batsim/medium_late.json") else { return };
    let workload = BatsimWorkload::read(bytes.as_slice(), MAPPING).expect("reads");
    assert_eq!((workload.jobs.len(), workload.machines), (801, Some(32)));
    // The first of the list is submitted last.
    assert_eq!(workload.jobs[800].name, Some(JobName::from("424242")));
    assert_eq!(workload.jobs[800].request.submit, SimTime::from_secs(16_000));
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = BatsimWorkload::read(bytes.as_slice(), MAPPING);
    }

    #[test]
    fn random_numbers_never_panic(subtime in any::<f64>(), res in any::<u32>(), walltime in any::<f64>()) {
        let job = format!("{{\"id\": 1, \"subtime\": {subtime}, \"res\": {res}, \"profile\": \"d\", \"walltime\": {walltime}}}");
        let _ = read(&format!("{{\"jobs\": [{job}], {PROFILES}}}"));
    }
}
