//! Declares the app's commands to Tauri's access control: exactly those that `bindings.rs` lists,
//! read from there so that the list stands in one place.

fn main() -> Result<(), Box<dyn std::error::Error>> {
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
