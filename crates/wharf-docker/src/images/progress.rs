//! Progress of a pull: many messages per layer into few readable lines.

use bollard_stubs::models::CreateImageInfo;
use std::collections::BTreeMap;

const MIB: u64 = 1024 * 1024;

#[derive(Default, Clone, Copy)]
struct Layer {
    current: u64,
    total: u64,
    is_done: bool,
}

/// Folds messages; says something only when it would say something new.
#[derive(Default)]
pub(super) struct PullProgress {
    layers: BTreeMap<String, Layer>,
    last: String,
}

impl PullProgress {
    /// Takes a message and returns a line when it changes the picture.
    pub(super) fn push(&mut self, message: CreateImageInfo) -> Option<String> {
        let status = message.status.unwrap_or_default();
        let line = match message.id {
            Some(id) if self.note(&id, &status, message.progress_detail) => self.line(),
            Some(_) => return None,
            None => status,
        };
        if line.is_empty() || line == self.last {
            return None;
        }
        self.last.clone_from(&line);
        Some(line)
    }

    /// Whether the message is about a layer.
    fn note(
        &mut self,
        id: &str,
        status: &str,
        detail: Option<bollard_stubs::models::ProgressDetail>,
    ) -> bool {
        let is_layer = [
            "Pulling fs layer",
            "Waiting",
            "Downloading",
            "Verifying Checksum",
            "Download complete",
            "Extracting",
            "Pull complete",
            "Already exists",
        ];
        if !is_layer.contains(&status) {
            return false;
        }
        let layer = self.layers.entry(id.to_owned()).or_default();
        let number = |value: Option<i64>| value.and_then(|it| u64::try_from(it).ok());
        match status {
            "Downloading" => {
                let detail = detail.unwrap_or_default();
                layer.current = number(detail.current).unwrap_or(layer.current);
                layer.total = number(detail.total).unwrap_or(layer.total).max(layer.current);
            }
            "Verifying Checksum" | "Download complete" | "Extracting" => {
                layer.current = layer.total;
            }
            "Pull complete" | "Already exists" => {
                layer.current = layer.total;
                layer.is_done = true;
            }
            _ => {}
        }
        true
    }

    /// `3/7 layers, 40 MiB of 120 MiB`, in steps of a twentieth so that lines stay few.
    fn line(&self) -> String {
        let done = self.layers.values().filter(|layer| layer.is_done).count();
        let sum = |part: fn(&Layer) -> u64| self.layers.values().map(part).sum::<u64>();
        let (current, total) = (sum(|layer| layer.current), sum(|layer| layer.total));
        let layers = format!("{done}/{} layers", self.layers.len());
        if total < MIB {
            return layers;
        }
        let step = (total / 20).max(1);
        let shown = if current >= total { total } else { current / step * step };
        format!("{layers}, {} MiB of {} MiB", shown / MIB, total / MIB)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard_stubs::models::ProgressDetail;

    fn message(id: &str, status: &str, current: u64, total: u64) -> CreateImageInfo {
        let number = |value: u64| i64::try_from(value).ok().filter(|it| *it > 0);
        CreateImageInfo {
            id: (!id.is_empty()).then(|| id.into()),
            status: Some(status.into()),
            progress_detail: Some(ProgressDetail {
                current: number(current),
                total: number(total),
            }),
            ..Default::default()
        }
    }

    #[test]
    fn folds_layers_into_few_lines() {
        let mut progress = PullProgress::default();
        let mut lines = Vec::new();
        lines.extend(progress.push(message("latest", "Pulling from library/x", 0, 0)));
        for layer in ["a", "b"] {
            lines.extend(progress.push(message(layer, "Pulling fs layer", 0, 0)));
        }
        for step in 0..=100 {
            lines.extend(progress.push(message("a", "Downloading", step * MIB, 100 * MIB)));
        }
        lines.extend(progress.push(message("a", "Pull complete", 0, 0)));
        lines.extend(progress.push(message("b", "Already exists", 0, 0)));
        lines.extend(progress.push(message("", "Digest: sha256:c", 0, 0)));
        assert_eq!(
            lines[..4],
            [
                "0/1 layers",
                "0/2 layers",
                "0/2 layers, 0 MiB of 100 MiB",
                "0/2 layers, 5 MiB of 100 MiB"
            ]
        );
        assert_eq!(lines.last().unwrap(), "Digest: sha256:c");
        assert!(lines.contains(&"2/2 layers, 100 MiB of 100 MiB".into()));
        assert!(lines.len() < 30, "{lines:?}");
    }
}
