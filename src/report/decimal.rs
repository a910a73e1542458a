//! Exact decimal numbers written into a buffer, without allocation.

/// Digits of the longest 128-bit number.
const DIGITS_MAX: usize = 39;

/// Writes `value / 10^places` exactly, without trailing zeros: 20008000000 with 9 places is `20.008`.
pub(super) fn decimal(buffer: &mut Vec<u8>, value: u128, places: u32) {
    match u64::try_from(value) {
        Ok(value) => small(buffer, value, places as usize),
        Err(_) => {
            let unit = 10u128.pow(places.min(38));
            let (whole, rest) = (value / unit, value % unit);
            let mut digits = [b'0'; DIGITS_MAX];
            let begin = wide_digits(&mut digits, whole);
            buffer.extend_from_slice(&digits[begin..]);
            let mut digits = [b'0'; DIGITS_MAX];
            wide_digits(&mut digits, rest);
            fraction(buffer, &digits[DIGITS_MAX - places as usize..]);
        }
    }
}

/// Most numbers fit 64 bits, whose divisions are several times faster.
fn small(buffer: &mut Vec<u8>, mut value: u64, places: usize) {
    let mut digits = [b'0'; 20];
    let mut begin = digits.len();
    while value > 0 {
        begin -= 1;
        digits[begin] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    let point = digits.len() - places.min(19);
    if begin >= point {
        buffer.push(b'0');
    } else {
        buffer.extend_from_slice(&digits[begin..point]);
    }
    fraction(buffer, &digits[point..]);
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
        assert_eq!(text(7, 0), "7");
        assert_eq!(text(1_500_000, 6), "1.5");
        assert_eq!(text(u128::from(u64::MAX), 9), "18446744073.709551615");
        assert_eq!(text(u128::from(u64::MAX) + 1, 0), "18446744073709551616");
        assert_eq!(text(u128::MAX, 9), "340282366920938463463374607431.768211455");
        assert_eq!(text(30_000_000_000_000_000_000, 6), "30000000000000");
    }

    #[test]
    fn seconds_are_written_as_the_units_write_them() {
        for nanos in [0, 1, 999_999_999, 1_000_000_000, 20_008_000_000, u64::MAX] {
            assert_eq!(text(u128::from(nanos), 9), crate::units::seconds_text(nanos));
        }
    }
}
