//! A screen that nobody sees: Xvfb on a number of its own, and pictures of what is on it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use crate::BedError;
use crate::process::{Leashed, command, output};

/// An X display that lives as long as this value.
#[derive(Debug)]
pub struct Display {
    name: String,
    server: Leashed,
}

impl Display {
    /// A display of that size in pixels, 24 bits deep.
    pub fn start(width: u32, height: u32) -> Result<Self, BedError> {
        let screen = format!("{width}x{height}x24");
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

    /// Whether the server is still there.
    pub fn is_running(&mut self) -> bool {
        self.server.is_running()
    }
}
