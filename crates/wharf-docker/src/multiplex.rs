//! Two output streams over one connection.
//!
//! Without a terminal the engine sends frames: one byte that names the stream, three zero bytes,
//! the length as a big-endian 32-bit number, and that many bytes (Docker Engine API,
//! `ContainerAttach`). With a terminal it sends the bytes as they are.

use bytes::{Buf, Bytes, BytesMut};
use wharf_engine::capability::LogStream;

const HEADER: usize = 8;

/// Takes a byte stream apart into frames.
pub(crate) enum Demultiplexer {
    /// A terminal: every piece is output.
    Raw,
    /// Frames, with what has come of the next one.
    Framed(BytesMut),
}

impl Demultiplexer {
    pub(crate) fn new(is_terminal: bool) -> Self {
        if is_terminal { Self::Raw } else { Self::Framed(BytesMut::new()) }
    }

    /// Takes a piece and returns the frames that are complete with it.
    pub(crate) fn push(&mut self, piece: Bytes) -> Vec<(LogStream, Bytes)> {
        match self {
            Self::Raw if piece.is_empty() => Vec::new(),
            Self::Raw => vec![(LogStream::Stdout, piece)],
            Self::Framed(buffer) => {
                buffer.extend_from_slice(&piece);
                std::iter::from_fn(|| next_frame(buffer)).collect()
            }
        }
    }

    /// Whether the stream ended inside a frame: the connection broke.
    pub(crate) fn is_torn(&self) -> bool {
        matches!(self, Self::Framed(buffer) if !buffer.is_empty())
    }
}

fn next_frame(buffer: &mut BytesMut) -> Option<(LogStream, Bytes)> {
    let length = buffer.get(4..HEADER)?;
    let length = length.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
    if buffer.len() < HEADER + length {
        buffer.reserve(HEADER + length - buffer.len());
        return None;
    }
    let stream = if buffer[0] == 2 { LogStream::Stderr } else { LogStream::Stdout };
    buffer.advance(HEADER);
    Some((stream, buffer.split_to(length).freeze()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(stream: u8, text: &str) -> Vec<u8> {
        let length = u32::try_from(text.len()).unwrap().to_be_bytes();
        [&[stream, 0, 0, 0], length.as_slice(), text.as_bytes()].concat()
    }

    #[test]
    fn finds_frames_wherever_the_pieces_are_cut() {
        let bytes = [frame(1, "out"), frame(2, "err"), frame(1, "")].concat();
        for size in 1..bytes.len() {
            let mut demultiplexer = Demultiplexer::new(false);
            let frames: Vec<_> = bytes
                .chunks(size)
                .flat_map(|piece| demultiplexer.push(Bytes::copy_from_slice(piece)))
                .collect();
            let expected =
                [(LogStream::Stdout, "out"), (LogStream::Stderr, "err"), (LogStream::Stdout, "")];
            assert_eq!(frames, expected.map(|(stream, text)| (stream, Bytes::from(text))));
            assert!(!demultiplexer.is_torn());
        }
    }

    #[test]
    fn an_incomplete_frame_is_torn() {
        let mut demultiplexer = Demultiplexer::new(false);
        assert!(demultiplexer.push(Bytes::from(frame(1, "abc")[..9].to_vec())).is_empty());
        assert!(demultiplexer.is_torn());
    }

    #[test]
    fn a_terminal_s_bytes_pass_as_they_are() {
        let bytes = Bytes::from_static(&[1, 0, 0, 0, 9]);
        let frames = Demultiplexer::new(true).push(bytes.clone());
        assert_eq!(frames, [(LogStream::Stdout, bytes)]);
    }
}
