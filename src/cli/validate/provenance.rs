//! How the figures of a scenario's tables are known.

use eastwest::report::{Kind, Quantity, Sheet};
use eastwest::scenario::raw::{Basis, Provenance};

/// One row for each kind of figures, a column for each basis.
pub(super) fn sheet(provenance: &Provenance) -> Sheet {
    let mut kinds = vec![("figures", Kind::Name)];
    kinds.extend(Basis::ALL.map(|basis| (basis.word(), Kind::Quantity(Quantity::Count))));
    let mut sheet = Sheet::new(&kinds);
    for (what, counts) in provenance {
        let mut row = vec![what.as_str().into()];
        row.extend(Basis::ALL.map(|basis| counts.get(&basis).copied().unwrap_or_default().into()));
        sheet.rows.push(row);
    }
    sheet
}
