use crate::support::{Stack, at};

fn author(stack: &Stack, name: &str) -> String {
    let body = format!(r#"{{"email":"{name}@example.org","name":"{name}"}}"#);
    at(&stack.service.post("/users", &body).json(), "/data/id")
}

#[test]
fn a_post_is_created_changed_and_deleted() {
    let stack = Stack::start();
    let author = author(&stack, "ada");
    let created =
        stack.service.post("/posts", &format!(r#"{{"author_id":"{author}","title":"T"}}"#));
    assert_eq!(created.status, 201, "{created:?}");
    let path = created.header("location").unwrap();

    let changed = stack.service.patch(path, r#"{"published":true,"content":"line\nline"}"#);
    assert_eq!(changed.status, 200);
    let shown = stack.service.get(path).json();
    assert_eq!(
        (at(&shown, "/data/published"), at(&shown, "/data/content")),
        ("true".into(), "line\nline".into())
    );
    assert_eq!(at(&shown, "/data/title"), "T");

    assert_eq!(stack.service.delete(path).status, 204);
    assert_eq!(stack.service.get(path).status, 404);
}

#[test]
fn posts_are_listed_by_author() {
    let stack = Stack::start();
    let (ada, bob) = (author(&stack, "ada"), author(&stack, "bob"));
    for (author, title) in [(&ada, "A1"), (&bob, "B1"), (&ada, "A2")] {
        let body = format!(r#"{{"author_id":"{author}","title":"{title}"}}"#);
        assert_eq!(stack.service.post("/posts", &body).status, 201);
    }
    let list = stack.service.get(&format!("/posts?author_id={ada}&per_page=1")).json();
    assert_eq!((at(&list, "/data/0/title"), at(&list, "/meta/total")), ("A2".into(), "2".into()));
    assert_eq!(at(&stack.service.get("/posts").json(), "/meta/total"), "3");
    assert_eq!(stack.service.get("/posts?author_id=ada").status, 422);
}

#[test]
fn a_post_needs_an_author_that_exists() {
    let stack = Stack::start();
    let nobody = uuid::Uuid::now_v7();
    let refused =
        stack.service.post("/posts", &format!(r#"{{"author_id":"{nobody}","title":"T"}}"#));
    assert_eq!(refused.status, 422);
    assert_eq!(at(&refused.json(), "/errors/0/field"), "author_id");
}
