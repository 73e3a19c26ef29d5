//! Checks of input, field by field: all problems of a request are answered together.

use std::ops::RangeInclusive;

use serde::{Deserialize, Deserializer, Serialize};

const LONGEST_EMAIL: usize = 254;

/// One problem with one field. `field` is a path such as `posts[0].title`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FieldProblem {
    /// Which field.
    pub(crate) field: String,
    /// What is wrong with it, as the end of a sentence that starts with the field.
    pub(crate) message: String,
}

/// Collects problems while values are checked.
#[derive(Debug, Default)]
pub(crate) struct Checks(Vec<FieldProblem>);

impl Checks {
    /// Adds a problem.
    pub(crate) fn reject(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldProblem { field: field.into(), message: message.into() });
    }

    /// A text on one line, without spaces around it, whose length in characters is in `length`.
    pub(crate) fn line(
        &mut self,
        field: &str,
        value: &str,
        length: RangeInclusive<usize>,
    ) -> String {
        let value = value.trim();
        if value.chars().any(char::is_control) {
            self.reject(field, "must not contain control characters");
        }
        self.length(field, value, &length);
        value.to_owned()
    }

    /// A text of several lines.
    pub(crate) fn text(
        &mut self,
        field: &str,
        value: String,
        length: &RangeInclusive<usize>,
    ) -> String {
        // NUL among them: PostgreSQL cannot store it.
        if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.reject(field, "must not contain control characters");
        }
        self.length(field, &value, length);
        value
    }

    /// An e-mail address. Only its shape is checked: whether it exists is found out by writing to it.
    pub(crate) fn email(&mut self, field: &str, value: &str) -> String {
        let value = value.trim();
        if !is_email(value) {
            self.reject(field, "must be an e-mail address");
        }
        value.to_owned()
    }

    /// Ends the checks.
    ///
    /// # Errors
    /// All problems, in the order they were found.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, Vec<FieldProblem>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }

    fn length(&mut self, field: &str, value: &str, length: &RangeInclusive<usize>) {
        if !length.contains(&value.chars().count()) {
            self.reject(
                field,
                format!("must have {} to {} characters", length.start(), length.end()),
            );
        }
    }
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    value.len() <= LONGEST_EMAIL
        && (1..=64).contains(&local.len())
        && !local
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "@<>()[],;:\\\"".contains(c))
        && domain.contains('.')
        && domain.split('.').all(is_domain_label)
}

fn is_domain_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c == '-' || c.is_alphanumeric())
}

/// For fields of a change: absent is `None`, and `null` is an error instead of a second way to be absent.
///
/// # Errors
/// When the value has the wrong type.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::{Checks, is_email};

    #[test]
    fn knows_the_shape_of_an_address() {
        for good in ["a@b.co", "first.last+tag@sub.example.org", "ü@exämple.de"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "", "a", "@b.co", "a@", "a@b", "a b@c.de", "a@b..co", "a@-b.co", "<a@b.co>", "a@b.co\n",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(!is_email(&format!("a@{}.com", "b".repeat(64))));
    }

    #[test]
    fn reports_all_problems_of_all_fields() {
        let mut checks = Checks::default();
        checks.email("email", "nobody");
        checks.line("name", " \u{0} ", 2..=5);
        checks.text("content", "a\u{0}".to_owned(), &(0..=5));
        let fields: Vec<_> =
            checks.finish(()).unwrap_err().into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["email", "name", "name", "content"]);
    }

    #[test]
    fn counts_characters_and_not_bytes() {
        let mut checks = Checks::default();
        assert_eq!(checks.line("name", "  Äöü  ", 1..=3), "Äöü");
        assert!(checks.finish(()).is_ok());
    }
}
