//! What runs in the container: commands, environment files, restarts, limits of the process.

use super::{Decoder, keys};
use crate::model::{
    Command, EnvFile, EnvFormat, Logging, NetworkMode, PullPolicy, RestartPolicy, Ulimit,
};
use crate::yaml::{Node, Value};
use std::collections::BTreeMap;
use wharf_diag::{Spanned, codes};

impl Decoder<'_> {
    /// `command` or `entrypoint`: a list, or a text that is split as a shell splits words.
    pub(super) fn command(&mut self, what: &str, node: &Node) -> Option<Spanned<Command>> {
        if let Value::List(_) = &node.value {
            let words = self.texts_or_numbers(what, node);
            let words = words.into_iter().map(|word| word.value).collect();
            return Some(Spanned::at(words, node.span));
        }
        let text = self.text(what, node)?;
        match shell_words::split(&text.value) {
            Ok(words) => Some(Spanned::at(words, node.span)),
            Err(_) => {
                self.invalid(
                    codes::compose::VALUE,
                    node,
                    format!("`{what}` has a quote that is not closed"),
                    "split into words as a shell does",
                    "close the quote, or write a list: `[\"sh\", \"-c\", \"...\"]`",
                );
                None
            }
        }
    }

    /// `env_file`: a path, or a list of paths and of long forms.
    pub(super) fn env_files(&mut self, node: &Node) -> Vec<Spanned<EnvFile>> {
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut output = Vec::new();
        for item in items {
            output.extend(match &item.value {
                Value::Map(_) => self.long_env_file(item),
                _ => self.path("env_file", item).map(|path| {
                    let format = EnvFormat::Dotenv;
                    path.map(|path| EnvFile { path, required: true, format })
                }),
            });
        }
        output
    }

    fn long_env_file(&mut self, item: &Node) -> Option<Spanned<EnvFile>> {
        let map = self.section(item, "an item of `env_file`", &keys::ENV_FILE)?;
        let Some(path) = map.get("path") else {
            self.missing_key(item, "an item of `env_file`", "path", "path: web.env");
            return None;
        };
        let path = self.path("path", &path.node)?;
        let required = item.get("required").and_then(|node| self.boolean("required", node));
        let words = [("raw", EnvFormat::Raw)];
        let format = item.get("format").and_then(|node| self.word("format", node, &words));
        let required = required.is_none_or(|value| value.value);
        let format = format.map_or(EnvFormat::Dotenv, |format| format.value);
        Some(path.map(|path| EnvFile { path, required, format }))
    }

    /// `restart`.
    pub(super) fn restart(&mut self, node: &Node) -> Option<Spanned<RestartPolicy>> {
        if let Some(text) = node.as_scalar().map(|scalar| scalar.text.as_str())
            && let Some(count) = text.strip_prefix("on-failure:")
            && let Ok(count) = count.parse()
        {
            let policy = RestartPolicy::OnFailure { max_retries: Some(count) };
            return Some(Spanned::at(policy, node.span));
        }
        let words = [
            ("no", RestartPolicy::No),
            ("always", RestartPolicy::Always),
            ("unless-stopped", RestartPolicy::UnlessStopped),
            ("on-failure", RestartPolicy::OnFailure { max_retries: None }),
        ];
        self.word("restart", node, &words)
    }

    /// `pull_policy`.
    pub(super) fn pull_policy(&mut self, node: &Node) -> Option<Spanned<PullPolicy>> {
        let text = node.as_scalar().map_or("", |scalar| scalar.text.as_str());
        if matches!(text, "refresh" | "daily" | "weekly") || text.starts_with("every_") {
            let found = super::decoder::unsupported(&format!("pull_policy: {text}"), node.span);
            self.diagnostics.push(found);
            return None;
        }
        let words = [
            ("always", PullPolicy::Always),
            ("never", PullPolicy::Never),
            ("missing", PullPolicy::Missing),
            ("if_not_present", PullPolicy::Missing),
            ("build", PullPolicy::Build),
        ];
        self.word("pull_policy", node, &words)
    }

    /// `logging`.
    pub(super) fn logging(&mut self, node: &Node) -> Option<Spanned<Logging>> {
        let map = self.section(node, "logging", &keys::LOGGING)?;
        let mut logging = Logging { driver: None, options: BTreeMap::new() };
        for (key, entry) in map {
            match key.as_str() {
                _ if entry.node.is_null() => {}
                "driver" => logging.driver = self.text(key, &entry.node).map(|text| text.value),
                "options" => {
                    let options = self.driver_options(key, &entry.node);
                    logging.options =
                        options.into_iter().map(|(key, value)| (key, value.value)).collect();
                }
                _ => {}
            }
        }
        Some(Spanned::at(logging, node.span))
    }

    /// `network_mode`.
    pub(super) fn network_mode(&mut self, node: &Node) -> Option<Spanned<NetworkMode>> {
        let text = self.text("network_mode", node)?;
        Some(text.map(|text| match text.as_str() {
            "none" => NetworkMode::None,
            "host" => NetworkMode::Host,
            other => match other.split_once(':') {
                Some(("service", name)) => NetworkMode::Service(name.to_owned()),
                Some(("container", name)) => NetworkMode::Container(name.to_owned()),
                _ => NetworkMode::Other(other.to_owned()),
            },
        }))
    }

    /// `ulimits`.
    pub(super) fn ulimits(&mut self, node: &Node) -> BTreeMap<String, Spanned<Ulimit>> {
        let Some(map) = self.mapping("ulimits", node) else { return BTreeMap::new() };
        let mut output = BTreeMap::new();
        for (name, entry) in map {
            if let Some(limit) = self.ulimit(name, &entry.node) {
                output.insert(name.clone(), Spanned::at(limit, entry.node.span));
            }
        }
        output
    }

    fn ulimit(&mut self, name: &str, node: &Node) -> Option<Ulimit> {
        if node.as_map().is_none() {
            let limit = self.integer::<i64>(name, node)?.value;
            return Some(Ulimit { soft: limit, hard: limit });
        }
        self.section(node, name, &keys::ULIMIT)?;
        let mut limit = |key: &str| match node.get(key) {
            Some(value) => self.integer::<i64>(key, value).map(|value| value.value),
            None => {
                self.missing_key(
                    node,
                    &format!("the limit `{name}`"),
                    key,
                    &format!("{key}: 65536"),
                );
                None
            }
        };
        let (soft, hard) = (limit("soft"), limit("hard"));
        let limit = Ulimit { soft: soft?, hard: hard? };
        if limit.hard >= 0 && (limit.soft > limit.hard || limit.soft < 0) {
            self.invalid(
                codes::compose::VALUE,
                node,
                format!("the limit `{name}` has a soft value above the hard one"),
                format!("{} is more than {}", limit.soft, limit.hard),
                "lower `soft` or raise `hard`",
            );
        }
        Some(limit)
    }

    /// `devices`, as `host[:container[:permissions]]`.
    pub(super) fn devices(&mut self, node: &Node) -> Vec<Spanned<String>> {
        let mut output = Vec::new();
        for item in self.items("devices", node) {
            let device = match &item.value {
                Value::Map(_) => self.long_device(item),
                _ => self.text("an item of `devices`", item).map(|text| text.value),
            };
            output.extend(device.map(|device| Spanned::at(device, item.span)));
        }
        output
    }

    fn long_device(&mut self, item: &Node) -> Option<String> {
        self.section(item, "an item of `devices`", &keys::DEVICE)?;
        let mut part = |key: &str| item.get(key).and_then(|node| self.text(key, node));
        let (source, target, permissions) = (part("source"), part("target"), part("permissions"));
        let Some(source) = source else {
            self.missing_key(item, "a device in long form", "source", "source: /dev/ttyUSB0");
            return None;
        };
        let target = target.map_or_else(|| source.value.clone(), |target| target.value);
        let permissions = permissions.map_or_else(String::new, |text| format!(":{}", text.value));
        Some(format!("{}:{target}{permissions}", source.value))
    }
}
