//! What other programs take for the same: figures of `results/benchmarks.md`, which says how each was measured.

/// The words beside a case; empty where nobody's figure is known.
pub(crate) fn peer(group: &str, name: &str) -> &'static str {
    match (group, name) {
        ("events", "agenda, 1 k pending") => "DSLab 114-135 ns, NeXosim 341-769 ns, SimPy 1,900 ns",
        ("events", "agenda, 100 k pending") => "DSLab 732-1,112 ns, NeXosim 1,225-3,654 ns",
        ("flows", "mesh-10/100, 100 k flows") => "SimGrid 25,000 a CPU s, 96 in flight",
        ("flows", "mesh-10/1000, 100 k flows") => "SimGrid 2,750 a CPU s, 714 in flight",
        ("flows", "mesh-100/1000, 100 k flows") => "SimGrid 1,720 a CPU s, 489 in flight",
        ("flows", "star-2000/1000, 100 k flows") => "SimGrid 85,500 a CPU s, 667 in flight; DSLab 1,200",
        ("flows", "burst, star-10, 10 k flows") => "DSLab 466 a CPU s",
        ("EASY, 512 processors", "100 k jobs") => "pyss 39.6, Batsim 73.3 CPU s",
        ("EASY, 512 processors", "1 M jobs" | "1 M jobs, nothing written") => "a textbook in C++ 0.69 CPU s",
        ("first-fit", "10 k nodes, 100 k requests, none leaving") => "DSLab 130, CloudSim Plus 47 (next-fit) CPU s",
        ("first-fit", "500 M nodes, 10 M requests, large") => "LGDCloudSim claims it for 16 cores and 32 GB",
        _ => "",
    }
}
