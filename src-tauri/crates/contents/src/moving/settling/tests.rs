use super::*;

fn ground() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let all = tempfile::tempdir().unwrap();
    let (aside, to) = (all.path().join("aside"), all.path().join("to"));
    std::fs::create_dir(&aside).unwrap();
    std::fs::create_dir(&to).unwrap();
    (all, aside, to)
}

fn file(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn folders_are_merged_and_taken_names_are_clashes() {
    let (_all, aside, to) = ground();
    file(&aside.join("data/new"), "new");
    file(&aside.join("data/same"), "coming");
    file(&aside.join("data/mixed/inner"), "coming");
    file(&to.join("data/same"), "there");
    file(&to.join("data/mixed"), "there");
    file(&to.join("data/other"), "other");
    let plan = look(&aside, &[("data".into(), to.join("data"))]).unwrap();
    assert_eq!(
        plan.moves,
        [Move {
            from: aside.join("data/new"),
            to: to.join("data/new"),
            replace: false
        }]
    );
    let clashes: Vec<_> = plan
        .clashes
        .iter()
        .map(|one| (one.to.clone(), one.mixed))
        .collect();
    assert_eq!(
        clashes,
        [(to.join("data/mixed"), true), (to.join("data/same"), false)]
    );
    let question = plan.clashes[1].conflict(&to, &to.join("data/same (2)"), 1);
    assert_eq!(
        (&*question.name, &*question.both_name),
        ("same", "same (2)")
    );
    assert_eq!(question.folder, "to/data");
    assert_eq!(question.there.size, Some(Bytes(5)));
}

#[cfg(unix)]
#[test]
fn nothing_goes_through_a_link_that_is_there() {
    let (all, aside, to) = ground();
    let outside = all.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, to.join("data")).unwrap();
    file(&aside.join("data/new"), "new");
    let plan = look(&aside, &[("data".into(), to.join("data"))]).unwrap();
    assert!(plan.moves.is_empty());
    assert!(plan.clashes[0].mixed, "a link is no folder");
    let moves = [Move {
        from: aside.join("data"),
        to: free(&to.join("data"), &HashSet::new()).unwrap(),
        replace: false,
    }];
    settle(&aside, &moves, &Cautions::default()).unwrap();
    assert_eq!(text(&to.join("data (2)/new")), "new");
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn all_is_renamed_or_nothing() {
    let (_all, aside, to) = ground();
    file(&aside.join("a"), "new a");
    file(&aside.join("b"), "new b");
    file(&to.join("a"), "old a");
    let one = |name: &str, replace| Move {
        from: aside.join(name),
        to: to.join(name),
        replace,
    };
    let moves = [one("a", true), one("b", false), one("gone", false)];
    assert!(settle(&aside, &moves, &Cautions::default()).is_err());
    assert_eq!(text(&to.join("a")), "old a");
    assert!(!to.join("b").exists());
    std::fs::remove_dir_all(aside.join(REPLACED)).unwrap();
    file(&aside.join("b"), "new b");
    let cautions = Cautions::default();
    settle(&aside, &moves[..2], &cautions).unwrap();
    assert_eq!(
        (text(&to.join("a")), text(&to.join("b"))),
        ("new a".into(), "new b".into())
    );
    assert!(cautions.told().is_empty());
}

#[test]
fn a_name_that_is_taken_in_the_last_moment_is_not_written_over() {
    let (_all, aside, to) = ground();
    file(&aside.join("a"), "coming");
    let plan = look(&aside, &[("a".into(), to.join("a"))]).unwrap();
    file(&to.join("a"), "there");
    let cautions = Cautions::default();
    let settled = settle(&aside, &plan.moves, &cautions).unwrap();
    assert_eq!(settled, [to.join("a (2)")]);
    assert_eq!(text(&to.join("a")), "there");
    assert!(cautions.has(Fate::TakenMeanwhile));
}
