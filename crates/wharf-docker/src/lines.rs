//! Frames of a log into whole lines with their times.
//!
//! Every record of the engine begins with its time. A line longer than 16 KiB is kept as several
//! records, all but the last without an end of line, and each of them with a time of its own.

use bytes::Bytes;
use wharf_engine::capability::{LogChunk, LogStream};

/// Length of a part of a line that is too long for one record.
const PART: usize = 16 * 1024;
/// Length of a time such as `2026-11-20T03:40:00.000000001Z`.
const TIME: usize = 30;

/// Joins frames into lines.
pub(crate) struct LineJoiner {
    is_terminal: bool,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl LineJoiner {
    pub(crate) fn new(is_terminal: bool) -> Self {
        Self { is_terminal, stdout: Vec::new(), stderr: Vec::new() }
    }

    /// Takes a frame and returns the lines that end with it.
    pub(crate) fn push(&mut self, stream: LogStream, frame: &Bytes) -> Vec<LogChunk> {
        let is_terminal = self.is_terminal;
        let pending = match stream {
            LogStream::Stdout => &mut self.stdout,
            LogStream::Stderr => &mut self.stderr,
        };
        // Without a terminal a frame is a record: what follows a part begins with a time again.
        let is_continuation = !is_terminal && !pending.is_empty();
        let rest = if is_continuation { split_time(frame).1 } else { frame };
        pending.extend_from_slice(rest);
        let mut lines = Vec::new();
        while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = pending.drain(..=end).collect();
            lines.push(chunk(stream, &line[..end], is_terminal));
        }
        lines
    }

    /// Returns what has no end of line at the end of the stream.
    pub(crate) fn finish(&mut self) -> Vec<LogChunk> {
        let is_terminal = self.is_terminal;
        let rests = [
            (LogStream::Stdout, std::mem::take(&mut self.stdout)),
            (LogStream::Stderr, std::mem::take(&mut self.stderr)),
        ];
        let rests = rests.into_iter().filter(|(_, rest)| !rest.is_empty());
        rests.map(|(stream, rest)| chunk(stream, &rest, is_terminal)).collect()
    }
}

fn chunk(stream: LogStream, line: &[u8], is_terminal: bool) -> LogChunk {
    let (time, text) = split_time(line);
    let line = if is_terminal { terminal_line(text) } else { text.to_vec() };
    LogChunk { stream, time: time.map(str::to_owned), line }
}

/// A terminal's log has no frames: times between the parts are found by their places. Its lines
/// end with a carriage return.
fn terminal_line(text: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(text.len());
    let mut rest = text;
    while rest.len() > PART {
        let (part, behind) = rest.split_at(PART);
        line.extend_from_slice(part);
        rest = split_time(behind).1;
    }
    line.extend_from_slice(rest);
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    line
}

fn split_time(bytes: &[u8]) -> (Option<&str>, &[u8]) {
    let space = bytes.iter().take(TIME + 8).position(|byte| *byte == b' ');
    let time = space.and_then(|at| std::str::from_utf8(&bytes[..at]).ok()).filter(|it| is_time(it));
    match (time, space) {
        (Some(time), Some(space)) => (Some(time), &bytes[space + 1..]),
        _ => (None, bytes),
    }
}

fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 20
        && bytes[4] == b'-'
        && bytes[10] == b'T'
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && matches!(bytes[bytes.len() - 1], b'Z' | b'0'..=b'9')
}

#[cfg(test)]
mod tests {
    use super::*;

    const T1: &str = "2026-11-20T03:40:00.000000001Z";
    const T2: &str = "2026-11-20T03:40:00.000000002Z";

    fn join(is_terminal: bool, frames: &[(LogStream, String)]) -> Vec<LogChunk> {
        let mut joiner = LineJoiner::new(is_terminal);
        let mut lines: Vec<_> = frames
            .iter()
            .flat_map(|(stream, text)| joiner.push(*stream, &Bytes::from(text.clone())))
            .collect();
        lines.extend(joiner.finish());
        lines
    }

    fn line(stream: LogStream, time: &str, text: &str) -> LogChunk {
        LogChunk { stream, time: Some(time.into()), line: text.into() }
    }

    #[test]
    fn splits_times_off_and_keeps_the_streams_apart() {
        use LogStream::{Stderr, Stdout};
        let frames = [(Stdout, format!("{T1} a b\n")), (Stderr, format!("{T2} \n"))];
        assert_eq!(join(false, &frames), [line(Stdout, T1, "a b"), line(Stderr, T2, "")]);
    }

    #[test]
    fn joins_the_records_of_a_long_line() {
        use LogStream::{Stderr, Stdout};
        let frames = [
            (Stdout, format!("{T1} abc")),
            (Stderr, format!("{T2} other\n")),
            (Stdout, format!("{T2} def\n")),
        ];
        assert_eq!(join(false, &frames), [line(Stderr, T2, "other"), line(Stdout, T1, "abcdef")]);
    }

    #[test]
    fn a_rest_without_an_end_of_line_comes_at_the_end() {
        let frames = [(LogStream::Stdout, format!("{T1} prompt> "))];
        assert_eq!(join(false, &frames), [line(LogStream::Stdout, T1, "prompt> ")]);
    }

    #[test]
    fn a_terminal_s_lines_lose_carriage_returns_and_inner_times() {
        let part = "x".repeat(PART);
        let text = format!("{T1} a\r\n{T1} {part}{T2} tail\r\n");
        let (left, right) = text.split_at(1000);
        let frames = [(LogStream::Stdout, left.to_owned()), (LogStream::Stdout, right.to_owned())];
        let expected =
            [line(LogStream::Stdout, T1, "a"), line(LogStream::Stdout, T1, &format!("{part}tail"))];
        assert_eq!(join(true, &frames), expected);
    }
}
