//! Texts as cells of CSV.

/// Appends a text as it stands in a cell: quoted where it holds a comma, a quote or a line break.
pub(super) fn push_text(buffer: &mut Vec<u8>, text: &str) {
    if !text.bytes().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
        buffer.extend_from_slice(text.as_bytes());
        return;
    }
    buffer.push(b'"');
    for byte in text.bytes() {
        buffer.extend(std::iter::repeat_n(byte, if byte == b'"' { 2 } else { 1 }));
    }
    buffer.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_the_csv_crate_does() {
        for text in ["plain", "a,b", "say \"so\"", "line\nbreak", "carriage\rreturn", " blanks ", "中", "0"] {
            let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
            csv.write_record([text, "x"]).expect("memory");
            let mut found = Vec::new();
            push_text(&mut found, text);
            found.extend_from_slice(b",x\n");
            assert_eq!(found, csv.into_inner().expect("memory"), "{text:?}");
        }
    }
}
