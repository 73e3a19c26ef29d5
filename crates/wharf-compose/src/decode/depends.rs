//! Dependencies between services, written and implied.

use super::{Decoder, keys};
use crate::model::{Condition, Dependency, NetworkMode, Service};
use crate::yaml::{Node, Value};
use std::collections::BTreeMap;
use wharf_diag::{Spanned, codes};

impl Decoder<'_> {
    /// `depends_on`: names, or names with conditions.
    pub(super) fn depends_on(&mut self, node: &Node) -> BTreeMap<String, Spanned<Dependency>> {
        let mut output = BTreeMap::new();
        match &node.value {
            Value::Map(map) => {
                for (name, entry) in map {
                    if let Some(dependency) = self.dependency(name, &entry.node) {
                        output.insert(name.clone(), Spanned::at(dependency, entry.key));
                    }
                }
            }
            _ => {
                for name in self.texts("depends_on", node) {
                    output.insert(name.value, Spanned { value: started(), span: name.span });
                }
            }
        }
        output
    }

    fn dependency(&mut self, name: &str, node: &Node) -> Option<Dependency> {
        if node.is_null() {
            // A key alone; merging a list with a mapping leaves these behind.
            return Some(started());
        }
        self.section(node, &format!("the dependency `{name}`"), &keys::DEPENDENCY)?;
        let words = [
            ("service_started", Condition::Started),
            ("service_healthy", Condition::Healthy),
            ("service_completed_successfully", Condition::Completed),
        ];
        let Some(condition) = node.get("condition") else {
            self.missing_key(
                node,
                &format!("the dependency `{name}`"),
                "condition",
                "condition: service_started",
            );
            return None;
        };
        let condition = self.word("condition", condition, &words)?.value;
        let restart = node.get("restart").and_then(|node| self.boolean("restart", node));
        let required = node.get("required").and_then(|node| self.boolean("required", node));
        Some(Dependency {
            condition,
            restart: restart.is_some_and(|value| value.value),
            required: required.is_none_or(|value| value.value),
        })
    }

    /// `links`: names, which networks resolve anyway; what remains is the order of starting.
    ///
    /// An alias would need a name of its own in the network, so it is refused.
    pub(super) fn links(&mut self, node: &Node) -> Vec<Spanned<String>> {
        let mut output = Vec::new();
        for link in self.texts("links", node) {
            match link.value.split_once(':') {
                Some((name, alias)) if name != alias => {
                    let span = link.span.unwrap_or(node.span);
                    let place = Node { span, ..Node::null(span) };
                    self.invalid(
                        codes::compose::UNSUPPORTED,
                        &place,
                        "a link with an alias is not read by this version of wharf yet",
                        "valid, but nothing would act on it",
                        "give the other service the alias on a network: `networks: {default: {aliases: [NAME]}}`",
                    );
                }
                Some((name, _)) => output.push(Spanned { value: name.to_owned(), span: link.span }),
                None => output.push(link),
            }
        }
        output
    }
}

fn started() -> Dependency {
    Dependency { condition: Condition::Started, restart: false, required: true }
}

/// Adds the dependencies that follow from sharing the namespace of another service's container
/// and from links: the other one must be there first.
pub(super) fn imply(service: &mut Service, links: Vec<Spanned<String>>) {
    let mut implied = links;
    if let Some(Spanned { value: NetworkMode::Service(name), span }) = &service.network_mode {
        implied.push(Spanned { value: name.clone(), span: *span });
    }
    for namespace in [&service.pid, &service.ipc].into_iter().flatten() {
        if let Some(name) = namespace.value.strip_prefix("service:") {
            implied.push(Spanned { value: name.to_owned(), span: namespace.span });
        }
    }
    for name in implied {
        let dependency = Dependency { restart: true, ..started() };
        service
            .depends_on
            .entry(name.value)
            .or_insert(Spanned { value: dependency, span: name.span });
    }
}
