//! Verbs of actions as words of a screen.

/// What is being done: a word, and what it needs to be understood.
pub(super) fn doing(verb: &str, argument: Option<&str>) -> (&'static str, String) {
    let word = match verb {
        "pull" => "Pulling",
        "build" => "Building",
        "create" => "Creating",
        "connect" => "Connecting",
        "upload" => "Uploading",
        "start" => "Starting",
        "stop" => "Stopping",
        "kill" => "Signalling",
        "restart" => "Restarting",
        "remove" => "Removing",
        "rename" => "Renaming",
        "await" => return ("Waiting", format!("for {}", gate(argument).0)),
        _ => "Working",
    };
    (word, String::new())
}

/// What was done.
pub(super) fn done(verb: &str, argument: Option<&str>) -> &'static str {
    match verb {
        "pull" => "Pulled",
        "build" => "Built",
        "create" => "Created",
        "connect" => "Connected",
        "upload" => "Uploaded",
        "start" => "Started",
        "stop" => "Stopped",
        "kill" => "Signalled",
        "restart" => "Restarted",
        "remove" => "Removed",
        "rename" => "Renamed",
        "await" => gate(argument).1,
        _ => "Done",
    }
}

/// What could not be done, behind `Failed`.
pub(super) fn failed(verb: &str, argument: Option<&str>) -> String {
    match verb {
        "await" => gate(argument).2.to_owned(),
        verb => format!("to {verb}"),
    }
}

/// What is waited for, what it is called when it has come, and when it has not.
fn gate(argument: Option<&str>) -> (&'static str, &'static str, &'static str) {
    match argument {
        Some("healthy") => ("health", "Healthy", "to become healthy"),
        Some("completed") => ("completion", "Completed", "to complete"),
        _ => ("readiness", "Ready", "to become ready"),
    }
}

/// Which of several things that were done tells most about the end state; the highest wins.
pub(super) fn rank(verb: &str) -> usize {
    const FROM_LEAST: [&str; 12] = [
        "upload", "connect", "rename", "create", "pull", "build", "kill", "stop", "start",
        "restart", "remove", "await",
    ];
    FROM_LEAST.iter().position(|it| *it == verb).unwrap_or(0)
}
