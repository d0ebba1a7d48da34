//! The program that looks into volumes, as bytes.
//!
//! It runs in Linux containers whatever the app runs on, so it is not built with the app but for it: this
//! crate's build script runs cargo once more, for each Linux target whose standard library is installed.
//! The programs are kept under the workspace's target folder, so that checking, testing and releasing
//! build them once. Where none could be built, [`PROGRAMS`] is empty and places are looked into through
//! the engine's archive.

/// The programs, by what Docker calls the processor: `amd64`, `arm64`.
pub const PROGRAMS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/programs.rs"));

/// The program for a processor, as Docker calls it.
pub fn program(architecture: &str) -> Option<&'static [u8]> {
    PROGRAMS
        .iter()
        .find(|(name, _)| *name == architecture)
        .map(|(_, program)| *program)
}

#[cfg(test)]
mod tests {
    use super::{PROGRAMS, program};

    /// Little enough to be sent to an engine over a slow line. With musl it has less than 1.5 MB; the
    /// static half of glibc adds 0.8 MB.
    const MOST_BYTES: usize = 2_500_000;

    #[test]
    fn each_program_is_small_and_needs_no_other_file() {
        for (architecture, bytes) in PROGRAMS {
            assert!(bytes.starts_with(b"\x7fELF"), "{architecture} is a program");
            assert!(
                bytes.len() <= MOST_BYTES,
                "{architecture} has {} bytes",
                bytes.len()
            );
            assert!(
                !interpreted(bytes),
                "{architecture} would need a loader, which its image does not have"
            );
        }
    }

    /// Whether an ELF file of 64 bits names a loader (a program header of type 3).
    fn interpreted(bytes: &[u8]) -> bool {
        let word = |at: usize, len: usize| {
            bytes[at..at + len]
                .iter()
                .rev()
                .fold(0usize, |sum, byte| sum << 8 | usize::from(*byte))
        };
        let (table, size, count) = (word(32, 8), word(54, 2), word(56, 2));
        (0..count).any(|header| word(table + header * size, 4) == 3)
    }

    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    #[test]
    fn a_computer_with_linux_has_the_one_for_itself() {
        assert!(
            program("amd64").is_some(),
            "the build script found no target"
        );
    }
}
