//! Output of a build: messages into lines, and the end of the step that failed.

use super::progress::PullProgress;
use serde::Deserialize;
use std::collections::VecDeque;

/// Lines of a failed step that a message keeps.
const KEPT_LINES: usize = 20;

/// One message of the builder.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct BuildMessage {
    stream: Option<String>,
    status: Option<String>,
    id: Option<String>,
    #[serde(rename = "progressDetail")]
    progress_detail: Option<bollard_stubs::models::ProgressDetail>,
    error: Option<String>,
}

/// Joins messages into lines.
#[derive(Default)]
pub(super) struct BuildOutput {
    pending: String,
    step: VecDeque<String>,
    pull: PullProgress,
}

impl BuildOutput {
    /// Takes a message and returns the lines that end with it.
    ///
    /// # Errors
    /// The end of the failed step's output and the builder's own words.
    pub(super) fn push(&mut self, message: BuildMessage) -> Result<Vec<String>, String> {
        if let Some(words) = message.error {
            return Err(self.failure(&words));
        }
        if message.status.is_some() {
            let info = bollard_stubs::models::CreateImageInfo {
                id: message.id,
                status: message.status,
                progress_detail: message.progress_detail,
                ..Default::default()
            };
            return Ok(self.pull.push(info).into_iter().collect());
        }
        self.pending.push_str(&message.stream.unwrap_or_default());
        let mut lines = Vec::new();
        while let Some(end) = self.pending.find('\n') {
            let line: String = self.pending.drain(..=end).collect();
            lines.extend(readable(&line));
        }
        for line in &lines {
            self.keep(line);
        }
        Ok(lines)
    }

    /// Returns what has no end of line at the end of the stream.
    pub(super) fn finish(&mut self) -> Option<String> {
        readable(&std::mem::take(&mut self.pending))
    }

    fn keep(&mut self, line: &str) {
        if line.starts_with("Step ") {
            self.step.clear();
        }
        self.step.push_back(line.to_owned());
        // The step itself stays on top.
        if self.step.len() > KEPT_LINES + 1 {
            self.step.remove(1);
        }
    }

    fn failure(&mut self, words: &str) -> String {
        if let Some(rest) = self.finish() {
            self.keep(&rest);
        }
        let mut lines: Vec<_> = self.step.drain(..).collect();
        lines.push(words.trim().to_owned());
        lines.join("\n")
    }
}

/// A progress bar overwrites its line: only what it showed last is of use.
fn readable(line: &str) -> Option<String> {
    let line = line.trim_end();
    let line = line.rsplit('\r').next().unwrap_or(line);
    (!line.trim().is_empty()).then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(text: &str) -> BuildMessage {
        BuildMessage { stream: Some(text.into()), ..Default::default() }
    }

    #[test]
    fn joins_pieces_into_lines() {
        let mut output = BuildOutput::default();
        assert!(output.push(stream("Step 1/2 : FR")).unwrap().is_empty());
        assert_eq!(
            output.push(stream("OM x\n\n a\r b\nrest")).unwrap(),
            ["Step 1/2 : FROM x", " b"]
        );
        assert_eq!(output.finish().as_deref(), Some("rest"));
    }

    #[test]
    fn a_failure_shows_the_end_of_its_step() {
        let mut output = BuildOutput::default();
        output.push(stream("Step 1/2 : FROM x\nearlier\nStep 2/2 : RUN y\n")).unwrap();
        for number in 0..100 {
            output.push(stream(&format!("line {number}\n"))).unwrap();
        }
        let error = BuildMessage { error: Some("code 1".into()), ..Default::default() };
        let message = output.push(error).unwrap_err();
        let lines: Vec<_> = message.lines().collect();
        assert_eq!((lines[0], lines[1]), ("Step 2/2 : RUN y", "line 80"));
        assert_eq!((lines[lines.len() - 2], lines[lines.len() - 1]), ("line 99", "code 1"));
    }
}
