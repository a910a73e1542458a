//! Exact decimal numbers written into a buffer, without allocation.

/// Digits of the longest 128-bit number.
const DIGITS_MAX: usize = 39;
/// What eight digits count to.
const EIGHT: u64 = 100_000_000;

/// Writes `value / 10^places` exactly, without trailing zeros: 20008000000 with 9 places is `20.008`.
pub(super) fn decimal(buffer: &mut Vec<u8>, value: u128, places: u32) {
    // Most numbers fit 64 bits, whose divisions by a constant are multiplications.
    match (u64::try_from(value), places) {
        (Ok(value), 0) => whole(buffer, value),
        (Ok(value), 6) => {
            whole(buffer, value / 1_000_000);
            let rest = value % 1_000_000;
            if rest > 0 {
                buffer.push(b'.');
                without_zeros(buffer, eight(rest * 100));
            }
        }
        (Ok(value), 9) => seconds(buffer, value),
        _ => long(buffer, value, places),
    }
}

/// Writes nanoseconds as seconds.
pub(super) fn seconds(buffer: &mut Vec<u8>, nanos: u64) {
    if nanos == 0 {
        return buffer.push(b'0');
    }
    whole(buffer, nanos / 1_000_000_000);
    let rest = nanos % 1_000_000_000;
    if rest > 0 {
        buffer.extend_from_slice(&[b'.', b'0' + (rest / EIGHT) as u8]);
        without_zeros(buffer, eight(rest % EIGHT));
    }
}

/// Writes an integer.
pub(super) fn whole(buffer: &mut Vec<u8>, value: u64) {
    if value < 10 {
        buffer.push(b'0' + value as u8);
    } else if value < EIGHT {
        let digits = eight(value);
        let zeros = digits.trailing_zeros() & !7;
        let length = buffer.len() + 8 - zeros as usize / 8;
        buffer.extend_from_slice(&((digits | ZEROS) >> zeros).to_le_bytes());
        buffer.truncate(length);
    } else {
        whole(buffer, value / EIGHT);
        buffer.extend_from_slice(&(eight(value % EIGHT) | ZEROS).to_le_bytes());
    }
}

/// Writes a number below a million with all six digits.
pub(super) fn six_digits(buffer: &mut Vec<u8>, value: u32) {
    let digits = (eight(u64::from(value % 1_000_000)) | ZEROS) >> 16;
    let length = buffer.len() + 6;
    buffer.extend_from_slice(&digits.to_le_bytes());
    buffer.truncate(length);
}

/// The text of eight zeros; a digit is this and its value.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The eight digits of a number below 10^8, one in each byte, the first in the lowest. It is halved thrice, all halves at once: four
/// digits in each 32 bits, two in each 16, one in each 8. Divisions by 100 and 10 are multiplications that are exact for that many digits.
const fn eight(value: u64) -> u64 {
    let fours = (value / 10_000) | ((value % 10_000) << 32);
    let hundreds = (fours * 10_486) >> 20 & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - 100 * hundreds) << 16;
    let tens = (twos * 103) >> 10 & 0x000f_000f_000f_000f;
    tens | (twos - 10 * tens) << 8
}

/// Writes eight digits of a fraction up to the last that is not 0.
fn without_zeros(buffer: &mut Vec<u8>, digits: u64) {
    let length = buffer.len() + 8 - digits.leading_zeros() as usize / 8;
    buffer.extend_from_slice(&(digits | ZEROS).to_le_bytes());
    buffer.truncate(length);
}

fn long(buffer: &mut Vec<u8>, value: u128, places: u32) {
    let unit = 10u128.pow(places.min(38));
    let (whole, rest) = (value / unit, value % unit);
    let mut digits = [b'0'; DIGITS_MAX];
    let begin = wide_digits(&mut digits, whole);
    buffer.extend_from_slice(&digits[begin..]);
    let mut digits = [b'0'; DIGITS_MAX];
    wide_digits(&mut digits, rest);
    fraction(buffer, &digits[DIGITS_MAX - places.min(38) as usize..]);
}

fn wide_digits(digits: &mut [u8; DIGITS_MAX], mut value: u128) -> usize {
    let mut begin = DIGITS_MAX;
    while value > 0 {
        begin -= 1;
        digits[begin] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    begin.min(DIGITS_MAX - 1)
}

fn fraction(buffer: &mut Vec<u8>, digits: &[u8]) {
    let length = digits.iter().rposition(|d| *d != b'0').map_or(0, |last| last + 1);
    if length > 0 {
        buffer.push(b'.');
        buffer.extend_from_slice(&digits[..length]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: u128, places: u32) -> String {
        let mut buffer = Vec::new();
        decimal(&mut buffer, value, places);
        String::from_utf8(buffer).unwrap()
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(text(20_008_000_000, 9), "20.008");
        assert_eq!(text(3_600_000_000_000, 9), "3600");
        assert_eq!(text(1, 9), "0.000000001");
        assert_eq!(text(0, 9), "0");
        assert_eq!(text(0, 0), "0");
        assert_eq!(text(1234, 2), "12.34");
        assert_eq!(text(5, 1), "0.5");
        assert_eq!(text(7, 0), "7");
        assert_eq!(text(1_500_000, 6), "1.5");
        assert_eq!(text(u128::from(u64::MAX), 9), "18446744073.709551615");
        assert_eq!(text(u128::from(u64::MAX) + 1, 0), "18446744073709551616");
        assert_eq!(text(u128::MAX, 9), "340282366920938463463374607431.768211455");
        assert_eq!(text(30_000_000_000_000_000_000, 6), "30000000000000");
    }

    #[test]
    fn shortcuts_write_the_same() {
        let check = |value: u64| {
            for places in [0, 6, 9] {
                let mut buffer = Vec::new();
                long(&mut buffer, u128::from(value), places);
                assert_eq!(text(u128::from(value), places).as_bytes(), buffer, "{value} with {places}");
            }
            let mut buffer = Vec::new();
            six_digits(&mut buffer, (value % 1_000_000) as u32);
            assert_eq!(buffer, format!("{:06}", value % 1_000_000).as_bytes());
        };
        // Every number of four digits, alone and as both halves of eight.
        (0..10_000).for_each(|n| [n, n * 10_000, n * 10_001, n * 1_000_000_007].into_iter().for_each(check));
        let mut state = 1u64;
        for round in 0..10_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            check(state >> (round % 64));
        }
    }

    #[test]
    fn seconds_are_written_as_the_units_write_them() {
        for nanos in [0, 1, 999_999_999, 1_000_000_000, 20_008_000_000, u64::MAX] {
            assert_eq!(text(u128::from(nanos), 9), crate::units::seconds_text(nanos));
        }
    }
}
