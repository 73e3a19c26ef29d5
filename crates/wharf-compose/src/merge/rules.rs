//! Attributes that do not merge by the default rule, and the forms that they are brought into.

use super::unicity::{self, Key};
use crate::yaml::{Entry, Map, Node, Value};

/// How two values of an attribute become one.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// Mappings by key, lists by appending, single values by replacing.
    Default,
    /// The later one.
    Replace,
    /// `KEY=value` lists and mappings, by key.
    KeyValue,
    /// Lists of keys and mappings, by key (networks, dependencies).
    Keyed,
    /// The short form of `build` is its context.
    Build,
    /// `host=address` lists and mappings: appended, exact repetitions dropped.
    Hosts,
    /// Lists or single texts: appended, later items replace earlier ones of the same key.
    Unique(Key),
    /// Options merge only for one and the same driver.
    Logging,
}

/// The rule for the attribute at a path of keys.
pub(super) fn rule(path: &[String]) -> Rule {
    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
    match keys.as_slice() {
        ["services", _, rest @ ..] => service_rule(rest),
        ["networks" | "volumes" | "secrets" | "configs", _, "labels"] => Rule::KeyValue,
        ["networks", _, "ipam", "config"] => Rule::Unique(unicity::by_subnet),
        _ => Rule::Default,
    }
}

fn service_rule(path: &[&str]) -> Rule {
    match path {
        ["command" | "entrypoint"] | ["healthcheck", "test"] | ["ulimits", _] => Rule::Replace,
        ["environment" | "labels" | "annotations" | "sysctls"]
        | ["build", "args" | "labels" | "additional_contexts" | "ssh"]
        | ["deploy", "labels"] => Rule::KeyValue,
        ["networks" | "depends_on" | "models"] => Rule::Keyed,
        ["build"] => Rule::Build,
        ["extra_hosts"] | ["build", "extra_hosts"] => Rule::Hosts,
        ["logging"] => Rule::Logging,
        ["volumes" | "devices"] => Rule::Unique(unicity::by_target),
        ["ports"] => Rule::Unique(unicity::by_port),
        ["secrets"] | ["build", "secrets"] => Rule::Unique(unicity::by_secret),
        ["configs"] => Rule::Unique(unicity::by_config),
        ["env_file"] => Rule::Unique(unicity::by_path),
        [
            "dns"
            | "dns_opt"
            | "dns_search"
            | "tmpfs"
            | "label_file"
            | "cap_add"
            | "cap_drop"
            | "security_opt"
            | "profiles"
            | "links"
            | "external_links"
            | "expose"
            | "group_add"
            | "device_cgroup_rules"
            | "volumes_from",
        ]
        | ["build", "tags" | "platforms" | "cache_from" | "cache_to" | "entitlements"] => {
            Rule::Unique(unicity::by_text)
        }
        _ => Rule::Default,
    }
}

/// `[A=1, B]` becomes `{A: "1", B: null}`.
pub(super) fn to_pairs(node: &mut Node) {
    let Value::List(items) = &mut node.value else { return };
    let mut map = Map::new();
    for item in std::mem::take(items) {
        let Some(scalar) = item.as_scalar() else { continue };
        let span = item.span;
        let (key, value) = match scalar.text.split_once('=') {
            Some((key, value)) => (key.to_owned(), pair_value(&item, value)),
            None => (scalar.text.clone(), Node::null(span)),
        };
        map.insert(key, Entry { key: span, node: value });
    }
    node.value = Value::Map(map);
}

fn pair_value(item: &Node, value: &str) -> Node {
    let mut node = Node::text(value, item.span);
    if let (Value::Scalar(scalar), Some(from)) = (&mut node.value, item.as_scalar()) {
        scalar.template.clone_from(&from.template);
    }
    node
}

/// `[a, b]` becomes `{a: null, b: null}`.
pub(super) fn to_keys(node: &mut Node) {
    let Value::List(items) = &mut node.value else { return };
    let mut map = Map::new();
    for item in std::mem::take(items) {
        if let Some(scalar) = item.as_scalar() {
            map.insert(scalar.text.clone(), Entry { key: item.span, node: Node::null(item.span) });
        }
    }
    node.value = Value::Map(map);
}

/// `build: ./x` becomes `build: {context: ./x}`.
pub(super) fn to_build(node: &mut Node) {
    if node.as_scalar().is_some() {
        let span = node.span;
        let context = std::mem::replace(node, Node::null(span));
        let entry = Entry { key: span, node: context };
        *node = Node::map(Map::from_iter([("context".to_owned(), entry)]), span);
    }
}

/// `{host: address}` becomes `["host=address"]`.
pub(super) fn to_hosts(node: &mut Node) {
    let Value::Map(map) = &mut node.value else { return };
    let mut items = Vec::new();
    for (host, entry) in std::mem::take(map) {
        let addresses = match entry.node.value {
            Value::List(addresses) => addresses,
            value => vec![Node { value, span: entry.node.span, tag: None }],
        };
        for address in addresses {
            if let Some(scalar) = address.as_scalar() {
                items.push(Node::text(format!("{host}={}", scalar.text), address.span));
            }
        }
    }
    node.value = Value::List(items);
}

/// A single text becomes a list of one.
pub(super) fn to_list(node: &mut Node) {
    if node.as_scalar().is_some() {
        let span = node.span;
        let item = std::mem::replace(node, Node::null(span));
        *node = Node::list(vec![item], span);
    }
}
