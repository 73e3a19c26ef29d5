//! The two streams of the process, and the only place that writes to them.
//!
//! stdout gets answers (tables, `config`, machine forms), stderr gets everything else. Each call
//! writes its whole text at once, under one lock, so two writers never share a line.

use crate::style::Color;
use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Columns and rows of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Display columns.
    pub columns: usize,
    /// Lines.
    pub rows: usize,
}

/// Why nothing more can be written to a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The reader went away (`wharf logs | head`): a quiet end, not an error.
    ReaderGone,
    /// Writing failed, for example because the disk is full; the system's own words.
    Failed(String),
}

/// stdout and stderr with the choices that hold for them. Clones write to the same streams.
#[derive(Clone)]
pub struct Output {
    stdout: Stream,
    stderr: Stream,
}

impl Output {
    /// Takes the streams of the process, each with its colour choice.
    pub fn new(stdout: Color, stderr: Color) -> Self {
        Self {
            stdout: Stream::new(io::stdout(), stdout, || measure(io::stdout())),
            stderr: Stream::new(io::stderr(), stderr, || measure(io::stderr())),
        }
    }

    /// Takes any two streams; for tests.
    pub fn from_streams(stdout: Stream, stderr: Stream) -> Self {
        Self { stdout, stderr }
    }

    /// Writes an answer and a line break, when it does not end in one.
    pub fn answer(&self, text: &str) {
        self.stdout.line(text);
    }

    /// Tells the user something that is not the answer, with a line break.
    pub fn tell(&self, text: &str) {
        self.stderr.line(text);
    }

    /// The stream of answers.
    pub fn stdout(&self) -> &Stream {
        &self.stdout
    }

    /// The stream of everything else.
    pub fn stderr(&self) -> &Stream {
        &self.stderr
    }
}

/// One stream. What cannot be written any more is dropped; [`Stream::ended`] says why.
#[derive(Clone)]
pub struct Stream {
    sink: Arc<Mutex<Sink>>,
    color: Color,
    size: Arc<dyn Fn() -> Option<Size> + Send + Sync>,
}

struct Sink {
    writer: Box<dyn Write + Send>,
    ended: Option<Ended>,
}

impl Stream {
    /// Makes a stream. `size` is asked again for every frame and table, as windows are resized;
    /// it gives `None` when the stream is not a terminal.
    pub fn new(
        writer: impl Write + Send + 'static,
        color: Color,
        size: impl Fn() -> Option<Size> + Send + Sync + 'static,
    ) -> Self {
        let sink = Sink { writer: Box::new(writer), ended: None };
        Self { sink: Arc::new(Mutex::new(sink)), color, size: Arc::new(size) }
    }

    /// Whether text for this stream is styled.
    pub fn color(&self) -> Color {
        self.color
    }

    /// Size of the terminal; `None` when the stream is not one.
    pub fn size(&self) -> Option<Size> {
        (self.size)()
    }

    /// The width that lines must keep to; `None` when there is no limit, as in a pipe.
    pub fn width(&self) -> Option<usize> {
        self.size().map(|size| size.columns)
    }

    /// Why nothing more can be written; `None` as long as all is well. Loops without an end
    /// (`logs --follow`) ask after every write.
    pub fn ended(&self) -> Option<Ended> {
        self.lock().ended.clone()
    }

    /// Writes text as it is.
    pub fn text(&self, text: &str) {
        let mut sink = self.lock();
        if text.is_empty() || sink.ended.is_some() {
            return;
        }
        let written = sink.writer.write_all(text.as_bytes()).and_then(|()| sink.writer.flush());
        if let Err(error) = written {
            sink.ended = Some(match error.kind() {
                ErrorKind::BrokenPipe => Ended::ReaderGone,
                _ => Ended::Failed(error.to_string()),
            });
        }
    }

    /// Writes text and a line break, when it does not end in one.
    pub fn line(&self, text: &str) {
        if text.ends_with('\n') {
            self.text(text);
        } else {
            self.text(&format!("{text}\n"));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Sink> {
        // A thread that panicked while it wrote has at worst left half a line.
        self.sink.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(any(unix, windows))]
fn measure(stream: impl Measurable) -> Option<Size> {
    let (width, height) = terminal_size::terminal_size_of(stream)?;
    // A terminal that was never told its size reports 0 by 0.
    let (columns, rows) = (usize::from(width.0), usize::from(height.0));
    (columns > 0 && rows > 0).then_some(Size { columns, rows })
}

#[cfg(unix)]
use std::os::fd::AsFd as Measurable;
#[cfg(windows)]
use std::os::windows::io::AsHandle as Measurable;

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that takes some bytes and then goes away.
    struct Pipe {
        room: usize,
        kind: ErrorKind,
    }

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.room = self.room.checked_sub(bytes.len()).ok_or(io::Error::from(self.kind))?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn stream(room: usize, kind: ErrorKind) -> Stream {
        Stream::new(Pipe { room, kind }, Color::Never, || None)
    }

    #[test]
    fn a_reader_that_goes_away_ends_the_stream_quietly() {
        let stdout = stream(4, ErrorKind::BrokenPipe);
        let output = Output::from_streams(stdout, stream(99, ErrorKind::BrokenPipe));
        output.answer("abc");
        assert_eq!(output.stdout().ended(), None);
        output.answer("d");
        output.answer("e");
        assert_eq!(output.stdout().ended(), Some(Ended::ReaderGone));
        assert_eq!(output.stderr().ended(), None);
    }

    #[test]
    fn a_full_disk_is_kept_as_the_reason() {
        let stdout = stream(0, ErrorKind::StorageFull);
        stdout.line("abc");
        assert!(matches!(stdout.ended(), Some(Ended::Failed(_))));
    }

    #[test]
    fn a_line_break_is_added_only_where_it_is_missing() {
        let stdout = stream(8, ErrorKind::BrokenPipe);
        stdout.line("abc\n");
        stdout.line("abc");
        assert_eq!(stdout.ended(), None);
        stdout.text("x");
        assert_eq!(stdout.ended(), Some(Ended::ReaderGone));
    }
}
