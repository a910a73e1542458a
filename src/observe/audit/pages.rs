//! What small parts of allocations hold, node by node.

use super::nodes::Use;
use crate::model::caches::bring;

/// Nodes of a page, as many as there are bits in a word.
const NODES: u64 = u64::BITS as u64;

/// Parts beyond are kept as ranges, so that the list of pages stays short.
pub(super) const NODES_MAX: u64 = 1 << 22;

/// The nodes of one page; one bit for each that is in use.
#[derive(Debug, Clone)]
struct Page {
    busy: u64,
    nodes: [Use; NODES as usize],
}

/// Uses by node number in pages that are there while a node of them is in use.
#[derive(Debug, Clone, Default)]
pub(super) struct Pages {
    pages: Vec<Option<Box<Page>>>,
    /// Pages without any use, to be used again.
    spare: Vec<Box<Page>>,
}

impl Pages {
    /// Brings a node into the caches.
    pub(super) fn bring(&self, node: u64) {
        let (at, within) = place(node);
        if let Some(Some(page)) = self.pages.get(at) {
            bring(&page.busy);
            bring(&page.nodes[within]);
        }
    }

    /// Adds to a node and gives what it holds then.
    pub(super) fn add(&mut self, node: u64, more: &Use) -> &Use {
        let (at, within) = place(node);
        if at >= self.pages.len() {
            self.pages.resize_with(at + 1, || None);
        }
        let spare = &mut self.spare;
        let page = self.pages[at].get_or_insert_with(|| {
            spare.pop().unwrap_or_else(|| Box::new(Page { busy: 0, nodes: [Use::default(); NODES as usize] }))
        });
        page.busy |= 1 << within;
        page.nodes[within].add(more);
        &page.nodes[within]
    }

    /// Subtracts from a node; true where it is idle then and was not before.
    pub(super) fn subtract(&mut self, node: u64, less: &Use) -> bool {
        let (at, within) = place(node);
        let Some(slot) = self.pages.get_mut(at) else { return false };
        let Some(page) = slot.as_mut().filter(|page| page.busy >> within & 1 == 1) else { return false };
        page.nodes[within].subtract(less);
        if page.nodes[within].jobs > 0 {
            return false;
        }
        page.nodes[within] = Use::default();
        page.busy &= !(1 << within);
        if page.busy == 0 {
            self.spare.extend(slot.take());
        }
        true
    }

    /// The nodes in use from `first` to before `end`, in order.
    pub(super) fn busy(&self, first: u64, end: u64) -> impl Iterator<Item = (u64, &Use)> {
        let pages = (first / NODES) as usize..(end.div_ceil(NODES) as usize).min(self.pages.len());
        let nodes = pages.filter_map(|at| self.pages[at].as_deref().map(|page| (at as u64 * NODES, page)));
        nodes.flat_map(move |(begin, page)| {
            // Only those of a whole page from `first` on and before `end`.
            let (below, above) = (first.saturating_sub(begin), (begin + NODES).saturating_sub(end));
            let wanted = u64::MAX << below & u64::MAX >> above;
            Ones(page.busy & wanted).map(move |bit| (begin + bit as u64, &page.nodes[bit]))
        })
    }
}

/// The page of a node and its place there.
const fn place(node: u64) -> (usize, usize) {
    ((node / NODES) as usize, (node % NODES) as usize)
}

/// The numbers of the bits that are set.
struct Ones(u64);

impl Iterator for Ones {
    type Item = usize;
    fn next(&mut self) -> Option<usize> {
        let bit = self.0.trailing_zeros();
        self.0 &= self.0.wrapping_sub(1);
        (bit < u64::BITS).then_some(bit as usize)
    }
}
