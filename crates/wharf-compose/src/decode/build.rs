//! `build`.

use super::{Decoder, keys};
use crate::model::{Build, BuildSecret};
use crate::yaml::{Node, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;
use wharf_diag::{Diagnostic, Spanned, codes};

impl Decoder<'_> {
    /// `build` of a service: the context, or a section.
    pub(super) fn build(&mut self, node: &Node) -> Option<Spanned<Build>> {
        if node.as_scalar().is_some() {
            let context = self.context(node)?;
            return Some(Spanned::at(empty(context), node.span));
        }
        let map = self.section(node, "build", &keys::BUILD)?;
        let mut build = empty(Spanned::implied(self.directory.to_owned()));
        for (key, entry) in map {
            let node = &entry.node;
            match key.as_str() {
                _ if node.is_null() => {}
                "context" => build.context = self.context(node)?,
                "dockerfile" => {
                    build.dockerfile = self.text(key, node).filter(|name| !name.value.is_empty());
                }
                "dockerfile_inline" => build.dockerfile_inline = self.text(key, node),
                "args" => build.args = self.pairs("args", node),
                "target" => build.target = self.text(key, node),
                "labels" => build.labels = self.labels(key, node),
                "cache_from" => build.cache_from = self.texts(key, node),
                "tags" => build.tags = self.texts(key, node),
                "network" => build.network = self.text(key, node),
                "extra_hosts" => build.extra_hosts = self.hosts(node),
                "shm_size" => build.shm_size = self.size(key, node),
                "platforms" => build.platforms = self.texts(key, node),
                "secrets" => build.secrets = self.build_secrets(node),
                "no_cache" => build.no_cache = self.is_true(key, node),
                "pull" => build.pull = self.is_true(key, node),
                _ => {}
            }
        }
        if let (Some(file), Some(inline)) = (&build.dockerfile, &build.dockerfile_inline) {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::compose::CONFLICT,
                    "`dockerfile` and `dockerfile_inline` exclude each other",
                )
                .at(inline.span, "the Dockerfile is written here")
                .also(file.span, "and named here")
                .help("keep one of the two"),
            );
        }
        Some(Spanned::at(build, node.span))
    }

    /// A boolean that is off by default.
    pub(super) fn is_true(&mut self, what: &str, node: &Node) -> bool {
        self.boolean(what, node).is_some_and(|value| value.value)
    }

    fn context(&mut self, node: &Node) -> Option<Spanned<PathBuf>> {
        let text = self.text("context", node)?;
        let is_remote = text.value.contains("://")
            || text.value.starts_with("git@")
            || text.value.starts_with("github.com/");
        if is_remote {
            self.invalid(
                codes::compose::UNSUPPORTED,
                node,
                "a build context behind an address is not read by this version of wharf yet",
                "valid, but nothing would fetch it",
                "clone the repository beside the compose file and name its folder",
            );
            return None;
        }
        Some(Spanned { value: self.absolute(&text.value), span: text.span })
    }

    fn build_secrets(&mut self, node: &Node) -> Vec<Spanned<BuildSecret>> {
        let items = self.items("secrets", node);
        let mut output = Vec::new();
        for item in items {
            let secret = match &item.value {
                Value::Map(_) => {
                    self.section(item, "an item of `secrets`", &keys::GRANT);
                    let mut part = |key: &str| item.get(key).and_then(|node| self.text(key, node));
                    let (source, target) = (part("source"), part("target"));
                    source.map(|source| BuildSecret {
                        source: source.value,
                        target: target.map(|target| target.value),
                    })
                }
                _ => self
                    .text("an item of `secrets`", item)
                    .map(|source| BuildSecret { source: source.value, target: None }),
            };
            output.extend(secret.map(|secret| Spanned::at(secret, item.span)));
        }
        output
    }
}

fn empty(context: Spanned<PathBuf>) -> Build {
    Build {
        context,
        dockerfile: None,
        dockerfile_inline: None,
        args: BTreeMap::new(),
        target: None,
        labels: BTreeMap::new(),
        cache_from: Vec::new(),
        tags: Vec::new(),
        network: None,
        extra_hosts: Vec::new(),
        shm_size: None,
        platforms: Vec::new(),
        secrets: Vec::new(),
        no_cache: false,
        pull: false,
    }
}
