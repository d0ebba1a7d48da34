//! Extended attributes: there and back, byte for byte.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use slipway_contents::backup::BackupCheck;

use super::super::{Room, bed, fill};
use super::look;

/// Where the engine keeps a volume, if this test may look there.
fn folder_of(volume: &str) -> Option<PathBuf> {
    let folder = bed()
        .docker(&["volume", "inspect", "-f", "{{.Mountpoint}}", volume])
        .unwrap();
    let folder = PathBuf::from(folder.trim());
    std::fs::read_dir(&folder).is_ok().then_some(folder)
}

/// Attributes of a user, by name.
fn attributes(path: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found: Vec<_> = xattr::list(path)
        .unwrap()
        .filter(|name| name.as_bytes().starts_with(b"user."))
        .map(|name| {
            let value = xattr::get(path, &name).unwrap().unwrap();
            (name.as_bytes().to_vec(), value)
        })
        .collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn extended_attributes_come_back_byte_for_byte() {
    fill(
        "attr-vol",
        "mkdir -p churn/deep; printf 1 > churn/a.csv; printf 2 > churn/deep/b; printf 3 > plain; chmod 400 churn/deep/b; chown -R 1000:100 churn",
    );
    let Some(folder) = folder_of("attr-vol") else {
        println!("not tested: this test may not look into the engine's folder");
        return;
    };
    let set: [(&str, &str, Vec<u8>); 6] = [
        ("churn/a.csv", "user.mime_type", b"text/csv".to_vec()),
        (
            "churn/a.csv",
            "user.xdg.origin.url",
            "https://x.example/ä?a=b".into(),
        ),
        ("churn/a.csv", "user.bytes", (0..=255).collect()),
        ("churn/deep/b", "user.lines", b"one\ntwo\n".to_vec()),
        ("churn", "user.note = 1", b"of a folder".to_vec()),
        ("", "user.of.the.volume", b"root".to_vec()),
    ];
    for (path, name, value) in &set {
        if let Err(error) = xattr::set(folder.join(path), name, value) {
            println!("not tested: this file system keeps no attributes ({error})");
            return;
        }
    }
    let paths = [
        "",
        "churn",
        "churn/a.csv",
        "churn/deep",
        "churn/deep/b",
        "plain",
    ];
    let before: Vec<_> = paths.map(|path| attributes(&folder.join(path))).into();
    assert_eq!(before.iter().flatten().count(), set.len());
    let modes = "find . -exec stat -c '%n %a %u:%g %Y' {} \\; | sort";
    let dressed = look("attr-vol", modes);

    let room = Room::new().await;
    let backup = room.kept("attr-vol").await;
    assert!(matches!(backup.check, BackupCheck::Good { .. }));
    room.unused("attr-vol").await;
    room.contents.remove_volume("attr-vol").await.unwrap();
    let job = room.restore_new(&backup.file, "attr-vol").await;
    let (_, cautions) = room.done(job).await;
    assert_eq!(cautions, Vec::<String>::new());
    let folder = folder_of("attr-vol").unwrap();
    let after: Vec<_> = paths.map(|path| attributes(&folder.join(path))).into();
    assert_eq!(after, before);
    assert_eq!(look("attr-vol", modes), dressed);

    // A clone has them too.
    let job = room
        .contents
        .clone_volume("attr-vol", "attr-clone")
        .await
        .unwrap();
    room.done(job).await;
    let folder = folder_of("attr-clone").unwrap();
    let cloned: Vec<_> = paths.map(|path| attributes(&folder.join(path))).into();
    assert_eq!(cloned, before);
}

/// They are in the manifest by their sum.
#[tokio::test(flavor = "multi_thread")]
async fn an_attribute_that_differs_is_damage() {
    fill("attr-lie", "printf 1 > a");
    let Some(folder) = folder_of("attr-lie") else {
        println!("not tested: this test may not look into the engine's folder");
        return;
    };
    if let Err(error) = xattr::set(folder.join("a"), "user.who", b"the truth") {
        println!("not tested: this file system keeps no attributes ({error})");
        return;
    }
    let room = Room::new().await;
    let backup = room.kept("attr-lie").await;
    let path = room.backups_folder().join(&backup.file);
    let mut tar = zstd::decode_all(std::fs::File::open(&path).unwrap()).unwrap();
    let at = tar
        .windows(9)
        .position(|bytes| bytes == b"the truth")
        .unwrap();
    tar[at..at + 9].copy_from_slice(b"all a lie");
    std::fs::write(&path, zstd::encode_all(&tar[..], 3).unwrap()).unwrap();
    let job = room.contents.verify_backup(&backup.file).await.unwrap();
    let problem = room.failed(job).await;
    assert_eq!(problem.message, "a is not as it was written down.");
}
