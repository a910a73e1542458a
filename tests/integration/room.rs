//! Room and waits as brokers expect them: nodes count, not sums; what is queued and coming is served first; data move meanwhile.

use crate::support::{Scratch, audited, eastwest, load, run_into};
use eastwest::units::SimTime;
use std::fmt::Write as _;

/// Brokers that look for room or for an early completion.
const LOOKING: [&str; 8] = [
    "home-first = {}",
    "least-loaded = {}",
    "earliest-completion = {}",
    "edwc-doctrine = {}",
    "power-of-two-choices = { choices = 9 }",
    "lowest-carbon = { max-delay = \"10 min\" }",
    "weighted = { wait = 1.0 }",
    "home-first = { overflow = \"1 min\" }",
];

/// Two centers, 5 ms apart, and jobs of "here".
fn two(pools: [&str; 2], jobs: &[&str]) -> String {
    let mut text = String::from("format = 1\nname = \"room\"\n");
    for (center, pool) in [("here", pools[0]), ("there", pools[1])] {
        let _ = writeln!(text, "[center.{center}]\npool.p = {{ {pool} }}");
    }
    text.push_str("[link.between]\nbetween = [\"here\", \"there\"]\nlatency = \"5 ms\"\nbandwidth = \"1 Gbps\"\n");
    for (number, job) in jobs.iter().enumerate() {
        let _ = writeln!(text, "[[job]]\nid = \"j{number}\"\norigin = \"here\"");
        text.extend(job.split("; ").map(|key| format!("{key}\n")));
    }
    text
}

/// Where the last job goes, and when it starts, by broker.
fn last(text: &str, brokers: &[&str], job: &str) -> Vec<(String, f64)> {
    let place = |broker: &&str| {
        let scenario = load(&format!("{text}[policy.p]\nbroker = {{ {broker} }}\nqueue = {{ easy = {{}} }}\n"));
        let run = audited(&scenario, "p", 1);
        let life = run.job(job).life;
        let pool = life.pool.expect("a pool");
        let center = scenario.platform.centers[scenario.platform.pools[pool.index()].center.index()].name.clone();
        (center, life.started.map_or(f64::NAN, SimTime::as_secs_f64))
    };
    brokers.iter().map(place).collect()
}

fn all_go(text: &str, job: &str, to: &str) {
    for (broker, (center, _)) in LOOKING.iter().zip(last(text, &LOOKING, job)) {
        assert_eq!(center, to, "{broker}");
    }
}

#[test]
fn a_task_needs_its_cards_on_one_node() {
    let pool = "nodes = 3, cores = 16, accelerators = { kind = \"gpu\", count = 4 }";
    let held = "submit = \"0 s\"; regions = [\"here\"]; tasks = 3; accelerators = { kind = \"gpu\", per-task = 3 }; runtime = \"5 h\"";
    // Three cards are free here, one on each node.
    let asks = |per_task| {
        format!("submit = \"1 s\"; accelerators = {{ kind = \"gpu\", per-task = {per_task} }}; runtime = \"30 min\"")
    };
    all_go(&two([pool, pool], &[held, &asks("2")]), "j1", "there");
    all_go(&two([pool, pool], &[held, &format!("{}; tasks = 4", asks("1"))]), "j1", "there");
    // Two thirds of a card fit beside nothing else on a card: three tasks find a card each, four do not.
    let parts = |tasks| format!("{}; tasks = {tasks}", asks("0.6"));
    all_go(&two([pool, pool], &[held, &parts(4)]), "j1", "there");
    for stay in [asks("1"), format!("{}; tasks = 3", asks("1")), parts(3)] {
        let places = last(&two([pool, pool], &[held, &stay]), &["home-first = {}", "earliest-completion = {}"], "j1");
        assert!(places.iter().all(|place| *place == ("here".to_owned(), 1.0)), "{stay}: {places:?}");
    }
}

#[test]
fn free_cores_of_several_nodes_are_no_room_for_one_task() {
    let pools = ["nodes = 4, cores = 6", "nodes = 1, cores = 6"];
    let held = "submit = \"0 s\"; regions = [\"here\"]; tasks = 4; cores = 4; runtime = \"2 h\"";
    // 8 cores are free here, 2 on each node.
    all_go(&two(pools, &[held, "submit = \"9 s\"; cores = 3; runtime = \"5 min\""]), "j1", "there");
    let stay = two(pools, &[held, "submit = \"9 s\"; cores = 2; tasks = 4; runtime = \"5 min\""]);
    assert_eq!(last(&stay, &["home-first = {}"], "j1"), [("here".to_owned(), 9.0)]);
    // Memory is as good a reason.
    let pools = ["nodes = 4, cores = 6, memory = \"8 GiB\"", "nodes = 1, cores = 6, memory = \"8 GiB\""];
    let held = "submit = \"0 s\"; regions = [\"here\"]; tasks = 4; memory = \"6 GiB\"; runtime = \"2 h\"";
    all_go(&two(pools, &[held, "submit = \"9 s\"; memory = \"3 GiB\"; runtime = \"5 min\""]), "j1", "there");
}

#[test]
fn what_is_on_its_way_takes_no_more_room_than_it_asks_for() {
    let pools = ["nodes = 10, cores = 8", "nodes = 1, cores = 8"];
    let coming = |cores| {
        format!(
            "submit = \"0 s\"; regions = [\"here\"]; cores = {cores}; tasks = 10; runtime = \"1 h\"; input = \"50 GB\"; input-at = \"there\""
        )
    };
    // Half of each node is on its way to be taken: 40 cores are left, for ten tasks of four cores or forty of one.
    let asks = |cores, tasks| format!("submit = \"5 s\"; cores = {cores}; tasks = {tasks}; runtime = \"100 s\"");
    let place = |cores, tasks| {
        let places = last(&two(pools, &[&coming(4), &asks(cores, tasks)]), &["home-first = {}"], "j1");
        places[0].0.clone()
    };
    for (cores, tasks) in [(1, 1), (1, 40), (4, 10), (8, 5)] {
        assert_eq!(place(cores, tasks), "here", "{tasks} tasks of {cores} cores");
    }
    // Counted in tasks of eight cores, what comes is five nodes: one of the six that are asked for finds none.
    let full = last(&two(pools, &[&coming(4), &asks(8, 1)]), &["home-first = {}"], "j1");
    assert_eq!(full, [("here".to_owned(), 5.0)]);
    assert_eq!(last(&two(pools, &[&coming(8), &asks(1, 1)]), &["home-first = {}"], "j1"), [("there".to_owned(), 5.0)]);
}

#[test]
fn data_move_while_the_queue_drains() {
    let pool = ["nodes = 1, cores = 2", "nodes = 1, cores = 2"];
    let jobs = |here: u64, there: u64, gigabytes: u64| {
        [
            format!("submit = \"0 s\"; regions = [\"here\"]; cores = 2; runtime = \"{here} s\""),
            format!("submit = \"0 s\"; regions = [\"there\"]; cores = 2; runtime = \"{there} s\""),
            format!("submit = \"1 s\"; cores = 2; runtime = \"50 s\"; input = \"{gigabytes} GB\""),
        ]
    };
    let place = |here, there, gigabytes| {
        let jobs = jobs(here, there, gigabytes);
        let text = two(pool, &jobs.each_ref().map(String::as_str));
        last(&text, &["earliest-completion = {}"], "j2")[0].clone()
    };
    // 50 GB take 400.005 s. There the node falls free at 400 s, at 390 s, at 500 s: it starts at 401.005, 401.005, 500 s.
    assert_eq!(place(402, 400, 50), ("there".to_owned(), 401.005));
    assert_eq!(place(402, 390, 50), ("there".to_owned(), 401.005));
    assert_eq!(place(501, 500, 50), ("there".to_owned(), 500.0));
    assert_eq!(place(401, 390, 50), ("here".to_owned(), 401.0));
}

/// The tariff falls at 1 h there: a job that waits for its node until then is cheap, though its data came long before.
#[test]
fn cheapest_counts_the_hours_of_the_expected_start() {
    let mut text = two(
        [
            "nodes = 1, cores = 1, power-idle = \"0 W\", power-peak = \"1 kW\"",
            "nodes = 1, cores = 1, power-idle = \"0 W\", power-peak = \"1 kW\"",
        ],
        &[
            "submit = \"0 s\"; regions = [\"there\"]; runtime = \"55 min\"",
            // 337.5 GB take 45 min: with the queue after it the start would be at 100 min.
            "submit = \"0 s\"; runtime = \"20 min\"; input = \"337.5 GB\"",
        ],
    );
    text = text.replace("[center.here]", "[center.here]\ntariff = \"0.50 CNY/kWh\"");
    // From 55 to 75 min: 5 min at 0.10 and 15 min at 0.60 are 0.475 of 0.50 a kWh; from 100 min on all of it would be at 0.60.
    text = text.replace(
        "[center.there]",
        "[center.there]\ntariff = { flat = \"0.10 CNY/kWh\", peak = \"0.60 CNY/kWh\", peak-hours = [\"1-23\"] }",
    );
    text.insert_str(0, "run = { start = \"2023-12-25T00:00:00+08:00\" }\n");
    assert_eq!(last(&text, &["cheapest = {}"], "j1"), [("there".to_owned(), 3300.0)]);
}

/// A job that runs longer than it asked for holds its nodes; nothing of it is left to do, and less than nothing is no credit.
#[test]
fn an_overrun_is_no_room_and_no_credit() {
    let late = "submit = \"0 s\"; regions = [\"here\"]; cores = 4; runtime = \"10 h\"; requested = \"1 min\"";
    let long = "submit = \"0 s\"; regions = [\"here\"]; cores = 4; runtime = \"2 h\"; requested = \"2 h\"";
    let asks = |cores| format!("submit = \"1 h\"; cores = {cores}; runtime = \"10 min\"");
    // One node is held by a job that is an hour late.
    let one = ["nodes = 1, cores = 4", "nodes = 1, cores = 4"];
    assert_eq!(last(&two(one, &[late, &asks(1)]), &["home-first = {}"], "j1")[0].0, "there");
    // Two nodes: the late one is expected in the next instant; both together not before 2 h.
    let two_nodes = ["nodes = 2, cores = 4", "nodes = 2, cores = 4"];
    let both = format!("{}; tasks = 2", asks(4));
    let places = last(
        &two(two_nodes, &[late, long, &both]),
        &["home-first = { overflow = \"59 min\" }", "home-first = { overflow = \"1 h\" }"],
        "j2",
    );
    assert_eq!((places[0].0.as_str(), places[1].0.as_str()), ("there", "here"));
}

/// What ends at an instant is free for who asks at that instant.
#[test]
fn what_is_released_now_is_free_now() {
    let jobs = [
        "submit = \"0 s\"; regions = [\"here\"]; tasks = 2; cores = 4; runtime = \"100 s\"",
        "submit = \"100 s\"; tasks = 2; cores = 4; runtime = \"10 s\"",
    ];
    let places = last(
        &two(["nodes = 2, cores = 4", "nodes = 2, cores = 4"], &jobs),
        &["home-first = {}", "least-loaded = {}"],
        "j1",
    );
    assert!(places.iter().all(|place| *place == ("here".to_owned(), 100.0)), "{places:?}");
}

/// Published every ten minutes: the broker sees the nodes of then, and what was predicted to end since.
#[test]
fn published_waits_are_of_nodes_too() {
    let pools = ["nodes = 3, cores = 4", "nodes = 3, cores = 4"];
    let held = |run: &str| format!("submit = \"0 s\"; regions = [\"here\"]; tasks = 3; cores = 3; runtime = \"{run}\"");
    let old = |jobs: &[&str]| format!("{}[information]\nrefresh = \"10 min\"\n", two(pools, jobs));
    let asks = |submit: &str| format!("submit = \"{submit}\"; cores = 2; runtime = \"5 min\"");
    let earlier = "submit = \"10 s\"; regions = [\"there\"]; cores = 2; runtime = \"1 s\"";
    // At 15 min the state of 10 min: one core free on each node, until 30 min.
    let text = old(&[&held("30 min"), earlier, &asks("15 min")]);
    assert_eq!(last(&text, &["home-first = {}"], "j2"), [("there".to_owned(), 900.0)]);
    // At 29 min, of 20 min; at 31 min, of 30 min, when all is free; those that ask for 14 min end by their request before 15 min.
    let text = old(&[&held("30 min"), earlier, &asks("29 min")]);
    assert_eq!(last(&text, &["home-first = {}"], "j2")[0].0, "there");
    let text = old(&[&held("30 min"), earlier, &asks("31 min")]);
    assert_eq!(last(&text, &["home-first = {}"], "j2")[0].0, "here");
    let text = old(&[&held("14 min"), earlier, &asks("15 min")]);
    assert_eq!(last(&text, &["home-first = {}"], "j2"), [("here".to_owned(), 900.0)]);
}

/// `explain` shows the wait that the broker reckoned with.
#[test]
fn explain_shows_the_same_wait() {
    let scratch = Scratch::new();
    let pools = ["nodes = 2, cores = 4", "nodes = 2, cores = 4"];
    let jobs = [
        "submit = \"0 s\"; regions = [\"here\"]; tasks = 2; cores = 3; runtime = \"1000 s\"",
        "submit = \"1 s\"; cores = 2; runtime = \"100 s\"; input = \"10 GB\"",
    ];
    let text = format!("{}[policy.p]\nbroker = {{ earliest-completion = {{}} }}\n", two(pools, &jobs));
    let scenario = scratch.write("room.toml", text);
    let out = scratch.path("out");
    run_into(&scenario, &out, &[]).expect(0);
    let words = ["explain", &out.display().to_string(), "j1", "--format", "json"].map(str::to_owned);
    let told: serde_json::Value = serde_json::from_str(&eastwest(&words).expect(0).stdout).expect("JSON");
    let scored = told["asked"][0]["best"].as_array().expect("pools").clone();
    let terms = told["asked"][0]["terms"].as_array().expect("terms").clone();
    let at = terms.iter().position(|term| term["name"] == "queue_wait_s").expect("a wait");
    let wait = |center: &str| {
        let row = scored.iter().find(|row| row["center"] == center).expect("the center");
        row["values"][at].as_f64().expect("seconds")
    };
    assert_eq!((wait("here"), wait("there")), (999.0, 0.0));
    assert_eq!(told["place"]["center"], "there");
}
