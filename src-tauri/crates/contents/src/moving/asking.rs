//! Questions about names that are taken, and answers that count for all that come after.

use crate::jobs::{Conflict, ConflictAnswer, Stop, Work};

/// What was answered for all.
#[derive(Debug, Default)]
pub(super) struct Standing {
    for_all: Option<ConflictAnswer>,
    beside: bool,
}

impl Standing {
    /// The answer, asked for where none stands yet. Where a file and a folder want one name, replacing
    /// would throw away all that is in the folder: both are kept then.
    pub(super) async fn answer(
        &mut self,
        conflict: Conflict,
        mixed: bool,
        work: &Work,
    ) -> Result<ConflictAnswer, Stop> {
        let answer = if let Some(answer) = self.for_all {
            answer
        } else {
            let answered = work.ask(conflict).await?;
            if answered.for_all {
                self.for_all = Some(answered.answer);
            }
            answered.answer
        };
        self.beside = mixed && answer == ConflictAnswer::Replace;
        Ok(if self.beside {
            ConflictAnswer::KeepBoth
        } else {
            answer
        })
    }

    /// The last answer was to replace, and both are kept all the same.
    pub(super) fn is_beside(&self) -> bool {
        self.beside
    }
}
