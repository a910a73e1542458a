//! Lines as most are: 18 whole numbers or -1 between blanks. They are read in one pass over the bytes; all others are left to
//! [`SwfRecord::parse`], which says what is wrong with them.

use super::id::SwfId;
use super::record::{Kilobytes, SECOND, SwfRecord};

/// Stands for -1; no number of [`DIGITS_MAX`] digits is as large.
const UNKNOWN: u64 = u64::MAX;

/// Any number of so many digits fits 64 bits.
const DIGITS_MAX: usize = 18;
/// Any number of so many fits 32 bits, and as many seconds fit 64 in nanoseconds.
const DIGITS_SHORT: usize = 9;

const fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// The eight bytes from a place on, the first lowest; behind the end there are zeros, which are part of no line.
fn eight(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.first_chunk().map_or_else(|| last(rest), |eight| u64::from_le_bytes(*eight))
}

#[cold]
fn last(rest: &[u8]) -> u64 {
    let mut eight = [0; 8];
    eight[..rest.len()].copy_from_slice(rest);
    u64::from_le_bytes(eight)
}

/// The same in each of eight bytes.
const fn all(byte: u8) -> u64 {
    0x0101_0101_0101_0101 * byte as u64
}

/// How many of eight bytes are digits before the first that is not, and their number.
const fn digits(word: u64) -> (usize, u64) {
    // A digit's value is below 10: neither it nor 118 more has the upper bit.
    let values = word ^ all(b'0');
    let others = (((values & all(0x7f)) + all(118)) | values) & all(0x80);
    let count = others.trailing_zeros() / 8;
    if count == 0 {
        return (0, 0);
    }
    // As if zeros came before: tens with ones, then hundreds with these, then the upper with the lower four.
    let mut sum = values << (64 - 8 * count);
    sum = (sum * 10 + (sum >> 8)) & 0x00ff_00ff_00ff_00ff;
    sum = (sum * 100 + (sum >> 16)) & 0x0000_ffff_0000_ffff;
    sum = (sum * 10_000 + (sum >> 32)) & 0xffff_ffff;
    (count as usize, sum)
}

/// Powers of ten by exponent.
const POWERS: [u64; 9] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// All digits from a place on: how many, their number as far as 64 bits hold it, and the eight bytes in which they end.
fn long(bytes: &[u8], at: usize) -> (usize, u64, u64) {
    let (mut length, mut sum) = (0, 0u64);
    loop {
        let word = eight(bytes, at + length);
        let (count, more) = digits(word);
        sum = sum.wrapping_mul(POWERS[count]).wrapping_add(more);
        length += count;
        if count < 8 {
            return (length, sum, word);
        }
    }
}

/// Reads the line that `bytes` begin with into `record`; how long it is, its end included. `None` where it is any other line, or does not
/// end here: then what is in the record means nothing.
pub(super) fn scan(bytes: &[u8], record: &mut SwfRecord) -> Option<usize> {
    let mut values = [UNKNOWN; 18];
    let (mut at, mut longest) = (0, 0);
    for value in &mut values {
        let mut word = eight(bytes, at);
        if is_blank(word as u8) {
            // One blank, mostly: the seven bytes behind it will do for most numbers.
            at += 1;
            word >>= 8;
            while is_blank(word as u8) {
                at += 1;
                word = eight(bytes, at);
            }
        }
        let behind = if word as u16 == u16::from_le_bytes(*b"-1") {
            at += 2;
            (word >> 16) as u8
        } else {
            let (mut count, mut sum) = digits(word);
            if count == 0 {
                return None;
            }
            if count >= 7 {
                (count, sum, word) = long(bytes, at);
            }
            at += count;
            longest = longest.max(count);
            *value = sum;
            (word >> (8 * (count % 8))) as u8
        };
        if !is_blank(behind) && behind != b'\n' && behind != b'\r' {
            return None;
        }
    }
    let mut byte = *bytes.get(at)?;
    while is_blank(byte) || byte == b'\r' {
        at += 1;
        byte = *bytes.get(at)?;
    }
    if byte != b'\n' || longest > DIGITS_MAX || values[0] == UNKNOWN || values[1] == UNKNOWN {
        return None;
    }
    // Nothing is cut off where all are within their ranges, as all short ones are.
    (longest <= DIGITS_SHORT || within_ranges(&values)).then(|| {
        fill(record, &values);
        at + 1
    })
}

/// Whether all times and small numbers can be kept.
#[cold]
fn within_ranges(values: &[u64; 18]) -> bool {
    let within = |fields: &[usize], most: u64| fields.iter().all(|at| values[*at] <= most || values[*at] == UNKNOWN);
    within(&SECONDS, u64::MAX / SECOND) && within(&SMALL, u32::MAX.into())
}

/// Puts fields into a record, of which the first two are known.
fn fill(record: &mut SwfRecord, values: &[u64; 18]) {
    let known = |at: usize| (values[at] != UNKNOWN).then_some(values[at]);
    let time = |at: usize| known(at).map(|seconds| seconds.wrapping_mul(SECOND));
    let small = |at: usize| known(at).map(|value| value as u32);
    let id = |at: usize| small(at).map(SwfId::Number);
    *record = SwfRecord {
        number: values[0],
        submit: values[1].wrapping_mul(SECOND),
        wait: time(2),
        run: time(3),
        processors: small(4),
        cpu_time: time(5),
        memory: known(6).map(Kilobytes),
        requested_processors: small(7),
        requested_time: time(8),
        requested_memory: known(9).map(Kilobytes),
        status: small(10),
        user: id(11),
        group: id(12),
        executable: id(13),
        queue: id(14),
        partition: id(15),
        preceding: known(16),
        think_time: time(17),
    };
}

/// Places of the fields that are times, and of those that are small numbers.
const SECONDS: [usize; 6] = [1, 2, 3, 5, 8, 17];
const SMALL: [usize; 8] = [4, 7, 10, 11, 12, 13, 14, 15];

#[cfg(test)]
mod tests {
    use super::super::id::Names;
    use super::super::report::ReadReport;
    use super::*;
    use proptest::prelude::*;

    /// What is read in one pass is what the careful way reads, and nothing that it finds fault with.
    fn agrees(line: &str) -> bool {
        let mut record = SwfRecord::default();
        let Some(length) = scan(line.as_bytes(), &mut record) else { return false };
        assert_eq!(length, line.find('\n').map_or(0, |end| end + 1));
        let mut report = ReadReport::default();
        assert_eq!(
            SwfRecord::parse(line[..length].trim().as_bytes(), 1, &mut Names::default(), &mut report),
            Some(record)
        );
        assert_eq!(report, ReadReport::default());
        true
    }

    #[test]
    fn digits_are_read_eight_at_once() {
        let slow = |text: &[u8; 8]| {
            let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (count, text[..count].iter().fold(0, |sum, byte| 10 * sum + u64::from(byte - b'0')))
        };
        for byte in 0..=u8::MAX {
            for at in 0..8 {
                for text in [b"12345678", b"90817263", b"00000000", b"99999999"] {
                    let mut text = *text;
                    text[at] = byte;
                    assert_eq!(digits(u64::from_le_bytes(text)), slow(&text), "{text:?}");
                    // Whatever comes behind.
                    text[7] = byte.wrapping_mul(37);
                    assert_eq!(digits(u64::from_le_bytes(text)), slow(&text), "{text:?}");
                }
            }
        }
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
