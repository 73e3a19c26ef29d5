//! The processes that the suite runs.

/// A process of the suite. An engine in memory plays it; a real one runs [`command`](Self::command).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    /// Runs until it is stopped, silently.
    Forever,
    /// Ends with this code, silently.
    Exit(i64),
    /// Writes `out` to standard output and `err` to standard error, in that order.
    Speak,
    /// Writes the lines `line-1` to `line-N`.
    Count(u32),
    /// Writes one line of this many `x`.
    Long(u32),
    /// Copies its input to its output until the input ends.
    Cat,
    /// Waits for a line on its input, then ends with this code.
    Await(i64),
    /// Writes the value of a variable and an end of line.
    Variable(String),
    /// Writes the content of a file; ends with code 1 when it is not there.
    File(String),
    /// Writes mode in octal, owner and group of a file, `440 7 8`.
    Stat(String),
    /// Writes the address that a name stands for, among other things; ends with another code
    /// than 0 when nothing answers there.
    Resolve(String),
    /// Writes rows and columns of its terminal, `40 120`, once they are these.
    Size,
}

impl Script {
    /// The arguments of the process.
    pub fn command(&self) -> Vec<String> {
        let shell = |text: String| vec!["sh".into(), "-c".into(), text];
        match self {
            Self::Forever => vec!["sleep".into(), "3600".into()],
            Self::Exit(code) => shell(format!("exit {code}")),
            // Two streams have no order among themselves without the pause.
            Self::Speak => shell("echo out; sleep 0.05; echo err >&2".into()),
            Self::Count(last) => {
                shell(format!("i=1; while [ $i -le {last} ]; do echo line-$i; i=$((i+1)); done"))
            }
            Self::Long(length) => shell(format!("head -c {length} /dev/zero | tr '\\0' x; echo")),
            Self::Cat => vec!["cat".into()],
            Self::Await(code) => shell(format!("read line; exit {code}")),
            Self::Variable(name) => shell(format!("echo \"${name}\"")),
            Self::File(path) => vec!["cat".into(), path.clone()],
            Self::Stat(path) => {
                vec!["stat".into(), "-c".into(), "%a %u %g".into(), path.clone()]
            }
            Self::Resolve(name) => {
                ["ping", "-c", "1", "-W", "5", name].into_iter().map(str::to_owned).collect()
            }
            Self::Size => shell(
                "until [ \"$(stty size 2>&1)\" = '40 120' ]; do sleep 0.01; done; stty size".into(),
            ),
        }
    }
}
