//! Deleting a lab: what goes and what stays is shown first.

use slipway_labs::card::DeletePreview;

use super::failure::{Failure, Outcome};
use super::progress::size;
use super::session::Session;
use super::{ask, shapes};

pub async fn delete(session: &mut Session, lab: &str, volumes: Vec<String>, yes: bool) -> Outcome {
    session.engine().await?;
    let card = session.find(lab)?;
    let preview = session.state.labs.preview_delete(&card.id).await?;
    for volume in &volumes {
        let Some(fate) = preview.volumes.iter().find(|fate| fate.name == *volume) else {
            return Err(Failure::not_found(format!(
                "{} has no volume “{volume}”.",
                preview.name
            )));
        };
        if !fate.used_by.is_empty() {
            return Err(Failure::refused(format!(
                "The volume {volume} is also used by {}.",
                fate.used_by.join(", ")
            ))
            .hint("Delete the lab without it."));
        }
    }
    for line in shown(&preview, &volumes) {
        session.voice.note(&line)?;
    }
    let question = format!("Delete {}?", preview.name);
    if !yes && !ask::agrees(session, &question).await? {
        session.voice.value(&shapes::Deletion {
            deleted: false,
            preview,
            volumes: Vec::new(),
        })?;
        return Err(Failure::refused("Nothing was deleted.")
            .hint("To delete the lab without being asked, add --yes."));
    }
    session.state.labs.delete_lab(&card.id, &volumes).await?;
    session
        .voice
        .line(&format!("{} is deleted.", preview.name))?;
    session.voice.value(&shapes::Deletion {
        deleted: true,
        preview,
        volumes,
    })?;
    Ok(())
}

fn shown(preview: &DeletePreview, volumes: &[String]) -> Vec<String> {
    let mut lines = vec![format!("This goes with {}:", preview.name)];
    if preview.running {
        lines.push("  It runs, and is stopped at once.".to_owned());
    }
    let changed = match (preview.changes_count, preview.changes_size) {
        (0, _) => "  Its container; nothing was changed in it outside of what is kept.".to_owned(),
        (count, Some(bytes)) => format!(
            "  Its container, with {count} changed files ({})",
            size(bytes)
        ),
        (count, None) => format!("  Its container, with {count} changed files"),
    };
    lines.push(changed);
    for group in &preview.changes {
        let examples = group.examples.join(", ");
        lines.push(format!("    {} ({}): {examples}", group.title, group.count));
    }
    for volume in volumes {
        lines.push(format!("  The volume {volume}, with all that is in it"));
    }
    lines.push("This stays:".to_owned());
    for fate in preview
        .volumes
        .iter()
        .filter(|fate| !volumes.contains(&fate.name))
    {
        lines.push(format!("  The volume {}", fate.name));
    }
    lines.extend(preview.stays.iter().map(|line| format!("  {line}")));
    lines
}
