//! The command line: one word. Everything else is configured by the environment.

/// What the process was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    /// Answer requests until told to stop.
    Serve,
    /// Bring the schema up to date, then end.
    Migrate,
    /// Ask the service in this container how it is, then end.
    Health,
    /// Print the version.
    Version,
    /// Print the usage text.
    Help,
}

/// Shown by `api help` and after a usage error.
pub(crate) const USAGE: &str = "\
usage: api [serve | migrate | health | version | help]

  serve    answer requests until SIGTERM or SIGINT (default)
  migrate  bring the schema up to date; safe to run from several replicas at once
  health   ask 127.0.0.1:$PORT/health; exit 0 when usable, 1 when not
";

/// Reads the words after the program's name.
///
/// # Errors
/// The message to print when the words are not a command.
pub(crate) fn parse<I: Iterator<Item = String>>(mut words: I) -> Result<Command, String> {
    let command = match words.next().as_deref() {
        None | Some("serve") => Command::Serve,
        Some("migrate") => Command::Migrate,
        Some("health") => Command::Health,
        Some("version" | "--version" | "-V") => Command::Version,
        Some("help" | "--help" | "-h") => Command::Help,
        Some(other) => return Err(format!("unknown command `{other}`")),
    };
    match words.next() {
        None => Ok(command),
        Some(extra) => Err(format!("unexpected argument `{extra}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, parse};

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn serves_when_no_command_is_given() {
        assert_eq!(parsed(""), Ok(Command::Serve));
    }

    #[test]
    fn reads_each_command() {
        for (line, command) in [
            ("serve", Command::Serve),
            ("migrate", Command::Migrate),
            ("health", Command::Health),
            ("--version", Command::Version),
            ("-h", Command::Help),
        ] {
            assert_eq!(parsed(line), Ok(command), "{line}");
        }
    }

    #[test]
    fn names_the_word_it_does_not_know() {
        assert_eq!(parsed("seed"), Err("unknown command `seed`".to_owned()));
        assert_eq!(parsed("serve now"), Err("unexpected argument `now`".to_owned()));
    }
}
