//! Other programs, and waiting for them. The bed is made of programs, so this is the one place of the
//! workspace's libraries that starts them without tokio, and the one that sleeps.

use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use crate::BedError;

/// A command for `program`, which nothing has been given yet.
#[expect(
    clippy::disallowed_methods,
    reason = "a bed is made of other programs; this is where they are started"
)]
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

/// Lets this thread wait.
#[expect(
    clippy::disallowed_methods,
    reason = "fixtures are plain threads; this is where they wait"
)]
pub fn pause(duration: Duration) {
    std::thread::sleep(duration);
}

/// Asks `condition` every few milliseconds until it gives something or `limit` has passed.
pub fn wait_for<T>(limit: Duration, mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = condition() {
            return Some(found);
        }
        if Instant::now() >= end {
            return None;
        }
        pause(Duration::from_millis(20));
    }
}

/// Runs a command to its end and gives its standard output; a failure carries what it said on standard error.
pub(crate) fn output(what: &str, command: &mut Command) -> Result<String, BedError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started(&program, error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let said = if said.trim().is_empty() {
        String::from_utf8_lossy(&output.stdout).into_owned()
    } else {
        said
    };
    Err(BedError::failed(what, tail(&said, 15)))
}

/// The error for a program that could not be started; a missing one is named with its package.
pub(crate) fn not_started(program: &str, error: std::io::Error) -> BedError {
    if error.kind() != std::io::ErrorKind::NotFound {
        return BedError::Io {
            what: format!("starting {program}"),
            source: error,
        };
    }
    let name = Path::new(program)
        .file_name()
        .map_or(program.into(), |name| name.to_string_lossy().into_owned());
    let package = match name.as_str() {
        "dockerd" | "docker" | "docker-proxy" => "docker.io",
        "docker-registry" => "docker-registry",
        "debootstrap" => "debootstrap",
        "busybox" => "busybox-static",
        "dbus-daemon" => "dbus",
        "gnome-keyring-daemon" => "gnome-keyring",
        "Xvfb" => "xvfb",
        "import" => "imagemagick",
        "python3" => "python3-pip",
        "ip" => "iproute2",
        "sudo" => "sudo",
        _ => "of the same name",
    };
    BedError::Missing {
        program: name,
        package,
    }
}

/// The last `lines` lines of a text.
pub(crate) fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.trim_end().lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// How this user becomes root: nothing to put in front when it is root already, `sudo -n` where that works.
pub(crate) fn privilege() -> Result<&'static [&'static str], BedError> {
    if !cfg!(target_os = "linux") {
        return Err(BedError::NotPossible("it needs Linux".into()));
    }
    if output("asking for the user's number", command("id").arg("-u"))?.trim() == "0" {
        return Ok(&[]);
    }
    if output("asking for root", command("sudo").args(["-n", "true"])).is_ok() {
        return Ok(&["sudo", "-n"]);
    }
    Err(BedError::NotPossible(
        "it needs root, or sudo that asks for no password".into(),
    ))
}

/// A command run as root.
pub fn privileged(program: &str) -> Result<Command, BedError> {
    Ok(match privilege()? {
        [] => command(program),
        [first, rest @ ..] => {
            let mut command = command(first);
            command.args(rest).arg(program);
            command
        }
    })
}

/// A program that lives as long as this value, and no longer than this process, however the process ends:
/// a shell beside it waits for the end of its standard input, which is held here.
#[derive(Debug)]
pub struct Leashed {
    shell: Child,
    leash: Option<ChildStdin>,
}

const LEASH: &str = r#"
set -m
# The shell's own remarks about jobs go nowhere; the program keeps the outputs that it was given.
exec 3<&0 4>&2 2> /dev/null
"$@" < /dev/null 2>&4 3<&- 4>&- &
program=$!
exec 4>&-
(
    read -r _ <&3
    kill -TERM $program
    for try in $(seq 20); do kill -0 $program || exit 0; sleep 0.1; done
    kill -KILL $program
) > /dev/null 2>&1 &
watch=$!
wait $program
code=$?
kill -KILL -$watch
exit $code
"#;

impl Leashed {
    /// Starts a program on a leash. Its standard output goes to `stdout`, its standard error nowhere.
    pub fn start(
        program: &str,
        arguments: &[&str],
        environment: &[(String, String)],
        stdout: Stdio,
    ) -> Result<Self, BedError> {
        Self::start_with(program, arguments, environment, stdout, Stdio::null())
    }

    /// Starts a program on a leash, with a say in where both outputs go.
    pub fn start_with(
        program: &str,
        arguments: &[&str],
        environment: &[(String, String)],
        stdout: Stdio,
        stderr: Stdio,
    ) -> Result<Self, BedError> {
        use std::os::unix::process::CommandExt;
        let mut shell = command("bash")
            .args(["-c", LEASH, "leash", program])
            .args(arguments)
            .envs(
                environment
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            )
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(stderr)
            .process_group(0)
            .spawn()
            .map_err(|error| not_started("bash", error))?;
        let leash = shell.stdin.take();
        Ok(Self { shell, leash })
    }

    /// Whether the program has not ended by itself.
    pub fn is_running(&mut self) -> bool {
        matches!(self.shell.try_wait(), Ok(None))
    }

    /// Waits for the program to end by itself and gives its exit code.
    pub fn wait(&mut self) -> Result<Option<i32>, BedError> {
        self.shell
            .wait()
            .map(|status| status.code())
            .map_err(BedError::io("waiting for a program"))
    }

    /// The process number of the shell that holds the leash; the program is its child.
    pub fn id(&self) -> u32 {
        self.shell.id()
    }

    /// What the program writes, where it was started with a pipe.
    pub fn take_stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.shell.stdout.take()
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        drop(self.leash.take());
        // Nothing can be done about a shell that cannot be waited for.
        let _ = self.shell.wait();
    }
}
