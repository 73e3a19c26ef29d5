//! Reads request bodies: strict JSON objects, with the field named when one is wrong.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use crate::http::error::ApiError;
use crate::validation::FieldProblem;

/// Longest body that is read, in bytes.
pub(crate) const LARGEST_BODY: usize = 256 * 1024;

/// A body that has the shape of `T`; its values are not checked yet.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::UnsupportedMediaType);
        }
        let body =
            Bytes::from_request(request, state).await.map_err(|rejection| {
                match rejection.into_response().status() {
                    StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
                    _ => ApiError::Malformed,
                }
            })?;
        parse(&body).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    // The derived readers would also take an array for an object, field by field.
    if body.trim_ascii_start().first() != Some(&b'{') {
        serde_json::from_slice::<IgnoredAny>(body).map_err(|_| ApiError::Malformed)?;
        return Err(ApiError::Invalid(vec![problem(".", "")]));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed: Result<T, _> = serde_path_to_error::deserialize(&mut deserializer);
    let value = parsed.map_err(|error| match error.inner().classify() {
        Category::Data => {
            let path = error.path().to_string();
            ApiError::Invalid(vec![problem(&path, &error.inner().to_string())])
        }
        _ => ApiError::Malformed,
    })?;
    deserializer.end().map_err(|_| ApiError::Malformed)?;
    Ok(value)
}

/// Says in our words what the parser found; its own name Rust types.
fn problem(path: &str, message: &str) -> FieldProblem {
    let named = message.split('`').nth(1);
    let (field, message) = if message.starts_with("missing field") {
        (child(path, named), "is required")
    } else if message.starts_with("unknown field") {
        (sibling(path, named), "is not a field of this request")
    } else if message.starts_with("duplicate field") {
        (sibling(path, named), "is given twice")
    } else if path == "." {
        ("body".to_owned(), "must be an object")
    } else {
        (path.to_owned(), "has the wrong type or form")
    };
    FieldProblem { field, message: message.to_owned() }
}

/// `path` is that of the object the field belongs to.
fn child(path: &str, field: Option<&str>) -> String {
    let field = field.unwrap_or_default();
    if path == "." { field.to_owned() } else { format!("{path}.{field}") }
}

/// `path` may end with the field itself.
fn sibling(path: &str, field: Option<&str>) -> String {
    let name = field.unwrap_or_default();
    if path == name || path.ends_with(&format!(".{name}")) {
        path.to_owned()
    } else {
        child(path, field)
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiError, parse};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only its reading is tested")]
        name: String,
        #[serde(default)]
        #[expect(dead_code, reason = "only its reading is tested")]
        items: Vec<Item>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Item {
        #[expect(dead_code, reason = "only its reading is tested")]
        count: u32,
    }

    fn problem_of(body: &str) -> (String, String) {
        match parse::<Outer>(body.as_bytes()) {
            Err(ApiError::Invalid(mut problems)) => {
                let problem = problems.remove(0);
                (problem.field, problem.message)
            }
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        for (body, field, message) in [
            ("{}", "name", "is required"),
            (r#"{"name":"a","items":[{}]}"#, "items[0].count", "is required"),
            (r#"{"name":"a","role":"admin"}"#, "role", "is not a field of this request"),
            (
                r#"{"name":"a","items":[{"count":1},{"x":1}]}"#,
                "items[1].x",
                "is not a field of this request",
            ),
            (r#"{"name":"a","name":"b"}"#, "name", "is given twice"),
            (r#"{"name":1}"#, "name", "has the wrong type or form"),
            (
                r#"{"name":"a","items":[{"count":-1}]}"#,
                "items[0].count",
                "has the wrong type or form",
            ),
            ("[\"a\"]", "body", "must be an object"),
            ("[1]", "body", "must be an object"),
            ("5", "body", "must be an object"),
        ] {
            assert_eq!(problem_of(body), (field.to_owned(), message.to_owned()), "{body}");
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for body in [
            "",
            "{",
            "{\"name\":\"a\"} x",
            "{'name':1}",
            r#"{"name":"\ud800"}"#,
            &"[".repeat(10_000),
        ] {
            assert!(
                matches!(parse::<Outer>(body.as_bytes()), Err(ApiError::Malformed)),
                "{body:.20}"
            );
        }
    }
}
