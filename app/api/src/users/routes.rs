//! `/users` over HTTP.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::model::{NewUser, PostsMeta, User, UserChange, UserWithPosts};
use super::repository;
use crate::app::App;
use crate::cache::Namespace;
use crate::http::cached::cached;
use crate::http::envelope::Envelope;
use crate::http::error::ApiError;
use crate::http::id::Id;
use crate::http::json::Json;
use crate::http::pagination::Page;
use crate::http::query::Query;
use crate::posts::repository as posts;

const KIND: &str = "user";

/// The routes of this module.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/users", get(list).post(create))
        .route("/users/{id}", get(show).patch(update).delete(remove))
}

async fn create(State(app): State<App>, Json(body): Json<NewUser>) -> Result<Response, ApiError> {
    let draft = body.check()?;
    let written = app.cache.change(&[Namespace::Users, Namespace::Posts]);
    let (user, posts) = repository::create(app.database.pool(), &draft).await?;
    written.settle().await;
    let location = format!("/users/{}", user.id);
    Ok(Envelope::of(UserWithPosts { user, posts }).created(&location))
}

async fn list(State(app): State<App>, mut query: Query) -> Result<Response, ApiError> {
    let page = Page::take(&mut query);
    query.finish()?;
    cached(&app.cache, &[Namespace::Users], &format!("users:{}", page.key()), async {
        let (users, total) = repository::list(app.database.pool(), page).await?;
        Envelope::with_meta(users, page.meta(total)).to_json()
    })
    .await
}

async fn show(State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    cached(&app.cache, &[Namespace::Users, Namespace::Posts], &format!("user:{id}"), async {
        let pool = app.database.pool();
        let user = repository::find(pool, id).await?.ok_or(ApiError::NotFound(KIND))?;
        let (posts, posts_total) = posts::list_by_author(pool, id, Page::largest()).await?;
        Envelope::with_meta(UserWithPosts { user, posts }, PostsMeta { posts_total }).to_json()
    })
    .await
}

async fn update(
    State(app): State<App>,
    Id(id): Id,
    Json(change): Json<UserChange>,
) -> Result<Envelope<User>, ApiError> {
    let change = change.check()?;
    let written = app.cache.change(&[Namespace::Users]);
    let user = repository::update(app.database.pool(), id, &change).await?;
    written.settle().await;
    user.map(Envelope::of).ok_or(ApiError::NotFound(KIND))
}

async fn remove(State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    let written = app.cache.change(&[Namespace::Users, Namespace::Posts]);
    let deleted = repository::delete(app.database.pool(), id).await?;
    written.settle().await;
    if deleted { Ok(StatusCode::NO_CONTENT.into_response()) } else { Err(ApiError::NotFound(KIND)) }
}
