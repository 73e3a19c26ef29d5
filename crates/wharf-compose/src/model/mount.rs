//! Mounts of a service.

/// One entry of `volumes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// What is mounted.
    pub kind: MountKind,
    /// Absolute path in the container, cleaned.
    pub target: String,
    /// Whether the container may only read.
    pub read_only: bool,
}

/// What is mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountKind {
    /// A volume: `source` is a key of the project's `volumes`, `None` an anonymous one.
    Volume {
        /// Key in the project's `volumes`.
        source: Option<String>,
        /// Options.
        options: VolumeOptions,
    },
    /// A path of the host.
    Bind {
        /// Absolute path on the host.
        source: String,
        /// Options.
        options: BindOptions,
    },
    /// Memory.
    Tmpfs {
        /// Options.
        options: TmpfsOptions,
    },
}

/// Options of a volume mount.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VolumeOptions {
    /// Does not copy the image's files into an empty volume.
    pub nocopy: bool,
    /// Folder inside the volume (API 1.45 and later).
    pub subpath: Option<String>,
}

/// Options of a bind mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindOptions {
    /// Creates a missing folder on the host (the default of the short syntax).
    pub create_host_path: bool,
    /// How mounts propagate (`rprivate`, `rshared`, ...).
    pub propagation: Option<String>,
    /// SELinux label: `z` shared, `Z` private.
    pub selinux: Option<char>,
}

impl Default for BindOptions {
    fn default() -> Self {
        Self { create_host_path: true, propagation: None, selinux: None }
    }
}

/// Options of a tmpfs mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TmpfsOptions {
    /// Size in bytes.
    pub size: Option<u64>,
    /// File mode, such as 0o1777.
    pub mode: Option<u32>,
}
