//! What is asked for, over what there is.

use eastwest::report::{Kind, Quantity, Sheet};
use eastwest::scenario::OfferedLoad;

/// One row a kind of pools, side and class.
pub(super) fn sheet(loads: &[OfferedLoad]) -> Sheet {
    let mut sheet = Sheet::new(&[
        ("", Kind::Name),
        ("name", Kind::Name),
        ("asked node-h", Kind::Quantity(Quantity::Amount)),
        ("open node-h", Kind::Quantity(Quantity::Amount)),
        ("load", Kind::Figure),
    ]);
    for row in loads {
        let load = row.load.map_or_else(|| "no node".to_owned(), |load| format!("{load:.3}"));
        sheet.push([
            row.of.word().into(),
            row.name.as_str().into(),
            row.asked_node_h.into(),
            row.open_node_h.into(),
            load.into(),
        ]);
    }
    sheet
}
