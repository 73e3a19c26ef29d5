//! Labels on the engine: Docker Compose's own, so that each tool sees the other's stacks, and
//! wharf's.

/// Name of the project.
pub const PROJECT: &str = "com.docker.compose.project";
/// Name of the service.
pub const SERVICE: &str = "com.docker.compose.service";
/// Number of the replica, from 1.
pub const NUMBER: &str = "com.docker.compose.container-number";
/// `True` for a container of `run`.
pub const ONE_OFF: &str = "com.docker.compose.oneoff";
/// Docker Compose's hash; it lists only containers that have one.
pub const COMPOSE_HASH: &str = "com.docker.compose.config-hash";
/// Digest of the image that the container was made from.
pub const IMAGE: &str = "com.docker.compose.image";
/// Dependencies, `service:condition:restart` with commas.
pub const DEPENDS_ON: &str = "com.docker.compose.depends_on";
/// Absolute project folder.
pub const WORKING_DIR: &str = "com.docker.compose.project.working_dir";
/// Absolute compose files with commas.
pub const CONFIG_FILES: &str = "com.docker.compose.project.config_files";
/// Key of a network.
pub const NETWORK: &str = "com.docker.compose.network";
/// Key of a volume.
pub const VOLUME: &str = "com.docker.compose.volume";
/// Random part of the name of a container of `run`.
pub const SLUG: &str = "com.docker.compose.slug";
/// Name of the container that this one replaces.
pub const REPLACE: &str = "com.docker.compose.replace";
/// Docker Compose's version; absent on what wharf makes.
pub const VERSION: &str = "com.docker.compose.version";

/// Hash of the specification that wharf made the container or network from.
pub const HASH: &str = "wharf.config-hash";
/// Hash of the files (secrets, configs) that were put into the container.
pub const FILES_HASH: &str = "wharf.files-hash";
