//! As much of HTTP/1.1 as a proxy must know: where a head ends, and where its body ends.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;

/// A head, byte for byte.
#[derive(Debug)]
pub(super) struct Head {
    bytes: Vec<u8>,
}

/// What a head stands before.
#[derive(Debug)]
pub(super) enum Message<'a> {
    /// A request: no length means no body.
    Request,
    /// An answer: no length means a body up to the end of the connection.
    Answer {
        /// Method of the request that it answers.
        to: &'a str,
    },
}

/// How the end of a body is told.
#[derive(Debug, PartialEq, Eq)]
enum Body {
    Length(u64),
    Chunks,
    UntilEnd,
}

impl Head {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn method(&self) -> String {
        self.word(0)
    }

    pub(super) fn target(&self) -> String {
        self.word(1)
    }

    /// Whether the connection is a pair of streams after this answer.
    pub(super) fn is_upgrade(&self) -> bool {
        self.word(1) == "101"
    }

    /// A word of the first line.
    fn word(&self, index: usize) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        let line = text.lines().next().unwrap_or_default();
        line.split(' ').nth(index).unwrap_or_default().to_owned()
    }

    fn header(&self, wanted: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.bytes);
        let fields = text.lines().skip(1).filter_map(|line| line.split_once(':'));
        let mut found = fields.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.next().map(|(_, value)| value.trim().to_owned())
    }

    fn body(&self, message: &Message<'_>) -> Body {
        if let Message::Answer { to } = message
            && (*to == "HEAD" || matches!(self.word(1).as_str(), "204" | "304"))
        {
            return Body::Length(0);
        }
        if self.header("transfer-encoding").is_some_and(|it| it.eq_ignore_ascii_case("chunked")) {
            return Body::Chunks;
        }
        let length = self.header("content-length").and_then(|it| it.parse().ok());
        match (length, message) {
            (Some(length), _) => Body::Length(length),
            (None, Message::Request) => Body::Length(0),
            (None, Message::Answer { .. }) => Body::UntilEnd,
        }
    }
}

/// One direction of a connection.
pub(super) struct Reader(BufReader<UnixStream>);

impl Reader {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self(BufReader::new(stream))
    }

    /// Reads a head; `None` when the other side has hung up between two messages.
    pub(super) fn head(&mut self) -> io::Result<Option<Head>> {
        let mut bytes = Vec::new();
        loop {
            let before = bytes.len();
            if self.0.read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            if matches!(&bytes[before..], b"\r\n" | b"\n") {
                return Ok(Some(Head { bytes }));
            }
        }
    }

    /// Passes the body behind a head on, as it comes.
    pub(super) fn pass_body(
        &mut self,
        message: &Message<'_>,
        head: &Head,
        to: &mut UnixStream,
    ) -> io::Result<()> {
        match head.body(message) {
            Body::Length(length) => self.pass(length, to),
            Body::UntilEnd => self.pass_rest(to),
            Body::Chunks => self.pass_chunks(to),
        }
    }

    /// Passes everything on that comes until the other side has said all.
    pub(super) fn pass_rest(&mut self, to: &mut UnixStream) -> io::Result<()> {
        loop {
            let piece = self.0.fill_buf()?;
            if piece.is_empty() {
                return Ok(());
            }
            to.write_all(piece)?;
            let length = piece.len();
            self.0.consume(length);
        }
    }

    fn pass(&mut self, length: u64, to: &mut UnixStream) -> io::Result<()> {
        let passed = io::copy(&mut Read::take(&mut self.0, length), to)?;
        if passed == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Chunks are `size in hexadecimal`, data, an empty line; the last one has no data, and may
    /// be followed by more headers.
    fn pass_chunks(&mut self, to: &mut UnixStream) -> io::Result<()> {
        loop {
            let line = self.line(to)?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            let size = u64::from_str_radix(digits, 16)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            if size == 0 {
                while !self.line(to)?.trim().is_empty() {}
                return Ok(());
            }
            self.pass(size + 2, to)?;
        }
    }

    fn line(&mut self, to: &mut UnixStream) -> io::Result<String> {
        let mut bytes = Vec::new();
        if self.0.read_until(b'\n', &mut bytes)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        to.write_all(&bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Shutdown;
    use std::thread;

    const REQUEST: Message<'_> = Message::Request;

    fn head(text: &str) -> Head {
        Head { bytes: text.as_bytes().to_vec() }
    }

    /// What a reader passes on of a body, and what it finds behind it.
    fn passed(stream: &'static str, message: &Message<'_>) -> (String, Option<String>) {
        let (mut writer, source) = UnixStream::pair().unwrap();
        let (mut to, mut sink) = UnixStream::pair().unwrap();
        writer.write_all(stream.as_bytes()).unwrap();
        writer.shutdown(Shutdown::Write).unwrap();
        let reading = thread::spawn(move || {
            let mut text = String::new();
            sink.read_to_string(&mut text).unwrap();
            text
        });
        let mut reader = Reader::new(source);
        let head = reader.head().unwrap().unwrap();
        reader.pass_body(message, &head, &mut to).unwrap();
        drop(to);
        let next = reader.head().unwrap().map(|head| head.target());
        (reading.join().unwrap(), next)
    }

    #[test]
    fn finds_the_next_message_behind_a_body_of_known_length() {
        let stream = "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n";
        assert_eq!(passed(stream, &REQUEST), ("abc".into(), Some("/b".into())));
    }

    #[test]
    fn finds_the_next_message_behind_chunks() {
        let stream = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
                      3\r\nabc\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\n";
        assert_eq!(passed(stream, &REQUEST), ("3\r\nabc\r\n0\r\n\r\n".into(), Some("/b".into())));
    }

    #[test]
    fn an_answer_without_a_length_goes_on_until_the_connection_ends() {
        let stream = "HTTP/1.1 200 OK\r\n\r\nabc";
        assert_eq!(passed(stream, &Message::Answer { to: "GET" }), ("abc".into(), None));
    }

    #[test]
    fn some_answers_have_no_body_whatever_their_headers_say() {
        let bodiless = head("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
        assert_eq!(bodiless.body(&Message::Answer { to: "POST" }), Body::Length(0));
        let ping = head("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
        assert_eq!(ping.body(&Message::Answer { to: "HEAD" }), Body::Length(0));
        assert_eq!(ping.body(&Message::Answer { to: "GET" }), Body::Length(2));
    }

    #[test]
    fn an_upgrade_is_recognised_by_its_status() {
        assert!(head("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n").is_upgrade());
        assert!(!head("HTTP/1.1 200 OK\r\n\r\n").is_upgrade());
    }
}
