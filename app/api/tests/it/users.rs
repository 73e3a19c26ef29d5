use crate::support::{Stack, at};

const ADA: &str = r#"{"email":"ada@example.org","name":"Ada","posts":[{"title":"First"},{"title":"Second","content":"Hello","published":true}]}"#;

#[test]
fn a_user_is_created_with_posts_and_read_back() {
    let stack = Stack::start();
    let created = stack.service.post("/users", ADA);
    assert_eq!(created.status, 201, "{created:?}");
    let location = created.header("location").unwrap();
    assert_eq!(location, format!("/users/{}", at(&created.json(), "/data/id")));

    let shown = stack.service.get(location);
    assert_eq!(shown.status, 200);
    let shown = shown.json();
    assert_eq!(at(&shown, "/data/email"), "ada@example.org");
    assert_eq!(at(&shown, "/data/posts/0/title"), "Second");
    assert_eq!(at(&shown, "/data/posts/0/published"), "true");
    assert_eq!(at(&shown, "/data/posts/1/author_id"), at(&shown, "/data/id"));
    assert_eq!(at(&shown, "/meta/posts_total"), "2");
    assert!(at(&shown, "/data/created_at").ends_with('Z'));
}

#[test]
fn a_post_the_database_refuses_takes_the_user_with_it() {
    let stack = Stack::start();
    let body =
        r#"{"email":"bob@example.org","name":"Bob","posts":[{"title":"Same"},{"title":"SAME"}]}"#;
    let refused = stack.service.post("/users", body);
    assert_eq!(refused.status, 409);
    assert_eq!(at(&refused.json(), "/errors/0/field"), "title");
    assert_eq!(
        stack.postgres.sql("SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM posts)"),
        "0|0"
    );
}

#[test]
fn an_address_is_taken_however_it_is_capitalised() {
    let stack = Stack::start();
    assert_eq!(stack.service.post("/users", ADA).status, 201);
    let taken = stack.service.post("/users", r#"{"email":"ADA@Example.org","name":"Other"}"#);
    assert_eq!(taken.status, 409);
    assert_eq!(at(&taken.json(), "/errors/0/field"), "email");
}

#[test]
fn lists_come_in_pages_newest_first() {
    let stack = Stack::start();
    for number in 1..=5 {
        let body = format!(r#"{{"email":"u{number}@example.org","name":"User {number}"}}"#);
        assert_eq!(stack.service.post("/users", &body).status, 201);
    }
    let page = stack.service.get("/users?page=2&per_page=2").json();
    assert_eq!(
        (at(&page, "/data/0/name"), at(&page, "/data/1/name")),
        ("User 3".into(), "User 2".into())
    );
    assert_eq!(page["meta"], serde_json::json!({"page": 2, "per_page": 2, "total": 5}));
    let beyond = stack.service.get("/users?page=9&per_page=2").json();
    assert_eq!(
        (beyond["data"].as_array().unwrap().len(), at(&beyond, "/meta/total")),
        (0, "5".into())
    );
    for path in ["/users?page=0", "/users?per_page=101", "/users?page=1&page=2", "/users?limit=5"] {
        assert_eq!(stack.service.get(path).status, 422, "{path}");
    }
}

#[test]
fn a_user_is_changed_and_deleted_with_the_posts() {
    let stack = Stack::start();
    let path = stack.service.post("/users", ADA).header("location").unwrap().to_owned();
    let changed = stack.service.patch(&path, r#"{"name":"Ada L."}"#);
    assert_eq!(changed.status, 200);
    assert_eq!(at(&changed.json(), "/data/name"), "Ada L.");
    assert_eq!(at(&changed.json(), "/data/email"), "ada@example.org");

    let deleted = stack.service.delete(&path);
    assert_eq!((deleted.status, deleted.body.as_str()), (204, ""));
    assert_eq!(stack.service.get(&path).status, 404);
    assert_eq!(stack.service.delete(&path).status, 404);
    assert_eq!(at(&stack.service.get("/posts").json(), "/meta/total"), "0");
}
