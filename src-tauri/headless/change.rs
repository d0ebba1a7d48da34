//! Changing a lab without a window: the choices are put into the form that it has, and what the
//! change will do is shown first.

use slipway_labs::change::{ChangeManner, ChangePreview, ChangeStart};
use slipway_labs::form::TypedSecrets;

use super::arguments::Change;
use super::ask;
use super::failure::{Failure, Outcome};
use super::launch::{chosen, follow, refuse};
use super::session::{Opening, Session};
use super::shapes;

pub async fn change(session: &mut Session, change: Change) -> Outcome {
    session.engine().await?;
    let card = session.find(&change.lab)?;
    let labs = session.state.labs.clone();
    let before = labs.change_form(&card.id)?;
    let accepted = before.risk_accepted && !change.choices.socket;
    let (mut form, typed) =
        chosen(session, &change.choices, before, TypedSecrets::default()).await?;
    form.risk_accepted |= accepted;
    let checked = labs.check_change(&card.id, &form, &typed).await?;
    refuse(&checked.check, form.risk_accepted)?;
    for line in shown(&checked.preview) {
        session.voice.note(&line)?;
    }
    let mut loss_accepted = change.yes;
    if checked.preview.manner == ChangeManner::Anew && !loss_accepted {
        let lost = labs.preview_delete(&card.id).await?;
        if lost.changes_count > 0 || !lost.changes_known {
            session.voice.note(
                "What was installed or written outside the volume will be lost with the old container.",
            )?;
            let question = format!("Change {}?", card.name);
            if !ask::agrees(session, &question).await? {
                return Err(Failure::refused("Nothing was changed.")
                    .hint("To change the lab without being asked, add --yes."));
            }
        }
        loss_accepted = true;
    }
    if session.cancelled.is_cancelled() {
        return Err(Failure::cancelled("Cancelled before anything was changed."));
    }
    let start = labs
        .change_lab(&card.id, form, typed, loss_accepted)
        .await?;
    if start == ChangeStart::UnderWay {
        follow(session, &card.id, false, Opening::Nowhere).await?;
    }
    let outcome = if checked.preview.manner == ChangeManner::Nothing {
        "unchanged"
    } else {
        "changed"
    };
    let card = session
        .card_when(&card.id, Some(super::MOMENT), |card| {
            card.state != slipway_labs::card::LabState::Launching
        })
        .await?;
    let name = card.as_ref().map_or(change.lab.as_str(), |card| &card.name);
    session.voice.line(&format!("{name} is {outcome}."))?;
    session.voice.value(&shapes::Changed {
        outcome,
        preview: checked.preview,
        lab: card.as_ref().map(shapes::Lab::of),
    })?;
    Ok(())
}

fn shown(preview: &ChangePreview) -> Vec<String> {
    let mut lines: Vec<String> = preview
        .anew
        .iter()
        .chain(&preview.at_once)
        .map(|line| format!("  {line}"))
        .collect();
    if preview.manner == ChangeManner::Anew {
        lines.push(match &preview.stops {
            Some(why) => format!("  The lab stops until its new container answers: {why}"),
            None => "  A new container has to answer before the old one goes.".to_owned(),
        });
        lines.extend(preview.kept.iter().map(|line| format!("  {line}")));
    }
    lines.extend(preview.obstacle.iter().map(|why| format!("  {why}")));
    lines
}
