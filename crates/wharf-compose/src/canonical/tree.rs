//! What is printed: a tree whose keys keep their order.

use serde_json::Number;

/// A value to print.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Out {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Out>),
    Map(Vec<(String, Out)>),
}

impl Out {
    /// Text of the user; a dollar sign is doubled, so that the output can be read again.
    pub(super) fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().replace('$', "$$"))
    }

    /// A list of texts.
    pub(super) fn texts<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(items.into_iter().map(Self::text).collect())
    }

    pub(super) fn from_json(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(value) => Self::Integer(value),
                None => Self::Float(number.as_f64().unwrap_or(0.0)),
            },
            serde_json::Value::String(text) => Self::text(text),
            serde_json::Value::Array(items) => {
                Self::List(items.iter().map(Self::from_json).collect())
            }
            serde_json::Value::Object(map) => Self::Map(
                map.iter().map(|(key, value)| (key.clone(), Self::from_json(value))).collect(),
            ),
        }
    }

    pub(super) fn into_json(self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => value.into(),
            Self::Integer(value) => value.into(),
            Self::Float(value) => {
                Number::from_f64(value).map_or(serde_json::Value::Null, Into::into)
            }
            Self::Text(text) => text.into(),
            Self::List(items) => items.into_iter().map(Self::into_json).collect(),
            Self::Map(pairs) => {
                let pairs = pairs.into_iter().map(|(key, value)| (key, value.into_json()));
                serde_json::Value::Object(pairs.collect())
            }
        }
    }
}

/// Collects the keys of a section; absent values are left out.
#[derive(Debug, Default)]
pub(super) struct Section(Vec<(String, Out)>);

impl Section {
    /// Adds a key.
    pub(super) fn put(&mut self, key: &str, value: Out) {
        self.0.push((key.to_owned(), value));
    }

    /// Adds a key when there is a value.
    pub(super) fn put_some(&mut self, key: &str, value: Option<Out>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    /// Adds a key when the list or mapping is not empty.
    pub(super) fn put_filled(&mut self, key: &str, value: Out) {
        let is_empty = match &value {
            Out::List(items) => items.is_empty(),
            Out::Map(pairs) => pairs.is_empty(),
            _ => false,
        };
        if !is_empty {
            self.put(key, value);
        }
    }

    pub(super) fn into_out(self) -> Out {
        Out::Map(self.0)
    }
}
