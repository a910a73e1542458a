//! Fair-share judges tenants by what their jobs have used up to now, running ones included.

use crate::support::{audited, load};
use std::collections::BTreeMap;

/// Starts in seconds by the jobs' names.
fn starts(scenario: &str) -> BTreeMap<String, u64> {
    let run = audited(&load(scenario), "p", 1);
    let named = run.jobs.iter().map(|told| {
        let start = told.life.started.expect("every job starts");
        (told.job.name.as_ref().expect("a name").to_string(), start.0 / 1_000_000_000)
    });
    named.collect()
}

fn job(id: &str, tenant: &str, submit: &str, demand: &str) -> String {
    format!("[[job]]\nid = \"{id}\"\ntenant = \"{tenant}\"\nsubmit = \"{submit}\"\norigin = \"here\"\n{demand}\n")
}

/// A pool, jobs, a queue.
fn scenario(pool: &str, jobs: &[String], queue: &str) -> String {
    format!(
        "format = 1\nname = \"shares\"\n[tenants.north]\n[tenants.south]\n[tenants.other]\n[center.here]\npool.p = {{ {pool} }}\n{}\
         [policy.p]\nbroker = {{ fixed = {{ center = \"here\" }} }}\nqueue = {queue}\n",
        jobs.concat()
    )
}

const ORDER: &str = "{ fair-share = { half-life = \"1 d\" } }";

#[test]
fn a_job_of_many_half_lives_is_not_free() {
    // North holds two of three nodes for 30 days, of which 20 have passed: 2 x 1.44 node-days of use, and 20 that it has asked for. South used the
    // third for 12 hours up to the day before. Both wait for the third node; north came first.
    let jobs = [
        job("long", "north", "0 s", "tasks = 2\nruntime = \"30 d\""),
        job("past", "south", "19 d", "runtime = \"12 h\""),
        job("filler", "north", "20 d", "runtime = \"1 h\""),
        job("second", "north", "20 d 1 min", "runtime = \"2 h\""),
        job("first", "south", "20 d 2 min", "runtime = \"2 h\""),
    ];
    let day = 86_400;
    // Not under conservative backfilling: there the second keeps the reservation that it got a minute before the first came.
    let forms = ["easy", "preemptive", "elastic"].map(|form| format!("{{ {form} = {{ order = {ORDER} }} }}"));
    let multi = format!("{{ multi-queue = {{ within = {ORDER} }} }}");
    let queues = forms.into_iter().chain([ORDER.to_owned(), multi]);
    for queue in queues {
        let starts = starts(&scenario("nodes = 3, cores = 1", &jobs, &queue));
        let expected = [20 * day + 3600, 20 * day + 3 * 3600];
        assert_eq!([starts["first"], starts["second"]], expected, "{queue}");
    }
}

#[test]
fn an_overrun_is_used_and_time_asked_for_is_owed() {
    // Half-life 1 d. At 10 d north, which asked for an hour, has held a node for ten days: 1.44 node-days, and nothing is left of its estimate. South
    // has run for an hour and asked for ten days: almost 10 node-days are left.
    let jobs = [
        job("overrun", "north", "0 s", "runtime = \"20 d\"\nrequested = \"1 h\""),
        job("asked", "south", "9 d 23 h", "runtime = \"2 d\"\nrequested = \"10 d\""),
        job("filler", "south", "9 d 23 h", "runtime = \"1 h\""),
        job("b", "south", "9 d 23 h 10 min", "runtime = \"1 h\""),
        job("a", "north", "9 d 23 h 20 min", "runtime = \"1 h\""),
    ];
    let found = starts(&scenario("nodes = 3, cores = 1", &jobs, ORDER));
    assert_eq!([found["a"], found["b"]], [864_000, 867_600]);
    // Had south asked for ten minutes, its use of one hour would be all that counts.
    let short: Vec<String> =
        jobs.iter().map(|job| job.replace("requested = \"10 d\"", "requested = \"10 min\"")).collect();
    let found = starts(&scenario("nodes = 3, cores = 1", &short, ORDER));
    assert_eq!([found["b"], found["a"]], [864_000, 867_600]);
}

#[test]
fn cores_and_memory_count_where_cards_are_the_headline() {
    // Two nodes of 8 cores, 64 GiB and 2 cards. North holds 7 cores of one, or 60 of its 64 GiB, and no card. South holds one card of two beside it,
    // half a node. North uses more, although cards are the headline resource.
    for demand in ["cores = 7", "cores = 1\nmemory = \"60 GiB\""] {
        let jobs = [
            job("wide", "north", "0 s", &format!("{demand}\nruntime = \"1 d\"")),
            job(
                "cards",
                "south",
                "0 s",
                "cores = 1\nmemory = \"1 GiB\"\naccelerators = { per-task = 1 }\nruntime = \"1 d\"",
            ),
            job("filler", "other", "1 s", "cores = 8\nruntime = \"1 h\""),
            job("n", "north", "2 s", "cores = 8\nruntime = \"1 h\""),
            job("s", "south", "3 s", "cores = 8\nruntime = \"1 h\""),
        ];
        let pool = "nodes = 2, cores = 8, memory = \"64 GiB\", accelerators = { kind = \"card\", count = 2 }";
        let found = starts(&scenario(pool, &jobs, ORDER));
        assert!(found["s"] < found["n"], "{demand}: {found:?}");
    }
}
