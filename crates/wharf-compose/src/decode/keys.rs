//! The keys of each section: those that are read, and those of the format that are not yet.

/// Keys of one kind of section.
#[derive(Debug)]
pub(super) struct Keys {
    /// Read, or known to have no effect.
    pub(super) known: &'static [&'static str],
    /// Part of the format, and refused because nothing would act on them.
    pub(super) unsupported: &'static [&'static str],
}

/// The whole file.
pub(super) const TOP: Keys = Keys {
    known: &["version", "name", "services", "networks", "volumes", "secrets", "configs"],
    unsupported: &["include", "models"],
};

/// One service. `develop` says what happens while files change, not what `up` starts.
pub(super) const SERVICE: Keys = Keys {
    known: &[
        "build",
        "cap_add",
        "cap_drop",
        "command",
        "configs",
        "container_name",
        "cpus",
        "depends_on",
        "deploy",
        "develop",
        "devices",
        "dns",
        "dns_opt",
        "dns_search",
        "domainname",
        "entrypoint",
        "env_file",
        "environment",
        "expose",
        "extra_hosts",
        "group_add",
        "healthcheck",
        "hostname",
        "image",
        "init",
        "ipc",
        "labels",
        "links",
        "logging",
        "mem_limit",
        "mem_reservation",
        "memswap_limit",
        "network_mode",
        "networks",
        "pid",
        "pids_limit",
        "platform",
        "ports",
        "privileged",
        "profiles",
        "pull_policy",
        "read_only",
        "restart",
        "scale",
        "secrets",
        "security_opt",
        "shm_size",
        "stdin_open",
        "stop_grace_period",
        "stop_signal",
        "sysctls",
        "tmpfs",
        "tty",
        "ulimits",
        "user",
        "volumes",
        "working_dir",
    ],
    unsupported: &[
        "annotations",
        "attach",
        "blkio_config",
        "cgroup",
        "cgroup_parent",
        "cpu_count",
        "cpu_percent",
        "cpu_period",
        "cpu_quota",
        "cpu_rt_period",
        "cpu_rt_runtime",
        "cpu_shares",
        "cpuset",
        "credential_spec",
        "device_cgroup_rules",
        "extends",
        "external_links",
        "gpus",
        "isolation",
        "label_file",
        "mac_address",
        "mem_swappiness",
        "models",
        "oom_kill_disable",
        "oom_score_adj",
        "post_start",
        "pre_start",
        "pre_stop",
        "provider",
        "pull_refresh_after",
        "runtime",
        "storage_opt",
        "use_api_socket",
        "userns_mode",
        "uts",
        "volumes_from",
    ],
};

/// `build`.
pub(super) const BUILD: Keys = Keys {
    known: &[
        "args",
        "cache_from",
        "context",
        "dockerfile",
        "dockerfile_inline",
        "extra_hosts",
        "labels",
        "network",
        "no_cache",
        "platforms",
        "pull",
        "secrets",
        "shm_size",
        "tags",
        "target",
    ],
    unsupported: &[
        "additional_contexts",
        "cache_to",
        "entitlements",
        "isolation",
        "no_cache_filter",
        "privileged",
        "provenance",
        "sbom",
        "ssh",
        "ulimits",
    ],
};

/// `deploy`. The settings of a cluster's scheduler and of its rolling updates do not change what
/// one engine starts; Docker Compose leaves them aside too.
pub(super) const DEPLOY: Keys = Keys {
    known: &[
        "endpoint_mode",
        "labels",
        "mode",
        "placement",
        "replicas",
        "resources",
        "restart_policy",
        "rollback_config",
        "update_config",
    ],
    unsupported: &[],
};

/// `deploy.resources`.
pub(super) const RESOURCES: Keys = Keys { known: &["limits", "reservations"], unsupported: &[] };

/// `deploy.resources.limits`.
pub(super) const LIMITS: Keys = Keys { known: &["cpus", "memory", "pids"], unsupported: &[] };

/// `deploy.resources.reservations`; an engine cannot reserve CPUs, only a scheduler can.
pub(super) const RESERVATIONS: Keys =
    Keys { known: &["cpus", "memory"], unsupported: &["devices", "generic_resources"] };

/// `deploy.restart_policy`; an engine waits between restarts as it sees fit.
pub(super) const RESTART_POLICY: Keys =
    Keys { known: &["condition", "delay", "max_attempts", "window"], unsupported: &[] };

/// `healthcheck`.
pub(super) const HEALTH: Keys = Keys {
    known: &["disable", "interval", "retries", "start_interval", "start_period", "test", "timeout"],
    unsupported: &[],
};

/// An entry of `depends_on`.
pub(super) const DEPENDENCY: Keys =
    Keys { known: &["condition", "required", "restart"], unsupported: &[] };

/// `logging`.
pub(super) const LOGGING: Keys = Keys { known: &["driver", "options"], unsupported: &[] };

/// An entry of `ports`.
pub(super) const PORT: Keys = Keys {
    known: &["app_protocol", "host_ip", "mode", "name", "protocol", "published", "target"],
    unsupported: &[],
};

/// An entry of `volumes`; `consistency` is a hint that Linux engines ignore.
pub(super) const MOUNT: Keys = Keys {
    known: &["bind", "consistency", "read_only", "source", "target", "tmpfs", "type", "volume"],
    unsupported: &["image"],
};

/// `bind` of a mount.
pub(super) const BIND: Keys =
    Keys { known: &["create_host_path", "propagation", "selinux"], unsupported: &["recursive"] };

/// `volume` of a mount.
pub(super) const MOUNT_VOLUME: Keys =
    Keys { known: &["nocopy", "subpath"], unsupported: &["labels"] };

/// `tmpfs` of a mount.
pub(super) const TMPFS: Keys = Keys { known: &["mode", "size"], unsupported: &[] };

/// An entry of a service's `networks`.
pub(super) const ATTACHMENT: Keys = Keys {
    known: &["aliases", "ipv4_address", "ipv6_address", "priority"],
    unsupported: &["driver_opts", "gw_priority", "interface_name", "link_local_ips", "mac_address"],
};

/// An entry of a service's `secrets` or `configs`.
pub(super) const GRANT: Keys =
    Keys { known: &["gid", "mode", "source", "target", "uid"], unsupported: &[] };

/// An entry of `env_file`.
pub(super) const ENV_FILE: Keys = Keys { known: &["format", "path", "required"], unsupported: &[] };

/// An entry of `devices`.
pub(super) const DEVICE: Keys =
    Keys { known: &["permissions", "source", "target"], unsupported: &[] };

/// An entry of `ulimits`.
pub(super) const ULIMIT: Keys = Keys { known: &["hard", "soft"], unsupported: &[] };

/// An entry of the top-level `networks`.
pub(super) const NETWORK: Keys = Keys {
    known: &[
        "attachable",
        "driver",
        "driver_opts",
        "enable_ipv6",
        "external",
        "internal",
        "ipam",
        "labels",
        "name",
    ],
    unsupported: &["enable_ipv4"],
};

/// `ipam` of a network.
pub(super) const IPAM: Keys = Keys { known: &["config", "driver", "options"], unsupported: &[] };

/// An entry of `ipam.config`.
pub(super) const POOL: Keys =
    Keys { known: &["aux_addresses", "gateway", "ip_range", "subnet"], unsupported: &[] };

/// An entry of the top-level `volumes`.
pub(super) const VOLUME: Keys =
    Keys { known: &["driver", "driver_opts", "external", "labels", "name"], unsupported: &[] };

/// An entry of the top-level `secrets`; labels are notes for a cluster's store.
pub(super) const SECRET: Keys = Keys {
    known: &["environment", "external", "file", "labels", "name"],
    unsupported: &["driver", "driver_opts", "template_driver"],
};

/// An entry of the top-level `configs`.
pub(super) const CONFIG: Keys = Keys {
    known: &["content", "environment", "external", "file", "labels", "name"],
    unsupported: &["template_driver"],
};

/// The old form of `external`.
pub(super) const EXTERNAL: Keys = Keys { known: &["name"], unsupported: &[] };
