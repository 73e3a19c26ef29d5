//! Names of images.

/// Domain whose images need no domain in their names.
const DEFAULT_REGISTRY: &str = "docker.io";
/// Key under which the docker configuration keeps the default registry's credentials.
const DEFAULT_REGISTRY_KEY: &str = "https://index.docker.io/v1/";

/// A reference taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    /// Name with its registry, without tag and digest.
    pub(super) name: &'a str,
    /// Tag or digest; `latest` when there is neither.
    pub(super) version: &'a str,
}

impl<'a> Reference<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        if let Some((name, digest)) = text.split_once('@') {
            // A tag beside a digest says nothing more.
            return Self { name: split_tag(name).0, version: digest };
        }
        let (name, tag) = split_tag(text);
        Self { name, version: tag.unwrap_or("latest") }
    }

    /// Key of the registry's credentials in the docker configuration.
    pub(super) fn credentials_key(&self) -> &'a str {
        match registry(self.name) {
            DEFAULT_REGISTRY | "index.docker.io" => DEFAULT_REGISTRY_KEY,
            registry => registry,
        }
    }
}

/// A colon before the last slash belongs to the registry's port.
fn split_tag(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (text, None),
    }
}

/// The first part is a registry when it can be told from a folder: it has a dot or a port.
fn registry(name: &str) -> &str {
    match name.split_once('/') {
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => first,
        _ => DEFAULT_REGISTRY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_references_apart() {
        let cases = [
            ("postgres", "postgres", "latest"),
            ("postgres:16", "postgres", "16"),
            ("localhost:5000/a/b", "localhost:5000/a/b", "latest"),
            ("localhost:5000/a/b:1", "localhost:5000/a/b", "1"),
            ("a/b:1@sha256:c", "a/b", "sha256:c"),
        ];
        for (text, name, version) in cases {
            assert_eq!(Reference::parse(text), Reference { name, version }, "{text}");
        }
    }

    #[test]
    fn finds_the_key_of_the_registry() {
        let key = |text| Reference::parse(text).credentials_key();
        assert_eq!(key("postgres"), DEFAULT_REGISTRY_KEY);
        assert_eq!(key("docker.io/a/b"), DEFAULT_REGISTRY_KEY);
        assert_eq!(key("a/b"), DEFAULT_REGISTRY_KEY);
        assert_eq!(key("example.invalid/a/b:1"), "example.invalid");
        assert_eq!(key("localhost:5000/a"), "localhost:5000");
    }
}
