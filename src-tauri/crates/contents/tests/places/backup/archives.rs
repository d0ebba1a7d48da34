//! Archives of other programs, and those that were damaged.

use slipway_contents::backup::{BackupCheck, RestoreTarget};

use super::super::{Room, fill};
use super::{all_of, look, look_beside};

/// What tar keeps of a folder's files: all but the fractions of seconds that older formats have none for.
const KEPT: &str = r"
    find . -mindepth 1 -exec stat -c '%n|%F|%a|%u|%g|%Y' {} \; | sort
    find . -type f -exec sha256sum {} \; | sort
    find . -type l -exec readlink {} \; | sort
";

#[tokio::test(flavor = "multi_thread")]
async fn tars_made_by_hand_are_restored() {
    fill("guide-vol", super::WORK);
    let room = Room::new().await;
    let made = room.folder.path().join("made");
    std::fs::create_dir(&made).unwrap();
    look_beside(
        "guide-vol",
        &made,
        r"
        rm $(printf 'bad\377name'); rm holes; chown 1000:100 nothing
        tar cf - -C /v . | /bin/busybox gzip > /out/dotted.tar.gz
        tar cf /out/plain.tar -- *
        cd / && tar cf - v | /bin/busybox gzip > /out/folder.tgz
        ",
    );
    let kept = look("guide-vol", KEPT);
    for (file, top) in [
        ("dotted.tar.gz", None),
        ("plain.tar", None),
        ("folder.tgz", Some("v")),
    ] {
        let added = room.added(made.join(file)).await;
        assert_eq!(added, file);
        let preview = room.preview(&added).await;
        assert_eq!(preview.backup.remark, "Made by another program");
        assert_eq!(preview.backup.unpacked, None);
        assert_eq!(preview.top_folder.as_deref(), top, "{file}");
        assert_eq!(
            preview.brought_back.files, 12,
            "{file}: {:?}",
            preview.brought_back.first
        );
        assert_eq!(preview.refused.files, 0);
        let name = preview.free_name.clone();
        let job = room.restore_new(&added, &name).await;
        room.done(job).await;
        assert_eq!(look(&name, KEPT), kept, "{file}");
        let job = room.contents.verify_backup(&added).await.unwrap();
        let (summary, _) = room.done(job).await;
        assert!(
            summary.starts_with("It can be read to its end"),
            "{summary}"
        );
    }
    let refused = room
        .contents
        .restore("plain.tar", RestoreTarget::SameVolume)
        .await
        .unwrap_err();
    assert!(refused.hint.is_some_and(|hint| hint.contains("new volume")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_backup_is_refused() {
    let room = Room::new().await;
    let file = room.folder.path().join("notes.tar");
    for bytes in [
        &b""[..],
        b"just a text",
        &[0; 4096],
        b"\x28\xb5\x2f\xfdgarbage",
        b"\x1f\x8bgarbage",
    ] {
        std::fs::write(&file, bytes).unwrap();
        let refused = room.contents.add_backup(file.clone()).await.unwrap_err();
        assert_eq!(refused.title, "notes.tar is no backup.", "{bytes:?}");
    }
    let folder = room
        .contents
        .add_backup(room.folder.path().to_path_buf())
        .await;
    assert!(folder.is_err());
    assert!(super::in_folder(&room.backups_folder()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_found_and_nothing_is_restored_from_it() {
    fill("hurt-vol", super::WORK);
    let before = all_of("hurt-vol");
    let room = Room::new().await;
    let backup = room.kept("hurt-vol").await;
    let path = room.backups_folder().join(&backup.file);
    let whole = std::fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    let middle = whole.len() / 2;
    flipped[middle] ^= 0x10;
    let cut = whole[..whole.len() * 2 / 3].to_vec();
    for (bytes, what) in [
        (flipped, "changed after it was written"),
        (cut, "ends too early"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let job = room.contents.verify_backup(&backup.file).await.unwrap();
        let problem = room.failed(job).await;
        assert!(problem.message.contains(what), "{problem}");
        let BackupCheck::Bad { what: told, .. } = room.newest("hurt-vol").await.check else {
            panic!("it is remembered as damaged");
        };
        assert_eq!(told, problem.message);
        room.unused("hurt-vol").await;
        let job = room
            .contents
            .restore(&backup.file, RestoreTarget::SameVolume)
            .await
            .unwrap();
        assert!(room.failed(job).await.title.ends_with("is damaged."));
        let job = room.restore_new(&backup.file, "hurt-new").await;
        room.failed(job).await;
        assert!(
            !super::volumes().contains(&"hurt-new".to_owned()),
            "it was removed again"
        );
        assert_eq!(all_of("hurt-vol"), before);
    }
    std::fs::write(&path, whole).unwrap();
    let job = room.contents.verify_backup(&backup.file).await.unwrap();
    let (summary, _) = room.done(job).await;
    assert_eq!(summary, "14 files are as they were written down.");
}

/// A file whose bytes are others than the manifest says, packed anew so that every checksum fits.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_differs_from_the_manifest_is_named() {
    fill(
        "forged-vol",
        "printf 'the truth' > churn.csv; printf other > b",
    );
    let room = Room::new().await;
    let backup = room.kept("forged-vol").await;
    let path = room.backups_folder().join(&backup.file);
    let tar = zstd::decode_all(std::fs::File::open(&path).unwrap()).unwrap();
    let at = tar
        .windows(9)
        .position(|bytes| bytes == b"the truth")
        .unwrap();
    let mut forged = tar;
    forged[at..at + 9].copy_from_slice(b"all a lie");
    std::fs::write(&path, zstd::encode_all(&forged[..], 3).unwrap()).unwrap();
    let job = room.contents.verify_backup(&backup.file).await.unwrap();
    let problem = room.failed(job).await;
    assert_eq!(problem.message, "churn.csv is not as it was written down.");
}

/// What another program packed anew has no hint where the manifest lies, and is good all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_was_packed_anew_is_still_one() {
    fill("anew-vol", "mkdir a; printf 1 > a/b");
    let room = Room::new().await;
    let backup = room.kept("anew-vol").await;
    let tar =
        zstd::decode_all(std::fs::File::open(room.backups_folder().join(&backup.file)).unwrap())
            .unwrap();
    let anew = room.folder.path().join("anew.tar.zst");
    std::fs::write(&anew, zstd::encode_all(&tar[..], 1).unwrap()).unwrap();
    let file = room.added(anew).await;
    let preview = room.preview(&file).await;
    assert_eq!(preview.backup.volume.0, "anew-vol");
    assert_eq!((preview.same.files, preview.brought_back.files), (1, 0));
    let job = room.contents.verify_backup(&file).await.unwrap();
    assert_eq!(room.done(job).await.0, "1 file is as it was written down.");
}
