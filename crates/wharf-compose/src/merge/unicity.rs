//! When two items of a list are the same thing: the later one takes the place of the earlier.

use crate::decode::port_identity;
use crate::yaml::Node;
use std::collections::HashMap;

/// Says what an item is about; `None` for items that are never the same.
pub(super) type Key = fn(&Node) -> Option<String>;

/// Appends items; one whose key is there already replaces that item at its position.
pub(super) fn append(items: &mut Vec<Node>, more: Vec<Node>, key: Key) {
    let mut positions: HashMap<String, usize> = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        if let Some(name) = key(item) {
            positions.entry(name).or_insert(at);
        }
    }
    for item in more {
        let Some(name) = key(&item) else {
            items.push(item);
            continue;
        };
        match positions.get(&name).and_then(|at| items.get_mut(*at)) {
            Some(place) => *place = item,
            None => {
                positions.insert(name, items.len());
                items.push(item);
            }
        }
    }
}

fn field(item: &Node, name: &str) -> Option<String> {
    item.get(name).and_then(Node::as_scalar).map(|scalar| scalar.text.clone())
}

/// The text itself.
pub(super) fn by_text(item: &Node) -> Option<String> {
    item.as_scalar().map(|scalar| scalar.text.clone())
}

/// `path`, or the text.
pub(super) fn by_path(item: &Node) -> Option<String> {
    field(item, "path").or_else(|| by_text(item))
}

/// `subnet`.
pub(super) fn by_subnet(item: &Node) -> Option<String> {
    field(item, "subnet")
}

/// Path in the container, of mounts and devices.
pub(super) fn by_target(item: &Node) -> Option<String> {
    if let Some(target) = field(item, "target") {
        return Some(target.trim_end_matches('/').to_owned());
    }
    let text = by_text(item)?;
    let target = text.split(':').nth(1).unwrap_or(&text);
    Some(target.trim_end_matches('/').to_owned())
}

/// Address, port and protocol.
pub(super) fn by_port(item: &Node) -> Option<String> {
    port_identity(item)
}

/// Path in the container, `/run/secrets/<source>` by default.
pub(super) fn by_secret(item: &Node) -> Option<String> {
    by_granted(item, "/run/secrets/")
}

/// Path in the container, `/<source>` by default.
pub(super) fn by_config(item: &Node) -> Option<String> {
    by_granted(item, "/")
}

fn by_granted(item: &Node, folder: &str) -> Option<String> {
    let source = by_text(item).or_else(|| field(item, "source"))?;
    match field(item, "target") {
        Some(target) if target.starts_with('/') => Some(target),
        Some(target) => Some(format!("{folder}{target}")),
        None => Some(format!("{folder}{source}")),
    }
}
