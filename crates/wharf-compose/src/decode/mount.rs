//! Mounts, short and long form.

use super::{Decoder, keys};
use crate::model::{BindOptions, Mount, MountKind, TmpfsOptions, VolumeOptions};
use crate::yaml::{Node, Value};
use wharf_diag::{Spanned, codes, did_you_mean};

/// Options of the short form that have no effect on Linux engines.
const HINTS: [&str; 3] = ["cached", "delegated", "consistent"];

const PROPAGATIONS: [&str; 6] = ["rprivate", "private", "rshared", "shared", "rslave", "slave"];

/// Everything that the short form's options may say, for suggestions.
const OPTIONS: [&str; 15] = [
    "ro",
    "rw",
    "z",
    "Z",
    "nocopy",
    "cached",
    "delegated",
    "consistent",
    "rprivate",
    "private",
    "rshared",
    "shared",
    "rslave",
    "slave",
    "volume-nocopy",
];

/// What the options of the short form say.
#[derive(Debug, Default)]
struct Options {
    read_only: bool,
    nocopy: bool,
    selinux: Option<char>,
    propagation: Option<String>,
}

impl Decoder<'_> {
    /// The `volumes` of a service.
    pub(super) fn mounts(&mut self, node: &Node) -> Vec<Spanned<Mount>> {
        let mut output = Vec::new();
        for item in self.items("volumes", node) {
            let mount = match &item.value {
                Value::Map(_) => self.long_mount(item),
                _ => self.short_mount(item),
            };
            output.extend(mount.map(|mount| Spanned::at(mount, item.span)));
        }
        output
    }

    fn short_mount(&mut self, item: &Node) -> Option<Mount> {
        let text = self.text("an item of `volumes`", item)?.value;
        let mut parts = text.split(':');
        let (first, second, third) = (parts.next()?, parts.next(), parts.next());
        if parts.next().is_some() {
            self.bad_mount(item, "it has more than three parts", "the short form is SOURCE:TARGET:OPTIONS; use the long form for paths that contain `:`");
            return None;
        }
        if [Some(first), second, third].contains(&Some("")) {
            self.bad_mount(
                item,
                "a part between the colons is empty",
                "write it like `./data:/data` or `data:/data:ro`",
            );
            return None;
        }
        let Some(target) = second else {
            let kind = MountKind::Volume { source: None, options: VolumeOptions::default() };
            let target = self.target(item, first)?;
            return Some(Mount { kind, target, read_only: false });
        };
        let options = self.options(item, third.unwrap_or(""))?;
        let target = self.target(item, target)?;
        let kind = self.short_kind(item, first, &options)?;
        Some(Mount { kind, target, read_only: options.read_only })
    }

    fn short_kind(&mut self, item: &Node, source: &str, options: &Options) -> Option<MountKind> {
        if source.starts_with(['.', '/', '~']) {
            let options = BindOptions {
                create_host_path: true,
                propagation: options.propagation.clone(),
                selinux: options.selinux,
            };
            return Some(MountKind::Bind { source: self.host_path(source), options });
        }
        if source.contains('/') {
            self.bad_mount(
                item,
                "the source looks like a path, but does not begin like one",
                "begin a path of the host with `./`; the name of a volume contains no `/`",
            );
            return None;
        }
        let options = VolumeOptions { nocopy: options.nocopy, subpath: None };
        Some(MountKind::Volume { source: Some(source.to_owned()), options })
    }

    /// An absolute path stays as it was written, as in Docker Compose.
    fn host_path(&self, source: &str) -> String {
        if source.starts_with('/') {
            return source.to_owned();
        }
        self.absolute(source).display().to_string()
    }

    fn options(&mut self, item: &Node, text: &str) -> Option<Options> {
        let mut options = Options::default();
        for option in text.split(',').filter(|option| !option.is_empty()) {
            match option {
                "ro" => options.read_only = true,
                "rw" => options.read_only = false,
                "z" | "Z" => options.selinux = option.chars().next(),
                "nocopy" | "volume-nocopy" => options.nocopy = true,
                _ if HINTS.contains(&option) => {}
                _ if PROPAGATIONS.contains(&option) => {
                    options.propagation = Some(option.to_owned());
                }
                _ => {
                    let help = match did_you_mean(option, OPTIONS) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "options are ro, rw, z, Z, nocopy and the propagation modes such as rslave".to_owned(),
                    };
                    self.bad_mount(item, "an option behind the second `:` is unknown", help);
                    return None;
                }
            }
        }
        Some(options)
    }

    /// The path in the container, cleaned.
    fn target(&mut self, item: &Node, target: &str) -> Option<String> {
        if !target.starts_with('/') {
            self.bad_mount(
                item,
                "the path in the container is not absolute",
                format!("begin it with `/`, for example `/{}`", target.trim_start_matches("./")),
            );
            return None;
        }
        Some(clean_target(target))
    }

    fn bad_mount(&mut self, item: &Node, reason: &str, help: impl Into<String>) {
        let shown =
            item.as_scalar().map_or_else(String::new, |scalar| format!("`{}`", scalar.shown()));
        let subject = if shown.is_empty() { "this".to_owned() } else { shown };
        let label = "expected [source:]target[:options]";
        self.invalid(
            codes::compose::MOUNT,
            item,
            format!("{subject} is not a mount: {reason}"),
            label,
            help,
        );
    }

    fn long_mount(&mut self, item: &Node) -> Option<Mount> {
        let map = self.section(item, "an item of `volumes`", &keys::MOUNT)?;
        let Some(kind) = item.get("type") else {
            self.missing_key(item, "a mount in long form", "type", "type: bind");
            return None;
        };
        let kind = self.mount_type(kind)?;
        let (mut source, mut target, mut read_only) = (None, None, false);
        // Without a `bind` section a missing folder is an error; the section creates it by default.
        let mut bind = BindOptions { create_host_path: false, ..BindOptions::default() };
        let mut volume = VolumeOptions::default();
        let mut tmpfs = TmpfsOptions::default();
        for (key, entry) in map {
            let node = &entry.node;
            match key.as_str() {
                _ if node.is_null() => {}
                "source" => source = self.text(key, node),
                "target" => target = self.text(key, node).map(|text| (text.value, node)),
                "read_only" => read_only = self.boolean(key, node).is_some_and(|value| value.value),
                "bind" => bind = self.bind_options(node),
                "volume" => volume = self.volume_options(node),
                "tmpfs" => tmpfs = self.tmpfs_options(node),
                _ => {}
            }
        }
        let Some((target, target_node)) = target else {
            self.missing_key(item, "a mount in long form", "target", "target: /data");
            return None;
        };
        let target = self.target(target_node, &target)?;
        let kind = match kind {
            Kind::Bind => {
                let Some(source) = source else {
                    self.missing_key(item, "a bind mount", "source", "source: ./data");
                    return None;
                };
                MountKind::Bind { source: self.host_path(&source.value), options: bind }
            }
            Kind::Volume => {
                MountKind::Volume { source: source.map(|text| text.value), options: volume }
            }
            Kind::Tmpfs => MountKind::Tmpfs { options: tmpfs },
        };
        Some(Mount { kind, target, read_only })
    }

    fn mount_type(&mut self, node: &Node) -> Option<Kind> {
        let name = node.as_scalar().map_or("", |scalar| &scalar.text);
        if ["image", "cluster", "npipe"].contains(&name) {
            let found = super::decoder::unsupported(&format!("type: {name}"), node.span);
            self.diagnostics.push(found);
            return None;
        }
        let words = [("volume", Kind::Volume), ("bind", Kind::Bind), ("tmpfs", Kind::Tmpfs)];
        self.word("type", node, &words).map(|word| word.value)
    }

    fn bind_options(&mut self, node: &Node) -> BindOptions {
        let mut options = BindOptions::default();
        let Some(map) = self.section(node, "bind", &keys::BIND) else { return options };
        for (key, entry) in map {
            let node = &entry.node;
            match key.as_str() {
                "create_host_path" => {
                    options.create_host_path =
                        self.boolean(key, node).is_none_or(|value| value.value);
                }
                "propagation" => {
                    let words = PROPAGATIONS.map(|word| (word, word));
                    options.propagation =
                        self.word(key, node, &words).map(|word| word.value.to_owned());
                }
                "selinux" => {
                    let words = [("z", 'z'), ("Z", 'Z')];
                    options.selinux = self.word(key, node, &words).map(|word| word.value);
                }
                _ => {}
            }
        }
        options
    }

    fn volume_options(&mut self, node: &Node) -> VolumeOptions {
        let mut options = VolumeOptions::default();
        let Some(map) = self.section(node, "volume", &keys::MOUNT_VOLUME) else { return options };
        for (key, entry) in map {
            match key.as_str() {
                "nocopy" => {
                    options.nocopy =
                        self.boolean(key, &entry.node).is_some_and(|value| value.value);
                }
                "subpath" => options.subpath = self.text(key, &entry.node).map(|text| text.value),
                _ => {}
            }
        }
        options
    }

    fn tmpfs_options(&mut self, node: &Node) -> TmpfsOptions {
        let mut options = TmpfsOptions::default();
        let Some(map) = self.section(node, "tmpfs", &keys::TMPFS) else { return options };
        for (key, entry) in map {
            match key.as_str() {
                "size" => options.size = self.size(key, &entry.node).map(|size| size.value),
                "mode" => options.mode = self.file_mode(key, &entry.node),
                _ => {}
            }
        }
        options
    }

    /// A file mode: an octal number, or text that is one.
    pub(super) fn file_mode(&mut self, what: &str, node: &Node) -> Option<u32> {
        let scalar = node.as_scalar()?;
        let digits = scalar.text.strip_prefix("0o").unwrap_or(&scalar.text);
        let mode = if scalar.is_plain && !scalar.text.starts_with('0') {
            // A plain number without a leading zero is decimal, as YAML reads it.
            digits.parse().ok()
        } else {
            u32::from_str_radix(digits, 8).ok()
        };
        match mode.filter(|mode| *mode <= 0o7777) {
            Some(mode) => Some(mode),
            None => {
                self.invalid(
                    codes::compose::VALUE,
                    node,
                    format!("`{what}` is not a file mode: `{}`", scalar.shown()),
                    "expected an octal number up to 7777",
                    "write it with a leading zero: `0440`",
                );
                None
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Volume,
    Bind,
    Tmpfs,
}

/// Cleans a path of the container; its form is always that of Linux.
pub(super) fn clean_target(target: &str) -> String {
    crate::source::clean(std::path::Path::new(target)).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::clean_target;

    #[test]
    fn cleans_paths_of_the_container() {
        for (target, expected) in
            [("/a/", "/a"), ("/a/./b/../c", "/a/c"), ("/", "/"), ("//a", "/a")]
        {
            assert_eq!(clean_target(target), expected, "{target}");
        }
    }
}
