//! Sharing out whole numbers.

/// Shares `total` out by weights, so that the parts are whole and add up: the method of largest remainders (Hamilton). Of equal
/// remainders the first come first. Weights that are not positive get nothing; without any positive one nobody gets anything.
pub(super) fn apportion(total: u64, weights: &[f64]) -> Vec<u64> {
    let sum: f64 = weights.iter().filter(|weight| **weight > 0.0).sum();
    if sum <= 0.0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<f64> = weights.iter().map(|weight| weight.max(0.0) / sum * total as f64).collect();
    let mut parts: Vec<u64> = exact.iter().map(|part| *part as u64).collect();
    let mut order: Vec<usize> = (0..parts.len()).filter(|at| weights[*at] > 0.0).collect();
    let rest = |at: usize| exact[at] - (exact[at] as u64) as f64;
    order.sort_by(|a, b| rest(*b).total_cmp(&rest(*a)).then(a.cmp(b)));
    let left = total.saturating_sub(parts.iter().sum());
    for at in order.iter().cycle().take(left as usize) {
        parts[*at] += 1;
    }
    parts
}

/// [`apportion`] where each part is at least `least`; as even as it goes where that is too much for all.
pub(super) fn apportion_at_least(total: u64, least: u64, weights: &[f64]) -> Vec<u64> {
    let count = weights.len() as u64;
    let least = least.min(total.checked_div(count).unwrap_or(0));
    let parts = apportion(total - least * count, weights);
    parts.into_iter().map(|part| part + least).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up() {
        // 10 x 1/6, 2/6, 3/6 = 1.67, 3.33, 5: the largest remainder gets the one that is left.
        assert_eq!(apportion(10, &[1.0, 2.0, 3.0]), [2, 3, 5]);
        assert_eq!(apportion(2, &[1.0, 1.0, 1.0]), [1, 1, 0]);
        assert_eq!(apportion(7, &[0.0, -1.0]), [0, 0]);
        assert_eq!(apportion(7, &[0.0, 2.0]), [0, 7]);
        assert_eq!(apportion(7, &[]), [0; 0]);
        // 4 for each, and 8 by 1 : 3.
        assert_eq!(apportion_at_least(16, 4, &[1.0, 3.0]), [6, 10]);
        assert_eq!(apportion_at_least(3, 4, &[1.0, 3.0]), [1, 2]);
    }
}
