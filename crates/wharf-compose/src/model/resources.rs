//! Limits of a service's containers.

use wharf_diag::Spanned;

/// Limits and reservations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resources {
    /// What a container may use at most.
    pub limits: Limits,
    /// What a container is promised.
    pub reservations: Reservations,
}

/// What a container may use at most.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// CPU time in billionths of a CPU (1.5 CPUs are 1 500 000 000).
    pub nano_cpus: Option<Spanned<i64>>,
    /// Memory in bytes.
    pub memory: Option<Spanned<u64>>,
    /// Memory and swap in bytes; -1 is without limit.
    pub memory_swap: Option<Spanned<i64>>,
    /// Processes and threads.
    pub pids: Option<Spanned<i64>>,
}

/// What a container is promised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reservations {
    /// Memory in bytes.
    pub memory: Option<Spanned<u64>>,
}

/// A limit of the process (setrlimit).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ulimit {
    /// The limit in force; -1 is without limit.
    pub soft: i64,
    /// The highest value that the process may set; -1 is without limit.
    pub hard: i64,
}
