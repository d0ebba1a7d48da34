//! The web view's renderer on Linux.
//!
//! With NVIDIA's driver, or with no graphics card at all, WebKitGTK's DMABUF renderer shows blank
//! windows (tauri#9394); without a card it also costs about 50 MB. The variable that turns it off
//! must be set before WebKit starts, so the program starts itself anew with it, in the same process.

/// Starts the program anew with the safe renderer where this machine needs it; returns otherwise.
#[cfg(target_os = "linux")]
pub fn settle_renderer() {
    use std::os::unix::process::CommandExt as _;

    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    let nvidia = std::fs::read_to_string("/proc/modules")
        .is_ok_and(|modules| modules.lines().any(|line| line.starts_with("nvidia")));
    let no_card = !std::path::Path::new("/dev/dri").exists();
    if std::env::var_os(VARIABLE).is_some() || !(nvidia || no_card) {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        #[expect(
            clippy::disallowed_methods,
            reason = "replaces this process by itself; starts no other program"
        )]
        let mut command = std::process::Command::new(program);
        // `exec` only returns when it failed; then the window is tried with the renderer as it is.
        let _ = command
            .args(std::env::args_os().skip(1))
            .env(VARIABLE, "1")
            .exec();
    }
}

/// Other systems need nothing.
#[cfg(not(target_os = "linux"))]
pub fn settle_renderer() {}
