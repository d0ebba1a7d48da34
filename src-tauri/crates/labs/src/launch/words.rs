//! Times and sizes as the launch says them (DESIGN.md, section 9).

use slipway_engine::Bytes;

/// "0.6 s", "21 s", "1 min 19 s"
pub(crate) fn duration(milliseconds: i64) -> String {
    let milliseconds = milliseconds.max(0);
    let seconds = milliseconds / 1_000;
    if seconds < 10 {
        let tenths = (milliseconds + 50) / 100;
        return format!("{}.{} s", tenths / 10, tenths % 10);
    }
    if seconds < 60 {
        format!("{seconds} s")
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

/// "512 kB", "1.9 GB": decimal, as registries and disks count.
pub(crate) fn size(bytes: Bytes) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut unit = 0;
    let mut scale: u64 = 1;
    while bytes.0 / scale >= 1_000 && unit + 1 < UNITS.len() {
        scale *= 1_000;
        unit += 1;
    }
    let whole = bytes.0 / scale;
    let name = UNITS.get(unit).copied().unwrap_or("TB");
    if unit == 0 || whole >= 100 {
        return format!("{whole} {name}");
    }
    let tenths = (bytes.0 % scale) * 10 / scale;
    format!("{whole}.{tenths} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_read_well() {
        assert_eq!(duration(600), "0.6 s");
        assert_eq!(duration(21_400), "21 s");
        assert_eq!(duration(79_000), "1 min 19 s");
        assert_eq!(size(Bytes(999)), "999 B");
        assert_eq!(size(Bytes(1_940_000_000)), "1.9 GB");
        assert_eq!(size(Bytes(512_000)), "512 kB");
    }
}
