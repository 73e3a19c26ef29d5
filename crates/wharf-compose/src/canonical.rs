//! The project as one compose file in its longest form: `wharf config`.
//!
//! Keys, order, quoting and doubled dollar signs are those of `docker compose config`. What no
//! active service uses is left out, as there.

mod duration;
mod items;
mod sections;
mod service;
mod tree;
mod yaml;

use crate::model::Project;
use tree::Out;

/// The project as YAML, as `docker compose config` prints it.
pub fn canonical_yaml(project: &Project) -> String {
    yaml::emit(&sections::project(project))
}

/// The project as JSON, as `docker compose config --format json` prints it.
pub fn canonical_json(project: &Project) -> serde_json::Value {
    sections::project(project).into_json()
}
