//! Patterns of a `.dockerignore` file.
//!
//! The rules are those of the Docker builders: paths relative to the context, `*` and `?` within
//! a name, `**` over folders, `!` takes back what earlier patterns left out, the last pattern
//! that matches wins, and a pattern that matches a folder matches everything in it.

/// The patterns of one file, in order.
#[derive(Debug, Default)]
pub(super) struct DockerIgnore {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    is_exception: bool,
    tokens: Vec<Token>,
}

#[derive(Debug, PartialEq)]
enum Token {
    Char(char),
    /// `?`
    One,
    /// `*`
    Star,
    /// `**` in front of something: nothing, or folders with their slash.
    Folders,
    /// `**` at the end: anything.
    Rest,
    /// `[a-z]`, `[^a-z]`
    Set {
        is_negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl DockerIgnore {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// The pattern that makes no sense.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        let lines = text.lines().filter(|line| !line.starts_with('#')).map(str::trim);
        let mut rules = Vec::new();
        for line in lines.filter(|line| !line.is_empty()) {
            let (is_exception, pattern) = match line.strip_prefix('!') {
                Some(rest) => (true, rest.trim()),
                None => (false, line),
            };
            let bad = || format!("the pattern `{line}` makes no sense");
            let cleaned = clean(pattern);
            if cleaned.is_empty() {
                return Err(bad());
            }
            let tokens = tokens(&cleaned).ok_or_else(bad)?;
            rules.push(Rule { is_exception, tokens });
        }
        Ok(Self { rules })
    }

    /// Whether a path, relative and with slashes, is left out of the context.
    pub(super) fn is_ignored(&self, path: &str) -> bool {
        let last = self.rules.iter().rev().find(|rule| rule.matches_path_or_parent(path));
        last.is_some_and(|rule| !rule.is_exception)
    }

    /// Whether something in a folder that is left out may be taken back.
    pub(super) fn has_exceptions(&self) -> bool {
        self.rules.iter().any(|rule| rule.is_exception)
    }
}

impl Rule {
    fn matches_path_or_parent(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.into_iter().any(|end| {
            let part: Vec<char> = path[..end].chars().collect();
            matches(&self.tokens, &part)
        })
    }
}

/// Removes `.`, resolves `..`, and takes the slash away from the beginning and the end.
fn clean(pattern: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    // A pattern for the context itself.
    if parts.is_empty() && !pattern.is_empty() {
        return String::from("**");
    }
    parts.join("/")
}

fn tokens(pattern: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        tokens.push(match character {
            '*' if rest.peek() == Some(&'*') => {
                rest.next();
                if rest.peek() == Some(&'/') {
                    rest.next();
                }
                if rest.peek().is_none() { Token::Rest } else { Token::Folders }
            }
            '*' => Token::Star,
            '?' => Token::One,
            '\\' => Token::Char(rest.next()?),
            '[' => set(&mut rest)?,
            character => Token::Char(character),
        });
    }
    Some(tokens)
}

fn set(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<Token> {
    let is_negated = rest.next_if(|it| matches!(it, '^' | '!')).is_some();
    let mut ranges = Vec::new();
    loop {
        let from = match rest.next()? {
            ']' if !ranges.is_empty() => return Some(Token::Set { is_negated, ranges }),
            '\\' => rest.next()?,
            character => character,
        };
        let to = if rest.next_if_eq(&'-').is_some() { rest.next()? } else { from };
        if to < from || to == ']' {
            return None;
        }
        ranges.push((from, to));
    }
}

fn matches(tokens: &[Token], text: &[char]) -> bool {
    let Some((token, later)) = tokens.split_first() else { return text.is_empty() };
    let name_length = text.iter().take_while(|it| **it != '/').count();
    match token {
        Token::Rest => true,
        Token::Star => (0..=name_length).any(|length| matches(later, &text[length..])),
        Token::Folders => {
            let slashes = text.iter().enumerate().filter(|(_, it)| **it == '/');
            matches(later, text)
                || slashes.into_iter().any(|(at, _)| matches(later, &text[at + 1..]))
        }
        single => match text.split_first() {
            Some((first, rest)) => single.accepts(*first) && matches(later, rest),
            None => false,
        },
    }
}

impl Token {
    fn accepts(&self, character: char) -> bool {
        match self {
            Self::Char(wanted) => *wanted == character,
            Self::One => character != '/',
            Self::Set { is_negated, ranges } => {
                let is_in = ranges.iter().any(|(from, to)| (*from..=*to).contains(&character));
                is_in != *is_negated && character != '/'
            }
            Self::Star | Self::Folders | Self::Rest => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(patterns: &str, paths: &[&str]) -> Vec<bool> {
        let ignore = DockerIgnore::parse(patterns).unwrap();
        paths.iter().map(|path| ignore.is_ignored(path)).collect()
    }

    #[test]
    fn a_pattern_is_relative_to_the_context_and_covers_what_is_inside() {
        let paths = ["target", "target/x/y", "app/target", "targets"];
        assert_eq!(ignored("target", &paths), [true, true, false, false]);
        assert_eq!(ignored("/target/", &paths), [true, true, false, false]);
        assert_eq!(ignored("./a/../target", &paths), [true, true, false, false]);
    }

    #[test]
    fn stars_stay_within_a_name_and_double_stars_do_not() {
        let paths = ["a.log", "x/a.log", "x/y/a.log", "a.txt"];
        assert_eq!(ignored("*.log", &paths), [true, false, false, false]);
        assert_eq!(ignored("*/*.log", &paths), [false, true, false, false]);
        assert_eq!(ignored("**/*.log", &paths), [true, true, true, false]);
        assert_eq!(ignored("x/**", &paths), [false, true, true, false]);
        assert_eq!(ignored("**/y", &paths), [false, false, true, false]);
        assert_eq!(ignored("**", &paths), [true, true, true, true]);
        assert_eq!(ignored("a.???", &paths), [true, false, false, true]);
    }

    #[test]
    fn the_last_pattern_that_matches_wins() {
        let paths = ["README.md", "docs/a.md", "docs/keep/a.md"];
        assert_eq!(ignored("*.md\n!README.md", &paths), [false, false, false]);
        assert_eq!(ignored("!README.md\n*.md", &paths), [true, false, false]);
        assert_eq!(ignored("**\n!docs/keep", &paths), [true, true, false]);
        assert_eq!(ignored("docs\n!docs/keep\ndocs/keep/a.md", &paths), [false, true, true]);
    }

    #[test]
    fn sets_escapes_comments_and_blank_lines_are_understood() {
        let paths = ["a1", "b1", "c1", "#x", "*"];
        assert_eq!(ignored("[a-b]1", &paths), [true, true, false, false, false]);
        assert_eq!(ignored("[^a]1", &paths), [false, true, true, false, false]);
        assert_eq!(ignored("# a1\n\n  b1  \n", &paths), [false, true, false, false, false]);
        assert_eq!(ignored("\\*\n\\#x", &paths), [false, false, false, true, true]);
    }

    #[test]
    fn a_pattern_that_makes_no_sense_is_an_error() {
        for pattern in ["[a", "!", "a\\", "[b-a]"] {
            assert!(DockerIgnore::parse(pattern).unwrap_err().contains(pattern), "{pattern}");
        }
    }
}
