//! Tables without borders: columns aligned by display width, header in capitals.

use crate::style::{Color, Role};
use crate::text::{self, Line};

/// Where the text of a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At the left.
    Left,
    /// At the right, for numbers.
    Right,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    role: Option<Role>,
}

impl Cell {
    /// Text with a role.
    pub fn role(role: Role, text: impl AsRef<str>) -> Self {
        Self { role: Some(role), ..Self::from(text.as_ref()) }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self { text: text::clean_line(text).into_owned(), role: None }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

/// A table. It is never cut in a pipe; on a terminal the widest columns give way.
#[derive(Debug, Clone, Default)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<Cell>>,
}

/// Spaces between two columns.
const GAP: usize = 2;
/// No column is made narrower than this, so that a few characters of everything stay readable.
const NARROWEST: usize = 4;

impl Table {
    /// Adds a column.
    #[must_use]
    pub fn column(mut self, title: &str, align: Align) -> Self {
        self.columns.push((title.to_uppercase(), align));
        self
    }

    /// Adds a row; missing cells are empty, surplus cells are dropped.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().take(self.columns.len()).collect());
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The header and all rows, each with a line break. `width` is the limit of a terminal.
    pub fn text(&self, color: Color, width: Option<usize>) -> String {
        let widths = self.widths(width);
        let header = self.columns.iter().map(|(title, _)| Cell::role(Role::Dim, title)).collect();
        let lines = std::iter::once(&header).chain(&self.rows);
        lines.map(|cells| self.line(cells, &widths, color, width) + "\n").collect()
    }

    fn line(&self, cells: &[Cell], widths: &[usize], color: Color, limit: Option<usize>) -> String {
        let mut line = Line::default();
        for (index, ((_, align), width)) in self.columns.iter().zip(widths).enumerate() {
            let gap = if index == 0 { 0 } else { GAP };
            let cell = cells.get(index);
            let cut = text::truncate(cell.map_or("", |cell| &cell.text), *width);
            let free = width - text::width(&cut);
            let (before, after) = match align {
                Align::Left => (gap, free),
                Align::Right => (gap + free, 0),
            };
            line = line.plain(" ".repeat(before));
            line = match cell.and_then(|cell| cell.role) {
                Some(role) => line.role(role, cut),
                None => line.plain(cut),
            };
            line = line.plain(" ".repeat(after));
        }
        line.paint(limit, color)
    }

    fn widths(&self, limit: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> =
            self.columns.iter().map(|(title, _)| text::width(title)).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(text::width(&cell.text));
            }
        }
        if let Some(limit) = limit {
            let gaps = GAP * widths.len().saturating_sub(1);
            clamp(&mut widths, limit.saturating_sub(gaps));
        }
        widths
    }
}

/// Takes columns from the widest until all fit.
fn clamp(widths: &mut [usize], room: usize) {
    let mut surplus = widths.iter().sum::<usize>().saturating_sub(room);
    while surplus > 0 {
        let widest = widths.iter_mut().filter(|width| **width > NARROWEST).max_by_key(|it| **it);
        let Some(widest) = widest else { return };
        *widest -= 1;
        surplus -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::default()
            .column("service", Align::Left)
            .column("state", Align::Left)
            .column("size", Align::Right)
            .column("ports", Align::Left);
        table.row([
            "api/1".into(),
            Cell::role(Role::Success, "healthy"),
            "1.2 GiB".into(),
            "127.0.0.1:8080->80/tcp".into(),
        ]);
        table.row(["東京/1".into(), "exited (1)".into(), "12 B".into()]);
        table
    }

    #[test]
    fn columns_are_aligned_by_display_width() {
        insta::assert_snapshot!(table().text(Color::Never, None), @"
        SERVICE  STATE          SIZE  PORTS
        api/1    healthy     1.2 GiB  127.0.0.1:8080->80/tcp
        東京/1   exited (1)     12 B
        ");
    }

    #[test]
    fn colour_does_not_move_a_column() {
        let text = table().text(Color::Always, None);
        insta::assert_snapshot!(text.replace('\u{1b}', "^"), @"
        ^[2mSERVICE^[0m  ^[2mSTATE^[0m          ^[2mSIZE^[0m  ^[2mPORTS^[0m
        api/1    ^[32mhealthy^[0m     1.2 GiB  127.0.0.1:8080->80/tcp
        東京/1   exited (1)     12 B
        ");
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(plain, table().text(Color::Never, None));
    }

    #[test]
    fn the_widest_column_gives_way_on_a_narrow_terminal() {
        insta::assert_snapshot!(table().text(Color::Never, Some(40)), @"
        SERVICE  STATE          SIZE  PORTS
        api/1    healthy     1.2 GiB  127.0.0.1…
        東京/1   exited (1)     12 B
        ");
        for width in 0..80 {
            let text = table().text(Color::Never, Some(width));
            assert!(text.lines().all(|line| text::width(line) <= width), "{width}:\n{text}");
        }
    }

    #[test]
    fn line_breaks_and_control_sequences_in_cells_do_not_break_the_table() {
        let mut table = Table::default().column("name", Align::Left);
        table.row(["a\nb\u{1b}[2J".into()]);
        assert_eq!(table.text(Color::Never, None), "NAME\na b\n");
    }
}
