//! The tree as a source of serde's data model, with the places of `toml::Spanned` and errors that know theirs.

use super::{Entry, FormError, Node, Step, Table, Value};
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer, UsizeDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// The name under which `toml::Spanned` asks for a value with its place; its fields are start, end, value.
const SPANNED: &str = "$__serde_spanned_private_Spanned";

/// Reads a node.
#[derive(Clone, Copy)]
pub(super) struct Reader<'de>(pub(super) &'de Node);

type Read<T> = Result<T, FormError>;

impl<'de> Reader<'de> {
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match &self.0.value {
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Boolean(value) => visitor.visit_bool(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Integer(value) => {
                if let Ok(value) = i64::try_from(*value) {
                    visitor.visit_i64(value)
                } else if let Ok(value) = u64::try_from(*value) {
                    visitor.visit_u64(value)
                } else {
                    Err(FormError::new(format!("the number {value} is too large")))
                }
            }
            Value::Array(elements) => visitor.visit_seq(Elements { elements: elements.iter().enumerate() }),
            Value::Table(table) => visitor.visit_map(Entries { entries: table.iter(), current: None }),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = FormError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.visit(visitor).map_err(|error| error.at(&self.0.span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        if name == SPANNED {
            return visitor.visit_map(Place { node: self.0, fields, next: 0 });
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        let example = || match variants {
            [] => String::new(),
            [first, ..] => format!("; for example {first}"),
        };
        let result = match &self.0.value {
            Value::String(name) => visitor.visit_enum(NameOnly(name)),
            Value::Table(table) if table.len() == 1 => match table.iter().next() {
                Some((name, entry)) => visitor.visit_enum(Kind { name, entry }),
                None => Err(FormError::new("an empty table")),
            },
            Value::Table(table) if table.is_empty() => {
                Err(FormError::new("this table is empty").help(format!("name one kind in it{}", example())))
            }
            Value::Table(table) => Err(too_many(table)),
            _ => Err(FormError::new(format!("expected a name or a table with one name, found {}", self.0.kind()))),
        };
        result.map_err(|error| error.at(&self.0.span))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// Several kinds where one is meant: the error stands at the second.
fn too_many(table: &Table) -> FormError {
    let mut keys: Vec<(&String, &Entry)> = table.iter().collect();
    keys.sort_by_key(|(_, entry)| entry.key.start);
    match keys.as_slice() {
        [(first, _), (second, entry), ..] => FormError::new(format!("`{second}` beside `{first}`: one kind only"))
            .at(&entry.key)
            .through(Step::Key((*second).clone())),
        _ => FormError::new("one kind only"),
    }
}

/// A key; whoever asks for it adds its place to errors.
struct Key<'de>(&'de str);

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = FormError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        StrDeserializer::new(self.0).deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// The entries of a table.
struct Entries<'de> {
    entries: std::collections::btree_map::Iter<'de, String, Entry>,
    current: Option<(&'de str, &'de Entry)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = FormError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        let Some((name, entry)) = self.entries.next() else { return Ok(None) };
        self.current = Some((name, entry));
        let key = seed.deserialize(Key(name));
        key.map(Some).map_err(|error| error.at(&entry.key).through(Step::Key(name.clone())))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Read<V::Value> {
        let Some((name, entry)) = self.current.take() else { return Err(FormError::new("a value without a key")) };
        seed.deserialize(Reader(&entry.node)).map_err(|error| error.through(Step::Key(name.to_owned())))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// The elements of an array.
struct Elements<'de> {
    elements: std::iter::Enumerate<std::slice::Iter<'de, Node>>,
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = FormError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        let Some((index, node)) = self.elements.next() else { return Ok(None) };
        seed.deserialize(Reader(node)).map(Some).map_err(|error| error.through(Step::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.elements.len())
    }
}

/// A node with its place, as `toml::Spanned` wants it.
struct Place<'de> {
    node: &'de Node,
    fields: &'static [&'static str],
    next: usize,
}

impl<'de> MapAccess<'de> for Place<'de> {
    type Error = FormError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        let Some(field) = self.fields.get(self.next) else { return Ok(None) };
        seed.deserialize(BorrowedStrDeserializer::new(field)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Read<V::Value> {
        let number = |value: usize| -> UsizeDeserializer<FormError> { value.into_deserializer() };
        self.next += 1;
        match self.next {
            1 => seed.deserialize(number(self.node.span.start)),
            2 => seed.deserialize(number(self.node.span.end)),
            _ => seed.deserialize(Reader(self.node)),
        }
    }
}

/// `{ name = parameters }`.
struct Kind<'de> {
    name: &'de str,
    entry: &'de Entry,
}

impl<'de> EnumAccess<'de> for Kind<'de> {
    type Error = FormError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Read<(V::Value, Self)> {
        let variant = seed.deserialize(Key(self.name));
        let variant = variant.map_err(|error| error.at(&self.entry.key).through(Step::Key(self.name.to_owned())));
        Ok((variant?, self))
    }
}

impl Kind<'_> {
    fn step(&self) -> Step {
        Step::Key(self.name.to_owned())
    }
}

impl<'de> VariantAccess<'de> for Kind<'de> {
    type Error = FormError;

    fn unit_variant(self) -> Read<()> {
        match &self.entry.node.value {
            Value::Table(table) if table.is_empty() => Ok(()),
            _ => Err(FormError::new(format!("`{}` takes no parameters", self.name))
                .help(format!("write \"{}\"", self.name))
                .at(&self.entry.node.span)
                .through(self.step())),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<T::Value> {
        seed.deserialize(Reader(&self.entry.node)).map_err(|error| error.through(self.step()))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        Reader(&self.entry.node).deserialize_any(visitor).map_err(|error| error.through(self.step()))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Read<V::Value> {
        Reader(&self.entry.node).deserialize_any(visitor).map_err(|error| error.through(self.step()))
    }
}

/// `"name"` where a kind is meant; fine for kinds without parameters.
struct NameOnly<'de>(&'de str);

impl<'de> EnumAccess<'de> for NameOnly<'de> {
    type Error = FormError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Read<(V::Value, Self)> {
        Ok((seed.deserialize(StrDeserializer::<FormError>::new(self.0))?, self))
    }
}

impl NameOnly<'_> {
    fn refuse<T>(&self) -> Read<T> {
        Err(FormError::new(format!("`{}` is written as a table", self.0))
            .help(format!("write {{ {} = {{}} }}", self.0)))
    }
}

impl<'de> VariantAccess<'de> for NameOnly<'de> {
    type Error = FormError;

    fn unit_variant(self) -> Read<()> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Read<T::Value> {
        self.refuse()
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Read<V::Value> {
        self.refuse()
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Read<V::Value> {
        self.refuse()
    }
}

/// Reads a value from a node.
///
/// # Errors
/// The node does not have the form of the type: the first deviation, with its place.
pub(super) fn read<'de, T: de::Deserialize<'de>>(node: &'de Node) -> Read<T> {
    T::deserialize(Reader(node))
}
