//! Lines as most are: 18 whole numbers or -1 between blanks. They are read in one pass over the bytes; all others are left to
//! [`SwfRecord::parse`], which says what is wrong with them.

use super::record::{Kilobytes, SECOND, SwfRecord};

/// Stands for -1; no number of [`DIGITS_MAX`] digits is as large.
const UNKNOWN: u64 = u64::MAX;

/// Any number of so many digits fits 64 bits.
const DIGITS_MAX: usize = 18;

const fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Reads the line that `bytes` begin with into `record`; how long it is, its end included. `None` where it is any other line, or does not
/// end here: then nothing was read.
pub(super) fn scan(bytes: &[u8], record: &mut SwfRecord) -> Option<usize> {
    let mut values = [UNKNOWN; 18];
    let mut at = 0;
    let mut byte = *bytes.first()?;
    for value in &mut values {
        while is_blank(byte) {
            at += 1;
            byte = *bytes.get(at)?;
        }
        if byte == b'-' {
            if *bytes.get(at + 1)? != b'1' {
                return None;
            }
            at += 2;
            byte = *bytes.get(at)?;
        } else {
            let (begin, mut sum) = (at, 0_u64);
            while byte.wrapping_sub(b'0') < 10 {
                sum = sum.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
                at += 1;
                byte = *bytes.get(at)?;
            }
            if at == begin || at - begin > DIGITS_MAX {
                return None;
            }
            *value = sum;
        }
        if !is_blank(byte) && byte != b'\n' && byte != b'\r' {
            return None;
        }
    }
    while is_blank(byte) || byte == b'\r' {
        at += 1;
        byte = *bytes.get(at)?;
    }
    if byte != b'\n' {
        return None;
    }
    *record = of(&values)?;
    Some(at + 1)
}

/// The record of these fields; `None` where one is out of its range, or the job has no number or submission.
fn of(values: &[u64; 18]) -> Option<SwfRecord> {
    let known = |at: usize| (values[at] != UNKNOWN).then_some(values[at]);
    let (mut seconds_max, mut small_max) = (0, 0);
    let mut time = |at: usize| {
        let value = known(at);
        seconds_max = seconds_max.max(value.unwrap_or(0));
        value.map(|seconds| seconds.wrapping_mul(SECOND))
    };
    let mut small = |at: usize| {
        let value = known(at);
        small_max = small_max.max(value.unwrap_or(0));
        value.map(|value| value as u32)
    };
    let record = SwfRecord {
        number: known(0)?,
        submit: time(1)?,
        wait: time(2),
        run: time(3),
        processors: small(4),
        cpu_time: time(5),
        memory: known(6).map(Kilobytes),
        requested_processors: small(7),
        requested_time: time(8),
        requested_memory: known(9).map(Kilobytes),
        status: small(10),
        user: small(11),
        group: small(12),
        executable: small(13),
        queue: small(14),
        partition: small(15),
        preceding: known(16),
        think_time: time(17),
    };
    // Nothing was cut off above where all are within their ranges.
    (seconds_max <= u64::MAX / SECOND && small_max <= u64::from(u32::MAX)).then_some(record)
}

#[cfg(test)]
mod tests {
    use super::super::report::ReadReport;
    use super::*;
    use proptest::prelude::*;

    /// What is read in one pass is what the careful way reads, and nothing that it finds fault with.
    fn agrees(line: &str) -> bool {
        let mut record = SwfRecord::default();
        let Some(length) = scan(line.as_bytes(), &mut record) else { return false };
        assert_eq!(length, line.find('\n').map_or(0, |end| end + 1));
        let mut report = ReadReport::default();
        assert_eq!(SwfRecord::parse(line[..length].trim().as_bytes(), 1, &mut report), Some(record));
        assert_eq!(report, ReadReport::default());
        true
    }

    #[test]
    fn plain_lines_are_read_and_others_left() {
        let line = |number: &str| format!("1 {number} -1 3 4 -1 -1 8 9 -1 1 2 3 4 5 6 -1 -1");
        for (number, plain) in [
            ("0", true),
            ("18446744073", true),
            ("18446744074", false),
            ("1234567890123456789", false),
            ("-1", false),
            ("-12", false),
            ("1.5", false),
            ("+1", false),
            ("1e3", false),
            ("", false),
        ] {
            for end in ["\n", "\r\n", " \t\n2 3"] {
                assert_eq!(agrees(&(line(number) + end)), plain, "{number:?}");
            }
        }
        assert!(!agrees(&line("7")), "not ended");
        assert!(!agrees(&(line("7") + " 19th\n")), "more than 18");
        assert!(!agrees("; MaxProcs: 7\n"));
    }

    proptest! {
        #[test]
        fn one_pass_is_the_careful_way(
            fields in prop::collection::vec("-1|[0-9]{1,20}|-?[0-9.]{1,3}", 16..20),
            blank in "[ \t]{1,2}",
        ) {
            agrees(&(fields.join(&blank) + "\n"));
        }

        #[test]
        fn plain_ones_are_read(fields in prop::collection::vec("-1|[0-9]{1,9}", 16), blank in "[ \t]{1,2}") {
            let line = format!("{blank}7{blank}8{blank}{}\r\n", fields.join(&blank));
            prop_assert!(agrees(&line));
        }
    }
}
