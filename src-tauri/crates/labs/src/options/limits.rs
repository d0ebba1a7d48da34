//! What the lab may use: memory, processors, shared memory, graphics cards.

use slipway_engine::Bytes;
use slipway_engine::containers::GpuRequest;

use super::{Options, Page, quoted};
use crate::form::{GpuChoice, LaunchForm, typed_number};

/// Docker refuses less (`linuxMinMemory` of the engine).
pub(crate) const LEAST_MEMORY: u64 = 6 * 1024 * 1024;
/// Billionths of a processor; a hundredth is the least that the kernel shares out.
const PROCESSOR: u64 = 1_000_000_000;
const LEAST_PROCESSOR: u64 = PROCESSOR / 100;
/// The variable by which NVIDIA's runtime is told which cards it shows.
pub(crate) const VISIBLE_DEVICES: &str = "NVIDIA_VISIBLE_DEVICES";

/// A size as Docker takes it: `512m`, `1.5g`, `2GiB`, `1048576`; units are powers of 1024.
pub(crate) fn size(typed: &str) -> Option<Bytes> {
    let typed = typed.trim().to_ascii_lowercase();
    let digits = typed
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(typed.len());
    let (number, unit) = typed.split_at(digits);
    let factor: u64 = match unit.trim().trim_end_matches('b').trim_end_matches('i') {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        "t" => 1 << 40,
        _ => return None,
    };
    let billionths = billionths(number)?;
    let bytes = u128::from(factor) * u128::from(billionths) / u128::from(PROCESSOR);
    u64::try_from(bytes)
        .ok()
        .filter(|bytes| i64::try_from(*bytes).is_ok())
        .map(Bytes)
}

/// A decimal number as billionths: `1.5` is 1500000000.
fn billionths(typed: &str) -> Option<u64> {
    let (whole, part) = typed.split_once('.').unwrap_or((typed, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let part: String = part.chars().chain(std::iter::repeat('0')).take(9).collect();
    whole
        .checked_mul(PROCESSOR)?
        .checked_add(part.parse().ok()?)
}

pub(super) fn read(page: &mut Page, options: &mut Options) {
    memory(page, options);
    processors(page, options);
    shared_memory(page, options);
    gpu(page, options);
}

fn not_a_size(typed: &str) -> String {
    format!(
        "{} is not a size. Sizes look like 512m or 2g.",
        quoted(typed)
    )
}

fn memory(page: &mut Page, options: &mut Options) {
    let typed = page.form.advanced.memory.trim();
    if typed.is_empty() {
        return;
    }
    let none = page.fix("Set no limit", |form| form.advanced.memory.clear());
    match size(typed) {
        None => page.error("advanced.memory", not_a_size(typed), none),
        // For Docker, too, it means that there is no limit.
        Some(Bytes(0)) => page.error(
            "advanced.memory",
            "A lab needs some memory. Leave the field empty for no limit.",
            none,
        ),
        Some(Bytes(bytes)) if bytes < LEAST_MEMORY => {
            let fix = match typed_number(typed) {
                // A bare number was meant in a larger unit.
                Some(number) if number <= 64 => page.fix(format!("Use {number} GB"), |form| {
                    form.advanced.memory = format!("{number}g");
                }),
                Some(number) if number >= 6 => page.fix(format!("Use {number} MB"), |form| {
                    form.advanced.memory = format!("{number}m");
                }),
                _ => none,
            };
            page.error(
                "advanced.memory",
                "Docker gives a lab at least 6 MB of memory.",
                fix,
            );
        }
        Some(bytes) => options.spec.memory = Some(bytes),
    }
}

fn processors(page: &mut Page, options: &mut Options) {
    let typed = page.form.advanced.cpus.trim();
    if typed.is_empty() {
        return;
    }
    let none = page.fix("Set no limit", |form| form.advanced.cpus.clear());
    match billionths(typed) {
        None if billionths(&typed.replace(',', ".")).is_some() => {
            let point = typed.replace(',', ".");
            let fix = page.fix(format!("Use {point}"), |form| {
                form.advanced.cpus.clone_from(&point);
            });
            page.error(
                "advanced.cpus",
                "Docker wants a point in this number, not a comma.",
                fix,
            );
        }
        None => {
            let message = format!(
                "{} is not a number of processors. Type 2, or 1.5.",
                quoted(typed)
            );
            page.error("advanced.cpus", message, none);
        }
        Some(amount) if amount < LEAST_PROCESSOR => {
            page.error(
                "advanced.cpus",
                "A lab needs at least a hundredth of a processor: 0.01.",
                none,
            );
        }
        Some(amount) => match i64::try_from(amount) {
            Ok(amount) => options.spec.nano_cpus = Some(amount),
            Err(_) => page.error(
                "advanced.cpus",
                "No machine has that many processors.",
                none,
            ),
        },
    }
}

fn shared_memory(page: &mut Page, options: &mut Options) {
    let typed = page.form.advanced.shared_memory.trim();
    if typed.is_empty() {
        return;
    }
    let usual = page.fix("Use Docker’s own size", |form| {
        form.advanced.shared_memory.clear();
    });
    match size(typed) {
        Some(bytes) if bytes.0 > 0 => options.spec.shared_memory = Some(bytes),
        _ => page.error("advanced.sharedMemory", not_a_size(typed), usual),
    }
}

fn gpu(page: &mut Page, options: &mut Options) {
    let row = &page.form.advanced.gpu;
    let Some(request) = request(page) else { return };
    if !row.by_runtime {
        options.spec.gpu = Some(request);
        return;
    }
    options.spec.runtime = Some("nvidia".to_owned());
    let named = |(name, _): &(String, String)| name == VISIBLE_DEVICES;
    if options.spec.environment.iter().any(named) {
        return;
    }
    let visible = match request {
        GpuRequest::All => "all".to_owned(),
        GpuRequest::Count(count) => (0..count)
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
            .join(","),
        GpuRequest::Devices(ids) => ids.join(","),
    };
    options
        .spec
        .environment
        .push((VISIBLE_DEVICES.to_owned(), visible));
}

fn request(page: &mut Page) -> Option<GpuRequest> {
    let all = |form: &mut LaunchForm| form.advanced.gpu.choice = GpuChoice::All;
    let row = &page.form.advanced.gpu;
    match row.choice {
        GpuChoice::Nothing => None,
        GpuChoice::All => Some(GpuRequest::All),
        GpuChoice::Count => {
            // More than any machine holds, and a number that would only be a slip.
            let count = typed_number(&row.count).filter(|count| (1..=64).contains(count));
            if let Some(count) = count.and_then(|count| u32::try_from(count).ok()) {
                return Some(GpuRequest::Count(count));
            }
            let fix = page.fix("Give it all", all);
            page.error(
                "advanced.gpu.count",
                "Type how many graphics cards the lab gets: 1 or more.",
                fix,
            );
            None
        }
        GpuChoice::Chosen => {
            let ids: Vec<String> = row
                .devices
                .split(',')
                .map(|id| id.trim().to_owned())
                .collect();
            let good = |id: &String| {
                !id.is_empty()
                    && id.bytes().all(|byte| {
                        byte.is_ascii_alphanumeric()
                            || matches!(byte, b'-' | b':' | b'.' | b'_' | b'/' | b'=')
                    })
            };
            if ids.iter().all(good) {
                return Some(GpuRequest::Devices(ids));
            }
            let fix = page.fix("Give it all", all);
            page.error(
                "advanced.gpu.devices",
                "Type the cards’ numbers or ids with commas between: 0,2.",
                fix,
            );
            None
        }
    }
}
