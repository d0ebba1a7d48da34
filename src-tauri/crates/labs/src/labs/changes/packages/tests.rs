use slipway_engine::containers::{ChangeKind, FileChange};

use super::{Packages, joined, normal, recorded};

const SITE: &str = "/opt/venv/lib/python3.11/site-packages";

fn change(kind: ChangeKind, path: &str) -> FileChange {
    FileChange {
        path: path.replace("SITE", SITE),
        kind,
    }
}

fn added(path: &str) -> FileChange {
    change(ChangeKind::Added, path)
}

fn told(changes: &[FileChange]) -> Vec<(String, String, Option<String>, ChangeKind, bool)> {
    Packages::of(changes)
        .all
        .into_iter()
        .map(|one| (one.name, one.version, one.was, one.change, one.conda))
        .collect()
}

#[test]
fn packages_have_names_and_versions() {
    let told = told(&[
        added("SITE/pandas-2.0.3.dist-info"),
        added("SITE/pandas-2.0.3.dist-info/METADATA"),
        change(ChangeKind::Removed, "SITE/pandas-1.5.3.dist-info"),
        change(ChangeKind::Removed, "SITE/seaborn-0.12.0.dist-info"),
        change(ChangeKind::Changed, "SITE/numpy-1.26.0.dist-info"),
        added("SITE/old_thing-3-py3.11.egg-info"),
        added("SITE/develop.egg-info"),
        added("SITE/~ip-1.dist-info"),
        added("/opt/conda/conda-meta/r-base-4.3.1-h1_2.json"),
        added("/opt/conda/conda-meta/history"),
    ]);
    insta::assert_debug_snapshot!(told);
}

#[test]
fn what_conda_describes_twice_is_one_package() {
    let told = told(&[
        added("/opt/conda/conda-meta/xgboost-2.1.1-py312_0.json"),
        added("/opt/conda/lib/python3.12/site-packages/xgboost-2.1.1.dist-info"),
        added("/opt/venv/lib/python3.12/site-packages/xgboost-1.0.dist-info"),
    ]);
    let names: Vec<(&str, bool)> = told
        .iter()
        .map(|(_, version, _, _, conda)| (version.as_str(), *conda))
        .collect();
    assert_eq!(names, [("2.1.1", true), ("1.0", false)]);
}

#[test]
fn files_belong_to_a_package_by_name_and_then_by_its_list() {
    let mut packages = Packages::of(&[
        added("SITE/scikit_learn-1.5.0.dist-info"),
        added("SITE/six-1.16.0.dist-info"),
    ]);
    let of = |packages: &Packages, path: &str| {
        packages
            .of_path(&path.replace("SITE", SITE))
            .map(|number| packages.all[number as usize].name.clone())
    };
    assert_eq!(of(&packages, "SITE/six.py").as_deref(), Some("six"));
    assert_eq!(
        of(&packages, "SITE/__pycache__/six.cpython-311.pyc").as_deref(),
        Some("six")
    );
    assert_eq!(
        of(&packages, "SITE/scikit_learn.libs/x.so").as_deref(),
        Some("scikit_learn")
    );
    assert_eq!(of(&packages, "SITE/sklearn/base.py"), None, "not guessed");
    assert_eq!(of(&packages, "/root/six.py"), None);

    let number = packages
        .all
        .iter()
        .position(|one| one.name == "scikit_learn")
        .unwrap();
    packages.list(
        u32::try_from(number).unwrap(),
        b"sklearn/base.py,sha256=x,10\n../../../bin/learn,,\n\"sklearn/a, b.py\",,\n../../../../../../../../etc/passwd,,\n",
    );
    assert_eq!(
        of(&packages, "SITE/sklearn/base.py").as_deref(),
        Some("scikit_learn")
    );
    assert_eq!(
        of(&packages, "SITE/sklearn/__pycache__/base.pyc").as_deref(),
        Some("scikit_learn"),
        "by its folder"
    );
    assert_eq!(
        of(&packages, "/opt/venv/bin/learn").as_deref(),
        Some("scikit_learn")
    );
    assert_eq!(of(&packages, "/etc/passwd"), None, "out of the root");
}

#[test]
fn the_small_rules_hold() {
    assert_eq!(normal("Ruamel.Yaml__x-Y"), "ruamel-yaml-x-y");
    assert_eq!(recorded(",,"), None);
    assert_eq!(recorded("\"broken").as_deref(), None);
    assert_eq!(joined("/a/b", "./../c//d").as_deref(), Some("/a/c/d"));
    assert_eq!(joined("/a", "../../b"), None);
}
