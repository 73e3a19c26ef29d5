//! Users in PostgreSQL.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::model::{DraftUser, User, UserChange};
use crate::http::pagination::Page;
use crate::posts::model::Post;
use crate::posts::repository as posts;

/// Creates a user and their first posts in one transaction: all of them, or nothing.
pub(crate) async fn create(
    pool: &PgPool,
    draft: &DraftUser,
) -> Result<(User, Vec<Post>), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let user = insert(&mut transaction, draft).await?;
    let posts = posts::insert_all(&mut transaction, user.id, &draft.posts).await?;
    transaction.commit().await?;
    Ok((user, posts))
}

async fn insert(connection: &mut PgConnection, draft: &DraftUser) -> Result<User, sqlx::Error> {
    sqlx::query_as(
        "INSERT INTO users (id, email, name) VALUES ($1, $2, $3)
         RETURNING id, email, name, created_at, updated_at",
    )
    .bind(Uuid::now_v7())
    .bind(&draft.email)
    .bind(&draft.name)
    .fetch_one(connection)
    .await
}

/// One page, newest first, and how many there are in all.
pub(crate) async fn list(pool: &PgPool, page: Page) -> Result<(Vec<User>, i64), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let total =
        sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&mut *connection).await?;
    let users = sqlx::query_as(
        "SELECT id, email, name, created_at, updated_at FROM users
         ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2",
    )
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(&mut *connection)
    .await?;
    Ok((users, total))
}

/// One user.
pub(crate) async fn find(pool: &PgPool, id: Uuid) -> Result<Option<User>, sqlx::Error> {
    sqlx::query_as("SELECT id, email, name, created_at, updated_at FROM users WHERE id = $1")
        .bind(id)
        .fetch_optional(pool)
        .await
}

/// Changes what is given; `None` when there is no such user.
pub(crate) async fn update(
    pool: &PgPool,
    id: Uuid,
    change: &UserChange,
) -> Result<Option<User>, sqlx::Error> {
    sqlx::query_as(
        "UPDATE users SET email = coalesce($2, email), name = coalesce($3, name), updated_at = now()
         WHERE id = $1
         RETURNING id, email, name, created_at, updated_at",
    )
    .bind(id)
    .bind(&change.email)
    .bind(&change.name)
    .fetch_optional(pool)
    .await
}

/// Deletes a user and their posts in one transaction; false when there is no such user.
pub(crate) async fn delete(pool: &PgPool, id: Uuid) -> Result<bool, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    // Locked first: a post inserted meanwhile waits, and then finds its author gone.
    let found: Option<(Uuid,)> = sqlx::query_as("SELECT id FROM users WHERE id = $1 FOR UPDATE")
        .bind(id)
        .fetch_optional(&mut *transaction)
        .await?;
    if found.is_none() {
        return Ok(false);
    }
    sqlx::query("DELETE FROM posts WHERE author_id = $1")
        .bind(id)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("DELETE FROM users WHERE id = $1").bind(id).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(true)
}
