//! What a user is, and what may be asked for.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::http::error::ApiError;
use crate::posts::model::{DraftPost, NewPostOfUser, Post};
use crate::validation::{Checks, present};

const NAME_LENGTH: RangeInclusive<usize> = 1..=100;
const MOST_POSTS: usize = 50;

/// A user as stored and shown.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub(crate) struct User {
    /// Made by the service; ids count up with time.
    pub(crate) id: Uuid,
    /// Unique, however it is capitalised.
    pub(crate) email: String,
    /// Shown to others.
    pub(crate) name: String,
    /// UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    /// UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) updated_at: OffsetDateTime,
}

/// A user with the newest of their posts.
#[derive(Debug, Serialize)]
pub(crate) struct UserWithPosts {
    /// Its fields come first, on the same level as `posts`.
    #[serde(flatten)]
    pub(crate) user: User,
    /// Newest first, bounded; the rest is under `GET /posts?author_id=`.
    pub(crate) posts: Vec<Post>,
}

/// How many posts a user has beyond those shown.
#[derive(Debug, Serialize)]
pub(crate) struct PostsMeta {
    /// All of them.
    pub(crate) posts_total: i64,
}

/// The body of `POST /users`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    email: String,
    name: String,
    #[serde(default)]
    posts: Vec<NewPostOfUser>,
}

/// A checked [`NewUser`].
#[derive(Debug)]
pub(crate) struct DraftUser {
    /// Checked for its shape.
    pub(crate) email: String,
    /// One line.
    pub(crate) name: String,
    /// Created with the user, or neither is.
    pub(crate) posts: Vec<DraftPost>,
}

impl NewUser {
    /// Checks all fields, those of the posts too.
    ///
    /// # Errors
    /// 422 with every problem.
    pub(crate) fn check(self) -> Result<DraftUser, ApiError> {
        let mut checks = Checks::default();
        let email = checks.email("email", &self.email);
        let name = checks.line("name", &self.name, NAME_LENGTH);
        if self.posts.len() > MOST_POSTS {
            checks.reject("posts", format!("must have at most {MOST_POSTS} entries"));
        }
        let posts = self.posts.into_iter().take(MOST_POSTS).enumerate();
        let posts = posts
            .map(|(index, post)| post.check(&mut checks, &format!("posts[{index}].")))
            .collect();
        checks.finish(DraftUser { email, name, posts }).map_err(ApiError::Invalid)
    }
}

/// The body of `PATCH /users/{id}`: what is absent stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    /// The new address.
    #[serde(default, deserialize_with = "present")]
    pub(crate) email: Option<String>,
    /// The new name.
    #[serde(default, deserialize_with = "present")]
    pub(crate) name: Option<String>,
}

impl UserChange {
    /// Checks the fields that are given.
    ///
    /// # Errors
    /// 422 with every problem; a change of nothing is one.
    pub(crate) fn check(self) -> Result<Self, ApiError> {
        let mut checks = Checks::default();
        if self.email.is_none() && self.name.is_none() {
            checks.reject("body", "must change at least one of `email`, `name`");
        }
        let email = self.email.map(|email| checks.email("email", &email));
        let name = self.name.map(|name| checks.line("name", &name, NAME_LENGTH));
        checks.finish(Self { email, name }).map_err(ApiError::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::{NewUser, UserChange};
    use crate::http::error::ApiError;

    fn fields<T: std::fmt::Debug>(outcome: Result<T, ApiError>) -> Vec<String> {
        match outcome {
            Err(ApiError::Invalid(problems)) => {
                problems.into_iter().map(|problem| problem.field).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn problems_of_a_user_and_its_posts_are_reported_together() {
        let body = r#"{"email":"x","name":"","posts":[{"title":"fine"},{"title":" "}]}"#;
        let user: NewUser = serde_json::from_str(body).unwrap();
        assert_eq!(fields(user.check()), ["email", "name", "posts[1].title"]);
    }

    #[test]
    fn the_number_of_posts_is_bounded() {
        let posts = vec![r#"{"title":"t"}"#; 51].join(",");
        let user: NewUser =
            serde_json::from_str(&format!(r#"{{"email":"a@b.co","name":"n","posts":[{posts}]}}"#))
                .unwrap();
        assert_eq!(fields(user.check()), ["posts"]);
    }

    #[test]
    fn a_change_of_nothing_is_refused_and_null_is_not_absent() {
        assert_eq!(fields(serde_json::from_str::<UserChange>("{}").unwrap().check()), ["body"]);
        assert!(serde_json::from_str::<UserChange>(r#"{"name":null}"#).is_err());
    }
}
