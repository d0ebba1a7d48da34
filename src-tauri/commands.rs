//! The commands, one file a topic; each only passes on and converts. The list stands in `bindings.rs`.

pub mod backups;
pub mod changes;
pub mod closing;
pub mod engine;
pub mod inventory;
pub mod jobs;
pub mod labs;
pub mod launch;
pub mod logs;
pub mod paste;
pub mod places;
pub mod previews;
pub mod recipes;
pub mod saving;
pub mod sharing;
pub mod streams;
pub mod terminals;
pub mod usage;
pub mod volumes;

/// What a command fails with: the same shape as every other failure that a person meets.
pub type CommandResult<T> = Result<T, slipway_labs::Problem>;

/// Bytes as the page gets them: an `ArrayBuffer`, without a detour through JSON.
pub struct RawBytes(pub Vec<u8>);

impl tauri::ipc::IpcResponse for RawBytes {
    fn body(self) -> tauri::Result<tauri::ipc::InvokeResponseBody> {
        Ok(tauri::ipc::InvokeResponseBody::Raw(self.0))
    }
}

impl specta::Type for RawBytes {
    fn definition(_: &mut specta::Types) -> specta::datatype::DataType {
        specta::datatype::DataType::Reference(specta_typescript::define("ArrayBuffer"))
    }
}
