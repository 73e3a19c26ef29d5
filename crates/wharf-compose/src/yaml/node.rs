//! The tree.

use super::Resolved;
use indexmap::IndexMap;
use wharf_diag::Span;

/// Keys in the order of the file.
pub(crate) type Map = IndexMap<String, Entry>;

/// A value and where it was written.
///
/// The place of a block collection is its first key or item, so that a snippet shows one line.
/// The place of an empty value is its key.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) span: Span,
    pub(crate) tag: Option<Tag>,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Map),
}

/// A value of a mapping and the place of its key.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: Span,
    pub(crate) node: Node,
}

/// A single value.
#[derive(Debug, Clone)]
pub(crate) struct Scalar {
    /// The text after unescaping and interpolation.
    pub(crate) text: String,
    /// Written without quotes and without a variable: may be a number, a boolean or null.
    pub(crate) is_plain: bool,
    /// The text before interpolation, when a variable gave part of it. Messages show this one:
    /// the value of a variable may be a secret.
    pub(crate) template: Option<Box<str>>,
}

/// Instructions for merging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// `!reset`: removes what earlier files say.
    Reset,
    /// `!override`: replaces what earlier files say, instead of merging with it.
    Override,
}

impl Node {
    /// Makes a text node, as if it had been written in quotes.
    pub(crate) fn text(text: impl Into<String>, span: Span) -> Self {
        let scalar = Scalar { text: text.into(), is_plain: false, template: None };
        Self { value: Value::Scalar(scalar), span, tag: None }
    }

    /// Makes an empty value.
    pub(crate) fn null(span: Span) -> Self {
        let scalar = Scalar { text: String::new(), is_plain: true, template: None };
        Self { value: Value::Scalar(scalar), span, tag: None }
    }

    /// Makes a mapping.
    pub(crate) fn map(map: Map, span: Span) -> Self {
        Self { value: Value::Map(map), span, tag: None }
    }

    /// Makes a list.
    pub(crate) fn list(items: Vec<Self>, span: Span) -> Self {
        Self { value: Value::List(items), span, tag: None }
    }

    pub(crate) fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Finds the value of a key; `None` also when this is not a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.as_map().and_then(|map| map.get(key)).map(|entry| &entry.node)
    }

    pub(crate) fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(|scalar| matches!(scalar.resolve(), Resolved::Null))
    }

    /// What the user wrote, for messages: `a list`, `a number`...
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
            Value::Scalar(scalar) => match scalar.resolve() {
                Resolved::Null => "nothing",
                Resolved::Bool(_) => "a boolean",
                Resolved::Integer(_) | Resolved::Float(_) => "a number",
                Resolved::Text => "text",
            },
        }
    }
}

impl Scalar {
    /// The text that messages may show.
    pub(crate) fn shown(&self) -> &str {
        self.template.as_deref().unwrap_or(&self.text)
    }
}
