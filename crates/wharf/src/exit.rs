//! Exit codes; documented in `docs/exit-codes.md`.

use std::process::ExitCode;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for is so.
    Ok,
    /// An action failed, or a service is not healthy.
    Failed,
    /// The command line is wrong.
    Usage,
    /// The compose files or the environment are wrong; nothing was done.
    Invalid,
    /// `--exit-code`: there is something to do.
    Changes,
    /// The engine cannot be reached or used.
    Unreachable,
    /// Another run holds the project.
    Locked,
    /// A bug in wharf.
    Bug,
    /// Ctrl-C or a signal.
    Interrupted,
    /// What the command of `run` and `exec` ended with.
    Child(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::Changes => 4,
            Self::Unreachable => 10,
            Self::Locked => 11,
            Self::Bug => 70,
            Self::Interrupted => 130,
            Self::Child(code) => code,
        }
    }

    /// What a child ended with; engines give 0 to 255.
    pub(crate) fn child(code: i64) -> Self {
        Self::Child(u8::try_from(code).unwrap_or(255))
    }
}
