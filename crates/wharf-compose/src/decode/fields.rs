//! Forms that several sections share: pairs, hosts, drivers, grants.

use super::{Decoder, keys};
use crate::model::Grant;
use crate::yaml::{Node, Value};
use std::collections::BTreeMap;
use wharf_diag::{Spanned, codes};

impl Decoder<'_> {
    /// `{KEY: value}` or `[KEY=value]`; a key without a value is `None`.
    pub(super) fn pairs(
        &mut self,
        what: &str,
        node: &Node,
    ) -> BTreeMap<String, Spanned<Option<String>>> {
        let mut output = BTreeMap::new();
        match &node.value {
            Value::Map(map) => {
                for (key, entry) in map {
                    match entry.node.as_scalar() {
                        Some(scalar) => {
                            let value = Spanned::at(scalar.to_text(), entry.node.span);
                            output.insert(key.clone(), value);
                        }
                        None => self.wrong_type(
                            &format!("`{key}` of `{what}`"),
                            &entry.node,
                            "a single value",
                        ),
                    }
                }
            }
            Value::List(items) => {
                for item in items {
                    let Some(text) = self.text(&format!("an item of `{what}`"), item) else {
                        continue;
                    };
                    let (key, value) = match text.value.split_once('=') {
                        Some((key, value)) => (key, Some(value.to_owned())),
                        None => (text.value.as_str(), None),
                    };
                    self.check_pair(what, key, item);
                    output.insert(key.to_owned(), Spanned::at(value, item.span));
                }
            }
            Value::Scalar(_) => self.wrong_type(what, node, "a mapping or a list of KEY=value"),
        }
        output
    }

    fn check_pair(&mut self, what: &str, key: &str, item: &Node) {
        let shown = item.as_scalar().map_or("", |scalar| scalar.shown());
        if key.is_empty() {
            self.invalid(
                codes::compose::VALUE,
                item,
                format!("an item of `{what}` has no name before the `=`: `{shown}`"),
                "expected KEY=value",
                "write the name before the `=`",
            );
        } else if what == "environment" && key.ends_with(' ') {
            self.invalid(
                codes::compose::VALUE,
                item,
                format!("the name of a variable ends in a space: `{shown}`"),
                "expected KEY=value",
                "remove the space before the `=`",
            );
        } else if what == "environment"
            && item
                .as_scalar()
                .is_some_and(|scalar| scalar.text.contains(": ") && !scalar.text.contains('='))
        {
            self.invalid(
                codes::compose::VALUE,
                item,
                format!("an item of `{what}` uses `:` in place of `=`: `{shown}`"),
                "expected KEY=value",
                "write `KEY=value` in a list, or remove the `- ` of all lines and write `KEY: value`",
            );
        }
    }

    /// Pairs whose values are always text; a missing one is empty.
    pub(super) fn labels(&mut self, what: &str, node: &Node) -> BTreeMap<String, Spanned<String>> {
        let pairs = self.pairs(what, node);
        pairs.into_iter().map(|(key, value)| (key, value.map(Option::unwrap_or_default))).collect()
    }

    /// A mapping of options; values are texts and numbers.
    pub(super) fn driver_options(
        &mut self,
        what: &str,
        node: &Node,
    ) -> BTreeMap<String, Spanned<String>> {
        let Some(map) = self.mapping(what, node) else { return BTreeMap::new() };
        let mut output = BTreeMap::new();
        for (key, entry) in map {
            match entry.node.as_scalar() {
                Some(scalar) => {
                    let text = scalar.to_text().unwrap_or_default();
                    output.insert(key.clone(), Spanned::at(text, entry.node.span));
                }
                None => {
                    self.wrong_type(&format!("`{key}` of `{what}`"), &entry.node, "a single value");
                }
            }
        }
        output
    }

    /// `extra_hosts`: `[host=address]`, `[host:address]`, `{host: address}`, `{host: [address]}`.
    pub(super) fn hosts(&mut self, node: &Node) -> Vec<Spanned<(String, String)>> {
        let mut output = Vec::new();
        match &node.value {
            Value::Map(map) => {
                for (host, entry) in map {
                    for address in self.one_or_more("extra_hosts", &entry.node) {
                        output.push(address.map(|address| (host.clone(), unbracketed(&address))));
                    }
                }
            }
            _ => {
                for item in self.texts("extra_hosts", node) {
                    // The first `=` or else `:` ends the name; an IPv6 address has more of them.
                    let pair = item.value.split_once('=').or_else(|| item.value.split_once(':'));
                    match pair.filter(|(host, address)| !host.is_empty() && !address.is_empty()) {
                        Some((host, address)) => {
                            let pair = (host.trim().to_owned(), unbracketed(address.trim()));
                            output.push(Spanned { value: pair, span: item.span });
                        }
                        None => self.bad_host(node, &item),
                    }
                }
            }
        }
        output
    }

    fn bad_host(&mut self, node: &Node, item: &Spanned<String>) {
        let span = item.span.unwrap_or(node.span);
        let place = Node { span, ..Node::null(span) };
        self.invalid(
            codes::compose::VALUE,
            &place,
            "an item of `extra_hosts` is not `HOST=ADDRESS`",
            "expected HOST=ADDRESS",
            "write it like `db.local=10.0.0.5` or `host.docker.internal=host-gateway`",
        );
    }

    /// `secrets` or `configs` of a service or a build; `folder` is where a bare name goes.
    pub(super) fn grants(&mut self, what: &str, folder: &str, node: &Node) -> Vec<Spanned<Grant>> {
        let items = self.items(what, node);
        let mut output = Vec::new();
        for item in items {
            let grant = match &item.value {
                Value::Map(_) => self.long_grant(what, folder, item),
                _ => self.text(&format!("an item of `{what}`"), item).map(|source| Grant {
                    target: format!("{folder}{}", source.value),
                    source: source.value,
                    uid: None,
                    gid: None,
                    mode: None,
                }),
            };
            output.extend(grant.map(|grant| Spanned::at(grant, item.span)));
        }
        output
    }

    fn long_grant(&mut self, what: &str, folder: &str, item: &Node) -> Option<Grant> {
        let map = self.section(item, &format!("an item of `{what}`"), &keys::GRANT)?;
        let mut grant = Grant {
            source: String::new(),
            target: String::new(),
            uid: None,
            gid: None,
            mode: None,
        };
        for (key, entry) in map {
            let node = &entry.node;
            match key.as_str() {
                _ if node.is_null() => {}
                "source" => grant.source = self.text(key, node)?.value,
                "target" => grant.target = self.text(key, node)?.value,
                "uid" => grant.uid = self.text_or_number(key, node).map(|text| text.value),
                "gid" => grant.gid = self.text_or_number(key, node).map(|text| text.value),
                "mode" => grant.mode = self.file_mode(key, node),
                _ => {}
            }
        }
        if grant.source.is_empty() {
            self.missing_key(
                item,
                &format!("an item of `{what}` in long form"),
                "source",
                "source: NAME",
            );
            return None;
        }
        if grant.target.is_empty() {
            grant.target = format!("{folder}{}", grant.source);
        } else if !grant.target.starts_with('/') {
            grant.target = format!("{folder}{}", grant.target);
        }
        Some(grant)
    }
}

fn unbracketed(address: &str) -> String {
    let inner = address.strip_prefix('[').and_then(|address| address.strip_suffix(']'));
    inner.unwrap_or(address).to_owned()
}
