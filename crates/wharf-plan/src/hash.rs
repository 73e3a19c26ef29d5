//! Hash of a specification: equal hashes mean that a container need not be looked at closer.
//!
//! A field that has its default does not take part, so that a new field of a later version does
//! not change the hashes of containers that do not use it.

use crate::ContainerSpec;
use crate::spec::{FileSpec, MountSpec, NetworkSpec};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Hash of everything in a specification except its name, wharf's and Docker Compose's own
/// labels, and the contents of files. 64 hexadecimal digits.
pub fn container_hash(spec: &ContainerSpec) -> String {
    let mut hasher = Fields::new();
    hasher.field("image", &spec.image);
    hasher.option("platform", spec.platform.as_ref());
    hasher.arguments("entrypoint", spec.entrypoint.as_deref());
    hasher.arguments("command", spec.command.as_deref());
    for (name, value) in &spec.env {
        match value {
            Some(value) => hasher.pair("env", name, value.reveal()),
            None => hasher.field("env-removed", name),
        }
    }
    for (name, value) in spec.labels.iter().filter(|(name, _)| !is_own_label(name)) {
        hasher.pair("label", name, value);
    }
    for port in &spec.ports {
        let host = port.host_ip.as_deref().unwrap_or_default();
        hasher.pair("port", &port.key(), &format!("{host}:{}", port.host_port()));
    }
    hasher.list("exposed", &spec.exposed);
    spec.mounts.iter().for_each(|mount| hasher.mount(mount));
    spec.tmpfs.iter().for_each(|(target, options)| hasher.pair("tmpfs", target, options));
    for (position, network) in spec.networks.iter().enumerate() {
        hasher.pair("network", &position.to_string(), &network.network);
        hasher.list("alias", &network.aliases);
        hasher.option("ipv4", network.ipv4_address.as_ref());
        hasher.option("ipv6", network.ipv6_address.as_ref());
    }
    hasher.option("network_mode", spec.network_mode.as_ref());
    hasher.health(spec);
    hasher.process(spec);
    hasher.limits(spec);
    hasher.resolver(spec);
    hasher.finish()
}

/// Hash of the files that are put into a container; `None` without files.
pub(crate) fn files_hash(files: &[FileSpec]) -> Option<String> {
    if files.is_empty() {
        return None;
    }
    let mut hasher = Fields::new();
    for file in files {
        hasher.pair("file", &file.path, file.content.reveal());
        hasher.pair("owner", &file.uid.to_string(), &file.gid.to_string());
        hasher.field("mode", &format!("{:o}", file.mode));
    }
    Some(hasher.finish())
}

/// Hash of a network's specification without wharf's and Docker Compose's own labels.
pub(crate) fn network_hash(spec: &NetworkSpec) -> String {
    let mut hasher = Fields::new();
    hasher.field("name", &spec.name);
    hasher.option("driver", spec.driver.as_ref());
    spec.driver_opts.iter().for_each(|(name, value)| hasher.pair("opt", name, value));
    if let Some(ipam) = &spec.ipam {
        hasher.option("ipam-driver", ipam.driver.as_ref());
        ipam.options.iter().for_each(|(name, value)| hasher.pair("ipam-opt", name, value));
        for pool in &ipam.pools {
            hasher.option("subnet", pool.subnet.as_ref());
            hasher.option("ip-range", pool.ip_range.as_ref());
            hasher.option("gateway", pool.gateway.as_ref());
            pool.aux_addresses.iter().for_each(|(name, value)| hasher.pair("aux", name, value));
        }
    }
    hasher.flag("internal", spec.internal);
    hasher.flag("attachable", spec.attachable);
    hasher.flag("ipv6", spec.enable_ipv6);
    for (name, value) in spec.labels.iter().filter(|(name, _)| !is_own_label(name)) {
        hasher.pair("label", name, value);
    }
    hasher.finish()
}

/// Sixteen hexadecimal digits of the hash of a text.
pub(crate) fn digest(text: &str) -> String {
    let mut hasher = Fields::new();
    hasher.field("digest", text);
    hasher.finish().chars().take(16).collect()
}

/// Whether a label is set by wharf or Docker Compose rather than by the user.
pub(crate) fn is_own_label(name: &str) -> bool {
    name.starts_with("com.docker.compose.") || name.starts_with("wharf.")
}

/// Engines take whole seconds; one that has begun counts.
pub(crate) fn whole_seconds(time: std::time::Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// Feeds named fields, each ended by a byte that no field contains.
struct Fields(Sha256);

impl Fields {
    fn new() -> Self {
        Self(Sha256::new())
    }

    fn field(&mut self, name: &str, value: &str) {
        for part in [name, value] {
            self.0.update(part.as_bytes());
            self.0.update([0]);
        }
    }

    fn pair(&mut self, name: &str, key: &str, value: &str) {
        self.field(name, key);
        self.field("=", value);
    }

    fn option(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.field(name, &value.to_string());
        }
    }

    fn flag(&mut self, name: &str, value: bool) {
        if value {
            self.field(name, "true");
        }
    }

    fn list(&mut self, name: &str, values: &[String]) {
        values.iter().for_each(|value| self.field(name, value));
    }

    /// An empty list is not the same as none: it clears what the image declares.
    fn arguments(&mut self, name: &str, values: Option<&[String]>) {
        if let Some(values) = values {
            self.field(name, &values.len().to_string());
            self.list(name, values);
        }
    }

    fn mount(&mut self, mount: &MountSpec) {
        use crate::spec::MountSource as Source;
        match &mount.source {
            Source::Volume { name, nocopy, subpath } => {
                self.pair("volume", name, &mount.target);
                self.flag("nocopy", *nocopy);
                self.option("subpath", subpath.as_ref());
            }
            Source::Anonymous => self.field("anonymous", &mount.target),
            Source::Bind { path, create, propagation, selinux } => {
                self.pair("bind", path, &mount.target);
                self.flag("create", *create);
                self.option("propagation", propagation.as_ref());
                self.option("selinux", selinux.as_ref());
            }
            Source::Tmpfs { size, mode } => {
                self.field("tmpfs-mount", &mount.target);
                self.option("size", size.as_ref());
                self.option("mode", mode.as_ref());
            }
        }
        self.flag("read-only", mount.read_only);
    }

    fn health(&mut self, spec: &ContainerSpec) {
        let Some(health) = &spec.healthcheck else { return };
        self.arguments("test", health.test.as_deref());
        let nanos = |value: Option<std::time::Duration>| value.map(|value| value.as_nanos());
        self.option("interval", nanos(health.interval));
        self.option("timeout", nanos(health.timeout));
        self.option("retries", health.retries);
        self.option("start-period", nanos(health.start_period));
        self.option("start-interval", nanos(health.start_interval));
    }

    fn process(&mut self, spec: &ContainerSpec) {
        self.option("restart", spec.restart.map(|policy| format!("{policy:?}")));
        self.option("user", spec.user.as_ref());
        self.list("group", &spec.group_add);
        self.option("working-dir", spec.working_dir.as_ref());
        self.option("hostname", spec.hostname.as_ref());
        self.option("domainname", spec.domainname.as_ref());
        self.flag("read-only-root", spec.read_only);
        self.flag("privileged", spec.privileged);
        self.option("init", spec.init);
        self.list("cap-add", &spec.cap_add);
        self.list("cap-drop", &spec.cap_drop);
        self.list("security-opt", &spec.security_opt);
        self.option("stop-signal", spec.stop_signal.as_ref());
        self.option("grace", spec.stop_grace_period.map(whole_seconds));
        self.option("pid", spec.pid.as_ref());
        self.option("ipc", spec.ipc.as_ref());
        self.flag("tty", spec.tty);
        self.flag("stdin", spec.stdin_open);
        if let Some(logging) = &spec.logging {
            self.field("log-driver", &logging.driver);
            logging.options.iter().for_each(|(name, value)| self.pair("log-opt", name, value));
        }
    }

    fn limits(&mut self, spec: &ContainerSpec) {
        self.option("nano-cpus", spec.nano_cpus);
        self.option("memory", spec.memory);
        self.option("memory-swap", spec.memory_swap);
        self.option("memory-reservation", spec.memory_reservation);
        self.option("pids", spec.pids_limit);
        self.option("shm", spec.shm_size);
        for (name, limit) in &spec.ulimits {
            self.pair("ulimit", name, &format!("{}:{}", limit.soft, limit.hard));
        }
        self.list("device", &spec.devices);
        spec.sysctls.iter().for_each(|(name, value)| self.pair("sysctl", name, value));
    }

    fn resolver(&mut self, spec: &ContainerSpec) {
        self.list("host", &spec.extra_hosts);
        self.list("dns", &spec.dns);
        self.list("dns-search", &spec.dns_search);
        self.list("dns-opt", &spec.dns_opt);
    }

    fn finish(self) -> String {
        self.0.finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
