//! Builds `slipway-porthole` for containers.
//!
//! A static program for musl where rustup has that target, since it is linked with nothing that is not
//! part of Rust; for the processor of this computer otherwise with its own glibc, whose static half comes
//! with the C compiler that Rust needs anyway (Debian: `libc6-dev`). Other programs than these two
//! processors' are not built: the app says that it is slower there.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// What Docker calls the processor, what Rust calls a container's Linux on it, best first.
const PROCESSORS: [(&str, &str, [&str; 2]); 2] = [
    (
        "amd64",
        "x86_64",
        ["x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu"],
    ),
    (
        "arm64",
        "aarch64",
        ["aarch64-unknown-linux-musl", "aarch64-unknown-linux-gnu"],
    ),
];

/// Whose change means another program.
const SOURCES: [&str; 2] = ["porthole/src", "porthole/Cargo.toml"];

fn main() -> Outcome<()> {
    let here = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let crates = here.parent().ok_or("the crate lies in a folder")?;
    println!("cargo:rerun-if-changed=build.rs");
    for source in SOURCES {
        println!("cargo:rerun-if-changed={}", crates.join(source).display());
    }
    let sysroot = output(command(std::env::var("RUSTC")?).args(["--print", "sysroot"]))?;
    let mut programs = String::from("&[\n");
    for (architecture, processor, targets) in PROCESSORS {
        let Some(target) = targets
            .into_iter()
            .find(|target| can_build(&sysroot, processor, target))
        else {
            continue;
        };
        let built = build(crates, &out, target)?;
        let kept = out.join(architecture);
        std::fs::copy(&built, &kept)?;
        writeln!(
            programs,
            "    ({architecture:?}, include_bytes!({:?})),",
            kept.display().to_string()
        )?;
    }
    programs.push_str("]\n");
    if programs.lines().count() == 2 {
        println!(
            "cargo:warning=no Linux target is installed, so volumes are looked into the slow way; \
             `rustup target add x86_64-unknown-linux-musl aarch64-unknown-linux-musl` mends it"
        );
    }
    std::fs::write(out.join("programs.rs"), programs)?;
    Ok(())
}

fn can_build(sysroot: &str, processor: &str, target: &str) -> bool {
    let library = Path::new(sysroot)
        .join("lib/rustlib")
        .join(target)
        .join("lib");
    let own = std::env::consts::OS == "linux" && std::env::consts::ARCH == processor;
    library.is_dir() && (target.ends_with("musl") || (own && static_library_is_there()))
}

/// Whether this computer's C library has its static half; some distributions ship it apart.
fn static_library_is_there() -> bool {
    // The linker's driver repeats a name that it knows no file for.
    output(command("cc").arg("-print-file-name=libc.a"))
        .is_ok_and(|answer| Path::new(&answer).is_absolute())
}

fn build(crates: &Path, out: &Path, target: &str) -> Outcome<PathBuf> {
    let folder = target_folder(out).join("porthole");
    // Linked by the linker that comes with Rust, musl programs are built on any computer.
    let linker = if target.ends_with("musl") {
        "-Clink-self-contained=yes\x1f-Clinker=rust-lld\x1f"
    } else {
        ""
    };
    let flags = format!("{linker}-Ctarget-feature=+crt-static\x1f-Crelocation-model=static");
    let mut cargo = command(std::env::var("CARGO")?);
    cargo
        .args([
            "build",
            "--release",
            "--locked",
            "--package",
            "slipway-porthole",
        ])
        .args(["--bin", "slipway-porthole", "--target", target])
        .arg("--manifest-path")
        .arg(crates.join("porthole/Cargo.toml"))
        .arg("--target-dir")
        .arg(&folder)
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s")
        // The app's own release profile makes these fast; here the scan before them is what counts.
        .args([
            "--config",
            "profile.release.package.regex-automata.opt-level='s'",
        ])
        .args([
            "--config",
            "profile.release.package.aho-corasick.opt-level='s'",
        ])
        .args(["--config", "profile.release.package.memchr.opt-level=3"])
        .args(["--config", "profile.release.package.sha2.opt-level=3"])
        .env("CARGO_PROFILE_RELEASE_LTO", "fat")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort")
        .env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
    // What the outer cargo says about its own build: wrappers, flags, folders, what clippy set.
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let inherited = text.starts_with("CARGO_FEATURE_")
            || text.starts_with("CARGO_CFG_")
            || text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || text.starts_with("CLIPPY_")
            || matches!(
                text,
                "RUSTFLAGS"
                    | "RUSTC_WRAPPER"
                    | "RUSTC_WORKSPACE_WRAPPER"
                    | "RUSTC"
                    | "RUSTDOC"
                    | "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER"
                    | "CARGO_BUILD_TARGET"
                    | "CARGO_BUILD_TARGET_DIR"
                    | "CARGO_TARGET_DIR"
                    | "CARGO_MAKEFLAGS"
                    | "MAKEFLAGS"
                    | "TARGET"
                    | "HOST"
                    | "PROFILE"
                    | "OUT_DIR"
                    | "OPT_LEVEL"
                    | "DEBUG"
            );
        if inherited {
            cargo.env_remove(&name);
        }
    }
    output(&mut cargo)?;
    Ok(folder.join(target).join("release/slipway-porthole"))
}

/// The target folder of the workspace, so that every profile finds the same programs: build scripts are
/// given `target/<profile>/build/<package>/out`.
fn target_folder(out: &Path) -> &Path {
    out.ancestors().nth(4).unwrap_or(out)
}

/// A command for `program`, which nothing has been given yet.
#[expect(
    clippy::disallowed_methods,
    reason = "a build script may not use the crates of the product; it starts cargo and rustc alone"
)]
fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command
}

fn output(command: &mut Command) -> Outcome<String> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(format!(
        "{command:?} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    )
    .into())
}
