//! YAML text into a tree whose every node knows its place.
//!
//! Scalars keep their text and style: what `010` or `yes` means is decided where a value is
//! used, because Compose follows the resolution of the Go library that it is written with.

mod node;
mod parse;
mod scalar;
mod syntax;

pub(crate) use node::{Entry, Map, Node, Scalar, Tag, Value};
pub(crate) use parse::parse;
pub(crate) use scalar::Resolved;
