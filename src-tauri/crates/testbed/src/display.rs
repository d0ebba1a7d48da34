//! A screen that nobody sees: Xvfb on a number of its own, and pictures of what is on it.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;

use crate::BedError;
use crate::process::{Leashed, command, output};

/// An X display that lives as long as this value.
#[derive(Debug)]
pub struct Display {
    name: String,
    server: Leashed,
    /// The server keeps its picture in a file here, so that looking at it costs nothing but reading.
    memory: TempDir,
}

impl Display {
    /// A display of that size in pixels, 24 bits deep.
    pub fn start(width: u32, height: u32) -> Result<Self, BedError> {
        let screen = format!("{width}x{height}x24");
        let memory = tempfile::tempdir().map_err(BedError::io("making a folder for a display"))?;
        let folder = memory.path().to_string_lossy().into_owned();
        // The server itself picks a free number and writes it once it can be used.
        let arguments = [
            "-displayfd",
            "1",
            "-screen",
            "0",
            &screen,
            "-nolisten",
            "tcp",
            "-noreset",
            "-dpi",
            "96",
            "-fbdir",
            &folder,
        ];
        let mut server = Leashed::start("Xvfb", &arguments, &[], Stdio::piped())?;
        let mut number = String::new();
        if let Some(stdout) = server.take_stdout() {
            BufReader::new(stdout)
                .read_line(&mut number)
                .map_err(BedError::io("reading the display's number"))?;
        }
        let number = number.trim();
        if number.is_empty() {
            return Err(BedError::failed(
                "starting a display",
                "Xvfb gave no number; it is in the package xvfb",
            ));
        }
        Ok(Self {
            name: format!(":{number}"),
            server,
            memory,
        })
    }

    /// The value for `DISPLAY`, `:7` for instance.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes what is on the screen now to a PNG file.
    pub fn capture(&self, path: &Path) -> Result<(), BedError> {
        let mut import = command("import");
        import
            .args(["-display", &self.name, "-window", "root"])
            .arg(path);
        output("taking a picture of the display", &mut import).map(|_| ())
    }

    /// The pixels on the screen now, row by row, four bytes each.
    pub fn frame(&self) -> Result<Vec<u8>, BedError> {
        let mut picture = Vec::new();
        let start = self.look(&mut picture)?;
        picture.drain(..start);
        Ok(picture)
    }

    /// The same into memory that is used again, for who looks all the time: gives where in it the pixels start.
    pub fn look(&self, picture: &mut Vec<u8>) -> Result<usize, BedError> {
        let path = self.memory.path().join("Xvfb_screen0");
        picture.clear();
        File::open(&path)
            .and_then(|mut file| file.read_to_end(picture))
            .map_err(BedError::io("reading the display's picture"))?;
        // An X window dump: its first number is the header's size, the twentieth the number of colours, twelve
        // bytes each, that stand before the pixels.
        let number = |position: usize| {
            let bytes = picture.get(position * 4..position * 4 + 4)?;
            Some(
                bytes
                    .iter()
                    .fold(0_usize, |number, byte| number << 8 | usize::from(*byte)),
            )
        };
        let start = number(0)
            .zip(number(19))
            .map_or(0, |(header, colours)| header + colours * 12);
        Ok(start.min(picture.len()))
    }

    /// Whether the server is still there.
    pub fn is_running(&mut self) -> bool {
        self.server.is_running()
    }
}
