//! Archives that were made to do harm.

use std::io::Write as _;
use std::path::Path;

use super::super::Room;
use super::look;

fn entry(
    archive: &mut tar::Builder<Vec<u8>>,
    name: &str,
    kind: tar::EntryType,
    link: &str,
    bytes: &[u8],
) {
    let mut header = tar::Header::new_gnu();
    let field = &mut header.as_old_mut().name;
    field[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    archive.append(&header, bytes).unwrap();
}

fn packed(path: &Path, tar: &[u8]) {
    let mut out = flate2::write::GzEncoder::new(
        std::fs::File::create(path).unwrap(),
        flate2::Compression::fast(),
    );
    out.write_all(tar).unwrap();
    out.finish().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_the_volume_and_what_could_is_named() {
    use tar::EntryType as Kind;
    let room = Room::new().await;
    let mut archive = tar::Builder::new(Vec::new());
    let add = entry;
    add(&mut archive, "good.txt", Kind::Regular, "", b"good");
    add(&mut archive, "../x", Kind::Regular, "", b"evil");
    add(&mut archive, "a/../../y", Kind::Regular, "", b"evil");
    add(&mut archive, "/etc/x", Kind::Regular, "", b"evil");
    add(&mut archive, "hard", Kind::Link, "/etc/passwd", b"");
    add(&mut archive, "hard2", Kind::Link, "../../etc/passwd", b"");
    add(&mut archive, "device", Kind::Char, "", b"");
    add(&mut archive, "pipe", Kind::Fifo, "", b"");
    add(&mut archive, "way", Kind::Symlink, "/", b"");
    add(&mut archive, "way/proof", Kind::Regular, "", b"evil");
    add(&mut archive, "up", Kind::Symlink, "..", b"");
    add(&mut archive, "up/proof", Kind::Regular, "", b"evil");
    add(&mut archive, "last.txt", Kind::Regular, "", b"last");
    let file = room.folder.path().join("evil.tar.gz");
    packed(&file, &archive.into_inner().unwrap());
    let file = room.added(file).await;
    let preview = room.preview(&file).await;
    let refused = [
        "../x",
        "/etc/x",
        "a/../../y",
        "device",
        "hard",
        "hard2",
        "pipe",
        "up/proof",
        "way/proof",
    ];
    assert_eq!(super::names_of(&preview.refused), refused);
    assert_eq!(
        super::names_of(&preview.brought_back),
        ["good.txt", "last.txt", "up", "way"]
    );
    let job = room.restore_new(&file, "evil-vol").await;
    let (_, cautions) = room.done(job).await;
    assert_eq!(
        cautions[0],
        "9 names could have left the volume, or cannot be in one, and were left out."
    );
    for name in refused {
        let told = format!("{name} was left out.");
        assert!(cautions.contains(&told), "{told}: {cautions:?}");
    }
    // The links themselves are files as others are; nothing was written through them.
    let there = look("evil-vol", "find . | sort; cat good.txt last.txt");
    assert_eq!(there, ".\n./good.txt\n./last.txt\n./up\n./way\ngoodlast");
    let mountpoint = super::bed()
        .docker(&["volume", "inspect", "-f", "{{.Mountpoint}}", "evil-vol"])
        .unwrap();
    let beside = Path::new(mountpoint.trim()).parent().unwrap();
    for name in ["x", "y", "proof"] {
        assert!(!beside.join(name).exists(), "{name} beside the volume");
        assert!(
            !Path::new("/").join(name).exists(),
            "{name} on this computer"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_unpacks_to_more_than_the_disk_is_refused_before_anything_is_written() {
    let room = Room::new().await;
    // Its header promises more than there is; what matters is that nothing believes it.
    let mut header = tar::Header::new_gnu();
    header.set_path("bomb").unwrap();
    header.set_mode(0o644);
    header.set_size(1 << 45);
    header.set_cksum();
    let file = room.folder.path().join("bomb.tar.gz");
    let mut bytes = header.as_bytes().to_vec();
    bytes.resize(1 << 20, 0);
    packed(&file, &bytes);
    let file = room.added(file).await;
    let refused = room
        .contents
        .preview_restore(&file, slipway_contents::backup::RestoreTarget::SameVolume)
        .await;
    assert!(refused.is_err());
    let job = room.restore_new(&file, "bomb-vol").await;
    room.failed(job).await;
    assert!(!super::volumes().contains(&"bomb-vol".to_owned()));
}
