//! How an image is built.

use std::collections::BTreeMap;
use std::path::PathBuf;
use wharf_diag::Spanned;

/// The `build` section of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// Absolute path of the context folder.
    pub context: Spanned<PathBuf>,
    /// Path of the Dockerfile, relative to the context; `None` is `Dockerfile`.
    pub dockerfile: Option<Spanned<String>>,
    /// Text of the Dockerfile in the compose file itself; excludes `dockerfile`.
    pub dockerfile_inline: Option<Spanned<String>>,
    /// Build arguments; `None` takes the value of wharf's own environment.
    pub args: BTreeMap<String, Spanned<Option<String>>>,
    /// Stage to build.
    pub target: Option<Spanned<String>>,
    /// Labels of the image.
    pub labels: BTreeMap<String, Spanned<String>>,
    /// Images to take cached layers from.
    pub cache_from: Vec<Spanned<String>>,
    /// Further names of the result.
    pub tags: Vec<Spanned<String>>,
    /// Network of `RUN` steps.
    pub network: Option<Spanned<String>>,
    /// Extra lines of /etc/hosts during the build.
    pub extra_hosts: Vec<Spanned<(String, String)>>,
    /// Size of /dev/shm during the build, in bytes.
    pub shm_size: Option<Spanned<u64>>,
    /// Platforms to build for.
    pub platforms: Vec<Spanned<String>>,
    /// Secrets for `RUN --mount=type=secret`.
    pub secrets: Vec<Spanned<BuildSecret>>,
    /// Ignores the builder's cache.
    pub no_cache: bool,
    /// Always asks the registry for newer base images.
    pub pull: bool,
}

/// A secret that is given to a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildSecret {
    /// Key in the top-level `secrets` section.
    pub source: String,
    /// Id that the Dockerfile uses; the source when absent.
    pub target: Option<String>,
}
