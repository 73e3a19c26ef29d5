//! `wharf explain`.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::{Session, usage};
use wharf_diag::codes::{REGISTRY, find_code, plan};
use wharf_diag::{CodeInfo, Diagnostic, did_you_mean};
use wharf_term::Role;

/// Explains an error code
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Code, such as `engine::unhealthy`; without one, all codes are listed
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

/// Runs the command.
pub(crate) fn run(session: &Session<'_>, args: &Args) -> Result<Exit, Failure> {
    let color = session.output.stdout().color();
    let all = || REGISTRY.iter().flat_map(|area| area.iter());
    let Some(name) = &args.code else {
        let widest = all().map(|info| info.code.0.len()).max().unwrap_or(0);
        let line = |info: &CodeInfo| {
            let code = format!("{:widest$}", info.code.0);
            format!("{}  {}\n", color.paint(Role::Name, &code), info.title)
        };
        session.output.answer(&all().map(line).collect::<String>());
        return Ok(Exit::Ok);
    };
    let Some(info) = find_code(name) else {
        let diagnostic = Diagnostic::error(plan::USAGE, format!("there is no error code `{name}`"));
        return Err(usage(match did_you_mean(name, all().map(|info| info.code.0)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("`wharf explain` lists all codes"),
        }));
    };
    let heading = color.paint(Role::Name, info.code.0);
    session.output.answer(&format!("{heading}: {}\n\n{}", info.title, fold(info.explanation)));
    Ok(Exit::Ok)
}

/// Breaks a paragraph into lines of at most 80 characters.
fn fold(text: &str) -> String {
    const WIDTH: usize = 80;
    let mut folded = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > WIDTH {
            folded.push('\n');
            column = 0;
        } else if column > 0 {
            folded.push(' ');
            column += 1;
        }
        folded.push_str(word);
        column += width;
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn folds_between_words_and_never_inside_one() {
        let long = "x".repeat(90);
        assert_eq!(fold(&format!("a {long} b")), format!("a\n{long}\nb"));
        assert!(fold(&"word ".repeat(100)).lines().all(|line| line.len() <= 80));
    }
}
