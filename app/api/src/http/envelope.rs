//! The shape of every success: `{ "data": …, "meta": … }`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::http::error::ApiError;

/// A success; `meta` is left out where there is nothing to say.
#[derive(Debug, Serialize)]
pub(crate) struct Envelope<D, M = ()> {
    data: D,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<M>,
}

impl<D: Serialize> Envelope<D> {
    /// Only data.
    pub(crate) fn of(data: D) -> Self {
        Self { data, meta: None }
    }
}

impl<D: Serialize, M: Serialize> Envelope<D, M> {
    /// Data and what there is to know about it.
    pub(crate) fn with_meta(data: D, meta: M) -> Self {
        Self { data, meta: Some(meta) }
    }

    /// The envelope as text.
    ///
    /// # Errors
    /// Never for the types of this service.
    pub(crate) fn to_json(&self) -> Result<String, ApiError> {
        serde_json::to_string(self).map_err(|_| ApiError::Bug("the answer is not JSON"))
    }

    /// 201 with the address of what was made.
    pub(crate) fn created(&self, location: &str) -> Response {
        let mut response = self.answer(StatusCode::CREATED);
        if let Ok(value) = HeaderValue::from_str(location) {
            response.headers_mut().insert(header::LOCATION, value);
        }
        response
    }

    /// The answer with any status.
    pub(crate) fn answer(&self, status: StatusCode) -> Response {
        match self.to_json() {
            Ok(body) => json(status, body),
            Err(error) => error.into_response(),
        }
    }
}

impl<D: Serialize, M: Serialize> IntoResponse for Envelope<D, M> {
    fn into_response(self) -> Response {
        self.answer(StatusCode::OK)
    }
}

/// An answer whose body is JSON already.
pub(crate) fn json(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::Envelope;

    #[test]
    fn leaves_out_meta_when_there_is_none() {
        assert_eq!(Envelope::of(1).to_json().unwrap(), r#"{"data":1}"#);
        assert_eq!(Envelope::with_meta(1, 2).to_json().unwrap(), r#"{"data":1,"meta":2}"#);
    }
}
