//! One service.

use super::{
    Attachment, Build, Extensions, Grant, Healthcheck, Mount, NetworkMode, Port, Resources, Ulimit,
};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use wharf_diag::{Span, Spanned};

/// Arguments of a process; an empty list clears what the image declares.
pub type Command = Vec<String>;

/// One service of the project (Compose Specification, `services.<name>`).
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Key in the `services` section, with its place.
    pub name: Spanned<String>,
    /// Reference of the image; `None` when only `build` is given.
    pub image: Option<Spanned<String>>,
    /// How to build the image.
    pub build: Option<Spanned<Build>>,
    /// When to pull the image.
    pub pull_policy: Option<Spanned<PullPolicy>>,
    /// `os[/arch[/variant]]` of the image.
    pub platform: Option<Spanned<String>>,
    /// Replaces the image's command.
    pub command: Option<Spanned<Command>>,
    /// Replaces the image's entry point; the image's command is then dropped too.
    pub entrypoint: Option<Spanned<Command>>,
    /// Variables of the container, `env_file`s already folded in. `None` as value removes the
    /// variable that the image declares (a bare key that nothing gives a value).
    pub environment: BTreeMap<String, Spanned<Option<String>>>,
    /// The files named by `env_file`, in order.
    pub env_files: Vec<Spanned<EnvFile>>,
    /// Published ports, ranges expanded, in the order of the file.
    pub ports: Vec<Spanned<Port>>,
    /// Ports that are declared without being published, `port[/protocol]`.
    pub expose: Vec<Spanned<String>>,
    /// Mounts, in the order of the file.
    pub volumes: Vec<Spanned<Mount>>,
    /// Networks by key; `default` is filled in when the file names none.
    pub networks: BTreeMap<String, Spanned<Attachment>>,
    /// Replaces networks: `none`, `host`, another service's or container's.
    pub network_mode: Option<Spanned<NetworkMode>>,
    /// Services that must be in some state first, by name.
    pub depends_on: BTreeMap<String, Spanned<Dependency>>,
    /// How health is checked.
    pub healthcheck: Option<Spanned<Healthcheck>>,
    /// What the engine does when the container ends.
    pub restart: Option<Spanned<RestartPolicy>>,
    /// How many containers (`deploy.replicas` or `scale`); `None` means 1.
    pub replicas: Option<Spanned<u32>>,
    /// Limits and reservations (`deploy.resources` and its older equals).
    pub resources: Resources,
    /// `uid[:gid]` or names.
    pub user: Option<Spanned<String>>,
    /// Supplementary groups.
    pub group_add: Vec<Spanned<String>>,
    /// Folder that the process starts in.
    pub working_dir: Option<Spanned<String>>,
    /// Fixed name of the container; excludes more than one replica.
    pub container_name: Option<Spanned<String>>,
    /// Host name inside the container.
    pub hostname: Option<Spanned<String>>,
    /// Domain name inside the container.
    pub domainname: Option<Spanned<String>>,
    /// Whether the root file system is read-only.
    pub read_only: Option<Spanned<bool>>,
    /// `tmpfs` entries, `path[:options]`.
    pub tmpfs: Vec<Spanned<String>>,
    /// Capabilities added.
    pub cap_add: Vec<Spanned<String>>,
    /// Capabilities dropped.
    pub cap_drop: Vec<Spanned<String>>,
    /// Options for the security modules.
    pub security_opt: Vec<Spanned<String>>,
    /// All capabilities and devices.
    pub privileged: Option<Spanned<bool>>,
    /// Whether the engine runs its own init as PID 1.
    pub init: Option<Spanned<bool>>,
    /// Signal that asks the process to end.
    pub stop_signal: Option<Spanned<String>>,
    /// Time between that signal and SIGKILL; the engine's default is 10 s.
    pub stop_grace_period: Option<Spanned<Duration>>,
    /// Labels of the container.
    pub labels: BTreeMap<String, Spanned<String>>,
    /// Where logs go.
    pub logging: Option<Spanned<Logging>>,
    /// Secrets given to the container.
    pub secrets: Vec<Spanned<Grant>>,
    /// Configs given to the container.
    pub configs: Vec<Spanned<Grant>>,
    /// Profiles that activate the service; none means always active.
    pub profiles: Vec<Spanned<String>>,
    /// Extra lines of /etc/hosts, `host` to addresses, in the order of the file.
    pub extra_hosts: Vec<Spanned<(String, String)>>,
    /// Name servers.
    pub dns: Vec<Spanned<String>>,
    /// Search domains.
    pub dns_search: Vec<Spanned<String>>,
    /// Resolver options.
    pub dns_opt: Vec<Spanned<String>>,
    /// Kernel parameters of the container's namespaces.
    pub sysctls: BTreeMap<String, Spanned<String>>,
    /// Limits of the process.
    pub ulimits: BTreeMap<String, Spanned<Ulimit>>,
    /// Size of /dev/shm in bytes.
    pub shm_size: Option<Spanned<u64>>,
    /// Devices, `host[:container[:permissions]]`.
    pub devices: Vec<Spanned<String>>,
    /// `host`, `service:NAME`, `container:NAME`.
    pub pid: Option<Spanned<String>>,
    /// `host`, `shareable`, `service:NAME`, `container:NAME`.
    pub ipc: Option<Spanned<String>>,
    /// Allocates a terminal.
    pub tty: Option<Spanned<bool>>,
    /// Keeps standard input open.
    pub stdin_open: Option<Spanned<bool>>,
    /// Keys that begin with `x-`.
    pub extensions: Extensions,
}

impl Service {
    /// How many containers are wanted.
    pub fn replica_count(&self) -> u32 {
        self.replicas.map_or(1, |replicas| replicas.value)
    }

    /// Place of the service's key.
    pub fn span(&self) -> Option<Span> {
        self.name.span
    }
}

/// A service that must be in some state first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The state.
    pub condition: Condition,
    /// Whether the dependent is restarted when wharf replaces the dependency.
    pub restart: bool,
    /// Whether a missing or failed dependency is an error, rather than a warning.
    pub required: bool,
}

/// State that a dependency must reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// `service_started`: its container runs.
    Started,
    /// `service_healthy`: its health check has passed.
    Healthy,
    /// `service_completed_successfully`: it ended with exit code 0.
    Completed,
}

/// A file named by `env_file`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvFile {
    /// Absolute path.
    pub path: PathBuf,
    /// Whether its absence is an error.
    pub required: bool,
    /// How it is read.
    pub format: EnvFormat,
}

/// How an `env_file` is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvFormat {
    /// Quotes, escapes and `$` as in `.env`.
    Dotenv,
    /// Every line is `KEY=VALUE`, taken literally.
    Raw,
}

/// Where the engine sends logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logging {
    /// Name of the driver; `None` is the engine's default.
    pub driver: Option<String>,
    /// Options of the driver.
    pub options: BTreeMap<String, String>,
}

/// What the engine does when the container ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestartPolicy {
    /// `no`.
    No,
    /// `always`.
    Always,
    /// `unless-stopped`.
    UnlessStopped,
    /// `on-failure[:max]`.
    OnFailure {
        /// How often; `None` without limit.
        max_retries: Option<u32>,
    },
}

/// When an image is pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullPolicy {
    /// `always`.
    Always,
    /// `never`.
    Never,
    /// `missing`, the default, also written `if_not_present`.
    Missing,
    /// `build`: build it instead.
    Build,
}
