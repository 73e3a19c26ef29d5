//! What a post is, and what may be asked for.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::http::error::ApiError;
use crate::validation::{Checks, present};

const TITLE_LENGTH: RangeInclusive<usize> = 1..=200;
const CONTENT_LENGTH: RangeInclusive<usize> = 0..=20_000;

/// A post as stored and shown.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub(crate) struct Post {
    /// Made by the service; ids count up with time.
    pub(crate) id: Uuid,
    /// The user who wrote it; never changes.
    pub(crate) author_id: Uuid,
    /// Unique among the posts of its author, however it is capitalised.
    pub(crate) title: String,
    /// Plain text.
    pub(crate) content: String,
    /// Whether it is meant to be read.
    pub(crate) published: bool,
    /// UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    /// UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) updated_at: OffsetDateTime,
}

/// A post in the body of `POST /users`; its author is the new user.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPostOfUser {
    title: String,
    #[serde(default)]
    content: String,
    #[serde(default)]
    published: bool,
}

/// The body of `POST /posts`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPost {
    author_id: Uuid,
    title: String,
    #[serde(default)]
    content: String,
    #[serde(default)]
    published: bool,
}

/// The checked content of a new post.
#[derive(Debug)]
pub(crate) struct DraftPost {
    /// One line.
    pub(crate) title: String,
    /// May be empty.
    pub(crate) content: String,
    /// Whether it is meant to be read.
    pub(crate) published: bool,
}

impl NewPostOfUser {
    /// Checks the fields; their names in problems begin with `prefix`.
    pub(crate) fn check(self, checks: &mut Checks, prefix: &str) -> DraftPost {
        DraftPost {
            title: checks.line(&format!("{prefix}title"), &self.title, TITLE_LENGTH),
            content: checks.text(&format!("{prefix}content"), self.content, &CONTENT_LENGTH),
            published: self.published,
        }
    }
}

impl NewPost {
    /// Checks the fields and returns the author apart from the content.
    ///
    /// # Errors
    /// 422 with every problem.
    pub(crate) fn check(self) -> Result<(Uuid, DraftPost), ApiError> {
        let Self { author_id, title, content, published } = self;
        let mut checks = Checks::default();
        let draft = NewPostOfUser { title, content, published }.check(&mut checks, "");
        checks.finish((author_id, draft)).map_err(ApiError::Invalid)
    }
}

/// The body of `PATCH /posts/{id}`: what is absent stays. The author cannot be changed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostChange {
    /// The new title.
    #[serde(default, deserialize_with = "present")]
    pub(crate) title: Option<String>,
    /// The new content.
    #[serde(default, deserialize_with = "present")]
    pub(crate) content: Option<String>,
    /// Publish or withdraw.
    #[serde(default, deserialize_with = "present")]
    pub(crate) published: Option<bool>,
}

impl PostChange {
    /// Checks the fields that are given.
    ///
    /// # Errors
    /// 422 with every problem; a change of nothing is one.
    pub(crate) fn check(self) -> Result<Self, ApiError> {
        let mut checks = Checks::default();
        if self.title.is_none() && self.content.is_none() && self.published.is_none() {
            checks.reject("body", "must change at least one of `title`, `content`, `published`");
        }
        let title = self.title.map(|title| checks.line("title", &title, TITLE_LENGTH));
        let content = self.content.map(|content| checks.text("content", content, &CONTENT_LENGTH));
        checks.finish(Self { title, content, published: self.published }).map_err(ApiError::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::{NewPost, PostChange};

    #[test]
    fn a_post_needs_an_author_and_a_title() {
        let author = "0190163d-8694-739b-aea5-966c26f8ad91";
        let post: NewPost =
            serde_json::from_str(&format!(r#"{{"author_id":"{author}","title":" T "}}"#)).unwrap();
        let (id, draft) = post.check().unwrap();
        assert_eq!(
            (id.to_string().as_str(), draft.title.as_str(), draft.published),
            (author, "T", false)
        );
        assert!(serde_json::from_str::<NewPost>(r#"{"title":"T"}"#).is_err());
    }

    #[test]
    fn the_author_cannot_be_changed() {
        assert!(serde_json::from_str::<PostChange>(r#"{"author_id":"x"}"#).is_err());
        assert!(serde_json::from_str::<PostChange>("{}").unwrap().check().is_err());
    }
}
