//! Refusals: tenants, workloads, single jobs, where they may run and what can reach them.

use super::{good, refused, warned, with};
use crate::model::TaskShape;

#[test]
fn tenants() {
    refused(&[("count = 10", "count = 0")], "0", &["the group of tenants \"firms\" has no member"]);
    refused(&[("count = 10", "count = 20000000")], "20000000", &["more than 10000000 tenants"]);
    refused(&[("exponent = 1.1", "exponent = -1.0")], "{ zipf", &["exponent of a Zipf share must be from 0 to 100"]);
    refused(&[("count = 10", "weight = 0.0")], "0.0", &["the weight of a tenant must be above 0"]);
    refused(
        &[("tenants = \"firms\"", "tenants = \"firm\"")],
        "\"firm\"",
        &["unknown group of tenants", "did you mean \"firms\"?"],
    );
    refused(
        &[("id = \"a\"", "id = \"a\"\ntenant = \"firms\"")],
        "\"firms\"",
        &["has 10 tenants; a single job belongs to one"],
    );
    let platform = good(super::WHOLE).platform;
    let groups: Vec<(&str, u32, u32)> =
        platform.tenants.groups.iter().map(|group| (group.name.as_str(), group.first.0, group.count)).collect();
    assert_eq!(groups, [("default", 0, 1), ("firms", 1, 10)], "the single job names none");
}

#[test]
fn arrivals() {
    let poisson = "{ poisson = { rate = \"140 / d\", by-hour = \"office\", by-day = \"week\" } }";
    let endless = [("until = \"7 d\"\nwarm-up = \"12 h\"", "")];
    refused(&endless, poisson, &["workload \"training\" never ends", "`count`"]);
    refused(&[("140 / d", "1e12 / s")], "\"1e12 / s\"", &["a rate must be from 0 to 1e9 / s"]);
    warned(&[("140 / d", "0 / d")], "\"0 / d\"", &["has a rate of 0, so it has no job"]);
    refused(&[("\"office\"", "{ hours = [1.0, 2.0] }")], "{ hours", &["`hours` needs 24 factors, not 2"]);
    refused(&[("\"week\"", "{ days = [0, 0, 0, 0, 0, 0, 0] }")], "{ days", &["the factors of `days` are all 0"]);
    refused(&[("\"week\"", "{ days = [0, 0, -1.5, 0, 0, 0, 0] }")], "{ days", &["must be 0 or more, not -1.5"]);
    let renewal = "{ renewal = { interval = \"0 s\" } }";
    refused(&[(poisson, renewal)], "\"0 s\"", &["never moves on"]);
    let counted = format!("{renewal}\ncount = 10");
    assert_eq!(good(&with(&[(poisson, &counted)])).classes[0].count, Some(10));
    refused(&[("\"week\"", "\"week\", weekly-growth = 0.0")], "0.0", &["`weekly-growth` must be from 0.01 to 100"]);
    let from = |text: &str| format!("tenants = \"firms\"\n{text}");
    refused(
        &[("tenants = \"firms\"", &from("from = \"2 d\"\nuntil = \"1 d\""))],
        "\"1 d\"",
        &["ends before it begins"],
    );
    warned(&[("tenants = \"firms\"", &from("from = \"8 d\""))], "\"8 d\"", &["begins after the end of submissions"]);
    warned(&[("tenants = \"firms\"", &from("count = 0"))], "0", &["has no job"]);
    let bursts = "{ bursts = { rate = \"1 / d\", size = 1.5 } }";
    refused(&[(poisson, bursts)], "1.5", &["`size`: 1.5 is not a whole number"]);
}

#[test]
fn origins() {
    let origin = "origin = { beijing = 0.3, shanghai = 0.7 }";
    refused(&[(origin, "")], "[workload.training]", &["does not say where its users are"]);
    refused(
        &[(origin, "origin = { bejing = 1.0 }")],
        "1.0",
        &["unknown center or metro \"bejing\"", "did you mean \"beijing\"?"],
    );
    refused(&[(origin, "origin = { ix = 1.0 }")], "1.0", &["\"ix\" is an exchange point"]);
    refused(&[(origin, "origin = { beijing = -1.0 }")], "-1.0", &["a weight must be 0 or more"]);
    refused(&[(origin, "origin = { beijing = 0.0 }")], "{ beijing", &["no weight is above 0"]);
    refused(&[(origin, "origin = {}")], "{}", &["no weight is above 0"]);
    refused(
        &[("origin = \"shanghai\"", "origin = \"shenzhen\"")],
        "\"shenzhen\"",
        &["unknown center or metro", "beijing, shanghai, zhongwei"],
    );
}

#[test]
fn distributions() {
    let runtime = "{ log-normal = { median = \"8 h\", sigma = 1.2, max = \"14 d\" } }";
    let with_runtime = |text: &'static str, words: &[&str]| refused(&[(runtime, text)], text, words);
    with_runtime("{ log-normal = { median = \"0 s\", sigma = 1.2 } }", &["`runtime`: `median` must be above 0"]);
    with_runtime("{ log-normal = { median = \"8 h\", sigma = -1.0 } }", &["`sigma` must be 0 or more"]);
    with_runtime("{ log-normal = { median = \"8 h\", sigma = nan } }", &["`sigma` must be 0 or more", "NaN"]);
    with_runtime("{ weibull = { scale = \"0 s\", shape = 1.0 } }", &["`scale` must be above 0"]);
    with_runtime("{ weibull = { scale = \"1 s\", shape = 0.0 } }", &["`shape` must be above 0"]);
    with_runtime("{ exponential = { mean = \"0 s\" } }", &["`mean` must be above 0"]);
    with_runtime("{ exponential = { mean = \"1 s\", min = \"2 s\", max = \"1 s\" } }", &["`min` is above `max`"]);
    with_runtime("{ uniform = { min = \"2 s\", max = \"1 s\" } }", &["`min` is above `max`"]);
    with_runtime("{ choice = { \"1 hour\" = 1.0 } }", &["\"1 hour\" is not a duration"]);
    with_runtime("{ choice = { \"1 h\" = 0.0 } }", &["no value of the choice has a weight above 0"]);
    with_runtime("{ choice = { \"1 h\" = -0.5 } }", &["the weight of \"1 h\" must be 0 or more"]);
    with_runtime("{ empirical = [[0, \"1 s\"], [0.9, \"2 s\"]] }", &["go from probability 0 to 1"]);
    with_runtime("{ empirical = [[0, \"3 s\"], [1, \"2 s\"]] }", &["ascend, in probability and in value"]);
    with_runtime("{ empirical = [] }", &["go from probability 0 to 1"]);
    with_runtime("\"50000 d\"", &["`runtime`: 50000 d is not from 0"]);
    assert!(
        good(&with(&[(runtime, "{ empirical = [[0, \"1 s\"], [0.5, \"2 s\"], [1, \"1 h\"]] }")])).classes.len() == 1
    );
    let tasks = "{ choice = { 1 = 0.5, 2 = 0.5 } }";
    refused(&[(tasks, "{ choice = { \"1.5\" = 0.5 } }")], "{ choice", &["`tasks`: 1.5 is not a whole number"]);
    refused(&[(tasks, "0")], "0", &["`tasks`: 0 is not from 1"]);
    refused(&[(tasks, "-3")], "-3", &["`tasks`: -3 is not from 1"]);
    refused(
        &[("uniform = { min = 1.0, max = 4.0 }", "uniform = { min = 1.0, max = inf }")],
        "{ factor",
        &["the factor of `requested`: max = inf"],
    );
}

#[test]
fn demands() {
    refused(
        &[("per-task = 4", "per-task = 1.5")],
        "1.5",
        &["1.5 accelerators of a task; more than one must be a whole number"],
    );
    refused(&[("per-task = 4", "per-task = 0")], "0", &["asks for 0 accelerators; leave `accelerators` out"]);
    refused(
        &[("kind = \"card\", per-task", "kind = \"cart\", per-task")],
        "\"cart\"",
        &["unknown kind of accelerator", "did you mean \"card\"?"],
    );
    let share = good(&with(&[(
        "origin = \"shanghai\"\ncores = 4",
        "origin = \"shanghai\"\naccelerators = { per-task = 0.25 }",
    )]));
    let wanted = TaskShape { cores_milli: 0, memory: 0, accelerators_milli: 250, accelerator: None };
    assert_eq!(share.jobs[0].request.task, wanted, "no cores beside accelerators unless they are asked for");
    let job = |cores: &str| format!("origin = \"shanghai\"\ncores = {cores}");
    let from = "origin = \"shanghai\"\ncores = 4";
    refused(&[(from, &job("0"))], "0", &["job \"a\" asks for no core and no accelerator"]);
    refused(&[(from, &job("0.0001"))], "0.0001", &["less than a thousandth"]);
    refused(&[(from, &job("nan"))], "nan", &["must be from 0 to 4,000,000"]);
    refused(&[(from, &job("4\ntasks = 0"))], "0", &["job \"a\" has 0 tasks"]);
    refused(&[(from, &job("4\nmemory = \"1 ZB\""))], "\"1 ZB\"", &["memory of one task is too large"]);
    refused(
        &[("accelerators = { kind = \"card\", per-task = 4 }", "cores = 0")],
        "0",
        &["workload \"training\" asks for no core"],
    );
    let twice = "[[job]]\nid = \"a\"\nsubmit = \"0 s\"\norigin = \"beijing\"\nruntime = \"1 h\"\n[[event]]";
    refused(&[("[[event]]", twice)], "\"a\"", &["two jobs are called \"a\""]);
    let drawn = "accelerators = { per-task = { uniform = { min = 1, max = 2 } } }";
    refused(
        &[("origin = \"shanghai\"\ncores = 4", &format!("origin = \"shanghai\"\n{drawn}"))],
        "{ uniform",
        &["of a single job is one value, not a distribution"],
    );
    warned(&[("submit = \"0 s\"", "submit = \"8 d\"")], "\"8 d\"", &["job \"a\" is never submitted"]);
}

#[test]
fn work_and_data() {
    let hour = "runtime = \"1 h\"";
    refused(&[(hour, "")], "[[job]]", &["job \"a\" does not say how long it runs", "`work`"]);
    refused(
        &[(hour, "runtime = \"1 h\"\nwork = { fp64 = \"1 TFLOP\" }")],
        "{ fp64",
        &["a run time and an amount of work"],
    );
    refused(
        &[(hour, "work = { fp16 = \"1 TFLOP\" }")],
        "[[job]]",
        &["given in fp16 operations", "no pool where it may run", "none"],
    );
    let work = good(&with(&[(hour, "work = { fp64 = \"1 TFLOP\" }")]));
    let pools = &work.platform.constraints[work.jobs[0].request.constraint.index()].pools;
    assert_eq!(pools.len(), 1, "only pools with a rate at that precision");
    refused(
        &[("dataset = \"archive\"", "dataset = \"archives\"")],
        "\"archives\"",
        &["unknown dataset", "did you mean \"archive\"?"],
    );
    refused(
        &[("dataset = \"archive\"", "dataset = \"archive\"\ninput = \"1 B\"")],
        "\"archive\"",
        &["has `input` and `dataset`"],
    );
    refused(&[("dataset = \"archive\"", "input-at = \"beijing\"")], "\"beijing\"", &["`input-at` needs `input`"]);
    refused(&[("dataset = \"archive\"", "output-to = \"home\"")], "\"home\"", &["unknown center or metro \"home\""]);
    refused(&[("output = \"50 GB\"", "dataset = { archive = 1.0 }")], "{ archive", &["has `input` and `dataset`"]);
    assert_eq!(good(&with(&[("dataset = \"archive\"", "output-to = \"stay\"")])).jobs[0].request.output_to, None);
    let deadline = "{ after-submit = { uniform = { min = \"1 s\", max = \"2 s\" } } }";
    refused(&[(hour, &format!("{hour}\ndeadline = {deadline}"))], "{ uniform", &["not a distribution"]);
    refused(
        &[
            (hour, &format!("{hour}\nkind = \"training\"\nclass = \"training\"")),
            ("[workload.training]", "[workload.training]\nkind = \"backup\""),
        ],
        "\"training\"",
        &["of class \"training\" are of different kinds"],
    );
}

#[test]
fn where_jobs_may_run() {
    refused(
        &[("regions = [\"china\"]\n\n[[job]]", "regions = [\"chine\"]\n\n[[job]]")],
        "\"chine\"",
        &["in which no center lies", "did you mean \"china\"?"],
    );
    let label = |text: &str| format!("regions = [\"china\"]\nlabels = {{ {text} }}\n\n[[job]]");
    refused(
        &[("regions = [\"china\"]\n\n[[job]]", &label("securty = \"level-3\""))],
        "\"level-3\"",
        &["label \"securty\", which no center has", "did you mean \"security\"?"],
    );
    refused(
        &[("regions = [\"china\"]\n\n[[job]]", &label("security = \"level-4\""))],
        "\"level-4\"",
        &["did you mean \"level-3\"?"],
    );
    refused(
        &[("regions = [\"china\"]\n\n[[job]]", &label("security = \"level-3\""))],
        "[workload.training]",
        &["can run nowhere: no pool has its regions and its labels and its accelerators", "labels: beijing/cpu"],
    );
    refused(
        &[("origin = \"shanghai\"\ncores = 4", "origin = \"shanghai\"\ncores = 128")],
        "[[job]]",
        &[
            "impossible job: job \"a\" asks for 1 task of 128 cores",
            "beijing/cpu, has 3 open nodes",
            "holds not one such task",
        ],
    );
    refused(
        &[("origin = \"shanghai\"\ncores = 4", "origin = \"shanghai\"\ncores = 8\ntasks = 21")],
        "[[job]]",
        &["21 tasks of 8 cores", "holds 3 such tasks"],
    );
    refused(
        &[("per-task = 4", "per-task = 9")],
        "[workload.training]",
        &["even the least of workload \"training\"", "1 task of 9 accelerators"],
    );
    warned(
        &[("2 = 0.5", "5 = 0.5")],
        "[workload.training]",
        &["the largest jobs of workload \"training\" fit into no pool"],
    );
    let grown = "add = { center = \"zhongwei\", pool = \"ai\", nodes = 1 }";
    let scenario = good(&with(&[("2 = 0.5", "6 = 0.5"), ("down = { link = \"ix-zhongwei\" }", grown)]));
    assert!(scenario.warnings.is_empty(), "{:?}", scenario.warnings);
    assert_eq!(scenario.platform.pools[1].nodes_max, 3, "an event adds a node");
}

#[test]
fn what_can_be_reached() {
    let cut = "[link.shanghai-ix]\nbetween = [\"shanghai\", \"ix\"]\nlatency = \"6 ms\"\nbandwidth = \"100 Gbps\"\n";
    refused(
        &[(cut, ""), ("beijing = 0.3, shanghai = 0.7", "shanghai = 0.7")],
        "0.7",
        &[
            "its data at shanghai cannot get to any center where it may run (zhongwei)",
            "no link with bandwidth leads to \"shanghai\"",
        ],
    );
    let far =
        "[link.shanghai-ix]\nbetween = [\"shanghai\", \"beijing\"]\nlatency = \"6 ms\"\nbandwidth = \"100 Gbps\"\n";
    let broken = (
        "between = [\"ix\", \"zhongwei\"]\nlatency = \"9 ms\"\nbandwidth = \"400 Gbps\"",
        "between = [\"ix\", \"zhongwei\"]\nlatency = \"9 ms\"\nbandwidth = \"0 bps\"",
    );
    let text = with(&[(cut, far), broken]);
    let (_, out) = super::look(&text);
    let errors: Vec<&str> = out.list.iter().filter_map(|problem| problem.help.as_deref()).collect();
    assert!(
        errors
            .iter()
            .any(|help| help
                .contains("the nearest center that \"shanghai\" is linked with is \"beijing\", 6 ms one way")),
        "{errors:?}"
    );
    let raised = "bandwidth = { link = \"ix-zhongwei\", to = \"1 Gbps\" }";
    let (scenario, out) = super::look(&with(&[broken, ("down = { link = \"ix-zhongwei\" }", raised)]));
    assert!(scenario.is_some() && out.list.is_empty(), "an event gives the link a bandwidth: {:#?}", out.list);
    refused(
        &[
            (cut, ""),
            ("input = { log-normal = { median = \"1 TB\", sigma = 1.5 } }\noutput = \"50 GB\"", "output = \"50 GB\""),
            ("origin = \"shanghai\"\ncores", "origin = \"beijing\"\ncores"),
        ],
        "0.7",
        &["its output cannot get to \"shanghai\" from any center where it may run (zhongwei)"],
    );
    warned(
        &[("origin = \"shanghai\"\ncores = 4", "origin = \"shanghai\"\ncores = 4\nround-trip = \"10 ms\"")],
        "\"10 ms\"",
        &["within a round trip of 10 ms of \"shanghai\"", "the nearest is \"beijing\", 14 ms there and back"],
    );
}

#[test]
fn checkpoints_and_elastic_jobs() {
    let from = |text: &str| format!("tenants = \"firms\"\n{text}");
    let tried = |text: &str, at: &str, words: &[&str]| refused(&[("tenants = \"firms\"", &from(text))], at, words);
    tried("checkpoint = { every = \"0 s\" }", "\"0 s\"", &["checkpoints without end"]);
    let speedup = "speedup = { amdahl = { serial = 0.1 } }";
    tried(
        &format!("elastic = {{ kind = \"moldable\", least = 9, most = 8, {speedup} }}"),
        "9",
        &["from 9 to 8 tasks is no range"],
    );
    tried(&format!("elastic = {{ kind = \"moldable\", least = 0, most = 8, {speedup} }}"), "0", &["at least 1"]);
    tried(
        "elastic = { kind = \"moldable\", most = 8, speedup = { amdahl = { serial = 1.5 } } }",
        "{ amdahl = { serial = 1.5 } }",
        &["a serial share of 1.5"],
    );
    tried(
        "elastic = { kind = \"moldable\", most = 8, speedup = { downey = { parallelism = 0.5, variance = 1.0 } } }",
        "{ downey",
        &["parallelism of 0.5 is below 1"],
    );
    tried(
        &format!("checkpoint = {{ every = \"1 h\" }}\nelastic = {{ kind = \"malleable\", most = 8, {speedup} }}"),
        "{ every",
        &["is malleable and has checkpoints"],
    );
    let text = from(&format!(
        "checkpoint = {{ every = \"1 h\", cost = \"5 s\" }}\nelastic = {{ kind = \"moldable\", most = 8, {speedup} }}"
    ));
    let scenario = good(&with(&[("tenants = \"firms\"", &text)]));
    let flex = scenario.classes[0].flex.as_ref().expect("it bends");
    assert_eq!(
        flex.checkpoint.map(|saved| (saved.every.0, saved.cost.0, saved.restart.0)),
        Some((3_600_000_000_000, 5_000_000_000, 0))
    );
    assert_eq!(flex.elastic.map(|elastic| (elastic.least, elastic.most)), Some((1, 8)));
}
