//! What the comments of a log say.

use std::collections::BTreeMap;

/// So many comment lines are kept, and so many bytes of them; more are only counted as lines.
const COMMENTS_MAX: usize = 10_000;
const COMMENT_BYTES_MAX: usize = 1 << 20;

/// What the comments of a log say: `; MaxProcs: 100`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SwfHeader {
    /// Comment lines in their order, without the `;` and the space after it.
    pub comments: Vec<String>,
    /// The first value of each label.
    pub labels: BTreeMap<String, String>,
    bytes: usize,
}

impl SwfHeader {
    /// These comments.
    #[must_use]
    pub fn of(comments: &[String]) -> Self {
        let mut header = Self::default();
        comments.iter().for_each(|comment| header.add(comment.as_bytes()));
        header
    }

    /// Adds a comment, without the sign that begins it.
    pub(super) fn add(&mut self, comment: &[u8]) {
        self.bytes = self.bytes.saturating_add(comment.len());
        if self.comments.len() >= COMMENTS_MAX || self.bytes > COMMENT_BYTES_MAX {
            return;
        }
        let text = String::from_utf8_lossy(comment);
        let text = text.strip_prefix(' ').unwrap_or(&text).trim_end();
        if let Some((label, value)) = text.split_once(':') {
            let label = label.trim_matches([';', '#', ' ', '\t']);
            if !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric()) {
                self.labels.entry(label.to_owned()).or_insert_with(|| value.trim().to_owned());
            }
        }
        self.comments.push(text.to_owned());
    }

    /// Processors of the machine: `MaxProcs`, else `MaxNodes`; `None` where the header does not say.
    ///
    /// # Errors
    /// The label is there, but its number cannot be read for sure: the header line.
    pub fn processors(&self) -> Result<Option<u32>, String> {
        for wanted in ["MaxProcs", "MaxNodes"] {
            let Some((label, value)) = self.labels.iter().find(|(label, _)| label.eq_ignore_ascii_case(wanted)) else {
                continue;
            };
            match count(value) {
                Count::Known(number) => return Ok(Some(number)),
                Count::Unknown => {}
                Count::Unreadable => return Err(format!("; {label}: {value}")),
            }
        }
        Ok(None)
    }
}

/// What a header says of a number of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Count {
    Known(u32),
    /// Nothing, 0, -1, or words without a digit.
    Unknown,
    Unreadable,
}

/// Signs between groups of three digits; a plain blank is not among them, since two numbers may follow each other.
const GROUPING: [char; 10] = [',', '.', '_', '\'', '\u{2019}', '\u{a0}', '\u{2007}', '\u{2009}', '\u{202f}', '\u{2d9}'];

/// Reads `1024`, `1,024` and the like, with words behind: `338 (batch partition)`.
fn count(value: &str) -> Count {
    let value = value.trim();
    if !value.contains(|c: char| c.is_numeric()) || value == "-1" {
        return Count::Unknown;
    }
    let (digits, rest) = grouped(value);
    match digits.parse::<u64>() {
        Ok(0) if ends(rest) => Count::Unknown,
        Ok(number) if ends(rest) => u32::try_from(number).map_or(Count::Unreadable, Count::Known),
        _ => Count::Unreadable,
    }
}

/// The digits that a text begins with, also in groups of three, and what follows.
fn grouped(text: &str) -> (String, &str) {
    let head = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let first = head(text);
    let (mut digits, mut rest, mut used) = (text[..first].to_owned(), &text[first..], None);
    if !(1..=3).contains(&first) {
        return (digits, rest);
    }
    while let Some(sign) =
        rest.chars().next().filter(|sign| GROUPING.contains(sign) && used.is_none_or(|used| used == *sign))
    {
        let behind = &rest[sign.len_utf8()..];
        if head(behind) != 3 {
            break;
        }
        digits.push_str(&behind[..3]);
        (rest, used) = (&behind[3..], Some(sign));
    }
    // `338.000` may be 338 or 338 thousand.
    if used == Some('.') && digits.len() == first + 3 && digits.ends_with("000") {
        return (String::new(), rest);
    }
    (digits, rest)
}

/// Whether a number is over where these words begin: no more digits, no factor, no unit such as `k`.
fn ends(rest: &str) -> bool {
    let decimals = rest.strip_prefix('.').map(|zeros| (zeros, zeros.trim_start_matches('0')));
    let rest = match decimals {
        // As in `1024.0`, and the end of a sentence.
        Some((zeros, behind)) if zeros.len() - behind.len() < 3 => behind,
        _ => rest,
    };
    let Some(next) = rest.chars().next() else { return true };
    if next.is_alphanumeric() {
        return false;
    }
    let words = rest.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | '.' | ':' | '_' | '\'' | '\u{2019}')
    });
    let mut signs = words.chars();
    let Some(first) = signs.next() else { return true };
    let then = signs.as_str().trim_start().chars().next();
    let factor = matches!(first, 'x' | 'X' | '\u{d7}' | '*' | '+' | '/' | '-' | '\u{2013}')
        && then.is_some_and(char::is_numeric);
    let unit = matches!(first, 'k' | 'K' | 'M' | 'G' | '%') && then.is_none_or(|then| !then.is_alphanumeric());
    !first.is_numeric() && !factor && !unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_headers_are_whole_or_refused() {
        for (value, number) in [
            ("100", 100),
            ("338 (batch partition; 512 total)", 338),
            ("1,024", 1024),
            ("1.024", 1024),
            ("1_024", 1024),
            ("1'024", 1024),
            ("1\u{2019}024", 1024),
            ("1\u{2009}024 processors", 1024),
            ("1\u{202f}024", 1024),
            ("1\u{a0}024", 1024),
            ("1,024 (and 2 spare)", 1024),
            ("1,048,576", 1_048_576),
            ("1.000.000", 1_000_000),
            ("80640", 80_640),
            ("1024.0", 1024),
            ("1024;", 1024),
            ("1024, batch only", 1024),
            ("1024 - all of them", 1024),
            ("144 kept", 144),
        ] {
            assert_eq!(count(value), Count::Known(number), "{value:?}");
        }
        for value in [
            "1,02",
            "1,5",
            "1.5",
            "1,0245",
            "10,24",
            "1024,000",
            "338.000",
            "10k",
            "10 k",
            "64 x 16",
            "64x16",
            "64*16",
            "64+8",
            "1e3",
            "0x400",
            "1 024",
            "128-256",
            "about 1024",
            "1,024.5",
            "1,024_000",
            "99999999999",
            "-5",
            "50 %",
            "\u{661}",
        ] {
            assert_eq!(count(value), Count::Unreadable, "{value:?}");
        }
        for value in ["", "-1", "0", "unknown", "?"] {
            assert_eq!(count(value), Count::Unknown, "{value:?}");
        }
    }

    #[test]
    fn labels_are_found_however_they_are_written() {
        let processors = |comments: &[&str]| {
            SwfHeader::of(&comments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).processors()
        };
        assert_eq!(processors(&["MaxNodes: 7", "MaxProcs: 1,024"]), Ok(Some(1024)));
        assert_eq!(processors(&["maxprocs :64"]), Ok(Some(64)));
        assert_eq!(processors(&[";\tMaxProcs:64 (some)"]), Ok(Some(64)));
        assert_eq!(processors(&["MaxProcs: -1", "MaxNodes: 7"]), Ok(Some(7)));
        assert_eq!(processors(&["MaxProcs: 1,02", "MaxNodes: 7"]), Err("; MaxProcs: 1,02".to_owned()));
        assert_eq!(processors(&["Computer: x"]), Ok(None));
    }

    #[test]
    fn comments_do_not_fill_the_memory() {
        let mut header = SwfHeader::default();
        (0..100).for_each(|_| header.add(&[b'x'; 100_000]));
        assert_eq!(header.comments.len(), 10);
    }
}
