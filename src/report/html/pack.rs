//! How data stand inside a page: JSON that no HTML parser can leave, and compressed parts.

use crate::units::is_invisible;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::borrow::Cow;
use std::io::Write;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 of RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place > group.len() { '=' } else { char::from(digit) });
        }
    }
    text
}

/// Bytes in the form that the page's script unpacks: zlib (RFC 1950), then base64.
pub(super) fn packed(bytes: &[u8]) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Memory takes every byte.
    let whole = encoder.write_all(bytes).and_then(|()| encoder.finish());
    base64(&whole.unwrap_or_default())
}

/// JSON as it may stand in a `<script>` block: `<` is written as an escape, so that neither `</script>` nor `<!--` ever
/// appears, nor the two line separators that old scripts stumble over.
pub(super) fn script_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + json.len() / 64);
    for c in written_out(json).chars() {
        match c {
            '<' => text.push_str("\\u003c"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            c => text.push(c),
        }
    }
    text
}

/// Whether a letter would turn around or hide what stands beside it.
fn acts(letter: char) -> bool {
    is_invisible(letter) && !letter.is_whitespace()
}

/// JSON whose texts have letters that are not seen written out: the page shows them as `\u{202e}`.
pub(super) fn written_out(json: &str) -> Cow<'_, str> {
    if !json.chars().any(acts) {
        return Cow::Borrowed(json);
    }
    let mut text = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if acts(c) {
            text.push('\\');
            text.extend(c.escape_unicode());
        } else {
            text.push(c);
        }
    }
    Cow::Owned(text)
}

/// A text as it may stand in HTML, inside or outside of an attribute in double quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if acts(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, coded) in cases {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
    }

    #[test]
    fn packed_bytes_come_back() {
        let bytes: Vec<u8> = (0..10_000u32).map(|i| (i / 7) as u8).collect();
        let text = packed(&bytes);
        assert!(text.len() < bytes.len());
        let mut raw = Vec::new();
        let value = |c: u8| DIGITS.iter().position(|d| *d == c).unwrap_or(0) as u32;
        for group in text.as_bytes().chunks(4) {
            let bits = group.iter().fold(0, |bits, c| bits << 6 | value(*c));
            raw.extend([(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
        }
        let mut back = Vec::new();
        flate2::read::ZlibDecoder::new(&raw[..]).read_to_end(&mut back).expect("zlib");
        assert_eq!(back, bytes);
    }

    #[test]
    fn hostile_texts_stay_texts() {
        let json = serde_json::json!({ "name": "</script><script>alert(1)</script><!-- \u{2028}" }).to_string();
        let text = script_json(&json);
        assert!(!text.contains('<') && !text.contains('\u{2028}'), "{text}");
        let back: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(back["name"], "</script><script>alert(1)</script><!-- \u{2028}");
        let text = script_json(&serde_json::json!({ "name": "x\u{202e}y\u{9b}" }).to_string());
        let back: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(back["name"], "x\\u{202e}y\\u{9b}");
        assert_eq!(escaped("a\u{1b}\u{202e}b\nc"), "a\\u{1b}\\u{202e}b\nc");
        assert_eq!(escaped("a<b>\"c\" & 'd' 中"), "a&lt;b&gt;&quot;c&quot; &amp; &#39;d&#39; 中");
    }
}
