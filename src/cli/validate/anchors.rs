//! Published figures beside the scenario's own.

use comfy_table::Table;
use eastwest::report::{ANCHOR_HEADER, AnchorRow, anchor_cells};

/// One row a figure.
pub(super) fn table(anchors: &[AnchorRow]) -> Table {
    let mut table = Table::new();
    table.set_header(ANCHOR_HEADER);
    for anchor in anchors {
        table.add_row(anchor_cells(anchor));
    }
    table
}
