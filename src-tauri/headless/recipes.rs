//! The recipes that a lab can be launched from.

use super::failure::Outcome;
use super::progress::size;
use super::session::Session;
use super::shapes;
use super::voice::table;

pub async fn recipes(session: &mut Session) -> Outcome {
    // Without an engine it is not known which images are here, and everything else is.
    session.snapshot().await;
    let tiles = session.state.labs.recipes();
    let recipes: Vec<shapes::Recipe> = tiles.iter().map(shapes::Recipe::of).collect();
    let rows: Vec<Vec<String>> = tiles
        .iter()
        .map(|tile| {
            let download = match (tile.here, tile.download_size) {
                (true, _) => "here".to_owned(),
                (false, Some(bytes)) => size(bytes),
                (false, None) => "-".to_owned(),
            };
            let summary = match &tile.will_not_run {
                Some(why) => format!("{} ({why})", tile.summary),
                None => tile.summary.clone(),
            };
            vec![tile.id.0.clone(), tile.name.clone(), download, summary]
        })
        .collect();
    for line in table(&["recipe", "name", "download", "what it is"], &rows) {
        session.voice.line(&line)?;
    }
    session.voice.value(&recipes)?;
    Ok(())
}
