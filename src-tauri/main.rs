//! The program: no arguments open the window, a subcommand does its work without one.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use slipway_app::Wish;

fn main() -> std::process::ExitCode {
    match slipway_app::attend() {
        Wish::Done(code) => code,
        Wish::Window(lab) => {
            slipway_app::settle_renderer();
            slipway_app::run(lab)
        }
    }
}
