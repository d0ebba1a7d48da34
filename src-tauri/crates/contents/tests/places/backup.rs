//! Keeping volumes safe: there and back, byte for byte.

mod archives;
mod attributes;
mod faults;
mod hostile;
mod pausing;
mod planning;
mod stopping;

use std::path::{Path, PathBuf};
use std::time::Duration;

use slipway_contents::backup::{
    AddedBackup, Backup, BackupCheck, RestoreGroup, RestorePreview, RestoreTarget,
};
use slipway_contents::jobs::{Job, JobId, JobState};
use slipway_engine::VolumeName;
use slipway_testbed::process::command;

use super::{IMAGE, Room, bed, fill};

impl Room {
    fn backups_folder(&self) -> PathBuf {
        self.folder.path().join("backups")
    }

    async fn knows(&self, volume: &str) {
        let name = VolumeName::from(volume);
        self.until("the volume", |snapshot| {
            snapshot.volumes.contains_key(&name)
        })
        .await;
    }

    /// Waits until no container is known to have the volume: those that looked into it have gone.
    async fn unused(&self, volume: &str) {
        self.until("nobody uses the volume", |snapshot| {
            let has = |mount: &slipway_engine::inventory::ContainerMount| mount.source == volume;
            !snapshot
                .containers
                .values()
                .any(|row| row.mounts.iter().any(has))
        })
        .await;
    }

    /// Waits for what a job shows.
    async fn shown_job(&self, id: JobId, what: &str, wanted: impl Fn(&Job) -> bool) -> Job {
        let mut jobs = self.contents.jobs();
        let list = super::shows(&mut jobs, what, |list| {
            list.jobs.iter().any(|job| job.id == id && wanted(job))
        })
        .await;
        list.jobs.into_iter().find(|job| job.id == id).unwrap()
    }

    async fn end_of(&self, id: JobId) -> JobState {
        self.shown_job(id, "the end of a job", Job::is_over)
            .await
            .state
    }

    /// The summary and the cautions.
    async fn done(&self, id: JobId) -> (String, Vec<String>) {
        match self.end_of(id).await {
            JobState::Done {
                summary, cautions, ..
            } => (summary, cautions),
            other => panic!("it is not done: {other:?}"),
        }
    }

    async fn failed(&self, id: JobId) -> slipway_contents::Problem {
        match self.end_of(id).await {
            JobState::Failed { problem } => problem,
            other => panic!("it has not failed: {other:?}"),
        }
    }

    /// Backs a volume up; the newest backup of it.
    async fn kept(&self, volume: &str) -> Backup {
        self.knows(volume).await;
        let id = self.contents.back_up(volume, false).unwrap();
        self.done(id).await;
        self.newest(volume).await
    }

    /// Brings a backup file from elsewhere; its name in the folder of backups.
    async fn added(&self, file: PathBuf) -> String {
        match self.contents.add_backup(file).await.unwrap() {
            AddedBackup::Here { file } => file,
            AddedBackup::Coming { job } => match self.end_of(job).await {
                JobState::Done { made, .. } => Path::new(&made.unwrap())
                    .file_name()
                    .unwrap()
                    .to_string_lossy()
                    .into_owned(),
                other => panic!("it is not there: {other:?}"),
            },
        }
    }

    async fn newest(&self, volume: &str) -> Backup {
        let found = self.contents.backups(Some(volume)).await.unwrap();
        found.backups.into_iter().next().unwrap()
    }

    async fn preview(&self, file: &str) -> RestorePreview {
        self.contents
            .preview_restore(file, RestoreTarget::SameVolume)
            .await
            .unwrap()
    }

    async fn restore_new(&self, file: &str, name: &str) -> JobId {
        let target = RestoreTarget::NewVolume {
            name: name.to_owned(),
        };
        self.contents.restore(file, target).await.unwrap()
    }
}

/// The names that are told of a group.
fn names_of(group: &RestoreGroup) -> Vec<&str> {
    group.first.iter().map(|file| file.name.as_str()).collect()
}

/// What a script prints that runs in a volume.
fn look(volume: &str, script: &str) -> String {
    look_beside(volume, Path::new("/tmp"), script)
}

/// As `look`, with a folder of this computer at `/out`.
fn look_beside(volume: &str, folder: &Path, script: &str) -> String {
    let (mount, out) = (format!("{volume}:/v"), format!("{}:/out", folder.display()));
    let arguments = [
        "run",
        "--rm",
        "--network",
        "none",
        "--user",
        "0",
        "--entrypoint",
        "/bin/busybox",
        "-v",
        &mount,
        "-v",
        &out,
        "-w",
        "/v",
        IMAGE,
        "sh",
        "-c",
        script,
    ];
    bed().docker(&arguments).unwrap()
}

/// Everything in a volume as another program sees it: kind, rights, owner, names of a file, time, bytes.
fn all_of(volume: &str) -> String {
    look(
        volume,
        r"
        find . -exec stat -c '%n|%F|%a|%u|%g|%y' {} \; | sort
        find . ! -type d -exec stat -c '%n|%h|%s' {} \; | sort
        find . -type f -exec sha256sum {} \; | sort
        find . -type l -exec readlink {} \; | sort
        ",
    )
}

fn volumes() -> Vec<String> {
    let listed = bed().docker(&["volume", "ls", "-q"]).unwrap();
    listed.lines().map(str::to_owned).collect()
}

fn in_folder(folder: &Path) -> Vec<String> {
    let Ok(read) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = read
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Odd names, owners, rights, times, links of both sorts, a hole, an empty folder, a deep path.
const WORK: &str = r#"
    mkdir -p churn/data "März 2025/日本" empty deep
    printf 'import pandas' > churn/a.ipynb
    dd if=/dev/urandom of=churn/data/big.bin bs=1024 count=700 2>/dev/null
    printf x > "$(printf 'new\nline')"; printf y > "$(printf 'bad\377name')"; printf z > '-rf * "q"'
    printf '' > nothing
    ln -s churn/a.ipynb link; ln -s /etc/passwd away; ln -s nowhere broken; ln -s .. "März 2025/up"
    ln churn/a.ipynb again; ln churn/a.ipynb "März 2025/日本/third"
    dd if=/dev/zero of=holes bs=1 count=1 seek=3000000 2>/dev/null
    p=deep; for i in 1 2 3 4 5 6 7 8 9; do p=$p/a-folder-with-quite-a-long-name-$i; done; mkdir -p $p; printf deep > $p/end
    chown -R 1000:100 churn; chown 70000:3000000 nothing; chown -h 1000:100 link
    chmod 4755 churn/data/big.bin; chmod 0 nothing; chmod 1777 empty; chmod 2750 churn
    touch -d '2001-02-03 04:05:06' churn/a.ipynb; touch -d '1999-12-31 23:59:59' empty
    chown 1000:100 .; chmod 775 .; touch -d '2020-02-02 02:02:02' .
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_that_was_deleted_comes_back_as_it_was() {
    bed()
        .docker(&[
            "volume",
            "create",
            "--label",
            "team=Käse & 日本",
            "--label",
            "io.slipway.lab=x",
            "safe-vol",
        ])
        .unwrap();
    fill("safe-vol", WORK);
    let before = all_of("safe-vol");
    let room = Room::new().await;
    let backup = room.kept("safe-vol").await;
    assert!(backup.file.starts_with("safe-vol 20"), "{}", backup.file);
    assert!(matches!(backup.check, BackupCheck::Good { .. }));
    assert_eq!(backup.files, Some(14));
    assert_eq!(in_folder(&room.backups_folder()), [backup.file.as_str()]);
    assert_eq!(all_of("safe-vol"), before, "it was only read");

    let path = room.backups_folder().join(&backup.file);
    let listed = command("tar")
        .arg("--zstd")
        .arg("-tf")
        .arg(&path)
        .output()
        .unwrap();
    assert!(
        listed.status.success(),
        "{}",
        String::from_utf8_lossy(&listed.stderr)
    );
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines[0], ".slipway-backup/head.json");
    assert_eq!(lines[lines.len() - 1], ".slipway-backup/manifest.jsonl");
    assert!(lines.contains(&"churn/a.ipynb"));

    room.unused("safe-vol").await;
    room.contents.remove_volume("safe-vol").await.unwrap();
    assert!(!volumes().contains(&"safe-vol".to_owned()));
    let job = room.restore_new(&backup.file, "safe-vol").await;
    let (summary, cautions) = room.done(job).await;
    assert_eq!(cautions, Vec::<String>::new());
    assert!(summary.ends_with("Compared with the backup."), "{summary}");
    similar_asserts(&all_of("safe-vol"), &before);
    let labels = bed()
        .docker(&["volume", "inspect", "-f", "{{json .Labels}}", "safe-vol"])
        .unwrap();
    let mut labels: serde_json::Value = serde_json::from_str(&labels).unwrap();
    labels.as_object_mut().unwrap().remove("io.slipway.made");
    assert_eq!(
        labels,
        serde_json::json!({"team": "Käse & 日本"}),
        "nobody else's label comes back"
    );
}

/// Shows the lines that differ, and not two screens of text.
fn similar_asserts(now: &str, before: &str) {
    let other: Vec<&str> = now.lines().filter(|line| !before.contains(*line)).collect();
    let missing: Vec<&str> = before.lines().filter(|line| !now.contains(*line)).collect();
    assert_eq!((other, missing), (Vec::new(), Vec::new()));
    assert_eq!(now, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_tar_unpacks_is_what_was_in_the_volume() {
    fill("tar-vol", WORK);
    let room = Room::new().await;
    let backup = room.kept("tar-vol").await;
    let folder = room.folder.path().join("out");
    std::fs::create_dir(&folder).unwrap();
    let unpacked = command("tar")
        .args(["--zstd", "--numeric-owner", "-xpf"])
        .arg(room.backups_folder().join(&backup.file))
        .arg("-C")
        .arg(&folder)
        .output()
        .unwrap();
    assert!(
        unpacked.status.success(),
        "{}",
        String::from_utf8_lossy(&unpacked.stderr)
    );
    assert_eq!(
        String::from_utf8_lossy(&unpacked.stderr),
        "",
        "nothing in it is strange to tar"
    );
    // Files alone: this test may not be root, and tar sets the folder's own time before its entries.
    let sums = "find . -type f ! -path './.slipway-backup/*' -exec sha256sum {} \\; | sort";
    let here = look_beside("tar-vol", &folder, &format!("cd /out; {sums}"));
    assert_eq!(here, look("tar-vol", sums));
}

/// Both sides say when they were changed.
fn says_when(preview: &RestorePreview) {
    let notebook = preview
        .replaced
        .first
        .iter()
        .find(|file| file.name == "churn/a.ipynb")
        .unwrap();
    assert_eq!(notebook.sort, slipway_contents::entry::FileSort::Notebooks);
    let of_backup = "2001-02-03T04:05:06Z".parse::<jiff::Timestamp>().unwrap();
    assert_eq!(
        notebook.kept.unwrap().0,
        of_backup.as_millisecond(),
        "as it was in the backup"
    );
    let mine = look("back-vol", "stat -c %Y churn/a.ipynb");
    let mine: i64 = mine.trim().parse().unwrap();
    assert_eq!(
        notebook.here.unwrap().0.div_euclid(1000),
        mine,
        "as it is here"
    );
    let sides = |group: &RestoreGroup| {
        let first = group.first.first().unwrap();
        (first.here.is_some(), first.kept.is_some())
    };
    assert_eq!(sides(&preview.brought_back), (false, true));
    assert_eq!(sides(&preview.only_here), (true, false));
    assert_eq!(sides(&preview.same), (true, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_brings_the_old_state_back_and_keeps_the_new_one() {
    fill("back-vol", WORK);
    let room = Room::new().await;
    let old = all_of("back-vol");
    let backup = room.kept("back-vol").await;
    fill(
        "back-vol",
        r"
        printf 'import polars' > churn/a.ipynb; rm churn/data/big.bin link
        mkdir new; printf 1 > new/one; printf 22 > new/two; rmdir empty; printf file > empty
        touch nothing; cp -p holes h; cat h > holes; rm h
        mkdir .slipway-trash; printf gone > .slipway-trash/x
        ",
    );
    let new = all_of("back-vol");
    room.unused("back-vol").await;
    let preview = room.preview(&backup.file).await;
    assert_eq!(preview.running, Vec::<String>::new());
    let told = |group: &RestoreGroup| {
        let names = names_of(group);
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        (group.files, group.bytes.0, names)
    };
    // All three names of the notebook are one file.
    let replaced = ["März 2025/日本/third", "again", "churn/a.ipynb", "holes"];
    let (files, _, names) = told(&preview.replaced);
    assert_eq!(
        (files, names.iter().map(String::as_str).collect()),
        (4, Vec::from(replaced))
    );
    let (files, bytes, names) = told(&preview.brought_back);
    assert_eq!((files, bytes), (2, 700 * 1024));
    assert_eq!(names, ["churn/data/big.bin", "link"]);
    assert_eq!(
        told(&preview.only_here),
        (
            3,
            7,
            ["empty", "new/one", "new/two"].map(str::to_owned).into()
        )
    );
    assert_eq!(told(&preview.refused).0, 0);
    assert_eq!(preview.same.files, 8, "{:?}", preview.same.first);
    says_when(&preview);
    // Looking at its times put a container on it.
    room.unused("back-vol").await;
    assert_eq!(preview.free_name, "back-vol-2");

    let job = room
        .contents
        .restore(&backup.file, RestoreTarget::SameVolume)
        .await
        .unwrap();
    let (_, cautions) = room.done(job).await;
    let restored = all_of("back-vol");
    let without_trash = |text: &str| {
        let lines = text.lines().filter(|line| !line.contains(".slipway-trash"));
        lines.collect::<Vec<_>>().join("\n")
    };
    similar_asserts(&without_trash(&restored), &without_trash(&old));
    assert_eq!(
        look("back-vol", "cat .slipway-trash/x; ls .slipway-trash"),
        "gonex\n"
    );

    room.unused("back-vol").await;
    let first = room.newest("back-vol").await;
    assert!(
        first.remark.starts_with("Made before the restore of "),
        "{first:?}"
    );
    assert!(
        cautions.iter().any(|caution| caution.contains(&first.file)),
        "{cautions:?}"
    );
    let job = room
        .contents
        .restore(&first.file, RestoreTarget::SameVolume)
        .await
        .unwrap();
    room.done(job).await;
    similar_asserts(&without_trash(&all_of("back-vol")), &without_trash(&new));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_that_runs_keeps_its_files_and_is_named() {
    fill("lab-vol", "printf 1 > a");
    let room = Room::new().await;
    let backup = room.kept("lab-vol").await;
    bed()
        .docker(&[
            "run",
            "-d",
            "--name",
            "busy-lab",
            "--entrypoint",
            "/bin/busybox",
            "-v",
            "lab-vol:/v",
            IMAGE,
            "sleep",
            "100000",
        ])
        .unwrap();
    room.until("the lab", |snapshot| {
        snapshot.containers.values().any(|row| {
            row.name == "busy-lab"
                && row.state == slipway_engine::inventory::ContainerState::Running
        })
    })
    .await;
    assert_eq!(room.preview(&backup.file).await.running, ["busy-lab"]);
    let refused = room
        .contents
        .restore(&backup.file, RestoreTarget::SameVolume)
        .await
        .unwrap_err();
    assert!(refused.title.contains("busy-lab"), "{refused}");
    bed().docker(&["rm", "-f", "busy-lab"]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_or_illegal_is_refused_at_its_field() {
    fill("name-vol", "printf 1 > a");
    let room = Room::new().await;
    let backup = room.kept("name-vol").await;
    for name in ["name-vol", "", "a b", "../x"] {
        let target = RestoreTarget::NewVolume {
            name: name.to_owned(),
        };
        let refused = room
            .contents
            .restore(&backup.file, target)
            .await
            .unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("name"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_a_file_of_the_folder_and_nothing_else() {
    fill("shelf-vol", "printf 1 > a");
    let room = Room::new().await;
    let backup = room.kept("shelf-vol").await;
    let outside = room.folder.path().join("outside.tar");
    std::fs::write(&outside, "mine").unwrap();
    std::os::unix::fs::symlink(&outside, room.backups_folder().join("link.tar")).unwrap();
    for name in [
        "../outside.tar",
        outside.to_str().unwrap(),
        "link.tar",
        "",
        ".",
    ] {
        assert!(room.contents.delete_backup(name).await.is_err(), "{name}");
        assert!(room.contents.verify_backup(name).await.is_err(), "{name}");
        assert!(room.contents.backup_path(name).is_err(), "{name}");
        assert!(
            room.contents
                .preview_restore(name, RestoreTarget::SameVolume)
                .await
                .is_err(),
            "{name}"
        );
    }
    assert_eq!(std::fs::read_to_string(&outside).unwrap(), "mine");
    let path = room.backups_folder().join(&backup.file);
    let away = room.folder.path().join("away.tar.zst");
    std::fs::rename(&path, &away).unwrap();
    assert_eq!(room.newest("shelf-vol").await.check, BackupCheck::Moved);
    let added = room.added(away.clone()).await;
    assert_eq!(added, "away.tar.zst");
    let again = room.added(away).await;
    assert_eq!(again, "away (2).tar.zst", "both are kept");
    let there = room.contents.backup_path(&added).unwrap();
    assert_eq!(there, room.backups_folder().join("away.tar.zst"));
    let same = room.added(there).await;
    assert_eq!(same, added, "what lies there already is not copied");
    room.contents.delete_backup(&backup.file).await.unwrap();
    room.contents.delete_backup(&again).await.unwrap();
    let shelf = room.contents.backups(Some("shelf-vol")).await.unwrap();
    let files: Vec<&str> = shelf.backups.iter().map(|one| one.file.as_str()).collect();
    assert_eq!(files, ["away.tar.zst"]);
    assert!(shelf.free.is_some_and(|free| free.0 > 0));
}

/// Waits for something outside of the app.
async fn until(what: &str, mut wanted: impl FnMut() -> bool) {
    let seen = tokio::time::timeout(Duration::from_mins(2), async {
        while !wanted() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    seen.await.unwrap_or_else(|_| panic!("never: {what}"));
}
