//! The upkeep of streams: acknowledge, look, end.

use tauri::State;

use crate::streams::Streams;

/// Tells that messages up to `number` were taken.
#[tauri::command]
#[specta::specta]
pub fn acknowledge(streams: State<'_, Streams>, subscription: u32, number: u32) {
    streams.acknowledge(subscription, number);
}

/// The number of the last message sent, so that a page notices a lost one; `null`: the stream has ended.
#[tauri::command]
#[specta::specta]
pub fn stream_position(streams: State<'_, Streams>, subscription: u32) -> Option<u32> {
    streams.position(subscription)
}

/// Ends a stream.
#[tauri::command]
#[specta::specta]
pub fn unsubscribe(streams: State<'_, Streams>, subscription: u32) {
    streams.end(subscription);
}
