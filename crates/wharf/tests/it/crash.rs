//! Crash safety (issue point 16): killed at any moment, the next run makes it whole.
//!
//! wharf talks to the engine through a proxy that kills it with SIGKILL: right after the answer
//! to every request, and once more at every request that changes something, before the answer is
//! heard. Then the same command runs again without a proxy and must end exactly as an
//! uninterrupted one: same containers, networks and volumes, nothing left over, all data there.

mod stack;
mod state;
mod sweep;

use stack::{Stack, Version};
use state::State;
use sweep::{Point, sweep};
use wharf_testkit::proxy::Cut;

#[test]
fn a_cold_up_killed_at_any_request_is_finished_by_the_next_up() {
    let points = sweep("cold", |stack| {
        stack.finish("up", Version::One);
        let wanted = State::of(stack);
        stack.clear();
        move |stack: &Stack, cut: Cut| {
            let Some(at) = stack.cut_off("up", Version::One, cut) else {
                stack.clear();
                return Point::NotReached;
            };
            let seen = state::anonymous_volumes(stack);
            stack.finish("up", Version::One);
            wanted.expect_again(stack, &at);
            state::expect_none_dangling(stack, &seen, &at);
            assert_eq!(stack.read("store", "/data/log"), "seeded", "killed at {at:?}");
            stack.clear();
            Point::Reached
        }
    });
    points.expect_more_than(20);
}

#[test]
fn a_replacing_up_killed_at_any_request_is_finished_by_the_next_up_and_keeps_the_data() {
    let points = sweep("replace", |stack| {
        let wanted = Version::BOTH.map(|version| {
            stack.finish("up", version);
            State::of(stack)
        });
        stack.write("store", "/data/mark", "named");
        stack.write("store", "/scratch/mark", "anonymous");
        let mut next = Version::One;
        move |stack: &Stack, cut: Cut| {
            let kept = stack.id_of("web");
            // An engine lists the age of containers in seconds, and what is made within one
            // second counts as made at once.
            Stack::await_next_second();
            let version = next;
            next = next.other();
            let Some(at) = stack.cut_off("up", version, cut) else { return Point::NotReached };
            let seen = state::anonymous_volumes(stack);
            stack.finish("up", version);
            wanted[version.index()].expect_again(stack, &at);
            state::expect_none_dangling(stack, &seen, &at);
            assert_eq!(stack.id_of("web"), kept, "killed at {at:?}: it has not changed");
            assert_eq!(stack.read("store", "/data/mark"), "named", "killed at {at:?}");
            assert_eq!(stack.read("store", "/scratch/mark"), "anonymous", "killed at {at:?}");
            Point::Reached
        }
    });
    points.expect_more_than(20);
}

#[test]
fn a_down_killed_at_any_request_is_finished_by_the_next_down_and_keeps_the_data() {
    let points = sweep("down", |_| {
        |stack: &Stack, cut: Cut| {
            stack.finish("up", Version::One);
            let volume = stack.volume_of("store", "/data");
            let anonymous = state::anonymous_volumes(stack);
            let Some(at) = stack.cut_off("down", Version::One, cut) else {
                Stack::delete(&anonymous);
                return Point::NotReached;
            };
            stack.finish("down", Version::One);
            State::of(stack).expect_only_volume(&volume, &at);
            // It takes them with it only on the user's word, as it does the named ones.
            assert_eq!(Stack::delete(&anonymous), anonymous.len(), "killed at {at:?}");
            assert_eq!(stack.read_volume(&volume, "log"), "seeded", "killed at {at:?}");
            Point::Reached
        }
    });
    points.expect_more_than(10);
}
