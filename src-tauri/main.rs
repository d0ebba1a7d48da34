//! The program: no arguments opens the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    slipway_app::settle_renderer();
    slipway_app::run()
}
