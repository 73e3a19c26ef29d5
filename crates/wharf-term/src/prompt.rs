//! Questions to the user: asked only where somebody can answer, always with the consequence.

use crate::style::{Color, Role};
use crate::text;
use std::fmt::Write as _;
use std::io::{BufRead, Read, Write};

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The user agrees.
    Yes,
    /// The user does not agree, or said nothing that could be understood.
    No,
    /// Nobody can be asked: stdin or stderr is not a terminal.
    NotAsked,
}

/// Whether somebody can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interaction {
    /// Both stdin and stderr are terminals.
    Possible,
    /// One of them is not.
    Impossible,
}

impl Interaction {
    /// Decides from what the two streams are.
    pub fn of(stdin_is_terminal: bool, stderr_is_terminal: bool) -> Self {
        if stdin_is_terminal && stderr_is_terminal { Self::Possible } else { Self::Impossible }
    }
}

/// Asks on `writer` (stderr), hears on `reader` (stdin).
pub struct Prompt<R, W> {
    reader: R,
    writer: W,
    interaction: Interaction,
    color: Color,
}

/// How often an answer that is neither yes nor no is asked for again.
const ATTEMPTS: usize = 3;
/// Longest answer that is read, in bytes; a pasted file is not an answer.
const LONGEST_ANSWER: u64 = 1024;

impl<R: BufRead, W: Write> Prompt<R, W> {
    /// Makes a prompt.
    pub fn new(reader: R, writer: W, interaction: Interaction, color: Color) -> Self {
        Self { reader, writer, interaction, color }
    }

    /// Asks a question that is answered with yes or no; an empty answer is no. `consequence` is
    /// one sentence that says exactly what a yes does.
    pub fn confirm(&mut self, question: &str, consequence: &str) -> Answer {
        if self.interaction == Interaction::Impossible {
            return Answer::NotAsked;
        }
        let consequence = self.color.paint(Role::Warning, &text::clean_lines(consequence));
        let question = self.color.paint(Role::Name, &text::clean_lines(question));
        let mut ask = format!("{consequence}\n{question} [y/N] ");
        for _ in 0..ATTEMPTS {
            match self.ask(&ask).as_deref().map(str::to_lowercase).as_deref() {
                Some("y" | "yes") => return Answer::Yes,
                None | Some("" | "n" | "no") => return Answer::No,
                Some(_) => "please answer y or n: ".clone_into(&mut ask),
            }
        }
        Answer::No
    }

    /// Asks before data is deleted: the name of the project must be typed. `names` says what is
    /// deleted, one line each.
    pub fn confirm_named(&mut self, project: &str, names: &[String]) -> Answer {
        if self.interaction == Interaction::Impossible {
            return Answer::NotAsked;
        }
        let mut ask = self.color.paint(Role::Error, "this deletes data for good:");
        for name in names {
            ask.push_str("\n  - ");
            ask.push_str(&text::clean_line(name));
        }
        let project_name = self.color.paint(Role::Name, &text::clean_line(project));
        let _ = write!(ask, "\ntype the name of the project, {project_name}, to go on: ");
        match self.ask(&ask) {
            Some(answer) if answer == project => Answer::Yes,
            _ => Answer::No,
        }
    }

    /// The trimmed answer; `None` at the end of input and when the terminal fails.
    fn ask(&mut self, question: &str) -> Option<String> {
        self.writer.write_all(question.as_bytes()).and_then(|()| self.writer.flush()).ok()?;
        let mut answer = String::new();
        let mut limited = Read::by_ref(&mut self.reader).take(LONGEST_ANSWER);
        match limited.read_line(&mut answer) {
            Ok(1..) => Some(answer.trim().to_owned()),
            // Ctrl-D leaves the cursor behind the question.
            Ok(0) | Err(_) => {
                let _ = self.writer.write_all(b"\n");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirm(input: &str) -> (Answer, String) {
        let mut shown = Vec::new();
        let mut prompt =
            Prompt::new(input.as_bytes(), &mut shown, Interaction::Possible, Color::Never);
        let answer = prompt.confirm("go on?", "`api/1` stops for about 10s");
        (answer, String::from_utf8(shown).unwrap())
    }

    #[test]
    fn the_consequence_stands_before_the_question() {
        assert_eq!(confirm("y\n").1, "`api/1` stops for about 10s\ngo on? [y/N] ");
    }

    #[test]
    fn only_yes_is_yes() {
        for yes in ["y\n", "Y\n", " yes \r\n", "YES"] {
            assert_eq!(confirm(yes).0, Answer::Yes, "{yes:?}");
        }
        for no in ["", "\n", "n\n", "no\n", "what\nwhat\nwhat\ny\n"] {
            assert_eq!(confirm(no).0, Answer::No, "{no:?}");
        }
    }

    #[test]
    fn an_answer_that_is_not_understood_is_asked_for_again() {
        let (answer, shown) = confirm("maybe\ny\n");
        assert_eq!(answer, Answer::Yes);
        assert!(shown.ends_with("please answer y or n: "), "{shown}");
    }

    #[test]
    fn nobody_is_asked_without_a_terminal_at_both_ends() {
        for (stdin, stderr) in [(false, false), (true, false), (false, true)] {
            let mut shown = Vec::new();
            let possible = Interaction::of(stdin, stderr);
            let mut prompt = Prompt::new(&b"y\n"[..], &mut shown, possible, Color::Never);
            assert_eq!(prompt.confirm("go on?", "x"), Answer::NotAsked);
            assert_eq!(prompt.confirm_named("shop", &[]), Answer::NotAsked);
            assert!(shown.is_empty());
        }
        assert_eq!(Interaction::of(true, true), Interaction::Possible);
    }

    #[test]
    fn loss_of_data_needs_the_name_of_the_project() {
        let ask = |input: &str| {
            let mut shown = Vec::new();
            let mut prompt =
                Prompt::new(input.as_bytes(), &mut shown, Interaction::Possible, Color::Never);
            let names = ["volume `shop_db`".to_owned(), "volume `shop_uploads`".to_owned()];
            (prompt.confirm_named("shop", &names), String::from_utf8(shown).unwrap())
        };
        insta::assert_snapshot!(ask("shop\n").1, @"
        this deletes data for good:
          - volume `shop_db`
          - volume `shop_uploads`
        type the name of the project, shop, to go on:
        ");
        assert_eq!(ask("shop\n").0, Answer::Yes);
        for other in ["y\n", "yes\n", "Shop\n", "\n", ""] {
            assert_eq!(ask(other).0, Answer::No, "{other:?}");
        }
    }
}
