//! Random valid scenarios, as text.

use super::dice::Dice;
use std::fmt::Write;

/// What a scenario may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// Nothing but jobs with given instants, nodes, events and policies that measure time by jobs alone: all times can be scaled.
    pub(super) times_scale: bool,
    /// All times are multiplied by this; 1 where they do not scale.
    pub(super) scale: u64,
}

/// A scenario in parts. Named tables may stand in any order; jobs and events keep theirs.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) tables: Vec<String>,
    pub(super) lists: Vec<String>,
}

/// The stack of each generated scenario.
pub(super) const STACK: &str = "stack";

impl Text {
    pub(super) fn whole(&self) -> String {
        format!("format = 1\nname = \"campaign\"\n{}{}", self.tables.concat(), self.lists.concat())
    }
}

/// What jobs can ask of a pool.
#[derive(Debug, Clone, Copy)]
struct Nodes {
    count: u64,
    cores: u64,
    memory_gib: Option<u64>,
    cards: u64,
}

/// A draft under way.
struct Draft {
    dice: Dice,
    kind: Kind,
    text: Text,
    centers: Vec<String>,
    /// Centers and metros.
    sites: Vec<String>,
    links: Vec<String>,
    datasets: Vec<String>,
    tenants: Vec<String>,
    pools: Vec<Nodes>,
    service: bool,
}

pub(super) fn scenario(seed: u64, kind: Kind) -> Text {
    let text = Text { tables: Vec::new(), lists: Vec::new() };
    let nothing = Vec::new;
    let mut draft = Draft {
        dice: Dice::new(seed),
        kind,
        text,
        centers: nothing(),
        sites: nothing(),
        links: nothing(),
        datasets: nothing(),
        tenants: nothing(),
        pools: Vec::new(),
        service: false,
    };
    draft.service = !kind.times_scale && draft.dice.chance(20);
    draft.run();
    draft.centers();
    draft.network();
    draft.tenants();
    if !kind.times_scale {
        draft.datasets();
        draft.classes();
        draft.services();
    }
    draft.jobs();
    draft.events();
    draft.stack();
    draft.text
}

impl Draft {
    fn table(&mut self, text: String) {
        self.text.tables.push(text + "\n");
    }

    /// A time in whole seconds.
    fn time(&mut self, least: u64, most: u64) -> String {
        let seconds = self.dice.from(least, most) * self.kind.scale;
        format!("\"{seconds} s\"")
    }

    fn run(&mut self) {
        let mut text = "[run]\n".to_owned();
        if self.service || (!self.kind.times_scale && self.dice.chance(50)) {
            let until = self.time(600, 20_000);
            let _ = writeln!(text, "until = {until}\ndrain = {}", self.dice.chance(50));
        }
        if self.dice.chance(20) {
            let warm_up = self.time(0, 500);
            let _ = writeln!(text, "warm-up = {warm_up}");
        }
        if self.dice.chance(15) {
            let every = self.time(1, 300);
            let _ = writeln!(text, "decide-every = {every}");
        }
        let _ = writeln!(text, "enforce-requested = {}", self.dice.chance(30));
        self.table(text);
        if self.dice.chance(25) {
            let (refresh, delay) = (self.time(1, 600), self.time(0, 60));
            self.table(format!("[information]\nrefresh = {refresh}\ndelay = {delay}"));
        }
        if !self.kind.times_scale && self.dice.chance(20) {
            let window = self.dice.pick(&["64 KiB", "1 MiB", "16 MiB"]);
            let streams = self.dice.from(1, 4);
            self.table(format!("[network]\nwindow = \"{window}\"\nstreams = {streams}"));
        }
    }

    fn centers(&mut self) {
        for number in 0..self.dice.from(1, 4) {
            let name = format!("c{number}");
            let mut text = format!("[center.{name}]\nregions = [\"everywhere\"]\n");
            if self.dice.chance(50) {
                let side = self.dice.pick(&["east", "central", "west"]);
                let _ = writeln!(text, "side = \"{side}\"");
            }
            let _ = writeln!(text, "pue = 1.{}\ntariff = \"0.{} CNY/kWh\"", self.dice.from(0, 9), self.dice.from(0, 9));
            let grid = self.dice.from(0, 900);
            let _ = writeln!(text, "carbon = {{ grid = \"{grid} g/kWh\", green-share = 0.{} }}", self.dice.from(0, 9));
            if !self.kind.times_scale && self.dice.chance(30) {
                let space = self.dice.from(20, 400);
                let _ =
                    writeln!(text, "storage = {{ space = \"{space} GB\", filled = \"{} GB\" }}", self.dice.from(0, 19));
            }
            for pool in 0..self.dice.from(1, 2) {
                let pool = self.pool(pool);
                text.push_str(&pool);
            }
            self.table(text);
            self.centers.push(name.clone());
            self.sites.push(name);
        }
    }

    fn pool(&mut self, number: u64) -> String {
        let memory_gib = self.dice.chance(50).then(|| self.dice.from(4, 64));
        let cards = if self.dice.chance(35) { self.dice.from(1, 8) } else { 0 };
        let nodes =
            Nodes { count: self.dice.from(1, 9), cores: self.dice.pick(&[1, 2, 3, 4, 8, 16]), memory_gib, cards };
        let mut text = format!("pool.p{number} = {{ nodes = {}, cores = {}", nodes.count, nodes.cores);
        if let Some(memory) = memory_gib {
            let _ = write!(text, ", memory = \"{memory} GiB\"");
        }
        if cards > 0 {
            let _ = write!(text, ", accelerators = {{ kind = \"card\", count = {cards} }}");
        }
        self.pools.push(nodes);
        let idle = self.dice.from(0, 300);
        let _ = write!(text, ", power-idle = \"{idle} W\", power-peak = \"{} W\"", idle + self.dice.from(0, 500));
        if self.dice.chance(20) {
            let _ = write!(text, ", speed = {}", self.dice.pick(&["0.5", "2.0", "4.0"]));
        }
        if !self.kind.times_scale && self.dice.chance(35) {
            let hours: Vec<String> = (0..24).map(|_| format!("0.{}", self.dice.from(0, 9))).collect();
            let _ = write!(text, ", closed-share = {{ hourly = [{}] }}, closed-load = 0.5", hours.join(", "));
        }
        text + " }\n"
    }

    fn network(&mut self) {
        if self.dice.chance(50) {
            self.table("[metro.m0]\nside = \"east\"".to_owned());
            self.sites.push("m0".to_owned());
        }
        // A tree joins all sites; some more links make other ways.
        let mut pairs: Vec<(usize, usize)> = (1..self.sites.len()).map(|to| (to, to)).collect();
        for pair in &mut pairs {
            pair.0 = self.dice.from(0, pair.1 as u64 - 1) as usize;
        }
        for _ in 0..self.dice.from(0, 2) {
            let (a, b) =
                (self.dice.from(0, self.sites.len() as u64 - 1), self.dice.from(0, self.sites.len() as u64 - 1));
            if a != b {
                pairs.push((a as usize, b as usize));
            }
        }
        for (number, (a, b)) in pairs.into_iter().enumerate() {
            let (name, latency) = (format!("l{number}"), self.time(0, 1));
            let mut text = format!("[link.{name}]\nbetween = [\"{}\", \"{}\"]\n", self.sites[a], self.sites[b]);
            let latency = if self.kind.times_scale { latency } else { format!("\"{} ms\"", self.dice.from(0, 30)) };
            let _ = writeln!(text, "latency = {latency}\nbandwidth = \"{} Mbps\"", self.dice.from(10, 4000));
            let _ = writeln!(text, "price = \"0.{} CNY/GB\"", self.dice.from(0, 9));
            if !self.kind.times_scale && self.dice.chance(20) {
                let _ = writeln!(text, "background = 0.{}", self.dice.from(0, 9));
            }
            self.table(text);
            self.links.push(name);
        }
    }

    fn tenants(&mut self) {
        for number in 0..self.dice.from(0, 3) {
            let (name, weight) = (format!("t{number}"), self.dice.pick(&["0.5", "1", "3"]));
            let count = self.dice.from(1, 4);
            self.table(format!("[tenants.{name}]\ncount = {count}\nweight = {weight}"));
            self.tenants.push(name);
        }
    }

    fn site(&mut self) -> String {
        let at = self.dice.from(0, self.sites.len() as u64 - 1);
        self.sites[at as usize].clone()
    }

    fn center(&mut self) -> String {
        let at = self.dice.from(0, self.centers.len() as u64 - 1);
        self.centers[at as usize].clone()
    }

    fn datasets(&mut self) {
        for number in 0..self.dice.from(0, 2) {
            let (name, site) = (format!("d{number}"), self.site());
            let cache = self.dice.pick(&["private", "shared"]);
            let size = self.dice.from(1, 30);
            self.table(format!("[dataset.{name}]\nsize = \"{size} GB\"\nat = [\"{site}\"]\ncache = \"{cache}\""));
            self.datasets.push(name);
        }
    }

    /// Keys that classes and single jobs share.
    fn demand(&mut self, single: bool) -> String {
        // Made for one of the pools, so that a job can run somewhere. Jobs without cards run beside cards only where there is no other pool.
        let plain = self.pools.iter().filter(|pool| pool.cards == 0).count();
        let of = self.dice.from(0, self.pools.len() as u64 - 1) as usize;
        let Nodes { count, cores, memory_gib, cards } = self.pools[of];
        let mut text = String::new();
        let mut per_node = u64::MAX;
        let wants_cards = cards > 0 && (plain > 0 || self.dice.chance(60));
        if wants_cards {
            let thousandths = self.dice.pick(&[250, 300, 500, 1000, 1000 * self.dice.clone().from(1, cards)]);
            let held = if thousandths < 1000 { cards * (1000 / thousandths) } else { cards * 1000 / thousandths };
            per_node = per_node.min(held);
            let _ = writeln!(text, "accelerators = {{ per-task = {} }}", thousandths as f64 / 1000.0);
        }
        let halves = self.dice.from(u64::from(!wants_cards), 2 * self.dice.clone().from(1, cores));
        per_node = per_node.min((2 * cores).checked_div(halves).unwrap_or(u64::MAX));
        let _ = writeln!(text, "cores = {}", halves as f64 / 2.0);
        if let Some(gib) = memory_gib.filter(|_| self.dice.chance(60)) {
            let memory = self.dice.from(1, gib);
            per_node = per_node.min(gib / memory);
            let _ = writeln!(text, "memory = \"{memory} GiB\"");
        }
        let most = (per_node * count).min(6);
        let _ = writeln!(text, "tasks = {}", self.dice.from(1, most));
        if !self.kind.times_scale {
            self.data(&mut text, single);
        }
        if self.dice.chance(30) {
            let after = self.time(10, 4000);
            let _ = writeln!(text, "deadline = {{ after-submit = {after} }}");
        }
        let _ = writeln!(text, "priority = {}\nregions = [\"everywhere\"]", self.dice.from(0, 3));
        let checkpoint = self.dice.chance(25);
        if checkpoint {
            let (every, cost, restart) = (self.time(10, 400), self.time(0, 20), self.time(0, 20));
            let _ = writeln!(text, "checkpoint = {{ every = {every}, cost = {cost}, restart = {restart} }}");
        }
        // Speed-ups round run times, so such jobs do not scale.
        if !self.kind.times_scale && self.dice.chance(35) {
            let kind = if checkpoint { "moldable" } else { self.dice.pick(&["moldable", "malleable", "malleable"]) };
            let speedup =
                self.dice.pick(&["amdahl = { serial = 0.125 }", "downey = { parallelism = 4, variance = 1 }"]);
            let most = self.dice.from(6, 9);
            let _ = writeln!(
                text,
                "elastic = {{ kind = \"{kind}\", least = 1, most = {most}, speedup = {{ {speedup} }} }}"
            );
        }
        text
    }

    fn data(&mut self, text: &mut String, single: bool) {
        if !self.datasets.is_empty() && self.dice.chance(30) {
            let at = self.dice.from(0, self.datasets.len() as u64 - 1) as usize;
            let name = &self.datasets[at];
            let _ = if single {
                writeln!(text, "dataset = \"{name}\"")
            } else {
                writeln!(text, "dataset = {{ {name} = 1 }}")
            };
        } else if self.dice.chance(60) {
            let _ = writeln!(text, "input = \"{} MB\"", self.dice.from(0, 9000));
        }
        if self.dice.chance(50) {
            let to = self.dice.pick(&["origin", "stay"]);
            let _ = writeln!(text, "output = \"{} MB\"\noutput-to = \"{to}\"", self.dice.from(0, 3000));
        }
        if self.dice.chance(15) {
            let _ = writeln!(text, "round-trip = \"{} ms\"", self.dice.from(0, 80));
        }
    }

    fn tenant(&mut self) -> Option<String> {
        let at = self.dice.from(0, self.tenants.len() as u64) as usize;
        self.tenants.get(at).cloned()
    }

    fn classes(&mut self) {
        for number in 0..self.dice.from(0, 2) {
            let mut text = format!("[workload.w{number}]\n");
            let rate = self.dice.from(5, 200);
            let arrivals = match self.dice.from(0, 2) {
                0 => format!("poisson = {{ rate = \"{rate} / h\", by-hour = \"office\" }}"),
                1 => format!(
                    "bursts = {{ rate = \"{} / h\", size = {{ uniform = {{ min = 1, max = 6 }} }} }}",
                    rate / 5 + 1
                ),
                _ => format!("renewal = {{ interval = \"{} s\" }}", 3600 / rate + 1),
            };
            let (site, count) = (self.site(), self.dice.from(1, 40));
            let _ = writeln!(text, "arrivals = {{ {arrivals} }}\norigin = {{ {site} = 1 }}\ncount = {count}");
            let median = self.dice.from(5, 3000);
            let _ = writeln!(
                text,
                "runtime = {{ log-normal = {{ median = \"{median} s\", sigma = 1.0, max = \"2 h\" }} }}"
            );
            if self.dice.chance(60) {
                let least = self.dice.pick(&["0.3", "1.0"]);
                let _ = writeln!(text, "requested = {{ factor = {{ uniform = {{ min = {least}, max = 3.0 }} }} }}");
            }
            if let Some(tenants) = self.tenant() {
                let _ = writeln!(text, "tenants = \"{tenants}\"");
            }
            let demand = self.demand(false);
            self.table(text + &demand);
        }
    }

    fn services(&mut self) {
        if !self.service {
            return;
        }
        let (site, peak) = (self.site(), self.dice.from(1, 400));
        let mut text = format!(
            "[service.s0]\nrate = {{ by-hour = \"online\", peak = \"{peak} / s\" }}\norigin = {{ {site} = 1 }}\n"
        );
        let _ = writeln!(text, "replica = {{ capacity = \"{} / s\" }}", self.dice.from(5, 60));
        if self.dice.chance(60) {
            let bound = self.dice.from(1, 80);
            let _ = writeln!(text, "network-bound = \"{bound} ms\"\nstrict = {}", self.dice.chance(50));
        }
        let placement = self.dice.pick(&["nearest", "cheapest", "lowest-carbon"]);
        let share = self.dice.from(1, 9);
        let _ = writeln!(text, "placement = \"{placement}\"\nshare-max = 0.{share}\nregions = [\"everywhere\"]");
        self.table(text);
    }

    fn jobs(&mut self) {
        let mut at = 0;
        for number in 0..self.dice.from(0, 40) {
            if self.dice.chance(60) {
                at += self.dice.from(0, 600);
            }
            let submit = at * self.kind.scale;
            let site = self.site();
            let runtime = self.dice.from(0, 2000);
            let mut text = format!("[[job]]\nid = \"j{number}\"\nsubmit = \"{submit} s\"\norigin = \"{site}\"\n");
            let _ = writeln!(text, "runtime = \"{} s\"", runtime * self.kind.scale);
            if self.dice.chance(60) {
                // Some ask for less than they run.
                let requested = if self.dice.chance(30) { runtime / 2 + 1 } else { runtime + self.dice.from(0, 2000) };
                let _ = writeln!(text, "requested = \"{} s\"", requested * self.kind.scale);
            }
            // A tenant of its own: a group of several has no single name.
            let _ = writeln!(text, "class = \"k{}\"", self.dice.from(0, 1));
            let demand = self.demand(true);
            self.text.lists.push(text + &demand + "\n");
        }
    }

    fn events(&mut self) {
        for _ in 0..self.dice.from(0, 3) {
            let at = self.time(0, 8000);
            let mut text = format!("[[event]]\nat = {at}\n");
            if self.dice.chance(60) {
                let span = self.time(1, 4000);
                let _ = writeln!(text, "for = {span}");
            }
            let center = self.center();
            let link = (!self.links.is_empty()).then(|| self.dice.from(0, self.links.len() as u64 - 1) as usize);
            match (self.dice.from(0, 3), link) {
                (0, Some(link)) if !self.kind.times_scale => {
                    let _ = writeln!(text, "down = {{ link = \"{}\" }}", self.links[link]);
                }
                (1, Some(link)) if !self.kind.times_scale => {
                    let to = self.dice.from(1, 5000);
                    let _ = writeln!(text, "bandwidth = {{ link = \"{}\", to = \"{to} Mbps\" }}", self.links[link]);
                }
                (2, _) => {
                    let nodes = self.dice.from(1, 4);
                    let _ = writeln!(text, "add = {{ center = \"{center}\", pool = \"p0\", nodes = {nodes} }}");
                }
                _ => {
                    let _ = writeln!(text, "remove = {{ center = \"{center}\", pool = \"p0\", nodes = 1 }}");
                }
            }
            self.text.lists.push(text + "\n");
        }
    }

    fn order(&mut self) -> String {
        let scaling =
            ["fcfs", "sjf", "ljf", "largest-first", "smallest-first", "priority", "deadline", "wfp3", "unicef"];
        let all = ["f1", "f2", "f3", "f4"];
        let half_life = self.time(60, 9000);
        match self.dice.from(0, 9) {
            0..=2 => format!("{{ fair-share = {{ half-life = {half_life} }} }}"),
            3 => format!("{{ multi-queue = {{ within = {{ fair-share = {{ half-life = {half_life} }} }} }} }}"),
            4 if !self.kind.times_scale => format!("{{ {} = {{}} }}", self.dice.pick(&all)),
            _ => format!("{{ {} = {{}} }}", self.dice.pick(&scaling)),
        }
    }

    fn stack(&mut self) {
        let order = self.order();
        let reservation = self.dice.pick(&["counted", "named"]);
        let backfill = self.dice.pick(&["none", "easy", "easy-sjbf"]);
        let queue = match self.dice.from(0, 7) {
            0 => order,
            1 | 2 => format!("{{ easy = {{ order = {order}, reservation = \"{reservation}\" }} }}"),
            3 | 4 => format!("{{ conservative = {{ order = {order}, reservation = \"{reservation}\" }} }}"),
            5 => format!("{{ preemptive = {{ order = {order}, backfill = \"{backfill}\" }} }}"),
            _ => format!("{{ elastic = {{ order = {order} }} }}"),
        };
        let brokers = [
            "home-first = { overflow = \"0 s\" }",
            "round-robin = {}",
            "random = {}",
            "nearest = {}",
            "least-loaded = {}",
            "power-of-two-choices = {}",
            "cheapest = {}",
            "lowest-carbon = {}",
            "least-transfer = {}",
            "earliest-completion = {}",
            "edwc-doctrine = {}",
            "weighted = { wait = 1, cost = 1, carbon = 1 }",
        ];
        // Weights of several terms compare their sums, which need not scale alike.
        let broker = self.dice.pick(&brokers[..if self.kind.times_scale { 10 } else { 12 }]);
        let packing = self.dice.pick(&[
            "first-fit",
            "best-fit",
            "worst-fit",
            "random",
            "dot-product",
            "gpu-packing",
            "gpu-clustering",
            "fgd",
        ]);
        self.table(format!(
            "[policy.{STACK}]\nbroker = {{ {broker} }}\nqueue = {queue}\npacking = {{ {packing} = {{}} }}"
        ));
    }
}
