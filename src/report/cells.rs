//! Rows of CSV from plain structs: a cell a field, in their order.

use super::decimal::whole;
use serde::ser::{Error as _, Impossible, Serialize, SerializeStruct, Serializer};
use std::fmt::Display;

/// Appends a row (RFC 4180, lines end with a line feed): texts are quoted where they must be, doubles are the shortest text that reads
/// back the same, `None` is empty. The `csv` crate writes the same, with a check of every cell for what must be quoted.
///
/// # Errors
/// A value that is not a struct of texts, numbers and options of these.
pub(super) fn row<T: Serialize>(buffer: &mut Vec<u8>, value: &T) -> Result<(), Unsupported> {
    value.serialize(Row(buffer))?;
    // The comma after the last cell.
    buffer.pop();
    buffer.push(b'\n');
    Ok(())
}

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

/// What a table has no cell for.
#[derive(Debug)]
pub(super) struct Unsupported(String);

impl Display for Unsupported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unsupported {}

impl serde::ser::Error for Unsupported {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl From<Unsupported> for std::io::Error {
    fn from(error: Unsupported) -> Self {
        Self::other(error)
    }
}

struct Row<'a>(&'a mut Vec<u8>);

struct Cell<'a>(&'a mut Vec<u8>);

impl SerializeStruct for Row<'_> {
    type Ok = ();
    type Error = Unsupported;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, _: &'static str, value: &T) -> Result<(), Unsupported> {
        value.serialize(Cell(self.0))?;
        self.0.push(b',');
        Ok(())
    }

    fn end(self) -> Result<(), Unsupported> {
        Ok(())
    }
}

/// The kinds of values that a serializer here does not take.
macro_rules! refuse {
    ($($name:ident($($kind:ty),*) -> $out:ty;)*) => {$(
        fn $name(self, $(_: $kind),*) -> Result<$out, Unsupported> {
            Err(Unsupported::custom("a table has cells for texts and numbers only"))
        }
    )*};
}

type No = Impossible<(), Unsupported>;

/// What neither a row nor a cell can be.
macro_rules! refuse_compounds {
    () => {
        type Ok = ();
        type Error = Unsupported;
        type SerializeSeq = No;
        type SerializeTuple = No;
        type SerializeTupleStruct = No;
        type SerializeTupleVariant = No;
        type SerializeMap = No;
        type SerializeStructVariant = No;

        refuse! {
            serialize_bool(bool) -> ();
            serialize_i8(i8) -> ();
            serialize_i16(i16) -> ();
            serialize_i32(i32) -> ();
            serialize_i64(i64) -> ();
            serialize_u8(u8) -> ();
            serialize_u16(u16) -> ();
            serialize_u32(u32) -> ();
            serialize_f32(f32) -> ();
            serialize_char(char) -> ();
            serialize_bytes(&[u8]) -> ();
            serialize_unit() -> ();
            serialize_unit_struct(&'static str) -> ();
            serialize_unit_variant(&'static str, u32, &'static str) -> ();
            serialize_seq(Option<usize>) -> No;
            serialize_tuple(usize) -> No;
            serialize_tuple_struct(&'static str, usize) -> No;
            serialize_tuple_variant(&'static str, u32, &'static str, usize) -> No;
            serialize_map(Option<usize>) -> No;
            serialize_struct_variant(&'static str, u32, &'static str, usize) -> No;
        }

        fn serialize_newtype_struct<T: ?Sized + Serialize>(
            self,
            _: &'static str,
            value: &T,
        ) -> Result<(), Unsupported> {
            value.serialize(self)
        }

        fn serialize_newtype_variant<T: ?Sized + Serialize>(
            self,
            _: &'static str,
            _: u32,
            variant: &'static str,
            _: &T,
        ) -> Result<(), Unsupported> {
            Err(Unsupported::custom(format!("a table has no cell for variant {variant}")))
        }
    };
}

impl<'a> Serializer for Row<'a> {
    type SerializeStruct = Row<'a>;
    refuse_compounds!();

    refuse! {
        serialize_u64(u64) -> ();
        serialize_f64(f64) -> ();
        serialize_str(&str) -> ();
        serialize_none() -> ();
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Unsupported> {
        value.serialize(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Row<'a>, Unsupported> {
        Ok(self)
    }
}

impl Serializer for Cell<'_> {
    type SerializeStruct = No;
    refuse_compounds!();

    refuse! { serialize_struct(&'static str, usize) -> No; }

    fn serialize_u64(self, value: u64) -> Result<(), Unsupported> {
        whole(self.0, value);
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Unsupported> {
        // Many are whole, or nothing at all.
        let integer = value as u64;
        if integer < 1_000_000_000_000_000 && (integer as f64).to_bits() == value.to_bits() {
            whole(self.0, integer);
            self.0.extend_from_slice(b".0");
        } else {
            self.0.extend_from_slice(ryu::Buffer::new().format(value).as_bytes());
        }
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Unsupported> {
        push_text(self.0, value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unsupported> {
        Ok(())
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Unsupported> {
        value.serialize(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize)]
    struct Sample<'a> {
        name: &'a str,
        value: f64,
        maybe: Option<f64>,
        count: u64,
        note: Option<String>,
    }

    #[test]
    fn rows_are_those_of_the_csv_crate() {
        let names = ["", "plain", "a,b", "say \"so\"", "line\nbreak", "carriage\rreturn", " blanks ", "中"];
        let values = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.1,
            1e-5,
            1.5e-5,
            1e-7,
            123.0,
            1e15,
            1e15 - 1.0,
            1e16,
            1.5e300,
            9_007_199_254_740_993.0,
            f64::NAN,
            f64::INFINITY,
            1.0 / 3.0,
        ];
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        let mut found = Vec::new();
        for (at, value) in values.into_iter().enumerate() {
            for name in names {
                let note = (at % 2 == 0).then(|| name.to_owned());
                let sample =
                    Sample { name, value, maybe: (at % 3 > 0).then_some(value), count: at as u64 * 1_234_567, note };
                csv.serialize(&sample).expect("memory");
                row(&mut found, &sample).expect("texts and numbers");
            }
        }
        let wanted = csv.into_inner().expect("memory");
        assert_eq!(String::from_utf8_lossy(&found), String::from_utf8_lossy(&wanted));
        assert!(row(&mut found, &[1u64]).is_err());
    }
}
