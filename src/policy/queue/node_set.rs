//! Sets of node numbers, a bit a node.

/// Bits in a word.
const WORD: usize = 64;

/// A set of node numbers below a bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NodeSet {
    words: Vec<u64>,
}

impl NodeSet {
    /// No node of `nodes`.
    pub(super) fn empty(nodes: usize) -> Self {
        Self { words: vec![0; nodes.div_ceil(WORD)] }
    }

    /// Adds a node; the bound grows with it.
    pub(super) fn insert(&mut self, node: usize) {
        if self.words.len() <= node / WORD {
            self.words.resize(node / WORD + 1, 0);
        }
        self.words[node / WORD] |= 1 << (node % WORD);
    }

    pub(super) fn add(&mut self, other: &Self) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        self.words.iter_mut().zip(&other.words).for_each(|(word, more)| *word |= more);
    }

    pub(super) fn subtract(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, less)| *word &= !less);
    }

    /// Keeps what is in both.
    pub(super) fn intersect(&mut self, other: &Self) {
        self.words.truncate(other.words.len());
        self.words.iter_mut().zip(&other.words).for_each(|(word, both)| *word &= both);
    }

    pub(super) fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// In ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(at * WORD + bit)
            })
        })
    }

    /// The lowest so many, as a set of their own.
    pub(super) fn lowest(&self, count: usize) -> Self {
        let mut lowest = Self::empty(self.words.len() * WORD);
        self.iter().take(count).for_each(|node| lowest.insert(node));
        lowest
    }
}
