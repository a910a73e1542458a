//! Ranges of several groups of nodes in the order of node numbers.

/// Merges rows of disjoint ranges (first node, count), each in the order of numbers: which row, first node, count.
pub(super) fn merged<I: Iterator<Item = (u64, u64)>>(
    rows: impl Iterator<Item = I>,
) -> impl Iterator<Item = (usize, u64, u64)> {
    let mut rows: Vec<_> = rows.map(Iterator::peekable).collect();
    std::iter::from_fn(move || {
        let heads = rows.iter_mut().enumerate().filter_map(|(row, ranges)| ranges.peek().map(|range| (range.0, row)));
        let (_, row) = heads.min()?;
        rows[row].next().map(|(first, count)| (row, first, count))
    })
}
