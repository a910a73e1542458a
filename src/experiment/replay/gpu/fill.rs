//! A list of pods brought to a share of the capacity.

use crate::rng::{Generator, below, shuffle};
use crate::workload::openb::OpenbPod;

/// Places in the list, in the order of arrival, whose accelerators make up `share` of a capacity in thousandths.
///
/// The list is shuffled. Where it asks for less, pods are drawn from it with replacement and added until the next would ask for more than the
/// share; where it asks for more, pods are drawn and left out until it does not.
///
/// # Errors
/// The share is no number above 0; there are no accelerators, or nobody asks for one.
pub(super) fn order(
    pods: &[OpenbPod],
    capacity_milli: u64,
    share: f64,
    rng: &mut Generator,
) -> Result<Vec<usize>, String> {
    let target = share * capacity_milli as f64;
    if !(target > 0.0 && target < 1e15) {
        return Err(format!("{share} of {} accelerators cannot be filled", capacity_milli / 1000));
    }
    let asked = |at: usize| u64::from(pods[at].accelerators_milli);
    let mut sum: u64 = (0..pods.len()).map(asked).sum();
    if sum == 0 {
        return Err("no pod asks for an accelerator: there is nothing to fill the cluster with".to_owned());
    }
    let mut order: Vec<usize> = (0..pods.len()).collect();
    shuffle(rng, &mut order);
    while sum as f64 > target {
        // Lossless: no more than the list is long.
        let at = below(rng, order.len() as u64) as usize;
        sum -= asked(order.remove(at));
    }
    loop {
        let at = below(rng, pods.len() as u64) as usize;
        if (sum + asked(at)) as f64 > target {
            return Ok(order);
        }
        sum += asked(at);
        order.push(at);
    }
}
