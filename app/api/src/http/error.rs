//! Errors as clients see them: problem details (RFC 9457), without a word about how we are built.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::db::DatabaseError;
use crate::http::request_id::RequestId;
use crate::telemetry;
use crate::validation::FieldProblem;

/// Every way a request can fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The body is not JSON.
    #[error("malformed body")]
    Malformed,
    /// The body is not declared as JSON.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// The body is longer than we read.
    #[error("body too large")]
    TooLarge,
    /// Fields of the request are wrong.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// There is no such resource; the word names its kind.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// There is no such route.
    #[error("no such route")]
    NoRoute,
    /// The route exists for other methods.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// A unique value is taken.
    #[error("conflict on `{field}`")]
    Conflict {
        /// The field whose value is taken.
        field: &'static str,
        /// The end of a sentence that starts with the field.
        message: &'static str,
    },
    /// The request took too long.
    #[error("time limit passed")]
    TimedOut,
    /// The database failed in a way the client cannot influence.
    #[error(transparent)]
    Database(DatabaseError),
    /// A bug of ours.
    #[error("{0}")]
    Bug(&'static str),
}

impl From<DatabaseError> for ApiError {
    /// Turns the constraints a client can run into into answers about fields.
    fn from(error: DatabaseError) -> Self {
        let DatabaseError::Constraint { constraint, .. } = &error else {
            return Self::Database(error);
        };
        match constraint.as_str() {
            "users_email_key" => Self::Conflict { field: "email", message: "is already in use" },
            "posts_author_title_key" => Self::Conflict {
                field: "title",
                message: "is already used by another post of this author",
            },
            "posts_author_id_fkey" => Self::Invalid(vec![FieldProblem {
                field: "author_id".to_owned(),
                message: "must be the id of an existing user".to_owned(),
            }]),
            _ => Self::Database(error),
        }
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        DatabaseError::from(error).into()
    }
}

/// A failed request before it is written: the request id is added on the way out.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<FieldProblem>,
    /// For the log only.
    cause: Option<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldProblem],
}

impl Problem {
    /// What to log about it, when the client is not told.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Writes the document into the answer that stands for this problem.
    pub(crate) fn write(&self, response: &mut Response, id: &RequestId) {
        let document = Document {
            // Codes tell our problems apart; the type says there is no page to read about them.
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            request_id: id.as_str(),
            errors: &self.errors,
        };
        let body = serde_json::to_string(&document).unwrap_or_default();
        *response.body_mut() = body.into();
        let headers = response.headers_mut();
        // Set by the router for the empty body that stood here before.
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        let (status, code, detail) = describe(&error);
        let cause = (status.is_server_error()).then(|| telemetry::chain(&error));
        let errors = match error {
            ApiError::Invalid(problems) => problems,
            ApiError::Conflict { field, message } => {
                vec![FieldProblem { field: field.to_owned(), message: message.to_owned() }]
            }
            _ => Vec::new(),
        };
        Self { status, code, detail, errors, cause }
    }
}

fn describe(error: &ApiError) -> (StatusCode, &'static str, String) {
    let (status, code, detail) = match error {
        ApiError::Malformed => {
            (StatusCode::BAD_REQUEST, "malformed_json", "The body is not valid JSON.")
        }
        ApiError::UnsupportedMediaType => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "The body must be sent as application/json.",
        ),
        ApiError::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large.")
        }
        ApiError::Invalid(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "validation_failed", "Some fields are not valid.")
        }
        ApiError::NotFound(kind) => {
            return (StatusCode::NOT_FOUND, "not_found", format!("There is no such {kind}."));
        }
        ApiError::NoRoute => {
            (StatusCode::NOT_FOUND, "no_such_route", "There is nothing at this address.")
        }
        ApiError::MethodNotAllowed => (
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "This address does not support the method; `allow` lists those it does.",
        ),
        ApiError::Conflict { .. } => {
            (StatusCode::CONFLICT, "conflict", "A value that must be unique is taken.")
        }
        ApiError::TimedOut => {
            (StatusCode::SERVICE_UNAVAILABLE, "timed_out", "The request took too long.")
        }
        ApiError::Database(DatabaseError::Unavailable(_)) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "database_unavailable",
            "The service is not available; try again soon.",
        ),
        ApiError::Database(_) | ApiError::Bug(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Something went wrong on our side.",
        ),
    };
    (status, code, detail.to_owned())
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = Problem::from(self);
        let mut response = problem.status.into_response();
        response.extensions_mut().insert(problem);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiError, Problem};
    use crate::db::DatabaseError;

    fn violated(constraint: &str) -> Problem {
        let source = sqlx::Error::RowNotFound;
        Problem::from(ApiError::from(DatabaseError::Constraint {
            constraint: constraint.to_owned(),
            source,
        }))
    }

    #[test]
    fn constraints_become_answers_about_fields() {
        for (constraint, status, field) in [
            ("users_email_key", 409, "email"),
            ("posts_author_title_key", 409, "title"),
            ("posts_author_id_fkey", 422, "author_id"),
        ] {
            let problem = violated(constraint);
            assert_eq!(
                (problem.status.as_u16(), problem.errors[0].field.as_str()),
                (status, field)
            );
        }
    }

    #[test]
    fn a_constraint_nobody_planned_for_is_a_bug_and_stays_in_the_log() {
        let problem = violated("users_name_check");
        assert_eq!(problem.status.as_u16(), 500);
        assert!(!problem.detail.contains("users_name_check"));
        assert!(problem.cause().unwrap().contains("users_name_check"));
    }
}
