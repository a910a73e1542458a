//! The bytes of a file that may be compressed and may begin with a byte order mark.

use flate2::bufread::MultiGzDecoder;
use std::io::{BufRead, BufReader, Chain, Cursor, Read};

/// The mark that some programs write before UTF-8 text.
pub(super) const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Why text in UTF-16 is refused; the bytes are the first of the text.
pub(super) fn refuse_utf16(start: &[u8]) -> Result<(), String> {
    // With a mark, or an ASCII character in two bytes.
    let wide =
        matches!(start, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) || matches!(start, [a, b, ..] if (*a == 0) != (*b == 0));
    if wide { Err("line 1: the text is in UTF-16; save the file as UTF-8".to_owned()) } else { Ok(()) }
}

/// The first three bytes, or all there are.
fn start<R: Read>(bytes: &mut R) -> Result<Vec<u8>, String> {
    let mut start = Vec::new();
    bytes.by_ref().take(3).read_to_end(&mut start).map_err(|error| error.to_string())?;
    Ok(start)
}

/// The bytes behind a start that was read already.
fn after<R: Read>(start: Vec<u8>, bytes: R) -> BufReader<Chain<Cursor<Vec<u8>>, R>> {
    BufReader::with_capacity(1 << 16, Cursor::new(start).chain(bytes))
}

fn unmarked<'a, R: Read + 'a>(bytes: R, mut start: Vec<u8>) -> Result<Box<dyn BufRead + 'a>, String> {
    refuse_utf16(&start)?;
    if start == UTF8_MARK {
        start.clear();
    }
    Ok(Box::new(after(start, bytes)))
}

/// Text as it is, or unpacked where it is compressed (gzip, known by its first bytes), behind its byte order mark.
///
/// # Errors
/// The bytes cannot be read or unpacked, or they are text in UTF-16.
pub(super) fn text<'a, R: Read + 'a>(mut bytes: R) -> Result<Box<dyn BufRead + 'a>, String> {
    let first = start(&mut bytes)?;
    if !first.starts_with(&[0x1f, 0x8b]) {
        return unmarked(bytes, first);
    }
    let mut bytes = MultiGzDecoder::new(after(first, bytes));
    let first = start(&mut bytes)?;
    unmarked(bytes, first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn read(bytes: &[u8]) -> Result<String, String> {
        let mut all = String::new();
        text(bytes)?.read_to_string(&mut all).map_err(|error| error.to_string())?;
        Ok(all)
    }

    #[test]
    fn marks_and_compression_are_taken_off_and_utf16_is_named() {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all("\u{feff}a\u{e9}".as_bytes()).expect("packs");
        assert_eq!(read(&packed.finish().expect("packs")).as_deref(), Ok("a\u{e9}"));
        assert_eq!(read("\u{feff}a".as_bytes()).as_deref(), Ok("a"));
        assert_eq!(read(b"").as_deref(), Ok(""));
        for wide in [&b"\xFF\xFE;\0"[..], b"\xFE\xFF\0;", b";\0 \0", b"\0;\0 "] {
            assert!(read(wide).is_err_and(|problem| problem.contains("UTF-16")), "{wide:?}");
        }
    }
}
