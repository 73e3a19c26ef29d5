//! Top-level secrets and configs.

use super::Decoder;
use super::keys::{self, Keys};
use crate::model::{Store, StoreSource};
use crate::yaml::{Map, Node};
use wharf_diag::{Diagnostic, Span, Spanned, codes};

impl Decoder<'_> {
    /// An entry of the top-level `secrets`.
    pub(super) fn secret(&mut self, key: Spanned<String>, node: &Node) -> Store {
        self.store("secret", key, node, &keys::SECRET)
    }

    /// An entry of the top-level `configs`.
    pub(super) fn config(&mut self, key: Spanned<String>, node: &Node) -> Store {
        self.store("config", key, node, &keys::CONFIG)
    }

    /// A broken entry is there nevertheless: what refers to it is not wrong.
    fn store(&mut self, kind: &str, key: Spanned<String>, node: &Node, keys: &Keys) -> Store {
        let external = Spanned::implied(StoreSource::External);
        if node.is_null() {
            self.no_source(kind, &key);
            return Store { key, name: None, source: external };
        }
        let Some(map) = self.section(node, &format!("the {kind} `{}`", key.value), keys) else {
            return Store { key, name: None, source: external };
        };
        let (is_external, name) = self.external_name(kind, &key, map);
        let name = map.get("name").filter(|entry| !entry.node.is_null()).map(|_| name);
        if is_external {
            let span = map.get("external").map(|entry| entry.key);
            return Store { key, name, source: Spanned { span, ..external } };
        }
        let source = self.store_source(kind, &key, map).unwrap_or(external);
        Store { key, name, source }
    }

    /// Where the value comes from; `None` when nothing says it or it is wrong, which is reported.
    fn store_source(
        &mut self,
        kind: &str,
        key: &Spanned<String>,
        map: &Map,
    ) -> Option<Spanned<StoreSource>> {
        let words = ["file", "environment", "content"];
        let present: Vec<(&str, Span, &Node)> = words
            .iter()
            .filter_map(|word| map.get(*word).map(|entry| (*word, entry.key, &entry.node)))
            .filter(|(_, _, node)| !node.is_null())
            .collect();
        if let [(first, first_span, _), (second, second_span, _), ..] = present.as_slice() {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::compose::CONFLICT,
                    format!("the {kind} `{}` has `{first}` and `{second}`", key.value),
                )
                .at(*second_span, "the value comes from here")
                .also(*first_span, "and from here")
                .help("keep one of the two"),
            );
        }
        let Some((word, _, node)) = present.first() else {
            self.no_source(kind, key);
            return None;
        };
        match *word {
            "file" => self.path(word, node).map(|path| path.map(StoreSource::File)),
            "environment" => self.text(word, node).map(|name| name.map(StoreSource::Environment)),
            _ => self.text(word, node).map(|text| text.map(StoreSource::Content)),
        }
    }

    fn no_source(&mut self, kind: &str, key: &Spanned<String>) {
        self.diagnostics.push(
            Diagnostic::error(
                codes::compose::MISSING_KEY,
                format!("the {kind} `{}` does not say where its value comes from", key.value),
            )
            .at(key.span, "`file` or `environment` is missing")
            .help(format!(
                "add `file: ./{}.txt`, or `environment: VARIABLE`, or `external: true`",
                key.value
            )),
        );
    }
}
