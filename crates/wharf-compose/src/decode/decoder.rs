//! What all sections share: keys, types, and how a wrong one is reported.

use super::keys::{self, Keys};
use crate::source::Variables;
use crate::yaml::{Entry, Map, Node, Resolved, Scalar, Value};
use std::path::{Path, PathBuf};
use wharf_diag::{Code, Diagnostic, Diagnostics, Span, Spanned, codes, did_you_mean};

/// Decodes nodes and collects what is wrong with them.
pub(crate) struct Decoder<'a> {
    /// Absolute folder that relative paths start from.
    pub(crate) directory: &'a Path,
    /// Name of the project, the prefix of names on the engine.
    pub(crate) project: &'a str,
    pub(crate) variables: &'a Variables<'a>,
    pub(crate) diagnostics: &'a mut Diagnostics,
}

impl Decoder<'_> {
    /// Checks that a node is a mapping and that the section knows all its keys; what is known
    /// can be read from the result even when another key is wrong.
    pub(super) fn section<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
        keys: &Keys,
    ) -> Option<&'n Map> {
        let map = self.mapping(what, node)?;
        for (key, entry) in map {
            if keys.known.contains(&key.as_str()) || key.starts_with("x-") {
                continue;
            }
            let found = if keys.unsupported.contains(&key.as_str()) {
                unsupported(key, entry.key)
            } else {
                unknown_key(key, entry, what, keys)
            };
            self.diagnostics.push(found);
        }
        Some(map)
    }

    /// The node as a mapping.
    pub(super) fn mapping<'n>(&mut self, what: &str, node: &'n Node) -> Option<&'n Map> {
        let map = node.as_map();
        if map.is_none() {
            self.wrong_type(what, node, "a mapping");
        }
        map
    }

    /// The node as a list.
    pub(super) fn items<'n>(&mut self, what: &str, node: &'n Node) -> &'n [Node] {
        match &node.value {
            Value::List(items) => items,
            _ if node.is_null() => &[],
            _ => {
                self.wrong_type(what, node, "a list");
                &[]
            }
        }
    }

    /// The node as text; numbers and booleans must be quoted to be text.
    pub(super) fn text(&mut self, what: &str, node: &Node) -> Option<Spanned<String>> {
        match node.as_scalar() {
            Some(scalar) if scalar.resolve() == Resolved::Text => {
                Some(Spanned::at(scalar.text.clone(), node.span))
            }
            _ => {
                self.wrong_type(what, node, "text");
                None
            }
        }
    }

    /// Text, or a number taken as its text.
    pub(super) fn text_or_number(&mut self, what: &str, node: &Node) -> Option<Spanned<String>> {
        match node.as_scalar().map(|scalar| (scalar, scalar.resolve())) {
            Some((scalar, Resolved::Text | Resolved::Integer(_) | Resolved::Float(_))) => {
                scalar.to_text().map(|text| Spanned::at(text, node.span))
            }
            _ => {
                self.wrong_type(what, node, "text or a number");
                None
            }
        }
    }

    /// `true` or `false`, or one of the words for them when a variable or quotes gave the text.
    pub(super) fn boolean(&mut self, what: &str, node: &Node) -> Option<Spanned<bool>> {
        let scalar = node.as_scalar();
        let value = scalar.and_then(|scalar| match scalar.resolve() {
            Resolved::Bool(value) => Some(value),
            Resolved::Text => match scalar.text.to_ascii_lowercase().as_str() {
                "true" | "1" | "t" | "y" | "yes" | "on" => Some(true),
                "false" | "0" | "f" | "n" | "no" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        });
        if value.is_none() {
            self.wrong_type(what, node, "true or false");
        }
        value.map(|value| Spanned::at(value, node.span))
    }

    /// A whole number that fits into `T`.
    pub(super) fn integer<T: TryFrom<i128>>(
        &mut self,
        what: &str,
        node: &Node,
    ) -> Option<Spanned<T>> {
        let scalar = node.as_scalar();
        let value = scalar.and_then(|scalar| match scalar.resolve() {
            Resolved::Integer(value) => Some(value),
            #[expect(clippy::cast_possible_truncation, reason = "the value is whole and small")]
            Resolved::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => {
                Some(value as i128)
            }
            Resolved::Text => scalar.text.trim().parse().ok(),
            _ => None,
        });
        let Some(value) = value else {
            self.wrong_type(what, node, "a whole number");
            return None;
        };
        if let Ok(value) = T::try_from(value) {
            return Some(Spanned::at(value, node.span));
        }
        let shown = scalar.map_or("", Scalar::shown);
        self.invalid(
            codes::compose::VALUE,
            node,
            format!("`{what}` is out of range: {shown}"),
            if value < 0 { "too small" } else { "too large" },
            if value < 0 { "use 0 or more" } else { "use a smaller number" },
        );
        None
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, what: &str, node: &Node) -> Vec<Spanned<String>> {
        let items = self.items(what, node);
        items.iter().filter_map(|item| self.text(&item_of(what), item)).collect()
    }

    /// A list of texts and numbers.
    pub(super) fn texts_or_numbers(&mut self, what: &str, node: &Node) -> Vec<Spanned<String>> {
        let items = self.items(what, node);
        items.iter().filter_map(|item| self.text_or_number(&item_of(what), item)).collect()
    }

    /// A text, or a list of them.
    pub(super) fn one_or_more(&mut self, what: &str, node: &Node) -> Vec<Spanned<String>> {
        match &node.value {
            Value::Scalar(_) if !node.is_null() => self.text(what, node).into_iter().collect(),
            _ => self.texts(what, node),
        }
    }

    /// A path, made absolute from the project's folder; `~` is the user's home.
    pub(super) fn path(&mut self, what: &str, node: &Node) -> Option<Spanned<PathBuf>> {
        let text = self.text(what, node)?;
        let path = self.absolute(&text.value);
        Some(Spanned { value: path, span: text.span })
    }

    /// Makes a path absolute.
    pub(super) fn absolute(&self, text: &str) -> PathBuf {
        let home = self.variables.get("HOME").filter(|_| text == "~" || text.starts_with("~/"));
        match home {
            Some(home) => crate::source::absolute(
                Path::new(home),
                Path::new(text[1..].trim_start_matches('/')),
            ),
            None => crate::source::absolute(self.directory, Path::new(text)),
        }
    }

    /// Checks the key of a service, network, volume, secret or config.
    pub(super) fn check_key(&mut self, kind: &str, key: &str, span: Span) {
        let fits = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
        if !key.is_empty() && key.chars().all(fits) {
            return;
        }
        let mended: String = key.chars().map(|char| if fits(char) { char } else { '-' }).collect();
        let mended = mended.trim_matches('-');
        self.diagnostics.push(
            Diagnostic::error(
                codes::compose::NAME,
                format!("`{key}` is not a possible name of a {kind}"),
            )
            .at(span, "only letters, digits, `.`, `_` and `-` are allowed")
            .help(format!("call it `{}`", if mended.is_empty() { "app" } else { mended })),
        );
    }

    /// Reports that a node is of another kind than its key takes.
    pub(super) fn wrong_type(&mut self, what: &str, node: &Node, expected: &str) {
        let found = match node.as_scalar() {
            Some(scalar) if !node.is_null() => format!("{} `{}`", node.kind(), scalar.shown()),
            _ => node.kind().to_owned(),
        };
        let subject = if what.contains(' ') { what.to_owned() } else { format!("`{what}`") };
        let message = format!("{subject} must be {expected}, not {found}");
        let label = format!("expected {expected}");
        self.invalid(codes::compose::TYPE, node, message, label, mend(what, node, expected));
    }

    /// Reports a value that cannot be used.
    pub(super) fn invalid(
        &mut self,
        code: Code,
        node: &Node,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        let diagnostic = Diagnostic::error(code, message).at(node.span, label).help(help);
        let is_filled_in = node.as_scalar().is_some_and(|scalar| scalar.template.is_some());
        self.diagnostics.push(if is_filled_in {
            diagnostic.note("this is about the value after its variables are filled in")
        } else {
            diagnostic
        });
    }

    /// Reports a section without a key that it needs.
    pub(super) fn missing_key(&mut self, node: &Node, what: &str, key: &str, example: &str) {
        self.invalid(
            codes::compose::MISSING_KEY,
            node,
            format!("{what} needs the key `{key}`"),
            format!("`{key}` is missing in this section"),
            format!("add `{example}`"),
        );
    }

    /// A word out of a fixed set.
    pub(super) fn word<T: Copy>(
        &mut self,
        what: &str,
        node: &Node,
        words: &[(&str, T)],
    ) -> Option<Spanned<T>> {
        let text = self.text(what, node)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
            return Some(Spanned::at(*value, node.span));
        }
        let known: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let shown = node.as_scalar().map_or("", Scalar::shown);
        let help = match did_you_mean(&text.value, words.iter().map(|(word, _)| *word)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("use one of {}", known.join(", ")),
        };
        self.invalid(
            codes::compose::VALUE,
            node,
            format!("`{what}` cannot be `{shown}`"),
            format!("expected {}", known.join(", ")),
            help,
        );
        None
    }
}

fn item_of(what: &str) -> String {
    if what.contains(' ') { what.to_owned() } else { format!("an item of `{what}`") }
}

/// Reports a key of the format that nothing would act on.
pub(super) fn unsupported(key: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::compose::UNSUPPORTED,
        format!("`{key}` is not read by this version of wharf yet"),
    )
    .at(span, "valid, but nothing would act on it")
    .note("wharf does not drop keys silently: the containers would differ from what the file says")
    .help("remove the key, or use a later version of wharf")
}

fn unknown_key(key: &str, entry: &Entry, what: &str, keys: &Keys) -> Diagnostic {
    let all = || keys.known.iter().chain(keys.unsupported).copied();
    let is_here = |section: &Keys| section.known == keys.known;
    let message = if is_here(&keys::TOP) {
        format!("unknown key `{key}` at the top level")
    } else if what.contains(' ') {
        format!("unknown key `{key}` in {what}")
    } else {
        format!("unknown key `{key}` in `{what}`")
    };
    let diagnostic = Diagnostic::error(codes::compose::UNKNOWN_KEY, message)
        .at(entry.key, "not a key of this section");
    if let Some(near) = did_you_mean(key, all()) {
        return diagnostic.help(format!("did you mean `{near}`?"));
    }
    let is_service = entry.node.get("image").or_else(|| entry.node.get("build")).is_some();
    if is_service && is_here(&keys::TOP) {
        return diagnostic
            .help(format!("write `services:` above `{key}:` and indent `{key}` below it"));
    }
    let elsewhere = [
        (&keys::SERVICE, "a service"),
        (&keys::TOP, "the top level of the file"),
        (&keys::BUILD, "`build` of a service"),
        (&keys::DEPLOY, "`deploy` of a service"),
        (&keys::HEALTH, "`healthcheck` of a service"),
    ];
    let home = elsewhere.iter().find(|(section, _)| {
        !is_here(section) && (section.known.contains(&key) || section.unsupported.contains(&key))
    });
    if let Some((_, home)) = home {
        return diagnostic.help(format!("`{key}` belongs into {home}; check the indentation"));
    }
    let diagnostic = if keys.known.len() <= SHORT_SECTION {
        diagnostic.note(format!("keys of this section: {}", all().collect::<Vec<_>>().join(", ")))
    } else {
        diagnostic
    };
    diagnostic.help(format!("remove it, or call it `x-{key}` to keep a note of your own"))
}

/// Sections with at most this many keys are listed in messages.
const SHORT_SECTION: usize = 12;

/// A way to mend a value of the wrong type.
fn mend(what: &str, node: &Node, expected: &str) -> String {
    let example = match what {
        "ports" => "ports: [\"8080:80\"]",
        "volumes" if expected == "a list" => "volumes: [\"./data:/data\"]",
        "environment" => "environment: {LOG_LEVEL: info}",
        "labels" => "labels: {team: web}",
        "depends_on" => "depends_on: [db]",
        "healthcheck" => "healthcheck: {test: curl -f localhost, interval: 5s}",
        "services" => "services: {web: {image: nginx}}",
        "networks" => "networks: {backend: {}}",
        "profiles" => "profiles: [debug]",
        "cap_add" => "cap_add: [NET_ADMIN]",
        "expose" => "expose: [\"80\"]",
        "env_file" => "env_file: [web.env]",
        "secrets" => "secrets: [db-password]",
        "restart" if node.kind() == "a boolean" => "restart: \"no\"",
        _ => "",
    };
    if !example.is_empty() {
        return format!("write it like `{example}`");
    }
    let scalar = node.as_scalar().filter(|_| !node.is_null());
    match (expected, scalar) {
        ("text", Some(scalar)) => format!("put it into quotes: \"{}\"", scalar.shown()),
        ("true or false", _) => "write `true` or `false`".to_owned(),
        ("a whole number", _) => "write digits only, for example 3".to_owned(),
        ("a list", _) => "write every item on a line of its own, after `- `".to_owned(),
        ("a mapping", _) => "write `key: value` on lines of their own, indented".to_owned(),
        ("a single value", _) => "write one text in its place; only sections are nested".to_owned(),
        (expected, _) => format!("replace it by {expected}"),
    }
}
