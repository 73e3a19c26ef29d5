//! Durations, sizes and ids for people.

use std::time::Duration;

/// A duration that is over: `340ms`, `8.4s`, `2m03s`, `1h05m`, `3d04h`.
pub fn duration(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        return format!("{}ms", duration.as_millis());
    }
    clock(duration)
}

/// A duration that is going on, as [`duration()`] without milliseconds: `0.3s`.
pub fn clock(duration: Duration) -> String {
    let tenths = (duration.as_millis() + 50) / 100;
    if tenths < 600 {
        return format!("{}.{}s", tenths / 10, tenths % 10);
    }
    let seconds = tenths / 10;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match (hours, days) {
        (0, _) => format!("{minutes}m{:02}s", seconds % 60),
        (_, 0) => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{days}d{:02}h", hours % 24),
    }
}

/// A number of bytes in binary units: `512 B`, `1.2 GiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let bytes = u128::from(bytes);
    let mut unit_bytes = 1;
    let mut shown = String::new();
    for unit in UNITS {
        unit_bytes *= 1024;
        let tenths = (bytes * 10 + unit_bytes / 2) / unit_bytes;
        shown = format!("{}.{} {unit}", tenths / 10, tenths % 10);
        // 1023.95 KiB would be shown as 1024.0 KiB, so the rounded number decides.
        if tenths < 10240 {
            break;
        }
    }
    shown
}

/// The part of an id by which people know it: 12 characters, without the name of the hash.
pub fn short_id(id: &str) -> &str {
    let digits = id.strip_prefix("sha256:").unwrap_or(id);
    digits.get(..12).unwrap_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_get_coarser_as_they_grow() {
        let cases = [
            (0, "0ms"),
            (340, "340ms"),
            (999, "999ms"),
            (1000, "1.0s"),
            (8449, "8.4s"),
            (59_949, "59.9s"),
            (59_950, "1m00s"),
            (123_000, "2m03s"),
            (3_599_960, "1h00m"),
            (3_900_000, "1h05m"),
            (273_600_000, "3d04h"),
        ];
        for (milliseconds, expected) in cases {
            assert_eq!(duration(Duration::from_millis(milliseconds)), expected);
        }
        assert_eq!(clock(Duration::from_millis(340)), "0.3s");
    }

    #[test]
    fn sizes_are_binary_and_never_show_1024() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1_048_525, "1.0 MiB"),
            (1_288_490_189, "1.2 GiB"),
            (u64::MAX, "16.0 EiB"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(size(bytes), expected);
        }
    }

    #[test]
    fn ids_are_cut_to_twelve_characters() {
        assert_eq!(short_id("sha256:0123456789abcdef"), "0123456789ab");
        assert_eq!(short_id("0123456789abcdef"), "0123456789ab");
        assert_eq!(short_id("short"), "short");
    }
}
