//! Lays compose files over each other.
//!
//! Source of the rules: the package `override` of compose-go. By default mappings merge key by
//! key, lists append and single values replace; [`rules`] knows the attributes that differ. After
//! appending, [`unicity`] removes what a later file says again.

mod rules;
mod unicity;

use crate::yaml::{Entry, Map, Node, Tag, Value};
use rules::{Rule, rule};
use wharf_diag::{Diagnostic, Diagnostics, codes};

/// Merges layers in order; the result carries no tags.
pub(crate) fn merge(
    layers: impl IntoIterator<Item = Node>,
    diagnostics: &mut Diagnostics,
) -> Option<Node> {
    let mut layers = layers.into_iter();
    let mut base = layers.next()?;
    settle(&mut base);
    for layer in layers {
        let mut path = Vec::new();
        merge_node(&mut base, layer, &mut path, diagnostics);
    }
    Some(base)
}

/// Applies tags where there is nothing below: `!reset` removes, `!override` is the value.
fn settle(node: &mut Node) {
    node.tag = None;
    match &mut node.value {
        Value::Map(map) => {
            map.retain(|_, entry| entry.node.tag != Some(Tag::Reset));
            map.values_mut().for_each(|entry| settle(&mut entry.node));
        }
        Value::List(items) => {
            items.retain(|item| item.tag != Some(Tag::Reset));
            items.iter_mut().for_each(settle);
        }
        Value::Scalar(_) => {}
    }
}

/// The keys from the root to the node under consideration.
type Path = Vec<String>;

fn merge_node(base: &mut Node, mut over: Node, path: &mut Path, diagnostics: &mut Diagnostics) {
    if over.tag == Some(Tag::Override) || base.is_null() {
        settle(&mut over);
        *base = over;
        return;
    }
    if over.is_null() {
        return;
    }
    match rule(path) {
        Rule::Replace => {
            settle(&mut over);
            *base = over;
        }
        Rule::KeyValue => {
            rules::to_pairs(base);
            rules::to_pairs(&mut over);
            merge_by_kind(base, over, path, diagnostics);
        }
        Rule::Keyed => {
            rules::to_keys(base);
            rules::to_keys(&mut over);
            merge_by_kind(base, over, path, diagnostics);
        }
        Rule::Build => {
            rules::to_build(base);
            rules::to_build(&mut over);
            merge_by_kind(base, over, path, diagnostics);
        }
        Rule::Hosts => {
            rules::to_hosts(base);
            rules::to_hosts(&mut over);
            append_unique(base, over, unicity::by_text, diagnostics, path);
        }
        Rule::Unique(key) => {
            rules::to_list(base);
            rules::to_list(&mut over);
            append_unique(base, over, key, diagnostics, path);
        }
        Rule::Logging if drivers_differ(base, &over) => {
            settle(&mut over);
            *base = over;
        }
        Rule::Logging | Rule::Default => merge_by_kind(base, over, path, diagnostics),
    }
}

fn merge_by_kind(base: &mut Node, mut over: Node, path: &mut Path, diagnostics: &mut Diagnostics) {
    match (&mut base.value, &mut over.value) {
        (Value::Map(below), Value::Map(above)) => {
            merge_maps(below, std::mem::take(above), path, diagnostics);
        }
        (Value::List(below), Value::List(_)) => {
            settle(&mut over);
            if let Value::List(above) = over.value {
                below.extend(above);
            }
        }
        (Value::Scalar(_), Value::Scalar(_)) => {
            settle(&mut over);
            *base = over;
        }
        _ => diagnostics.push(disagree(base, &over, path)),
    }
}

fn merge_maps(below: &mut Map, above: Map, path: &mut Path, diagnostics: &mut Diagnostics) {
    for (key, mut entry) in above {
        if entry.node.tag == Some(Tag::Reset) {
            below.shift_remove(&key);
            continue;
        }
        path.push(key);
        let key = path.last().map_or("", String::as_str);
        if below.contains_key(key) {
            let key = key.to_owned();
            if let Some(Entry { node, .. }) = below.get_mut(&key) {
                merge_node(node, entry.node, path, diagnostics);
            }
        } else {
            settle(&mut entry.node);
            below.insert(key.to_owned(), entry);
        }
        path.pop();
    }
}

fn append_unique(
    base: &mut Node,
    mut over: Node,
    key: unicity::Key,
    diagnostics: &mut Diagnostics,
    path: &[String],
) {
    if !matches!((&base.value, &over.value), (Value::List(_), Value::List(_))) {
        diagnostics.push(disagree(base, &over, path));
        return;
    }
    settle(&mut over);
    if let (Value::List(below), Value::List(above)) = (&mut base.value, over.value) {
        unicity::append(below, above, key);
    }
}

fn drivers_differ(base: &Node, over: &Node) -> bool {
    let driver = |node: &Node| {
        node.get("driver").and_then(Node::as_scalar).map(|scalar| scalar.text.clone())
    };
    match (driver(base), driver(over)) {
        (Some(base), Some(over)) => base != over,
        _ => false,
    }
}

fn disagree(base: &Node, over: &Node, path: &[String]) -> Diagnostic {
    Diagnostic::error(
        codes::compose::MERGE,
        format!("`{}` cannot be merged: {} over {}", path.join("."), over.kind(), base.kind()),
    )
    .at(over.span, format!("{} here", over.kind()))
    .also(base.span, format!("{} in the earlier file", base.kind()))
    .help("write both in the same form, or put `!override` before the later one to replace the earlier one")
}

#[cfg(test)]
mod tests;
