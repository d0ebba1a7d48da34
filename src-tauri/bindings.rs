//! The one list of commands: the invoke handler, the TypeScript that the screens are written
//! against, and the list that the contract test and the access control read.

use std::path::Path;

use specta_typescript::Typescript;
use tauri::Runtime;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

use crate::commands;

/// Every command of the window.
#[expect(
    clippy::too_many_lines,
    reason = "it is one list, and the macro takes it in one piece"
)]
pub fn builder<R: Runtime>() -> Builder<R> {
    Builder::<R>::new()
        .disable_serde_phases()
        .error_handling(ErrorHandlingMode::Throw)
        .typ::<slipway_labs::Problem>()
        .commands(collect_commands![
            commands::streams::acknowledge,
            commands::streams::stream_position,
            commands::streams::unsubscribe,
            commands::inventory::fetch_inventory,
            commands::inventory::subscribe_inventory,
            commands::labs::fetch_labs,
            commands::labs::subscribe_labs,
            commands::recipes::list_recipes,
            commands::recipes::measure_recipe,
            commands::recipes::save_recipe,
            commands::recipes::export_recipe,
            commands::recipes::open_recipe,
            commands::recipes::add_recipe,
            commands::recipes::remove_recipe,
            commands::labs::open_lab,
            commands::labs::start_lab,
            commands::labs::stop_lab,
            commands::labs::restart_lab,
            commands::labs::preview_delete,
            commands::labs::delete_lab,
            commands::labs::forget_lab,
            commands::labs::reveal_password,
            commands::launch::new_form,
            commands::launch::revise_form,
            commands::launch::frame_form,
            commands::launch::check_form,
            commands::launch::list_versions,
            commands::launch::measure_form,
            commands::launch::launch_lab,
            commands::launch::fetch_launch,
            commands::launch::subscribe_launch,
            commands::launch::cancel_launch,
            commands::launch::save_lab,
            commands::launch::change_form,
            commands::launch::check_change,
            commands::launch::change_lab,
            commands::launch::check_gpu,
            commands::launch::choose_folder,
            commands::paste::read_command,
            commands::sharing::lab_commands,
            commands::sharing::rename_lab,
            commands::sharing::export_lab,
            commands::sharing::import_lab,
            commands::sharing::make_shortcut,
            commands::sharing::preview_adopt,
            commands::sharing::adopt_container,
            commands::engine::apply_remedy,
            commands::engine::try_engine,
            commands::logs::subscribe_log,
            commands::logs::read_log,
            commands::logs::find_in_log,
            commands::logs::save_log,
            commands::logs::stop_saving_log,
            commands::terminals::list_terminals,
            commands::terminals::open_terminal,
            commands::terminals::subscribe_terminal,
            commands::terminals::read_terminal,
            commands::terminals::write_terminal,
            commands::terminals::resize_terminal,
            commands::terminals::close_terminal,
            commands::usage::subscribe_usage,
            commands::usage::list_processes,
            commands::changes::read_changes,
            commands::changes::changes_rows,
            commands::saving::preview_save,
            commands::saving::check_image_name,
            commands::saving::save_image,
            commands::saving::saved_images,
            commands::volumes::survey_volumes,
            commands::volumes::create_volume,
            commands::volumes::preview_remove_volume,
            commands::volumes::remove_volume,
            commands::places::open_place,
            commands::places::close_place,
            commands::places::list_folder,
            commands::places::find_entry,
            commands::places::watch_place,
            commands::places::measure_place,
            commands::places::space_map,
            commands::places::search_place,
            commands::places::read_hits,
            commands::previews::open_preview,
            commands::previews::preview_cells,
            commands::previews::preview_output,
            commands::previews::preview_rows,
            commands::previews::preview_lines,
            commands::previews::preview_hex,
            commands::previews::preview_picture,
            commands::previews::preview_bytes,
            commands::previews::compare_files,
            commands::previews::open_address,
            commands::jobs::subscribe_jobs,
            commands::jobs::cancel_job,
            commands::jobs::dismiss_job,
            commands::jobs::answer_conflict,
            commands::jobs::show_made,
            commands::jobs::download_entries,
            commands::jobs::upload_chosen,
            commands::jobs::upload_dropped,
            commands::jobs::subscribe_drops,
            commands::jobs::bring_aside,
            commands::jobs::drag_out,
            commands::jobs::make_folder,
            commands::jobs::rename_entry,
            commands::jobs::move_entries,
            commands::jobs::trash_entries,
            commands::jobs::list_trash,
            commands::jobs::restore_trashed,
            commands::jobs::empty_trash,
            commands::jobs::read_text,
            commands::jobs::save_text,
            commands::jobs::create_text,
            commands::jobs::copy_place,
            commands::closing::subscribe_closing,
            commands::closing::tell_unsaved,
            commands::closing::close_window,
            commands::backups::list_backups,
            commands::backups::back_up_volume,
            commands::backups::verify_backup,
            commands::backups::add_backup,
            commands::backups::preview_restore,
            commands::backups::restore_backup,
            commands::backups::delete_backup,
            commands::backups::show_backup,
            commands::backups::plan_backups,
            commands::backups::forget_plan,
            commands::backups::clone_volume,
        ])
}

/// Writes the TypeScript of these commands, as it stands in `ui/src/ipc/bindings.ts`.
///
/// # Errors
/// A type that TypeScript cannot express (a 64-bit number, for one), or a file that cannot be written.
pub fn export(path: &Path) -> Result<(), specta_typescript::Error> {
    builder::<tauri::Wry>().export(Typescript::default(), path)
}
