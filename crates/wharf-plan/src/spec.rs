//! What an engine needs to know to create something: names, paths and units resolved.

use crate::Secret;
use std::collections::BTreeMap;
use std::time::Duration;
use wharf_compose::model::{Protocol, Published, RestartPolicy, Ulimit};

/// A container to create (Docker Engine API 1.41, `POST /containers/create`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContainerSpec {
    /// Name that the container has in the end, `<project>-<service>-<n>`.
    pub name: String,
    /// Reference of the image.
    pub image: String,
    /// `os[/arch[/variant]]`.
    pub platform: Option<String>,
    /// Replaces the image's entry point; an empty list clears it.
    pub entrypoint: Option<Vec<String>>,
    /// Replaces the image's command; an empty list clears it.
    pub command: Option<Vec<String>>,
    /// Variables; `None` removes one that the image declares.
    pub env: BTreeMap<String, Option<Secret>>,
    /// Labels, wharf's and Docker Compose's own included.
    pub labels: BTreeMap<String, String>,
    /// Ports declared and published.
    pub ports: Vec<PortSpec>,
    /// Ports declared only, `port/protocol`.
    pub exposed: Vec<String>,
    /// Mounts.
    pub mounts: Vec<MountSpec>,
    /// tmpfs mounts by target, with their options (`size=64m,mode=1777`).
    pub tmpfs: BTreeMap<String, String>,
    /// Networks; the first one is joined at creation, the others after it.
    pub networks: Vec<NetworkAttachment>,
    /// Mode in place of networks (`none`, `host`, `container:<id>`).
    pub network_mode: Option<String>,
    /// Health check; `None` leaves the image's.
    pub healthcheck: Option<HealthSpec>,
    /// Restart policy; `None` is `no`.
    pub restart: Option<Restart>,
    /// `uid[:gid]` or names.
    pub user: Option<String>,
    /// Supplementary groups.
    pub group_add: Vec<String>,
    /// Folder that the process starts in.
    pub working_dir: Option<String>,
    /// Host name inside.
    pub hostname: Option<String>,
    /// Domain name inside.
    pub domainname: Option<String>,
    /// Read-only root file system.
    pub read_only: bool,
    /// All capabilities and devices.
    pub privileged: bool,
    /// The engine's own init as PID 1; `None` is the engine's default.
    pub init: Option<bool>,
    /// Capabilities added.
    pub cap_add: Vec<String>,
    /// Capabilities dropped.
    pub cap_drop: Vec<String>,
    /// Options for the security modules.
    pub security_opt: Vec<String>,
    /// Signal that asks the process to end.
    pub stop_signal: Option<String>,
    /// Time between that signal and SIGKILL, whole seconds are sent.
    pub stop_grace_period: Option<Duration>,
    /// Where logs go.
    pub logging: Option<LoggingSpec>,
    /// CPU time in billionths of a CPU.
    pub nano_cpus: Option<i64>,
    /// Memory limit in bytes.
    pub memory: Option<i64>,
    /// Memory and swap limit in bytes; -1 is without limit.
    pub memory_swap: Option<i64>,
    /// Memory reservation in bytes.
    pub memory_reservation: Option<i64>,
    /// Limit of processes and threads.
    pub pids_limit: Option<i64>,
    /// Size of /dev/shm in bytes.
    pub shm_size: Option<i64>,
    /// Lines of /etc/hosts, `host:address`.
    pub extra_hosts: Vec<String>,
    /// Name servers.
    pub dns: Vec<String>,
    /// Search domains.
    pub dns_search: Vec<String>,
    /// Resolver options.
    pub dns_opt: Vec<String>,
    /// Kernel parameters.
    pub sysctls: BTreeMap<String, String>,
    /// Limits of the process, by name.
    pub ulimits: BTreeMap<String, Ulimit>,
    /// Devices, `host[:container[:permissions]]`.
    pub devices: Vec<String>,
    /// PID namespace (`host`, `container:<id>`).
    pub pid: Option<String>,
    /// IPC namespace.
    pub ipc: Option<String>,
    /// Terminal.
    pub tty: bool,
    /// Standard input stays open.
    pub stdin_open: bool,
    /// Files to put into the container between creation and start.
    pub files: Vec<FileSpec>,
}

/// A published port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortSpec {
    /// Address on the host; `None` is all.
    pub host_ip: Option<String>,
    /// Port on the host.
    pub published: Published,
    /// Port in the container.
    pub target: u16,
    /// Transport.
    pub protocol: Protocol,
}

impl PortSpec {
    /// The container's side as the engine writes it, `80/tcp`.
    pub fn key(&self) -> String {
        format!("{}/{}", self.target, self.protocol.as_str())
    }

    /// The host's side as the engine takes it: empty, a port, or `from-to`.
    pub fn host_port(&self) -> String {
        match self.published {
            Published::Ephemeral => String::new(),
            Published::Port(port) => port.to_string(),
            Published::Range(from, to) => format!("{from}-{to}"),
        }
    }
}

/// A mount.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MountSpec {
    /// What is mounted.
    pub source: MountSource,
    /// Absolute path in the container.
    pub target: String,
    /// Read-only.
    pub read_only: bool,
}

/// What is mounted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MountSource {
    /// A named volume, by its name on the engine.
    Volume {
        /// Name on the engine.
        name: String,
        /// Does not copy the image's files into an empty volume.
        nocopy: bool,
        /// Folder inside the volume (API 1.45 and later).
        subpath: Option<String>,
    },
    /// A new volume without a name of ours.
    Anonymous,
    /// A path of the host.
    Bind {
        /// Absolute path.
        path: String,
        /// Creates a missing folder.
        create: bool,
        /// Propagation (`rprivate`, ...).
        propagation: Option<String>,
        /// SELinux label, `z` or `Z`.
        selinux: Option<char>,
    },
    /// Memory.
    Tmpfs {
        /// Size in bytes.
        size: Option<u64>,
        /// File mode.
        mode: Option<u32>,
    },
}

/// A network that a container joins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NetworkAttachment {
    /// Name on the engine.
    pub network: String,
    /// Further names there, sorted.
    pub aliases: Vec<String>,
    /// Fixed IPv4 address.
    pub ipv4_address: Option<String>,
    /// Fixed IPv6 address.
    pub ipv6_address: Option<String>,
}

/// A health check; what is `None` comes from the image, then from the engine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HealthSpec {
    /// `["NONE"]`, `["CMD", ...]`, `["CMD-SHELL", text]`; `None` takes the image's.
    pub test: Option<Vec<String>>,
    /// Time between checks.
    pub interval: Option<Duration>,
    /// Time limit of one check.
    pub timeout: Option<Duration>,
    /// Failures that make it unhealthy.
    pub retries: Option<u32>,
    /// Time after the start in which failures do not count.
    pub start_period: Option<Duration>,
    /// Time between checks in that period (API 1.44 and later).
    pub start_interval: Option<Duration>,
}

/// Restart policy, as the model has it.
pub type Restart = RestartPolicy;

/// Log driver and options.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoggingSpec {
    /// Driver; empty is the engine's default.
    pub driver: String,
    /// Options.
    pub options: BTreeMap<String, String>,
}

/// A file to put into a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSpec {
    /// Absolute path in the container.
    pub path: String,
    /// Content.
    pub content: Secret,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Mode, such as 0o444.
    pub mode: u32,
}

/// A network to create.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NetworkSpec {
    /// Name on the engine.
    pub name: String,
    /// Driver; `None` is `bridge`.
    pub driver: Option<String>,
    /// Options of the driver.
    pub driver_opts: BTreeMap<String, String>,
    /// Address management.
    pub ipam: Option<wharf_compose::model::Ipam>,
    /// No way to the outside.
    pub internal: bool,
    /// Others may attach.
    pub attachable: bool,
    /// IPv6.
    pub enable_ipv6: bool,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// A volume to create.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VolumeSpec {
    /// Name on the engine.
    pub name: String,
    /// Driver; `None` is `local`.
    pub driver: Option<String>,
    /// Options of the driver.
    pub driver_opts: BTreeMap<String, String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// An image to build through the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildSpec {
    /// Name of the result.
    pub image: String,
    /// The `build` section.
    pub build: wharf_compose::model::Build,
    /// Build arguments with their values resolved.
    pub args: BTreeMap<String, Secret>,
    /// Labels of the image.
    pub labels: BTreeMap<String, String>,
}
