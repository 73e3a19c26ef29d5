//! One point after the other, some at once, until a command runs to its end uncut.

use super::stack::Stack;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use wharf_testkit::proxy::Cut;

/// Points that are tried at once; each has a project of its own.
const WORKERS: usize = 2;

/// Whether a command was cut off, or ended before it came to the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    Reached,
    NotReached,
}

/// How far a sweep has come with one kind of cut.
#[derive(Debug)]
struct Course {
    cut: fn(usize) -> Cut,
    next: AtomicUsize,
    reached: AtomicUsize,
}

impl Course {
    fn new(cut: fn(usize) -> Cut) -> Self {
        Self { cut, next: AtomicUsize::new(1), reached: AtomicUsize::new(0) }
    }
}

/// What a sweep has come to.
#[derive(Debug)]
pub(crate) struct Points {
    courses: [Course; 2],
    failed: AtomicUsize,
}

impl Points {
    /// All went well, and at enough points: a sweep that reaches next to nothing would be green
    /// for no reason.
    #[expect(clippy::print_stdout, reason = "the number of points says what was tested")]
    pub(crate) fn expect_more_than(self, count: usize) {
        let [answered, unheard] = self.courses.map(|course| course.reached.into_inner());
        println!("killed after {answered} answers and before {unheard} answers to changes");
        let failed = self.failed.into_inner();
        assert_eq!(failed, 0, "points at which something was wrong; each is told above");
        assert!(answered > count, "killed at {answered} requests only");
        assert!(unheard > count / 2, "killed at {unheard} changes only");
    }
}

/// Tries every point. `prepare` makes a worker's project ready and gives what tries one point.
pub(crate) fn sweep<F>(name: &str, prepare: impl Fn(&Stack) -> F + Sync) -> Points
where
    F: FnMut(&Stack, Cut) -> Point,
{
    let courses = [Course::new(Cut::Answered), Course::new(Cut::Unheard)];
    let points = Points { courses, failed: AtomicUsize::new(0) };
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (points, prepare) = (&points, &prepare);
            scope.spawn(move || walk(&Stack::new(&format!("{name}-{worker}")), points, prepare));
        }
    });
    points
}

fn walk<F>(stack: &Stack, points: &Points, prepare: impl Fn(&Stack) -> F)
where
    F: FnMut(&Stack, Cut) -> Point,
{
    let mut attempt = prepare(stack);
    for course in &points.courses {
        loop {
            let cut = (course.cut)(course.next.fetch_add(1, Ordering::Relaxed));
            // The other points are worth knowing too, so a failure is not the end.
            match catch_unwind(AssertUnwindSafe(|| attempt(stack, cut))) {
                Ok(Point::Reached) => course.reached.fetch_add(1, Ordering::Relaxed),
                Ok(Point::NotReached) => break,
                Err(_) => {
                    stack.clear();
                    attempt = prepare(stack);
                    points.failed.fetch_add(1, Ordering::Relaxed)
                }
            };
        }
    }
}
