//! The rules of queue disciplines in words, as `eastwest policies NAME` prints them.

/// What a reservation is.
const RESERVATION: &str = "A reservation is made by nodes, not by sums over the pool: it is the earliest of now and the predicted ends of running jobs at which all \
    tasks fit on the nodes as they will be then, if running jobs end as predicted. Two nodes with 4 free cores each hold no task of 8 cores, now or then. A job \
    that outlives its estimate holds its nodes, and is expected to end at the next instant. Nothing starts before a real end frees its nodes.";

/// Who overtakes under EASY.
const OVERTAKING: &str = "A later job starts now if it ends by the reservation, or if the first still fits at that instant with the later job's nodes held \
    until its own predicted end. Two choices of nodes are tried: that of the packing, then that of the packing beside the nodes that the first would get. With \
    exact estimates nobody delays the first.";

/// What reservations hold by number.
const NAMED: &str = "With `reservation = \"named\"` the nodes are chosen when the reservation is made. Jobs that take part of a node share nodes there, too. \
    With `counted` they are chosen when a job starts.";

/// When sums are enough.
const SUMS: &str = "Where each job takes all cores of its nodes, or the pool is one node without shared cards, sums say the same, and only sums are looked at.";

/// Conservative backfilling.
const CONSERVATIVE: &str = "Each job has a reservation, in the order of the queue: the earliest instant at which it gets nodes while all reservations before its own \
    are kept. After an early end each job in that order moves to an earlier instant where there is one. All reservations are made anew in that order at every \
    event while a job outlives its estimate, where nodes come or go, and where an early end lets the packing choose such nodes that a reservation cannot be kept.";

/// Who is interrupted.
const VICTIMS: &str = "Victims are taken in this order until the first fits on nodes: lowest priority, then least node-time at risk, then youngest. Node-time at risk is \
    the time computed since the last checkpoint (since the start without one) times the job's dominant share of nodes: the largest of its cores, \
    accelerators and bounded memory, each as a part of a node, over all tasks. Then the dearest victims that are not needed are spared. Where all jobs of \
    lower priority together are not enough, nobody is interrupted; nor at an instant at which a running job is about to end, which is looked at first.";

/// Reservations within preemption.
const PREEMPTIVE: &str = "With `backfill = \"easy\"` or `\"easy-sjbf\"` the first that interrupts nobody has a reservation by nodes, as under `easy`.";

/// Who gives up tasks.
const ELASTIC: &str = "The queue goes strictly in order and reserves nothing. Room is counted on nodes. Malleable jobs give up tasks for the first of the queue only if \
    the nodes could hold it without them; the youngest gives first.";

/// The rules of a discipline, a paragraph each.
pub(in crate::policy) fn rules(name: &str) -> &'static [&'static str] {
    match name {
        "easy" => &[RESERVATION, OVERTAKING, NAMED, SUMS],
        "conservative" => &[RESERVATION, CONSERVATIVE, NAMED, SUMS],
        "preemptive" => &[VICTIMS, PREEMPTIVE],
        "elastic" => &[ELASTIC],
        _ => &[],
    }
}
