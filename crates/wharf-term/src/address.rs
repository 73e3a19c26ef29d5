//! Addresses as people read them: a kind and a name.

use crate::text;
use wharf_plan::Address;

/// The kind in one word.
pub(crate) fn kind(address: &Address) -> &'static str {
    match address {
        Address::Image(_) => "image",
        Address::Network(_) => "network",
        Address::Volume(_) => "volume",
        Address::Service { .. } => "service",
        Address::Container(_) => "container",
    }
}

/// The name without the kind: `api/1`, `postgres:16`.
pub(crate) fn name(address: &Address) -> String {
    let name = match address {
        Address::Image(name)
        | Address::Network(name)
        | Address::Volume(name)
        | Address::Container(name) => name.clone(),
        Address::Service { service, number } => format!("{service}/{number}"),
    };
    text::clean_line(&name).into_owned()
}

/// Kind and name: `service api/1`.
pub(crate) fn full(address: &Address) -> String {
    format!("{} {}", kind(address), name(address))
}
