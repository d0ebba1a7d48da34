//! A person's home, with a keyring and a browser, in which the program is run.

use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use slipway_testbed::{BrowserCatch, SecretService, process};

/// A home, and the engine that it works with.
pub struct Home {
    pub browser: BrowserCatch,
    pub service: SecretService,
    docker_host: String,
}

/// What the program said, and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Home {
    /// A home with an unlocked keyring.
    pub fn over(docker_host: String) -> Self {
        Self {
            browser: BrowserCatch::new().expect("the browser can be caught"),
            service: SecretService::start().expect("a private session starts"),
            docker_host,
        }
    }

    /// The program with these arguments, ready to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = process::command(env!("CARGO_BIN_EXE_slipway"));
        command
            .args(arguments)
            .envs(self.service.environment())
            .env("PATH", self.browser.path_variable())
            .env("DOCKER_HOST", &self.docker_host)
            .env("LANG", "C.UTF-8")
            // No test asks a registry of the world.
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub fn slipway(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output();
        Said::of(output.expect("the program starts"))
    }

    /// Runs it with this on its standard input.
    pub fn slipway_reading(&self, arguments: &[&str], input: &str) -> Said {
        use std::io::Write as _;
        let mut command = self.command(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("it has an input");
        stdin
            .write_all(input.as_bytes())
            .expect("it reads its input");
        drop(stdin);
        Said::of(child.wait_with_output().expect("the program ends"))
    }

    /// Starts it and goes on.
    pub fn begin(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.spawn().expect("the program starts")
    }

    /// The files that are kept of labs, finished or not, by name.
    pub fn profiles(&self) -> Vec<String> {
        let folder = self.service.home().join("data/slipway/labs");
        let files = |folder: std::path::PathBuf| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.filter(|entry| entry.path().is_file())
        };
        let mut names: Vec<String> = files(folder.clone())
            .chain(files(folder.join("unfinished")))
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Said {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    /// The one value on the standard output; the error output must be empty.
    #[track_caller]
    pub fn value(&self) -> Value {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        assert_eq!(self.err, "", "with --json only a failure is said aside");
        self.printed()
    }

    /// The one value on the standard output.
    #[track_caller]
    pub fn printed(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// The one failure on the error output.
    #[track_caller]
    pub fn failure(&self) -> Value {
        serde_json::from_str(&self.err)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

/// A port that nothing listens on.
pub fn free_port() -> String {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener
        .local_addr()
        .expect("it has an address")
        .port()
        .to_string()
}
