//! Secrets and configs: two sections of one shape.

use std::path::PathBuf;
use wharf_diag::Spanned;

/// One entry of the top-level `secrets` or `configs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// Key, with its place.
    pub key: Spanned<String>,
    /// Name on a cluster; not used on a single engine.
    pub name: Option<Spanned<String>>,
    /// Where the value comes from.
    pub source: Spanned<StoreSource>,
}

/// Where the value of a secret or config comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreSource {
    /// A file on the host, absolute.
    File(PathBuf),
    /// A variable of wharf's environment.
    Environment(String),
    /// Text in the compose file (configs only), interpolated.
    Content(String),
    /// Kept by the cluster; cannot be used on a single engine.
    External,
}

/// A secret or config given to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Key in the top-level section.
    pub source: String,
    /// Absolute path in the container (`/run/secrets/<source>`, `/<source>` by default).
    pub target: String,
    /// Owner.
    pub uid: Option<String>,
    /// Group.
    pub gid: Option<String>,
    /// File mode, such as 0o440.
    pub mode: Option<u32>,
}
