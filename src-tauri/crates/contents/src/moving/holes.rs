//! The body of a file with holes, as GNU tar's sparse format 1.0 has it: a map, then the parts that are there.

use super::untar::Broken;

const BLOCK: u64 = 512;

/// Parts that one file may have.
const MOST_PARTS: u64 = 1_000_000;

/// Finds for each byte of the body where in the file it belongs.
#[derive(Debug)]
pub(crate) struct Holes {
    real: u64,
    /// Bytes of the map that were read.
    map: u64,
    number: Option<u64>,
    /// How many parts there are, once that is known.
    count: Option<u64>,
    /// The begin of a part whose length has not come yet.
    begin: Option<u64>,
    parts: Vec<(u64, u64)>,
    /// Which part is written, and how much of it is.
    at: usize,
    done: u64,
    is_mapped: bool,
}

impl Holes {
    pub(crate) fn new(real: u64) -> Self {
        Self {
            real,
            map: 0,
            number: None,
            count: None,
            begin: None,
            parts: Vec::new(),
            at: 0,
            done: 0,
            is_mapped: false,
        }
    }

    /// Takes bytes of the body; `write` is given each piece with its place in the file.
    pub(crate) fn feed<E: From<Broken>>(
        &mut self,
        mut bytes: &[u8],
        mut write: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while !bytes.is_empty() {
            if !self.is_mapped {
                self.map(bytes[0])?;
                bytes = &bytes[1..];
                continue;
            }
            if !self.map.is_multiple_of(BLOCK) {
                let fill = usize::try_from(BLOCK - self.map % BLOCK).unwrap_or(0);
                let fill = fill.min(bytes.len());
                self.map += fill as u64;
                bytes = &bytes[fill..];
                continue;
            }
            let Some((begin, length)) = self.parts.get(self.at).copied() else {
                return Err(wrong().into());
            };
            let left = length - self.done;
            if left == 0 {
                self.at += 1;
                self.done = 0;
                continue;
            }
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
            write(begin + self.done, &bytes[..count])?;
            self.done += count as u64;
            bytes = &bytes[count..];
        }
        Ok(())
    }

    /// Whether every part came.
    pub(crate) fn is_whole(&self) -> bool {
        let mut rest = self.parts.iter().enumerate().skip(self.at);
        self.is_mapped
            && rest.all(|(at, (_, length))| *length == 0 || (at == self.at && self.done == *length))
    }

    fn map(&mut self, byte: u8) -> Result<(), Broken> {
        self.map += 1;
        match byte {
            b'0'..=b'9' => {
                let number = self.number.unwrap_or(0);
                let number = number
                    .checked_mul(10)
                    .and_then(|number| number.checked_add(u64::from(byte - b'0')))
                    .ok_or_else(wrong)?;
                self.number = Some(number);
                Ok(())
            }
            b'\n' => {
                let number = self.number.take().ok_or_else(wrong)?;
                self.told(number)
            }
            _ => Err(wrong()),
        }
    }

    fn told(&mut self, number: u64) -> Result<(), Broken> {
        match (self.count, self.begin) {
            (None, _) => {
                if number > MOST_PARTS {
                    return Err(wrong());
                }
                self.count = Some(number);
            }
            (Some(_), None) => {
                let end = self
                    .parts
                    .last()
                    .map_or(0, |(begin, length)| begin + length);
                if number < end {
                    return Err(wrong());
                }
                self.begin = Some(number);
            }
            (Some(_), Some(begin)) => {
                let end = begin.checked_add(number).ok_or_else(wrong)?;
                if end > self.real {
                    return Err(wrong());
                }
                self.begin = None;
                self.parts.push((begin, number));
            }
        }
        self.is_mapped = self.count == Some(self.parts.len() as u64) && self.begin.is_none();
        Ok(())
    }
}

fn wrong() -> Broken {
    Broken("the map of a file with holes makes no sense")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn put(body: &[u8], real: u64, step: usize) -> Result<Option<Vec<u8>>, Broken> {
        let mut file = vec![0; usize::try_from(real).unwrap()];
        let mut holes = Holes::new(real);
        for piece in body.chunks(step) {
            holes.feed(piece, |at, bytes| {
                let at = usize::try_from(at).unwrap();
                file[at..at + bytes.len()].copy_from_slice(bytes);
                Ok::<_, Broken>(())
            })?;
        }
        Ok(holes.is_whole().then_some(file))
    }

    fn body(parts: &[(u64, &[u8])]) -> Vec<u8> {
        let mut body = format!("{}\n", parts.len()).into_bytes();
        for (begin, bytes) in parts {
            body.extend_from_slice(format!("{begin}\n{}\n", bytes.len()).as_bytes());
        }
        body.resize(body.len().next_multiple_of(512), 0);
        for (_, bytes) in parts {
            body.extend_from_slice(bytes);
        }
        body
    }

    #[test]
    fn parts_lie_where_the_map_says() {
        let body = body(&[(2, b"ab"), (10, b"cd"), (20, b"")]);
        for step in [1, 3, 512, 4096] {
            let file = put(&body, 20, step).unwrap().unwrap();
            assert_eq!(&file[..12], b"\0\0ab\0\0\0\0\0\0cd", "in steps of {step}");
        }
        assert_eq!(
            put(&body[..body.len() - 1], 20, 7).unwrap(),
            None,
            "cut short"
        );
        assert!(put(&body, 19, 7).is_err(), "beyond the end");
    }

    proptest! {
        #[test]
        fn noise_never_writes_beyond_the_file(noise in proptest::collection::vec(any::<u8>(), 0..2000), map in "[0-9\n]{0,40}") {
            let mut body = map.into_bytes();
            body.extend_from_slice(&noise);
            let mut holes = Holes::new(100);
            let _ = holes.feed(&body, |at, bytes| {
                assert!(at + bytes.len() as u64 <= 100);
                Ok::<_, Broken>(())
            });
        }
    }
}
