//! The project as a whole.

use super::{Network, Service, Store, Volume};
use std::collections::BTreeMap;
use std::path::PathBuf;
use wharf_diag::Spanned;

/// Keys that begin with `x-`, kept as they were written, after interpolation.
pub type Extensions = BTreeMap<String, serde_json::Value>;

/// Everything that the compose files and the environment ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Name of the project: lower-case letters, digits, `-` and `_`.
    pub name: Spanned<String>,
    /// Absolute folder that relative paths start from: the folder of the first compose file.
    pub directory: PathBuf,
    /// Absolute paths of the compose files, in the order of merging.
    pub files: Vec<PathBuf>,
    /// Absolute paths of the files that gave variables for interpolation, in order of reading.
    pub environment_files: Vec<PathBuf>,
    /// The environment that was picked (`development`, `production`, ...).
    pub environment: String,
    /// Services that are active: without a profile, with an active one, or asked for by name.
    pub services: BTreeMap<String, Service>,
    /// Services that the files define and that no active profile selects.
    pub inactive: BTreeMap<String, Service>,
    /// Networks by key; `default` is there when an active service uses it.
    pub networks: BTreeMap<String, Network>,
    /// Named volumes by key.
    pub volumes: BTreeMap<String, Volume>,
    /// Secrets by key.
    pub secrets: BTreeMap<String, Store>,
    /// Configs by key.
    pub configs: BTreeMap<String, Store>,
    /// Top-level keys that begin with `x-`.
    pub extensions: Extensions,
}
