use super::*;

#[test]
fn no_flag_stands_twice() {
    let mut longs: Vec<&str> = FLAGS.iter().map(|flag| flag.long).collect();
    let mut shorts: Vec<char> = FLAGS.iter().filter_map(|flag| flag.short).collect();
    let (all, letters) = (longs.len(), shorts.len());
    longs.sort_unstable();
    longs.dedup();
    shorts.sort_unstable();
    shorts.dedup();
    assert_eq!((longs.len(), shorts.len()), (all, letters));
}

#[expect(
    clippy::disallowed_methods,
    reason = "Docker's own help is the judge of the table"
)]
#[test]
fn docker_lists_no_flag_that_the_table_lacks() {
    let Ok(help) = std::process::Command::new("docker")
        .args(["run", "--help"])
        .output()
    else {
        return;
    };
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let mut seen = 0;
    for line in help.lines() {
        let line = line.trim_start();
        let (letter, line) = match line.strip_prefix('-') {
            Some(rest) if !rest.starts_with('-') => (
                rest.chars().next(),
                rest.split_once(", ").map_or("", |(_, long)| long),
            ),
            _ => (None, line),
        };
        let Some(rest) = line.strip_prefix("--") else {
            continue;
        };
        let mut words = rest.splitn(2, ' ');
        let name = words.next().unwrap_or_default();
        let kind = words.next().unwrap_or_default();
        let flag = by_long(name).unwrap_or_else(|| panic!("the table lacks --{name}"));
        assert_eq!(flag.value, !kind.starts_with(' '), "the arity of --{name}");
        assert_eq!(flag.short, letter, "the short form of --{name}");
        seen += 1;
    }
    assert!(help.is_empty() || seen > 90, "the help was read: {seen}");
}
