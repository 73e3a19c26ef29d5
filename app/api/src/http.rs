//! What every request has in common: its id, its log line, limits, the shape of answers and of errors.

pub(crate) mod around;
pub(crate) mod cached;
pub(crate) mod envelope;
pub(crate) mod error;
pub(crate) mod guard;
pub(crate) mod id;
pub(crate) mod json;
pub(crate) mod pagination;
pub(crate) mod query;
pub(crate) mod request_id;
