//! What a program and everything that it started cost, read from `/proc`.

use std::collections::HashMap;
use std::path::Path;

/// A program with all its descendants, as they are now.
fn family(of: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // The parent is the second field behind the name, which stands in brackets and may hold anything.
        let parent = std::fs::read_to_string(entry.path().join("stat"))
            .ok()
            .and_then(|stat| {
                stat.rsplit_once(')')?
                    .1
                    .split_whitespace()
                    .nth(1)?
                    .parse()
                    .ok()
            });
        if let Some(parent) = parent {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut all = vec![of];
    let mut next = 0;
    while let Some(id) = all.get(next) {
        all.extend(children.get(id).into_iter().flatten());
        next += 1;
    }
    all
}

/// The memory of a family in megabytes, shared pages counted by their share.
pub fn memory(of: u32) -> f64 {
    let kibibytes: f64 = family(of)
        .into_iter()
        .filter_map(|id| {
            std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("smaps_rollup"))
                .ok()
        })
        .filter_map(|text| {
            text.lines().find_map(|line| {
                line.strip_prefix("Pss:")?
                    .trim()
                    .strip_suffix(" kB")?
                    .trim()
                    .parse::<f64>()
                    .ok()
            })
        })
        .sum();
    kibibytes / 1024.0
}

/// The processor time of a family so far, in seconds (a hundred ticks each on Linux).
pub fn processor_time(of: u32) -> f64 {
    let ticks: f64 = family(of)
        .into_iter()
        .filter_map(|id| {
            std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("stat")).ok()
        })
        .filter_map(|stat| {
            let fields: Vec<f64> = stat
                .rsplit_once(')')?
                .1
                .split_whitespace()
                .skip(11)
                .take(2)
                .filter_map(|field| field.parse().ok())
                .collect();
            Some(fields.iter().sum::<f64>())
        })
        .sum();
    ticks / 100.0
}
