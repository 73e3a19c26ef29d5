//! The lines of `wharf verify`.

use crate::style::{Color, Role};
use crate::text;
use serde::Serialize;

/// One check and how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at: `service api`, `port 8080`.
    pub subject: String,
    /// What was found: `healthy`, `answered 200 in 12ms`.
    pub found: String,
    /// How it went.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// How a check went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Not as it should be.
    Failed {
        /// What to do, ready to be pasted.
        fix: Option<String>,
    },
    /// Not looked at.
    Skipped {
        /// Why not.
        why: String,
    },
}

/// One check, without a line break at its end.
pub fn line(check: &Check, color: Color) -> String {
    let (role, word) = match check.verdict {
        Verdict::Ok => (Role::Success, "ok"),
        Verdict::Failed { .. } => (Role::Error, "FAIL"),
        Verdict::Skipped { .. } => (Role::Dim, "skip"),
    };
    let subject = text::clean_line(&check.subject);
    let found = match text::clean_line(&check.found) {
        found if found.is_empty() => String::new(),
        found => format!(": {found}"),
    };
    // Padding stands outside of the style, or an underlining terminal would show it.
    let gap = " ".repeat(6 - word.len());
    let head = format!("{}{gap}{subject}{found}", color.paint(role, word));
    match &check.verdict {
        Verdict::Failed { fix: Some(fix) } => {
            let fix = text::clean_lines(fix).replace('\n', "\n           ");
            format!("{head}\n      {}: {fix}", color.paint(Role::Hint, "fix"))
        }
        Verdict::Skipped { why } => format!("{head} ({})", text::clean_line(why)),
        _ => head,
    }
}

/// The line at the end: `3 ok, 1 failed, 1 skipped`.
pub fn totals(checks: &[Check], color: Color) -> String {
    let count = |is: fn(&Verdict) -> bool| checks.iter().filter(|it| is(&it.verdict)).count();
    let failed = count(|verdict| matches!(verdict, Verdict::Failed { .. }));
    let skipped = count(|verdict| matches!(verdict, Verdict::Skipped { .. }));
    let mut parts = vec![format!("{} ok", checks.len() - failed - skipped)];
    if failed > 0 {
        parts.push(color.paint(Role::Error, &format!("{failed} failed")));
    }
    if skipped > 0 {
        parts.push(format!("{skipped} skipped"));
    }
    parts.join(", ")
}

/// All checks and the totals, each with a line break.
pub fn text(checks: &[Check], color: Color) -> String {
    let lines = checks.iter().map(|check| line(check, color) + "\n");
    lines.chain([totals(checks, color) + "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks() -> Vec<Check> {
        let check = |subject: &str, found: &str, verdict| Check {
            subject: subject.to_owned(),
            found: found.to_owned(),
            verdict,
        };
        vec![
            check("service api", "healthy", Verdict::Ok),
            check(
                "service web",
                "ended with exit code 1",
                Verdict::Failed { fix: Some("wharf logs web".to_owned()) },
            ),
            check("port 8080", "", Verdict::Skipped { why: "nothing publishes it".to_owned() }),
        ]
    }

    #[test]
    fn every_check_has_a_line_and_a_failed_one_its_fix() {
        insta::assert_snapshot!(text(&checks(), Color::Never), @"
        ok    service api: healthy
        FAIL  service web: ended with exit code 1
              fix: wharf logs web
        skip  port 8080 (nothing publishes it)
        1 ok, 1 failed, 1 skipped
        ");
    }

    #[test]
    fn the_verdict_is_coloured() {
        insta::assert_snapshot!(text(&checks(), Color::Always).replace('\u{1b}', "^"), @"
        ^[32mok^[0m    service api: healthy
        ^[31mFAIL^[0m  service web: ended with exit code 1
              ^[36mfix^[0m: wharf logs web
        ^[2mskip^[0m  port 8080 (nothing publishes it)
        1 ok, ^[31m1 failed^[0m, 1 skipped
        ");
    }

    #[test]
    fn the_machine_form_is_flat() {
        let json = serde_json::to_string(&checks()[1]).unwrap();
        insta::assert_snapshot!(json, @r#"
        {"subject":"service web","found":"ended with exit code 1","verdict":"failed","fix":"wharf logs web"}
        "#);
    }
}
