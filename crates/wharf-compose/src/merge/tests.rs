//! Table of merged pairs.

use super::merge;
use crate::yaml::{Node, Value, parse};
use wharf_diag::{Diagnostics, FileId};

fn document(text: &str, diagnostics: &mut Diagnostics) -> Node {
    parse(FileId(0), text, diagnostics).into_iter().next().expect("one document")
}

fn merged(base: &str, over: &str) -> Result<String, String> {
    let mut diagnostics = Diagnostics::default();
    let layers = [document(base, &mut diagnostics), document(over, &mut diagnostics)];
    let root = merge(layers, &mut diagnostics).expect("two layers");
    match diagnostics.into_sorted().into_iter().next() {
        Some(found) => Err(found.message),
        None => Ok(flow(&root)),
    }
}

/// The tree on one line.
fn flow(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => scalar.to_text().unwrap_or_else(|| "~".into()),
        Value::List(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        Value::Map(map) => {
            let pairs = map.iter().map(|(key, entry)| format!("{key}: {}", flow(&entry.node)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Merges two values of one attribute of a service.
fn attribute(key: &str, base: &str, over: &str) -> String {
    let file = |value: &str| format!("services: {{a: {{{key}: {value}}}}}");
    let whole = merged(&file(base), &file(over)).unwrap_or_else(|message| format!("! {message}"));
    let prefix = format!("{{services: {{a: {{{key}: ");
    whole.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix("}}}")).unwrap_or(&whole).into()
}

#[test]
fn attributes_merge_as_docker_compose_merges_them() {
    for (key, base, over, expected) in [
        ("image", "a", "b", "b"),
        ("command", "[a, b]", "[c]", "[c]"),
        ("command", "a b", "[c]", "[c]"),
        ("entrypoint", "[a]", "b", "b"),
        ("environment", "{A: 1, B: 2}", "{B: 3, C: 4}", "{A: 1, B: 3, C: 4}"),
        ("environment", "[A=1, B=2]", "{B: 3}", "{A: 1, B: 3}"),
        ("environment", "[A=1]", "[A=2, B]", "{A: 2, B: ~}"),
        ("labels", "{a: x}", "[a=y]", "{a: y}"),
        ("ports", "['80:80']", "['81:80']", "[80:80, 81:80]"),
        ("ports", "['80:80']", "['80:80/tcp']", "[80:80/tcp]"),
        ("ports", "['80:80']", "[{target: 80, published: 80}]", "[{target: 80, published: 80}]"),
        ("ports", "['80:80']", "!override ['81:80']", "[81:80]"),
        ("volumes", "['./a:/d', 'v:/e']", "['./b:/d:ro']", "[./b:/d:ro, v:/e]"),
        ("networks", "[a]", "{b: {aliases: [x]}}", "{a: ~, b: {aliases: [x]}}"),
        ("depends_on", "[a]", "[b, a]", "{a: ~, b: ~}"),
        ("build", "./x", "{target: t}", "{context: ./x, target: t}"),
        (
            "build",
            "{context: ./x, args: [A=1]}",
            "{args: {B: 2}}",
            "{context: ./x, args: {A: 1, B: 2}}",
        ),
        ("dns", "1.1.1.1", "[8.8.8.8, 1.1.1.1]", "[1.1.1.1, 8.8.8.8]"),
        ("env_file", "a.env", "b.env", "[a.env, b.env]"),
        ("extra_hosts", "{a: 1.1.1.1}", "['b=2.2.2.2', 'a=1.1.1.1']", "[a=1.1.1.1, b=2.2.2.2]"),
        ("cap_add", "[A]", "[B, A]", "[A, B]"),
        (
            "healthcheck",
            "{test: a, retries: 1}",
            "{test: [CMD, b]}",
            "{test: [CMD, b], retries: 1}",
        ),
        (
            "logging",
            "{driver: a, options: {x: 1}}",
            "{driver: b, options: {y: 2}}",
            "{driver: b, options: {y: 2}}",
        ),
        (
            "logging",
            "{driver: a, options: {x: 1}}",
            "{options: {y: 2}}",
            "{driver: a, options: {x: 1, y: 2}}",
        ),
        (
            "secrets",
            "[s]",
            "[{source: s, target: /run/secrets/s}]",
            "[{source: s, target: /run/secrets/s}]",
        ),
        ("ulimits", "{n: {soft: 1, hard: 2}}", "{n: 5}", "{n: 5}"),
        ("image", "a", "~", "a"),
        ("ports", "[80]", "{a: 1}", "! `services.a.ports` cannot be merged: a mapping over a list"),
    ] {
        assert_eq!(attribute(key, base, over), expected, "{key}: {base} + {over}");
    }
}

#[test]
fn reset_removes_what_is_below() {
    let base = "services: {a: {image: x, ports: ['80:80']}, b: {image: y}}";
    let over = "services: {a: {ports: !reset []}, b: !reset null}";
    assert_eq!(merged(base, over).as_deref(), Ok("{services: {a: {image: x}}}"));
}

#[test]
fn tags_without_anything_below_are_harmless() {
    let over = "services: {a: {ports: !reset [], command: !override [b]}}";
    let expected = "{services: {a: {image: x, command: [b]}}}";
    assert_eq!(merged("services: {a: {image: x}}", over).as_deref(), Ok(expected));
}
