//! CSV text.

/// A table that is written row by row.
#[derive(Debug)]
pub(super) struct Sheet(String);

impl Sheet {
    pub(super) fn new(header: &str) -> Self {
        Self(format!("{header}\n"))
    }

    /// Adds a row of cells that need no quotes: names, numbers, keys.
    pub(super) fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            self.0.push_str(cell.as_ref());
        }
        self.0.push('\n');
    }

    pub(super) fn text(self) -> String {
        self.0
    }
}

/// A number with at most so many decimals, without trailing zeros.
pub(super) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!([number(1.5, 3), number(2.0, 2), number(100.0, 0), number(0.0004, 3)], ["1.5", "2", "100", "0"]);
        let mut sheet = Sheet::new("a,b");
        sheet.row(["1", ""]);
        assert_eq!(sheet.text(), "a,b\n1,\n");
    }
}
