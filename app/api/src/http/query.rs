//! Reads query parameters: each at most once, none unknown.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::http::error::ApiError;
use crate::validation::Checks;

/// The parameters of a request, taken one by one by the handler that knows them.
#[derive(Debug, Default)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    checks: Checks,
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts.uri.query().unwrap_or_default()))
    }
}

impl Query {
    fn of(text: &str) -> Self {
        Self {
            pairs: form_urlencoded::parse(text.as_bytes()).into_owned().collect(),
            checks: Checks::default(),
        }
    }

    /// Takes a parameter; `read` returns `None` for a value that is not `expected`.
    pub(crate) fn take<T>(
        &mut self,
        name: &str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let mut values = self.pairs.extract_if(.., |(key, _)| key == name);
        let (_, value) = values.next()?;
        let repeated = values.count() > 0;
        if repeated {
            self.checks.reject(name, "is given more than once");
            return None;
        }
        let read = read(&value);
        if read.is_none() {
            self.checks.reject(name, format!("must be {expected}"));
        }
        read
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 422 with all problems, those of parameters nobody took among them.
    pub(crate) fn finish(mut self) -> Result<(), ApiError> {
        for (name, _) in &self.pairs {
            self.checks.reject(
                name.chars().take(64).collect::<String>(),
                "is not a parameter of this address",
            );
        }
        self.checks.finish(()).map_err(ApiError::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiError, Query};

    fn problems(mut query: Query) -> Vec<String> {
        query.take("page", "a number", |text| text.parse::<u32>().ok());
        match query.finish() {
            Err(ApiError::Invalid(problems)) => {
                problems.into_iter().map(|problem| problem.message).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn takes_what_it_knows() {
        assert_eq!(
            Query::of("page=2").take("page", "a number", |text| text.parse::<u32>().ok()),
            Some(2)
        );
        assert!(problems(Query::of("page=2")).is_empty());
        assert!(problems(Query::of("")).is_empty());
    }

    #[test]
    fn refuses_what_is_wrong_repeated_or_unknown() {
        assert_eq!(problems(Query::of("page=x")), ["must be a number"]);
        assert_eq!(problems(Query::of("page=1&page=2")), ["is given more than once"]);
        assert_eq!(problems(Query::of("pgae=1")), ["is not a parameter of this address"]);
    }
}
