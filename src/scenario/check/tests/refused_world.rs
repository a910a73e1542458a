//! Refusals: run, places, pools, signals, network, events, policies.

use super::{good, look, refused, warned, with};
use crate::model::SiteId;

#[test]
fn names() {
    refused(&[("format = 1", "format = 2")], "2", &["format 2 of the scenario language is not known", "format = 1"]);
    refused(&[("name = \"whole\"", "name = \"\"")], "\"\"", &["the name of a scenario is empty"]);
    refused(&[("name = \"whole\"", "name = \"a/b\"")], "\"a/b\"", &["a directory of results is named after it"]);
    refused(&[("name = \"whole\"", "name = \"..\"")], "\"..\"", &["no dot at the beginning"]);
    let long = format!("name = \"{}\"", "長".repeat(101));
    refused(&[("name = \"whole\"", &long)], "\"長", &["101 characters; at most 100"]);
    refused(&[("name = \"whole\"", "name = \"a\\tb\"")], "\"a", &["a control character: \"a\\tb\""]);
    assert_eq!(good(&with(&[("name = \"whole\"", "name = \"東數西算\"")])).name, "東數西算");
    refused(
        &[("[exchange.ix]", "[exchange.ix]\n[metro.ix]")],
        "[exchange.ix]",
        &["\"ix\" is a metro and an exchange point at once"],
    );
    refused(
        &[("[metro.shanghai]", "[metro.shanghai]\n[metro.stay]")],
        "[metro.stay]",
        &["no place can be called \"stay\""],
    );
    refused(&[("[metro.shanghai]", "[metro.shanghai]\n[metro.origin]")], "[metro.origin]", &["meaning in `output-to`"]);
    refused(
        &[("[metro.shanghai]", "[metro.shanghai]\n[metro.\"\"]")],
        "[metro.\"\"]",
        &["the name of a metro is empty"],
    );
    refused(&[("province = \"hebei\"", "province = \" \"")], "\" \"", &["province", "is empty"]);
}

#[test]
fn run() {
    refused(&[("2023-12-25T00:00:00+08:00", "2023-02-29T00:00:00Z")], "\"2023-02-29", &["there is no day 2023-02-29"]);
    refused(
        &[("2023-12-25T00:00:00+08:00", "Christmas")],
        "\"Christmas\"",
        &["not a date", "2023-12-25T00:00:00+08:00"],
    );
    refused(&[("warm-up = \"12 h\"", "warm-up = \"7 d\"")], "\"7 d\"", &["leaves nothing of the run"]);
    refused(
        &[("warm-up = \"12 h\"", "decide-every = \"0 s\"")],
        "\"0 s\"",
        &["`decide-every` must be longer than 0 s"],
    );
    refused(
        &[("until = \"7 d\"\nwarm-up = \"12 h\"", "until = \"0 s\"")],
        "\"0 s\"",
        &["`until` must be longer than 0 s"],
    );
    refused(&[("until = \"7 d\"", "until = \"50000 d\"")], "\"50000 d\"", &["longer than a hundred years"]);
    let delay = ("[metro.shanghai]", "[information]\ndelay = \"5 s\"\n[metro.shanghai]");
    refused(&[delay], "\"5 s\"", &["a `delay` of information needs a `refresh`"]);
    let refresh = ("[metro.shanghai]", "[information]\nrefresh = \"1 us\"\n[metro.shanghai]");
    refused(&[refresh], "\"1 us\"", &["must not be shorter than 1 ms"]);
    let named = |name: &str| format!("warm-up = \"12 h\"\npolicy = \"{name}\"");
    refused(&[("warm-up = \"12 h\"", &named("spred"))], "\"spred\"", &["neither a stack", "did you mean \"spread\"?"]);
    assert_eq!(good(&with(&[("warm-up = \"12 h\"", &named("least-loaded"))])).policy.as_deref(), Some("least-loaded"));
    assert_eq!(good(super::WHOLE).policy.as_deref(), Some("spread"), "the only stack is the default");
    let fixed = ("{ least-loaded = {} }", "{ fixed = { center = \"bejing\" } }");
    refused(&[fixed], "", &["stack \"spread\"", "bejing"]);
}

#[test]
fn centers_and_pools() {
    refused(&[("lat = 39.9, lon = 116.4", "lat = 116.4, lon = 39.9")], "{ lat", &["no place at lat 116.4", "swapped"]);
    refused(
        &[("filled = \"1 PB\"", "filled = \"11 PB\"")],
        "\"11 PB\"",
        &["11 PB are stored where there is space for 10 PB"],
    );
    refused(&[("cores = 8", "cores = 0")], "0", &["a node has 1 to 4000000 cores, not 0"]);
    refused(&[("nodes = 4,", "nodes = 2000000000,")], "2000000000", &["number of nodes must be at most 1000000000"]);
    warned(
        &[
            ("nodes = 4,", "nodes = 0,"),
            ("origin = \"shanghai\"\ncores = 4", "origin = \"shanghai\"\ncores = 16\nregions = [\"china\"]"),
        ],
        "0",
        &["pool \"cpu\" has no node at the start"],
    );
    refused(
        &[("power-peak = \"300 W\"", "power-peak = \"99 W\"")],
        "\"99 W\"",
        &["a busy node takes less power (99 W) than an idle one (100 W)"],
    );
    refused(&[("power-peak = \"300 W\"", "power-peak = \"2 GW\"")], "\"2 GW\"", &["at most 1 GW"]);
    refused(&[("count = 8", "count = 17")], "17", &["1 to 16 accelerators, not 17"]);
    refused(&[("count = 8", "count = 0")], "0", &["1 to 16 accelerators, not 0"]);
    refused(
        &[("memory = \"64 GiB\", fp64", "memory = \"1 ZB\", fp64")],
        "\"1 ZB\"",
        &["memory of one node is too large"],
    );
    refused(&[("memory = \"64 GiB\", fp64", "memory = \"0 B\", fp64")], "\"0 B\"", &["a node without memory"]);
    refused(&[("fp64 = \"1 TFLOPS\"", "fp64 = \"0 FLOPS\"")], "\"0 FLOPS\"", &["above 0", "leave it out"]);
    for speed in ["-1.0", "nan", "0.0", "9e-7", "1e-11", "2e6"] {
        let words = ["`speed` must be from 1e-6 to 1e6", "speed = 0.5"];
        refused(&[("fp64 = \"1 TFLOPS\"", &format!("speed = {speed}"))], speed, &words);
    }
    good(&with(&[("fp64 = \"1 TFLOPS\"", "speed = 1e-6")]));
    let other = "[metro.shanghai]\n[center.other.pool.ai]\nnodes = 1\ncores = 1\naccelerators = { kind = \"card\", count = 1, fp16 = \"281 TFLOPS\" }\n[link.o]\nbetween = [\"other\", \"ix\"]\nlatency = \"1 ms\"\nbandwidth = \"1 bps\"\n";
    refused(&[("[metro.shanghai]\n", other)], "\"280 TFLOPS\"", &["`fp16` of accelerator \"card\" differs"]);
    let empty = "[metro.shanghai]\n[center.empty]\n[link.o]\nbetween = [\"empty\", \"ix\"]\nlatency = \"1 ms\"\nbandwidth = \"1 bps\"\n";
    refused(
        &[("tier = \"regional\"", "tier = \"store\"")],
        "{ nodes = 4",
        &["\"beijing\" is a store, which has no pools", "another tier"],
    );
    refused(
        &[("tier = \"regional\"", "racks = 10\nracks-occupied = 11")],
        "11",
        &["11 racks are occupied where there are 10"],
    );
    refused(&[("tier = \"regional\"", "racks-occupied = 11")], "11", &["`racks-occupied` needs `racks`"]);
    refused(
        &[("latency = \"9 ms\"", "latency = \"9 ms\"\ncables = 1000001")],
        "1000001",
        &["the number of cables must be at most 1000000"],
    );
    warned(&[("[metro.shanghai]\n", empty)], "[center.empty]", &["center \"empty\" has no pool"]);
    let (_, out) = look("format = 1\nname = \"nothing\"\n");
    assert_eq!(out.list[0].message, "the scenario has no center");
}

#[test]
fn values_by_hour() {
    refused(&[("pue = 1.5", "pue = 0.9")], "0.9", &["the PUE must be from 1 to 100, not 0.9"]);
    refused(&[("pue = 1.5", "pue = inf")], "inf", &["not inf"]);
    refused(&[("pue = 1.5", "pue = { hourly = [1.1, 1.2] }")], "{ hourly", &["needs 24 values from midnight, not 2"]);
    let day = format!("closed-share = {{ hourly = [{}1.5] }}", "0.5, ".repeat(23));
    refused(
        &[("closed-share = 0.25", &day)],
        "{ hourly",
        &["the closed share of hour 23 must be from 0 to 1, not 1.5"],
    );
    refused(&[("green-share = 0.5", "green-share = 1.01")], "1.01", &["the share of green power must be from 0 to 1"]);
    refused(&[("grid = \"642 g/kWh\"", "grid = \"642 kg/kWh\"")], "\"642 kg/kWh\"", &["at most 100 kg/kWh"]);
    refused(&[("flat = \"0.36 CNY/kWh\"", "flat = \"3600 CNY/kWh\"")], "\"3600 CNY/kWh\"", &["at most 1000 CNY/kWh"]);
    refused(&[("\"7-9\"", "\"7 to 9\"")], "\"7 to 9\"", &["not a window of hours", "22-6"]);
    refused(&[("\"7-9\"", "\"7-25\"")], "\"7-25\"", &["hours are 0 to 24"]);
    refused(&[("\"7-9\"", "\"7-7\"")], "\"7-7\"", &["is empty", "0-24"]);
    refused(&[("\"22-6\"", "\"21-6\"")], "\"21-6\"", &["hour 21 is peak and valley at once"]);
    refused(&[("flat = \"0.36 CNY/kWh\", ", "")], "{ peak", &["says nothing about hour 6", "flat"]);
    refused(&[("valley = \"0.18 CNY/kWh\", ", "")], "\"22-6\"", &["`valley-hours` need a price"]);
    refused(&[(", valley-hours = [\"22-6\"]", "")], "\"0.18 CNY/kWh\"", &["the valley price needs `valley-hours`"]);
    let both = format!("flat = \"1 CNY/kWh\", hourly = [{}]", "\"1 CNY/kWh\", ".repeat(24));
    refused(&[("flat = \"0.36 CNY/kWh\"", &both)], "[\"1 CNY/kWh\"", &["by `hourly` or by windows, not by both"]);
}

#[test]
fn network() {
    refused(
        &[("[\"shanghai\", \"ix\"]", "[\"shanghay\", \"ix\"]")],
        "\"shanghay\"",
        &["unknown place", "did you mean \"shanghai\"?"],
    );
    refused(&[("[\"shanghai\", \"ix\"]", "[\"ix\", \"ix\"]")], "\"ix\"", &["leads from a place to itself"]);
    refused(&[("[\"shanghai\", \"ix\"]", "[\"shanghai\"]")], "[\"shanghai\"]", &["needs two ends, not 1"]);
    refused(
        &[("[\"shanghai\", \"ix\"]", "[\"shanghai\", \"ix\", \"beijing\"]")],
        "[\"shanghai\"",
        &["needs two ends, not 3"],
    );
    refused(&[("latency = \"6 ms\"", "latency = \"2 d\"")], "\"2 d\"", &["more than a day must be a mistake"]);
    refused(&[("background = 0.3", "background = 1.3")], "1.3", &["the background use must be from 0 to 1"]);
    refused(&[("price = \"0.10 CNY/GB\"", "price = \"1e7 CNY/GB\"")], "\"1e7 CNY/GB\"", &["at most 1,000,000 CNY/GB"]);
    let spare = "[link.spare]\nbetween = [\"beijing\", \"zhongwei\"]\nlatency = \"0 s\"\nbandwidth = \"0 bps\"\n[link.shanghai-ix]";
    warned(&[("[link.shanghai-ix]", spare)], "\"0 bps\"", &["link \"spare\" has no bandwidth, so nothing uses it"]);
    let twice =
        "[link.twin]\nbetween = [\"shanghai\", \"ix\"]\nlatency = \"6 ms\"\nbandwidth = \"1 bps\"\n[link.shanghai-ix]";
    assert_eq!(good(&with(&[("[link.shanghai-ix]", twice)])).platform.links.len(), 4, "two links of one pair are fine");
    let network = |text: &str| format!("[network]\n{text}\n[metro.shanghai]");
    refused(&[("[metro.shanghai]", &network("streams = 4"))], "4", &["`streams` needs `window`"]);
    refused(&[("[metro.shanghai]", &network("window = \"0 B\""))], "\"0 B\"", &["lets nothing through"]);
    refused(&[("[metro.shanghai]", &network("window = \"1 MiB\"\nstreams = 0"))], "0", &["at least one stream"]);
    let window = good(&with(&[("[metro.shanghai]", &network("window = \"1 MiB\"\nstreams = 4"))])).platform.flow_window;
    assert_eq!(window, Some(crate::units::Bytes(4 << 20)));
    refused(&[("at = [\"beijing\"]", "at = []")], "[]", &["dataset \"archive\" is nowhere"]);
    refused(
        &[("at = [\"beijing\"]", "at = [\"ix\"]")],
        "\"ix\"",
        &["is an exchange point, where no users and no data are"],
    );
    refused(
        &[("at = [\"beijing\"]", "at = [\"beijing\", \"beijing\"]"), ("size = \"2 PB\"", "size = \"1 B\"")],
        "\"beijing\"",
        &["named twice"],
    );
    refused(
        &[("size = \"2 PB\"", "size = \"9.5 PB\"")],
        "\"beijing\"",
        &["does not fit into the storage of \"beijing\"", "9500 TB"],
    );
    refused(&[("size = \"2 PB\"", "size = \"1e10 ZB\"")], "\"1e10 ZB\"", &["more than 1,000,000 ZB"]);
}

#[test]
fn a_lonely_center() {
    let lonely = "[metro.shanghai]\n[center.lonely.pool.cpu]\nnodes = 1\ncores = 1\n";
    warned(&[("[metro.shanghai]\n", lonely)], "", &["no link leads to center \"lonely\""]);
}

#[test]
fn events() {
    let down = "down = { link = \"ix-zhongwei\" }";
    refused(
        &[("{ link = \"ix-zhongwei\" }", "{ link = \"ix-zhongwe\" }")],
        "\"ix-zhongwe\"",
        &["unknown link", "did you mean \"ix-zhongwei\"?"],
    );
    refused(&[(down, "")], "[[event]]", &["the event changes nothing", "exactly one of"]);
    let two = format!("{down}\nbandwidth = {{ link = \"ix-zhongwei\", to = \"1 bps\" }}");
    refused(&[(down, &two)], "[[event]]", &["2 actions: down, bandwidth"]);
    refused(&[("at = \"2 d\"", "at = \"2 days\"")], "\"2 days\"", &["unknown unit", "2 d 22 h"]);
    refused(
        &[("at = \"2 d\"", "at = \"2023-12-24T23:59:59+08:00\"")],
        "\"2023-12-24",
        &["before the start of the run"],
    );
    refused(&[("at = \"2 d\"", "at = \"2300-12-24T23:59:59+08:00\"")], "\"2300-12-24", &["a hundred years after"]);
    refused(&[("at = \"2 d\"", "at = \"2023-12-32T00:00:00Z\"")], "\"2023-12-32", &["there is no day"]);
    let dateless =
        [("start = \"2023-12-25T00:00:00+08:00\"\n", ""), ("at = \"2 d\"", "at = \"2023-12-27T00:00:00+08:00\"")];
    refused(&dateless, "\"2023-12-27", &["needs a scenario with a start on the calendar"]);
    refused(&[("for = \"6 h\"", "for = \"0 s\"")], "\"0 s\"", &["`for` must be longer than 0 s"]);
    let nodes = |what: &str, center: &str, pool: &str, n: u64| {
        format!("{what} = {{ center = \"{center}\", pool = \"{pool}\", nodes = {n} }}")
    };
    refused(
        &[(down, &nodes("remove", "beijing", "cpu", 5))],
        "[[event]]",
        &["5 nodes leave beijing/cpu at 2 d, which has 4 then"],
    );
    refused(
        &[(down, &nodes("add", "bejing", "cpu", 5))],
        "\"bejing\"",
        &["unknown center", "did you mean \"beijing\"?"],
    );
    refused(
        &[(down, &nodes("add", "beijing", "gpu", 5))],
        "\"gpu\"",
        &["center \"beijing\" has no pool \"gpu\"", "cpu"],
    );
    refused(&[(down, &nodes("add", "beijing", "cpu", 0))], "0", &["1 to 1000000000 nodes"]);
    refused(
        &[(down, &nodes("add", "beijing", "cpu", 1_000_000_000))],
        "[[event]]",
        &["a pool has at most 1000000000 nodes"],
    );
    let again = format!("{down}\n[[event]]\nat = \"2 d 1 h\"\n{down}");
    refused(&[(down, &again)], "[[event]]", &["begins before an earlier one of the same link is undone"]);
    warned(
        &[("warm-up = \"12 h\"", "drain = false"), ("at = \"2 d\"", "at = \"8 d\"")],
        "\"8 d\"",
        &["after the end of the run"],
    );
}

#[test]
fn ids_follow_names() {
    let scenario = good(super::WHOLE);
    let names: Vec<&str> = scenario.platform.sites.iter().map(|site| site.name.as_str()).collect();
    assert_eq!(names, ["beijing", "ix", "shanghai", "zhongwei"]);
    assert_eq!(scenario.platform.centers[1].site, SiteId(3));
}

#[test]
fn variants() {
    let with_variant = |variant: &str| format!("[policy.spread]\nbroker = {{ least-loaded = {{}} }}\n{variant}");
    let end = "[policy.spread]\nbroker = { least-loaded = {} }\n";
    let refuse = |variant: &str, at: &str, words: &[&str]| refused(&[(end, &with_variant(variant))], at, words);
    refuse("[variant.all]\nset = [\"run.drain=false\"]", "[variant.all]", &["no variant can be called \"all\""]);
    refuse("[variant.x]\nset = []", "[variant.x]", &["variant \"x\" changes nothing", "set = ["]);
    refuse("[variant.x]\nset = [\"run.seed\"]", "\"run.seed\"", &["there is no key and `=`"]);
    refuse("[variant.'a/b']\nset = [\"run.drain=false\"]", "[variant.'a/b']", &["cannot be the name of a variant"]);
    let scenario =
        good(&with(&[(end, &with_variant("[variant.long]\nset = [\"run.until=9 d\", \"run.drain=false\"]"))]));
    assert_eq!(scenario.variants["long"], ["run.until=9 d", "run.drain=false"]);
    for set in ["run.seed=2", "run.seed = 2", "run.\\\"seed\\\"=2", "run={ until = \\\"9 d\\\", seed = 2 }"] {
        let variant = format!("[variant.x]\nset = [\"run.until=9 d\", \"{set}\"]");
        refuse(&variant, &format!("\"{set}\""), &["sets `run.seed`", "same random numbers", "--seed 7"]);
    }
    refuse("[variant.x]\nset = ['run.\"seed\"=2']", "'run.", &["sets `run.seed`"]);
}

#[test]
fn stores_grow() {
    let down = "for = \"6 h\"\ndown = { link = \"ix-zhongwei\" }";
    let grow = |center: &str, space: &str| format!("storage = {{ center = \"{center}\", space = \"{space}\" }}");
    refused(&[(down, &grow("beijin", "20 PB"))], "\"beijin\"", &["unknown center", "did you mean \"beijing\"?"]);
    refused(&[(down, &grow("zhongwei", "20 PB"))], "\"zhongwei\"", &["is without bound"]);
    refused(&[(down, &grow("beijing", "9 PB"))], "[[event]]", &["becomes smaller", "can only grow"]);
    let twice = format!("for = \"1 d\"\n{}", grow("beijing", "20 PB"));
    refused(&[(down, &twice)], "\"1 d\"", &["`for` has no meaning here"]);
    let scenario = good(&with(&[(down, &grow("beijing", "20 PB"))]));
    let space = crate::units::Bytes(20_000_000_000_000_000);
    assert_eq!(scenario.changes[0].change, crate::scenario::Change::Storage(crate::model::CenterId(0), space));
}
