//! The floor of the measurements: the same window as Slipway's, with a page that says one word.

fn main() -> Result<(), tauri::Error> {
    tauri::Builder::default().run(tauri::generate_context!())
}
