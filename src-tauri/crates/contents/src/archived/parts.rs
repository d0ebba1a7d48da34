//! Parts of files, and what is known only when all of a file was read.

use sha2::{Digest, Sha256};
use slipway_engine::porthole::{ArchiveUse, GlanceKind};
use slipway_porthole::answer::{Answer, FileVersion, Hash, LineMarks, LinesEnd, Outcome, ReadEnd};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;

use super::answers::{INODE, Seen, at};
use super::talk::Talk;
use crate::moving::untar::Item;

const STEP_MARKS: usize = 4096;

/// What stands nearer to a file's beginning is read from there each time; what is farther, from a copy.
const NEAR: u64 = 1024 * 1024;

impl Seen {
    /// The state that a file is in, by its real path.
    async fn version(&self, real: &Raw) -> Result<FileVersion, Fault> {
        let glance = self.glance(real).await?;
        match glance.kind {
            GlanceKind::File => Ok(FileVersion {
                size: glance.size,
                changed: at(glance.changed),
                inode: INODE,
            }),
            GlanceKind::Folder => Err(Fault::IsAFolder),
            GlanceKind::Other => Err(Fault::NotAFile),
        }
    }

    pub(super) async fn read(
        &self,
        path: &Raw,
        offset: u64,
        len: u64,
        expected: Option<FileVersion>,
        talk: &Talk,
    ) -> Result<Outcome, Fault> {
        let real = self.real(path).await?;
        let version = self.version(&real).await?;
        if expected.is_some_and(|expected| expected != version) {
            return Err(Fault::Changed);
        }
        let end = offset.saturating_add(len).min(version.size);
        let mut bytes = 0;
        if offset < end {
            let copy = if end <= NEAR {
                None
            } else {
                self.copies.of(&self.way, &real, version).await?
            };
            if let Some(copy) = copy {
                let mut at = offset;
                while at < end {
                    let piece = copy.read(at, end - at).await?;
                    if piece.is_empty() {
                        return Err(Fault::Changed);
                    }
                    at += piece.len() as u64;
                    talk.data(&piece).await?;
                }
                bytes = end - offset;
            } else {
                let range = offset..end;
                bytes = self.stream(ArchiveUse::Read, &real, range, talk).await?;
            }
        }
        Ok(Outcome::Read(ReadEnd {
            version,
            changed: false,
            bytes,
        }))
    }

    /// A range of a file from its beginning on.
    async fn stream(
        &self,
        what: ArchiveUse,
        real: &Raw,
        range: std::ops::Range<u64>,
        talk: &Talk,
    ) -> Result<u64, Fault> {
        let (_, mut entries) = self.way.file(what, real).await?;
        let (mut at, mut sent) = (0, 0);
        while at < range.end
            && let Some(Item::Body(piece)) = entries.next().await?
        {
            let length = piece.len() as u64;
            let from = range.start.saturating_sub(at).min(length);
            let to = (range.end - at).min(length);
            at += length;
            if from < to {
                let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
                talk.data(&piece[index(from)..index(to)]).await?;
                sent += to - from;
            }
        }
        Ok(sent)
    }

    pub(super) async fn hash(
        &self,
        path: &Raw,
        expected: Option<FileVersion>,
    ) -> Result<Outcome, Fault> {
        let real = self.real(path).await?;
        let version = self.version(&real).await?;
        if expected.is_some_and(|expected| expected != version) {
            return Err(Fault::Changed);
        }
        let _turn = self.carrying.lock().await;
        let (_, mut entries) = self.way.file(ArchiveUse::Carry, &real).await?;
        let mut sum = Sha256::new();
        let mut bytes = 0;
        while let Some(Item::Body(piece)) = entries.next().await? {
            sum.update(&piece);
            bytes += piece.len() as u64;
        }
        Ok(Outcome::Hash(Hash {
            sha256: sum.finalize().into(),
            bytes,
            version,
        }))
    }

    pub(super) async fn lines(
        &self,
        path: &Raw,
        every: u32,
        quote: Option<u8>,
        talk: &Talk,
    ) -> Result<Outcome, Fault> {
        let real = self.real(path).await?;
        let version = self.version(&real).await?;
        let _turn = self.carrying.lock().await;
        let (_, mut entries) = self.way.file(ArchiveUse::Carry, &real).await?;
        let every = u64::from(every.max(1));
        let quote = quote.filter(|sign| *sign != b'\n');
        let (mut at, mut lines, mut line, mut longest) = (0u64, 0u64, 0u64, 0u64);
        let mut quoted = false;
        let mut marks = LineMarks {
            first: 0,
            offsets: vec![0],
            bytes: 0,
        };
        while let Some(Item::Body(piece)) = entries.next().await? {
            // In steps that are small enough for one answer, even where every byte is a line.
            for bytes in piece.chunks(STEP_MARKS) {
                for (index, byte) in bytes.iter().enumerate() {
                    if Some(*byte) == quote {
                        quoted = !quoted;
                    }
                    if *byte != b'\n' || quoted {
                        continue;
                    }
                    let next = at + index as u64 + 1;
                    lines += 1;
                    longest = longest.max(next - line);
                    line = next;
                    if lines.is_multiple_of(every) {
                        if marks.offsets.is_empty() {
                            marks.first = lines;
                        }
                        marks.offsets.push(next);
                    }
                }
                at += bytes.len() as u64;
                if marks.offsets.len() >= STEP_MARKS {
                    tell_marks(&mut marks, at, talk).await?;
                }
            }
        }
        if !marks.offsets.is_empty() {
            tell_marks(&mut marks, at, talk).await?;
        }
        let rest = at - line;
        Ok(Outcome::Lines(LinesEnd {
            version,
            lines: lines + u64::from(rest > 0),
            bytes: at,
            longest: longest.max(rest),
        }))
    }
}

async fn tell_marks(marks: &mut LineMarks, bytes: u64, talk: &Talk) -> Result<(), Fault> {
    marks.bytes = bytes;
    let told = LineMarks {
        first: marks.first,
        offsets: std::mem::take(&mut marks.offsets),
        bytes,
    };
    talk.answer(Answer::Lines(told)).await
}
