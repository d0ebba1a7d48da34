//! Archives: what is in them, without unpacking. A ZIP has a list at its end; a tar is a chain of
//! heads that is stepped along, and where it is compressed, it is unpacked into nothing up to a
//! limit. No name is followed and nothing is written.

use std::io::{BufReader, ErrorKind, Read};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use lzma_rust2::XzReader;
use slipway_engine::Bytes;

use crate::Result;

use super::reader::{Blocking, Reader, unreadable};
use super::table::{HeldRows, Rows};
use super::{Column, Sheet, line};

const TIME: Duration = Duration::from_mins(1);
/// How long a list is put together before it is shown as far as it goes.
const LISTING: Duration = Duration::from_secs(20);
const ENTRIES: usize = 100_000;
/// What a compressed tar may unpack to while its names are read.
const UNPACKED: u64 = 4 * 1024 * 1024 * 1024;
/// What unpacking may take of memory, in KiB: `xz -9` asks for half of it, and a file can ask for 4 GiB.
const MEMORY: u32 = 128 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Zip,
    Tar,
    TarGz,
    TarXz,
    TarZst,
}

/// The list of an archive.
pub struct Archive {
    pub rows: std::sync::Arc<dyn Rows>,
    pub sheet: Sheet,
    pub entries: u32,
    pub unpacked: Bytes,
    pub cautions: Vec<String>,
}

#[derive(Default)]
struct List {
    rows: Vec<Vec<Option<String>>>,
    unpacked: u64,
    caution: Option<String>,
}

/// Lists an archive.
pub async fn open(reader: &Reader, kind: Kind) -> Result<Archive> {
    let list = reader
        .aside(TIME, move |file| match kind {
            Kind::Zip => zip(file),
            Kind::Tar => Ok(tar(file)),
            Kind::TarGz => Ok(tar(flate2::read::MultiGzDecoder::new(file).take(UNPACKED))),
            Kind::TarXz => Ok(tar(xz(file).take(UNPACKED))),
            Kind::TarZst => {
                let unpacked = zstd::Decoder::new(file).map_err(|error| damaged(&error))?;
                Ok(tar(unpacked.take(UNPACKED)))
            }
        })
        .await?;
    if list.rows.is_empty()
        && let Some(why) = list.caution
    {
        return Err(unreadable(why));
    }
    let entries = u32::try_from(list.rows.len()).unwrap_or(u32::MAX);
    let column = |name: &str, kind: &str, number| Column {
        name: name.to_owned(),
        kind: kind.to_owned(),
        number,
    };
    Ok(Archive {
        sheet: Sheet {
            name: String::new(),
            columns: vec![
                column("Name", "text", false),
                column("Size", "size", true),
                column("Changed", "date", false),
            ],
            rows: Some(entries),
            cut: list.caution.is_some(),
        },
        rows: std::sync::Arc::new(HeldRows(vec![list.rows])),
        entries,
        unpacked: Bytes(list.unpacked),
        cautions: list.caution.into_iter().collect(),
    })
}

fn damaged(error: &dyn std::fmt::Display) -> crate::Problem {
    unreadable("This archive is damaged or incomplete.").detail(error.to_string())
}

impl List {
    fn add(&mut self, name: &str, size: Option<u64>, changed: Option<String>) {
        self.unpacked = self.unpacked.saturating_add(size.unwrap_or(0));
        self.rows
            .push(vec![Some(line::value(name)), size.map(line::size), changed]);
    }

    /// Whether there is room for another entry; says so where there is none.
    fn full(&mut self, begun: Instant) -> bool {
        let why = if self.rows.len() >= ENTRIES {
            format!("Only the first {ENTRIES} entries are shown.")
        } else if begun.elapsed() > LISTING {
            "The list was cut: reading all of it takes too long.".to_owned()
        } else {
            return false;
        };
        self.caution = Some(why);
        true
    }
}

fn zip(file: Blocking) -> Result<List> {
    let begun = Instant::now();
    let mut zip = zip::ZipArchive::new(file).map_err(|error| damaged(&error))?;
    let mut list = List::default();
    for number in 0..zip.len() {
        if list.full(begun) {
            break;
        }
        let Ok(entry) = zip.by_index_raw(number) else {
            list.caution = Some("Some entries cannot be read.".to_owned());
            continue;
        };
        let changed = entry.last_modified().map(|moment| {
            format!(
                "{:04}-{:02}-{:02} {:02}:{:02}",
                moment.year(),
                moment.month(),
                moment.day(),
                moment.hour(),
                moment.minute()
            )
        });
        let size = (!entry.is_dir()).then(|| entry.size());
        let name = match entry.name() {
            Ok(name) => name.into_owned(),
            Err(_) => String::from_utf8_lossy(entry.name_raw()).into_owned(),
        };
        list.add(&name, size, changed);
    }
    Ok(list)
}

/// Pure Rust, and without unsafe code where speed is not asked for.
fn xz<R: Read>(file: R) -> XzReader<BufReader<R>> {
    XzReader::new_mem_limit(BufReader::new(file), true, MEMORY)
}

fn tar(from: impl Read) -> List {
    let begun = Instant::now();
    let mut list = List::default();
    let mut archive = tar::Archive::new(from);
    let Ok(entries) = archive.entries() else {
        return list;
    };
    for entry in entries {
        if list.full(begun) {
            break;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let why = if error.kind() == ErrorKind::OutOfMemory {
                    "It is packed so that unpacking it takes more memory than there is for a preview."
                } else {
                    "The archive is damaged or incomplete. What could be read is shown."
                };
                list.caution = Some(why.to_owned());
                break;
            }
        };
        let head = entry.header();
        let kind = head.entry_type();
        let mut name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if let Some(target) = entry.link_name_bytes() {
            name.push_str(" \u{2192} ");
            name.push_str(&String::from_utf8_lossy(&target));
        }
        let size = kind.is_file().then(|| entry.size());
        let changed = head
            .mtime()
            .ok()
            .and_then(|seconds| Timestamp::from_second(i64::try_from(seconds).ok()?).ok())
            .map(|moment| moment.strftime("%Y-%m-%d %H:%M").to_string());
        list.add(&name, size, changed);
    }
    list
}

/// Whether these are the first bytes of a tar.
pub fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar".as_slice())
}

/// Whether the compressed bytes begin a tar.
pub fn holds_tar(head: &[u8], kind: Kind) -> bool {
    let mut first = Vec::new();
    let from = head.take(u64::from(super::reader::HEAD));
    let _ = match kind {
        Kind::TarGz => flate2::read::GzDecoder::new(from)
            .take(512)
            .read_to_end(&mut first),
        Kind::TarXz => xz(from).take(512).read_to_end(&mut first),
        Kind::TarZst => match zstd::Decoder::new(from) {
            Ok(unpacked) => unpacked.take(512).read_to_end(&mut first),
            Err(_) => return false,
        },
        _ => return false,
    };
    is_tar(&first)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::preview::memory::MemorySource;

    pub fn sample_tar() -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for (name, text) in [("a/b.txt", "hello"), ("a/c\u{202e}.txt", "x")] {
            let mut head = tar::Header::new_gnu();
            head.set_size(text.len() as u64);
            head.set_mtime(86_400);
            head.set_mode(0o644);
            tar.append_data(&mut head, name, text.as_bytes()).unwrap();
        }
        tar.into_inner().unwrap()
    }

    async fn listed(bytes: Vec<u8>, kind: Kind) -> Result<(Archive, Vec<Vec<Option<String>>>)> {
        let (reader, _) = Reader::open(MemorySource::new(bytes)).await?;
        let archive = open(&reader, kind).await?;
        let page = archive.rows.rows(0, 0, 100).await?;
        Ok((archive, page.rows))
    }

    fn texts(row: &[Option<String>]) -> Vec<&str> {
        row.iter()
            .map(|cell| cell.as_deref().unwrap_or("-"))
            .collect()
    }

    #[tokio::test]
    async fn every_kind_lists_its_names() {
        let tar = sample_tar();
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&tar).unwrap();
        let gz = gz.finish().unwrap();
        let zst = zstd::encode_all(&tar[..], 1).unwrap();
        assert!(is_tar(&tar) && holds_tar(&gz, Kind::TarGz) && holds_tar(&zst, Kind::TarZst));
        for (bytes, kind) in [(tar, Kind::Tar), (gz, Kind::TarGz), (zst, Kind::TarZst)] {
            let (archive, rows) = listed(bytes, kind).await.unwrap();
            assert_eq!(
                texts(&rows[0]),
                ["a/b.txt", "5 B", "1970-01-02 00:00"],
                "{kind:?}"
            );
            assert_eq!(rows[1][0].as_deref(), Some("a/c⟨U+202E⟩.txt"));
            assert_eq!((archive.entries, archive.unpacked.0), (2, 6));
        }
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("../../etc/passwd", zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(b"hello").unwrap();
        let zip = zip.finish().unwrap().into_inner();
        let (_, rows) = listed(zip, Kind::Zip).await.unwrap();
        assert_eq!(
            rows[0][0].as_deref(),
            Some("../../etc/passwd"),
            "a name is only shown"
        );
    }

    /// What GNU tar and xz have made, asking for as much memory as the format has a number for.
    fn greedy() -> Vec<u8> {
        let mut bytes = include_bytes!("../../tests/files/files.tar.xz").to_vec();
        // Behind the head of the stream: length, flags, filter, length of its number, the number, a sum of all.
        let header = 12..12 + (usize::from(bytes[12]) + 1) * 4;
        assert_eq!(bytes[14..16], [0x21, 1], "the filter is LZMA2");
        bytes[16] = 40;
        let mut sum = flate2::Crc::new();
        sum.update(&bytes[header.start..header.end - 4]);
        bytes[header.end - 4..header.end].copy_from_slice(&sum.sum().to_le_bytes());
        bytes
    }

    #[tokio::test]
    async fn an_archive_that_asks_for_gigabytes_of_memory_gets_none() {
        let packed = include_bytes!("../../tests/files/files.tar.xz").to_vec();
        assert!(holds_tar(&packed, Kind::TarXz), "it is one as it was made");
        let Err(problem) = listed(greedy(), Kind::TarXz).await else {
            panic!("4 GiB are not given");
        };
        assert!(problem.message.contains("more memory"), "{problem:?}");
    }

    #[tokio::test]
    async fn cut_archives_show_what_is_there() {
        let tar = sample_tar();
        let (archive, rows) = listed(tar[..1100].to_vec(), Kind::Tar).await.unwrap();
        assert_eq!((rows.len(), archive.cautions.len()), (1, 1));
        for kind in [Kind::Zip, Kind::Tar, Kind::TarGz, Kind::TarXz, Kind::TarZst] {
            assert!(
                listed(vec![7; 600], kind).await.is_err(),
                "{kind:?} of nonsense"
            );
        }
    }
}
