//! Which symbolic links may be moved: those that cannot lead out of the folder that they are moved with.

/// Whether a link stays within, `depth` folders below the top of what is moved.
///
/// Going up is allowed at the beginning alone, where every folder on the way is a real one. A `..` after a
/// name goes up from wherever that name leads, which may be another link, and is refused.
pub(crate) fn stays(target: &[u8], depth: usize) -> bool {
    if target.is_empty() || target.starts_with(b"/") || target.contains(&0) {
        return false;
    }
    let mut up = 0;
    let mut down = false;
    for name in target.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." if down => return false,
            b".." => up += 1,
            _ => down = true,
        }
    }
    up <= depth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_nowhere_else() {
        for (target, depth, stays_in) in [
            ("b", 0, true),
            ("./b/c", 0, true),
            ("../b", 1, true),
            ("../../b", 2, true),
            ("../b", 0, false),
            ("../../b", 1, false),
            ("/etc/passwd", 5, false),
            ("", 5, false),
            ("b/../c", 5, false),
            ("..", 1, true),
            ("..//./..", 1, false),
            ("a\0b", 1, false),
        ] {
            assert_eq!(
                stays(target.as_bytes(), depth),
                stays_in,
                "{target} at {depth}"
            );
        }
    }
}
