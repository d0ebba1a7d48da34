//! Opens a file as what it is. What turns out to be damaged is shown as the next best thing, its
//! text or its bytes, with what went wrong as a caution: a file is never an error page.

use bytes::Bytes;

use crate::place::EntryPath;
use crate::{Problem, Result};

use super::encoding::TextEncoding;
use super::previews::{Opened, Shape};
use super::reader::{self, Reader};
use super::recognise::{self, Format};
use super::table::{Table, arrow, delimited, excel, json_lines, parquet, sqlite};
use super::text::{self, Text};
use super::{PreviewBody, archive, beside, hex, ink, json, markdown, notebook, picture, vector};

/// Opens a file by its head and name.
pub(super) async fn open(reader: &Reader, head: &Bytes, path: &EntryPath) -> Result<Opened> {
    let (folder, name) = beside::split(path);
    let format = recognise::format(head, name, reader.size());
    let whole = head.len() as u64 >= reader.size();
    match by_format(reader, head, format, folder).await {
        Err(problem) if not_the_files(&problem) => Err(problem),
        Err(problem) => {
            // As text where it is text, else by its bytes.
            let mut opened = match TextEncoding::guess(head, whole) {
                Some(encoding) => text(reader, encoding, None, false).await?,
                None => bytes(reader, "Binary file", None),
            };
            opened.cautions.insert(0, sentence(&problem));
            Ok(opened)
        }
        opened => opened,
    }
}

/// The place went away, or the file is being written: nothing is wrong with what is in it.
fn not_the_files(problem: &Problem) -> bool {
    *problem == reader::changed()
        || matches!(
            problem.kind,
            slipway_labs::problem::ProblemKind::Gone
                | slipway_labs::problem::ProblemKind::EngineAway
        )
}

fn sentence(problem: &Problem) -> String {
    if problem.message.is_empty() {
        problem.title.clone()
    } else {
        problem.message.clone()
    }
}

async fn by_format(
    reader: &Reader,
    head: &Bytes,
    format: Format,
    folder: EntryPath,
) -> Result<Opened> {
    match format {
        Format::Empty => Ok(Opened {
            shape: Shape::Nothing,
            body: PreviewBody::Empty,
            format: "Empty file".to_owned(),
            cautions: Vec::new(),
        }),
        Format::Notebook => {
            let opened = notebook::open(reader, folder).await?;
            Ok(Opened {
                shape: Shape::Notebook(opened.notebook),
                body: PreviewBody::Notebook {
                    cells: opened.cells,
                    language: opened.language,
                },
                format: opened.format,
                cautions: opened.cautions,
            })
        }
        Format::Delimited {
            encoding,
            dialect,
            sample,
        } => Ok(table(delimited::open(reader, &sample, dialect, encoding))),
        Format::JsonLines { encoding, sample } => {
            match json_lines::open(reader, &sample, encoding) {
                Some(lines) => Ok(table(lines)),
                None => text(reader, encoding, Some("json"), false).await,
            }
        }
        Format::Json { encoding } => laid_out(reader, encoding).await,
        Format::Markdown { encoding } => document(reader, encoding, &folder).await,
        Format::Text {
            encoding,
            language,
            log,
        } => text(reader, encoding, language.as_deref(), log).await,
        Format::Parquet => parquet::open(reader).await.map(table),
        Format::Arrow(shape) => arrow::open(reader, shape).await.map(table),
        Format::Sqlite => sqlite::open(reader).await.map(table),
        Format::Excel => excel::open(reader).await.map(table),
        Format::Picture(format) => {
            let (width, height) = if head.len() as u64 >= reader.size() {
                picture::measure(head)?
            } else {
                let largest = reader.size().min(picture::LARGEST);
                let bytes = reader.read(0, largest).await?;
                picture::measure(&bytes)?
            };
            Ok(picture(width, height, picture::word(format)))
        }
        Format::Drawing => {
            let bytes = reader.read(0, vector::LARGEST as u64 + 1).await?;
            let (width, height) = reader::aside(std::time::Duration::from_secs(20), move || {
                vector::measure(&bytes)
            })
            .await?;
            Ok(picture(width, height, "SVG drawing"))
        }
        Format::Pdf => Ok(Opened {
            shape: Shape::Pdf,
            body: PreviewBody::Pdf {},
            format: "PDF document".to_owned(),
            cautions: Vec::new(),
        }),
        Format::Archive(kind) => {
            let archive = archive::open(reader, kind).await?;
            Ok(Opened {
                shape: Shape::Rows(archive.rows),
                body: PreviewBody::Archive {
                    entries: archive.entries,
                    unpacked: archive.unpacked,
                    sheets: vec![archive.sheet],
                },
                format: match kind {
                    archive::Kind::Zip => "ZIP archive",
                    archive::Kind::Tar => "Tar archive",
                    archive::Kind::TarGz => "Tar archive, compressed with gzip",
                    archive::Kind::TarXz => "Tar archive, compressed with xz",
                    archive::Kind::TarZst => "Tar archive, compressed with Zstandard",
                }
                .to_owned(),
                cautions: archive.cautions,
            })
        }
        Format::Bytes { what, caution } => Ok(bytes(reader, what, caution)),
    }
}

fn table(table: Table) -> Opened {
    Opened {
        shape: Shape::Rows(table.rows),
        body: PreviewBody::Table {
            sheets: table.sheets,
        },
        format: table.format,
        cautions: table.cautions,
    }
}

fn picture(width: u32, height: u32, word: &str) -> Opened {
    Opened {
        shape: Shape::Picture,
        body: PreviewBody::Picture { width, height },
        format: word.to_owned(),
        cautions: Vec::new(),
    }
}

fn bytes(reader: &Reader, what: &str, caution: Option<&str>) -> Opened {
    Opened {
        shape: Shape::Hex,
        body: PreviewBody::Hex {
            lines: hex::lines(reader.size()),
        },
        format: what.to_owned(),
        cautions: caution.map(str::to_owned).into_iter().collect(),
    }
}

async fn text(
    reader: &Reader,
    encoding: TextEncoding,
    language: Option<&str>,
    log: bool,
) -> Result<Opened> {
    let (text, body) = Text::open(reader, encoding, language, log).await?;
    let word = match language.and_then(ink::language) {
        Some(name) => name,
        None if log => "Log",
        None => "Text",
    };
    Ok(Opened {
        shape: Shape::Text(text),
        body,
        format: format!("{word}, {}", encoding.name()),
        cautions: Vec::new(),
    })
}

async fn laid_out(reader: &Reader, encoding: TextEncoding) -> Result<Opened> {
    let mut opened = text(reader, encoding, Some("json"), false).await?;
    if reader.size() > json::LARGEST {
        return Ok(opened);
    }
    let bytes = reader.read(0, json::LARGEST).await?;
    let whole = text::whole(&bytes, encoding);
    if let Some(why) = json::wrong(&whole) {
        opened
            .cautions
            .push(format!("This is not valid JSON: {why}."));
    } else if json::dense(&whole) {
        let (lines, cut) = json::lay_out(&whole);
        if cut {
            opened
                .cautions
                .push("The rest of this long file is left out.".to_owned());
        }
        if let PreviewBody::Text { lines: total, .. } = &mut opened.body {
            *total = u32::try_from(lines.len()).ok();
        }
        opened.format.push_str(", laid out for reading");
        opened.shape = Shape::Text(Text::ready(lines));
    }
    Ok(opened)
}

async fn document(reader: &Reader, encoding: TextEncoding, folder: &EntryPath) -> Result<Opened> {
    let bytes = reader.read(0, markdown::LARGEST as u64 * 2).await?;
    let folder = folder.clone();
    let (blocks, cut) = reader::aside(std::time::Duration::from_secs(30), move || {
        let text = text::whole(&bytes, encoding);
        Ok(markdown::blocks(&text, &|address| {
            beside::key(&folder, address)
        }))
    })
    .await?;
    Ok(Opened {
        shape: Shape::Document,
        body: PreviewBody::Document { blocks, cut },
        format: format!("Markdown, {}", encoding.name()),
        cautions: Vec::new(),
    })
}
