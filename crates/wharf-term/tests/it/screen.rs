//! A stream that keeps what is written, and a model of a terminal that shows it.

use std::io::Write;
use std::sync::{Arc, Mutex};
use unicode_width::UnicodeWidthChar;
use wharf_term::{Color, Size, Stream};

/// Keeps what is written.
#[derive(Clone, Default)]
pub(crate) struct Capture {
    bytes: Arc<Mutex<Vec<u8>>>,
    size: Arc<Mutex<Option<Size>>>,
}

impl Capture {
    pub(crate) fn stream(&self, color: Color, size: Option<Size>) -> Stream {
        self.resize(size);
        let measured = self.size.clone();
        Stream::new(self.clone(), color, move || *measured.lock().unwrap())
    }

    pub(crate) fn resize(&self, size: Option<Size>) {
        *self.size.lock().unwrap() = size;
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.lock().unwrap().clone()).unwrap()
    }

    /// What was written since the last call.
    pub(crate) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.bytes.lock().unwrap())).unwrap()
    }
}

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A terminal with a history: just the sequences that wharf may use, everything else panics.
pub(crate) struct Screen {
    size: Size,
    /// Every row since the beginning; the last `size.rows` of them are on the screen.
    /// One string per cell: marks stand with their letter, the second half of a wide character
    /// is empty.
    rows: Vec<Vec<String>>,
    row: usize,
    column: usize,
    /// Rows that were continued because a line was too long.
    pub(crate) wraps: usize,
}

impl Screen {
    pub(crate) fn new(size: Size) -> Self {
        Self { size, rows: vec![Vec::new()], row: 0, column: 0, wraps: 0 }
    }

    /// All rows with text, history included, without spaces at their ends.
    pub(crate) fn lines(&self) -> Vec<String> {
        let text = |row: &Vec<String>| row.concat().trim_end().to_owned();
        let mut lines: Vec<_> = self.rows.iter().map(text).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }

    pub(crate) fn write(&mut self, text: &str) {
        let mut rest = text.chars();
        while let Some(character) = rest.next() {
            match character {
                '\u{1b}' => {
                    assert_eq!(rest.next(), Some('['));
                    let mut parameters = String::new();
                    let end = rest.by_ref().find(|it| {
                        let is_end = it.is_ascii_alphabetic();
                        parameters.extend((!is_end).then_some(*it));
                        is_end
                    });
                    self.control(&parameters, end.unwrap());
                }
                '\r' => self.column = 0,
                '\n' => self.next_row(),
                character => self.put(character),
            }
        }
    }

    fn control(&mut self, parameters: &str, end: char) {
        match (parameters, end) {
            ("?2026", 'h' | 'l') | (_, 'm') => {}
            ("", 'K') => self.clear_line_end(),
            ("", 'J') => {
                self.clear_line_end();
                self.rows.truncate(self.row + 1);
            }
            (count, 'A') => {
                let top = self.rows.len().saturating_sub(self.size.rows);
                let target = self.row.saturating_sub(count.parse::<usize>().unwrap());
                assert!(target >= top, "the frame has left the screen");
                self.row = target;
            }
            other => panic!("unexpected sequence {other:?}"),
        }
    }

    fn clear_line_end(&mut self) {
        // As real terminals: a cursor that waits behind the last column takes that column along.
        let column = self.column.min(self.size.columns - 1);
        self.rows[self.row].truncate(column);
    }

    fn put(&mut self, character: char) {
        let width = character.width().unwrap();
        if self.column + width > self.size.columns {
            self.wraps += 1;
            self.next_row();
            self.column = 0;
        }
        let row = &mut self.rows[self.row];
        if width == 0 {
            row[self.column - 1].push(character);
            return;
        }
        row.resize(row.len().max(self.column + width), " ".to_owned());
        row[self.column] = character.to_string();
        if width == 2 {
            row[self.column + 1].clear();
        }
        self.column += width;
    }

    fn next_row(&mut self) {
        self.row += 1;
        if self.row == self.rows.len() {
            self.rows.push(Vec::new());
        }
    }
}
