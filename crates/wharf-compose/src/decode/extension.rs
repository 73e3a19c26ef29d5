//! Keys that begin with `x-`, kept as data.

use crate::model::Extensions;
use crate::yaml::{Map, Node, Resolved, Scalar, Value};
use serde_json::Number;

/// The extensions of a section, as they were written, after interpolation.
pub(super) fn extensions(map: &Map) -> Extensions {
    let own = map.iter().filter(|(key, _)| key.starts_with("x-"));
    own.map(|(key, entry)| (key.clone(), to_json(&entry.node))).collect()
}

fn to_json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(map) => {
            let pairs = map.iter().map(|(key, entry)| (key.clone(), to_json(&entry.node)));
            serde_json::Value::Object(pairs.collect())
        }
        Value::Scalar(scalar) => scalar_to_json(scalar),
    }
}

fn scalar_to_json(scalar: &Scalar) -> serde_json::Value {
    let text = || serde_json::Value::from(scalar.text.clone());
    match scalar.resolve() {
        Resolved::Null => serde_json::Value::Null,
        Resolved::Bool(value) => value.into(),
        Resolved::Integer(value) => Number::from_i128(value).map_or_else(text, Into::into),
        Resolved::Float(value) => Number::from_f64(value).map_or_else(text, Into::into),
        Resolved::Text => text(),
    }
}
