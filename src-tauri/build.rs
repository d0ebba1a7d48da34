//! Declares the app's commands to Tauri's access control: exactly those that `bindings.rs` lists,
//! read from there so that the list stands in one place.
//!
//! A released program has each function that was compiled to the same code once: what is loaded of it counts as memory.
//! Only LLD can do that, which is what Rust links with on this one target.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let released = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if released && std::env::var("TARGET").is_ok_and(|target| target == "x86_64-unknown-linux-gnu")
    {
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
    }
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/bindings.rs");
    let bindings = std::fs::read_to_string("src-tauri/bindings.rs")?;
    let commands: Vec<&'static str> = bindings
        .lines()
        .filter_map(|line| line.trim().strip_prefix("commands::"))
        .filter_map(|line| {
            line.trim_end_matches(',')
                .rsplit("::")
                .find(|part| !part.starts_with('<'))
        })
        .map(|name| &*String::leak(name.to_owned()))
        .collect();
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .capabilities_path_pattern("./src-tauri/capabilities/**/*.json")
            .app_manifest(tauri_build::AppManifest::new().commands(Vec::leak(commands))),
    )?;
    Ok(())
}
