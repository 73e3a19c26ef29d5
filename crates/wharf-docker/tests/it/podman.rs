//! Where Podman breaks the contract, and why; `docs/podman.md` says it to users.
//!
//! With `WHARF_TEST_ENGINE=podman` the suite runs against Podman, and these cases must break as
//! it is said here (those by chance may), all others not at all. `scripts/podman` sets the stage.

use std::io::Write as _;
use std::path::Path;
use wharf_docker::Docker;
use wharf_engine::capability::System as _;
use wharf_engine::contract::KnownDifference;

/// A case that breaks: name, whose doing it is, how it shows.
struct Difference(&'static str, Cause, KnownDifference);

#[derive(Clone, Copy)]
enum Cause {
    /// Podman is so everywhere.
    Podman,
    /// Podman runs health checks by timers of systemd, and here are none.
    NoTimers,
}

const DIFFERENCES: &[Difference] = &[
    Difference(
        "tells_health",
        Cause::NoTimers,
        always(
            "Podman runs health checks by timers of systemd, and here are none",
            &["waited in vain: the container is healthy"],
        ),
    ),
    Difference(
        "tells_streams_and_times_in_order",
        Cause::Podman,
        by_chance(
            "times of log lines are whole seconds, so two lines often have the same",
            &["Z\", \""],
        ),
    ),
    Difference(
        "follows_to_the_end_of_the_container",
        Cause::Podman,
        by_chance(
            "following may stop early once the container has ended (Podman's issue 21914)",
            &["assertion `left == right` failed\n  left: [\"line-1\", \"line-2\", "],
        ),
    ),
    Difference(
        "reads_the_log_of_a_terminal",
        Cause::Podman,
        always(
            "a long line of a terminal is split into records with times between them",
            &["assertion `left == right` failed\n  left: [\"xxx"],
        ),
    ),
    Difference(
        "a_removed_variable_is_not_there",
        Cause::Podman,
        always(
            "a variable of the image cannot be taken away",
            &["{\"OTHER\": Some(***), \"PATH\": Some(***)}"],
        ),
    ),
    Difference(
        "network_attributes_come_back_as_they_went",
        Cause::Podman,
        always("a range of host ports to pick one from is refused", &["ports: create container"]),
    ),
    Difference(
        "mounts_come_back_as_they_went",
        Cause::Podman,
        always(
            "inspect forgets nocopy and who creates a folder, and tells tmpfs in its own way",
            &[
                "volume-nocopy-false: wanted nocopy",
                "volume-nocopy-true: wanted nocopy",
                "bind-false: wanted create",
                "bind-true: wanted create",
                "tmpfs-false: wanted mounts",
                "tmpfs-true: wanted mounts",
                "tmpfs-plain-false: wanted mounts",
                "tmpfs-plain-true: wanted mounts",
                "tmpfs-map: wanted \"/a\"",
            ],
        ),
    ),
    Difference(
        "process_attributes_come_back_as_they_went",
        Cause::Podman,
        always(
            "domainname is dropped; inspect forgets `init: false` and options of logging, and adds times to a health check that is off",
            &[
                "init_off: wanted init",
                "domainname: wanted domainname",
                "health_off: wanted interval",
                "logging: wanted options",
            ],
        ),
    ),
    Difference(
        "resource_attributes_come_back_as_they_went",
        Cause::Podman,
        always(
            "inspect does not tell an unlimited swap",
            &["memory_swap_unlimited: wanted memory_swap"],
        ),
    ),
    Difference(
        "security_attributes_come_back_as_they_went",
        Cause::Podman,
        always(
            "an init in the host's process namespace is refused; inspect forgets sysctls, permissions of devices and ipc, and tells the rest in its own way",
            &[
                "read_only: wanted tmpfs",
                "cap_drop: wanted \"ALL\"",
                "security_opt: wanted \"no-new-privileges:true\"",
                "sysctls: wanted sysctls",
                "devices: wanted \"/dev/zero:/dev/nought:r\"",
                "pid: create container",
                "ipc: wanted ipc",
                "ipc_shareable: wanted ipc",
            ],
        ),
    ),
    Difference(
        "bind",
        Cause::Podman,
        always(
            "a folder is created also where it must not be",
            &["assertion `left == right` failed: Ok("],
        ),
    ),
    Difference(
        "build",
        Cause::Podman,
        always(
            "an image's health check is not told",
            &["called `Option::unwrap()` on a `None` value"],
        ),
    ),
    Difference(
        "declared",
        Cause::Podman,
        always(
            "a variable of the image cannot be taken away, nor its health check changed in part",
            &["env: {\"A\": Some(***)"],
        ),
    ),
];

const fn always(reason: &'static str, says: &'static [&'static str]) -> KnownDifference {
    KnownDifference { reason, says, by_chance: false }
}

/// A race of Podman's own, or what depends on the time.
const fn by_chance(reason: &'static str, says: &'static [&'static str]) -> KnownDifference {
    KnownDifference { by_chance: true, ..always(reason, says) }
}

/// Whether Podman is what the tests are to run against.
///
/// # Panics
/// When it is and something else answers.
pub(crate) async fn is_tested(docker: &Docker) -> bool {
    if std::env::var("WHARF_TEST_ENGINE").as_deref() != Ok("podman") {
        return false;
    }
    let product = docker.info().await.unwrap().product;
    assert!(product.contains("Podman"), "WHARF_TEST_ENGINE is podman, and {product} answers");
    true
}

/// How the case is known to break here; told in the file that `WHARF_TEST_REPORT` names.
pub(crate) fn known(case: &str) -> Option<KnownDifference> {
    let Difference(_, cause, known) = DIFFERENCES.iter().find(|it| it.0 == case)?;
    let outcome = match cause {
        Cause::Podman => "differs",
        Cause::NoTimers if has_timers() => return None,
        Cause::NoTimers => "skipped",
    };
    if let Some(path) = std::env::var_os("WHARF_TEST_REPORT") {
        let mut report = fs_err::OpenOptions::new().append(true).create(true).open(path).unwrap();
        // In one piece: other tests write at the same time.
        let line = format!("{outcome}: {case}: {}\n", known.reason);
        report.write_all(line.as_bytes()).unwrap();
    }
    Some(*known)
}

/// `DISABLE_HC_SYSTEMD` is Podman's own switch.
fn has_timers() -> bool {
    Path::new("/run/systemd/system").exists() && std::env::var_os("DISABLE_HC_SYSTEMD").is_none()
}

#[test]
fn every_difference_names_a_case_that_there_is() {
    let tests = [
        include_str!("../../../wharf-engine/src/contract.rs"),
        include_str!("build.rs"),
        include_str!("docker.rs"),
    ];
    for Difference(case, ..) in DIFFERENCES {
        let names = [format!(" {case},\n"), format!("contract(\"{case}\")")];
        assert!(tests.iter().any(|text| names.iter().any(|name| text.contains(name))), "{case}");
    }
}
