//! The live part of the screen as a pure function of state, size and time.

use crate::progress::state::{End, Item, State, Task};
use crate::style::{Color, Role};
use crate::text::{self, Line};
use crate::{Size, address, diagnostic, human};
use std::time::Duration;

/// Longer lines are hard to read across.
const WIDEST: usize = 100;
/// Columns of the longest word, `Restarting`.
const WORD: usize = 10;
/// Columns of the time, `59.9s` or `1h05m`, with two spaces in front.
const TIME: usize = 8;
/// Columns of the spinner with a space in front.
const SPINNER: usize = 2;
/// Below this, a detail says nothing any more.
const NARROWEST_DETAIL: usize = 8;
/// Below this, a name needs the room of the time too.
const NARROWEST_NAME: usize = 12;
/// Milliseconds that each picture of the spinner stays.
const PICTURE: u64 = 100;
const PICTURES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// The lines of the live part: one per address that is being worked on, then where the run
/// stands. `now` is milliseconds since the run began.
///
/// There is always one row less than the screen has, for the cursor, and every line is at least
/// one column narrower than the screen, so nothing wraps or scrolls. Where there is no room for
/// every address, those that wait for their turn are the first to go, then the youngest.
pub fn frame(state: &State, size: Size, now: u64, color: Color) -> Vec<String> {
    let room = size.rows.saturating_sub(1);
    if state.is_over() || room == 0 {
        return Vec::new();
    }
    let (shown, hidden) = select(&state.tasks, room - 1);
    let columns = columns(size);
    let mut lines: Vec<String> = shown
        .into_iter()
        .map(|task| live_line(task, now, columns, state.name_width).paint(Some(columns), color))
        .collect();
    if hidden > 0 && lines.len() + 1 < room {
        let more = Line::default().role(Role::Dim, format!("{:>WORD$} {hidden} more", "…"));
        lines.push(more.paint(Some(columns), color));
    }
    lines.push(footer(state, now).paint(Some(columns), color));
    lines
}

/// Lines of something that is over, for good.
pub(super) fn ended_lines(
    item: &Item,
    columns: usize,
    name_width: usize,
    color: Color,
) -> Vec<String> {
    match item {
        Item::Task(task) => vec![ended_line(task, columns, name_width).paint(Some(columns), color)],
        Item::Warning(report) => {
            diagnostic::render_report(report, color).lines().map(str::to_owned).collect()
        }
    }
}

/// Columns that lines may fill.
pub(super) fn columns(size: Size) -> usize {
    size.columns.saturating_sub(1).min(WIDEST)
}

/// The role of an end.
pub(super) fn end_role(end: End) -> Role {
    match end {
        End::Done => Role::Success,
        End::Skipped => Role::Warning,
        End::Failed => Role::Error,
    }
}

/// Tasks that have a line, in the order in which they began, and how many have none. A line is
/// kept free for that number.
fn select(tasks: &[Task], room: usize) -> (Vec<&Task>, usize) {
    if tasks.len() <= room {
        return (tasks.iter().collect(), 0);
    }
    let mut order: Vec<usize> = (0..tasks.len()).collect();
    order.sort_by_key(|index| !tasks[*index].is_active());
    order.truncate(room.saturating_sub(1));
    order.sort_unstable();
    let hidden = tasks.len() - order.len();
    (order.into_iter().map(|index| &tasks[index]).collect(), hidden)
}

fn live_line(task: &Task, now: u64, columns: usize, name_width: usize) -> Line {
    let detail = match (task.message.as_str(), task.detail.as_str()) {
        ("", detail) => detail.to_owned(),
        (message, "") => message.to_owned(),
        (message, detail) => format!("{detail}: {message}"),
    };
    if !task.is_active() {
        return line(task, (Role::Dim, task.word), &detail, "", columns, name_width);
    }
    let time = elapsed(task.phase_began, now);
    let picture = PICTURES[usize::try_from(now / PICTURE).unwrap_or(0) % PICTURES.len()];
    line(task, (Role::Hint, task.word), &detail, &time, columns, name_width)
        .role(Role::Hint, format!(" {picture}"))
}

fn ended_line(task: &Task, columns: usize, name_width: usize) -> Line {
    let (end, word, detail) = task.result();
    let time = elapsed(task.began, task.ended);
    line(task, (end_role(end), word), &detail, &time, columns, name_width)
}

/// `word address detail time`; what does not fit gives way in the order detail, address.
fn line(
    task: &Task,
    (role, word): (Role, &str),
    detail: &str,
    time: &str,
    columns: usize,
    name_width: usize,
) -> Line {
    let room = columns.saturating_sub(WORD + 1 + TIME + SPINNER);
    let (kind, name) = (address::kind(&task.address), address::name(&task.address));
    if room < NARROWEST_NAME {
        return Line::default().role(role, word).plain(format!(" {kind} ")).role(Role::Name, name);
    }
    let name_width = name_width.min((room / 2).max(room.saturating_sub(NARROWEST_DETAIL * 4)));
    let detail_width = room.saturating_sub(name_width + 2);
    let (name_width, detail) = if detail_width >= NARROWEST_DETAIL {
        (name_width, text::pad(&text::truncate(detail, detail_width), detail_width + 2))
    } else {
        (room, String::new())
    };
    let name = text::truncate(&name, name_width.saturating_sub(kind.len() + 1)).into_owned();
    let used = kind.len() + 1 + text::width(&name);
    Line::default()
        .role(role, text::pad_left(word, WORD))
        .plain(format!(" {kind} "))
        .role(Role::Name, name)
        .plain(" ".repeat(name_width.saturating_sub(used) + if detail.is_empty() { 0 } else { 2 }))
        .plain(detail)
        .role(Role::Dim, text::pad_left(time, TIME - 2))
}

fn footer(state: &State, now: u64) -> Line {
    let ended = state.actions_ended.min(state.actions);
    Line::default()
        .role(Role::Name, format!("{} {}", state.verb, state.project))
        .plain(format!("  {ended} of {}", text::count(state.actions, "action")))
        .role(Role::Dim, format!("  {}", elapsed(0, now)))
}

fn elapsed(from: u64, to: u64) -> String {
    human::clock(Duration::from_millis(to.saturating_sub(from)))
}
