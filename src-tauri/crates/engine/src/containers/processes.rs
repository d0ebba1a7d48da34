//! The programs that run in a container, as `docker top` lists them.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::classify::Subject;
use crate::inventory::rows::or_default;
use crate::wire::{Question, escaped};
use crate::{ContainerId, Engine, Result};

/// More programs than this are counted and not listed.
const MOST: usize = 1000;

/// Letters of a command that are shown; what a program is started with can be as long as it likes.
const LONGEST: usize = 500;

/// A table as the engine's `ps` makes it: its columns differ from engine to engine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProcessTable {
    /// "PID", "%CPU", "COMMAND", …
    pub titles: Vec<String>,
    /// At most 1,000.
    pub rows: Vec<Vec<String>>,
    /// How many there are in all.
    pub count: u32,
}

/// `GET /containers/{id}/top`
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Top {
    #[serde(deserialize_with = "or_default")]
    titles: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    processes: Vec<Vec<String>>,
}

impl Engine {
    /// What runs in a container at this moment. The engine asks its own `ps` for it.
    ///
    /// # Errors
    /// `NotFound`, `NotRunning`, and where the engine cannot list programs.
    pub async fn processes(&self, id: &ContainerId) -> Result<ProcessTable> {
        let question = |arguments: Option<&str>| {
            let question = Question::get(format!("/containers/{}/top", escaped(&id.0)));
            match arguments {
                Some(arguments) => question.query("ps_args", arguments),
                None => question,
            }
        };
        // Not every `ps` knows these columns; then its own are good enough.
        let columns = "-eo pid,user,pcpu,rss,etime,args";
        let top: Top = match self.wire.json(question(Some(columns))).await {
            Ok(top) => top,
            Err(_) => self
                .wire
                .json(question(None))
                .await
                .map_err(|failure| self.meaning(failure, Subject::Container(&id.0)))?,
        };
        Ok(table(top))
    }
}

fn table(top: Top) -> ProcessTable {
    let shown = |text: String| -> String {
        text.chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .take(LONGEST)
            .collect()
    };
    ProcessTable {
        count: u32::try_from(top.processes.len()).unwrap_or(u32::MAX),
        titles: top.titles.into_iter().map(shown).collect(),
        rows: top
            .processes
            .into_iter()
            .take(MOST)
            .map(|row| row.into_iter().map(shown).collect())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_bounded_and_has_nothing_that_moves_the_cursor() {
        let top: Top = serde_json::from_value(serde_json::json!({
            "Titles": ["PID", "COMMAND"],
            "Processes": vec![["1".to_owned(), format!("a\u{1b}[2J{}", "x".repeat(900))]; 1200],
        }))
        .unwrap();
        let table = table(top);
        assert_eq!((table.count, table.rows.len()), (1200, MOST));
        assert!(table.rows[0][1].starts_with("a [2Jxx"));
        assert_eq!(table.rows[0][1].chars().count(), LONGEST);
        assert_eq!(
            super::table(serde_json::from_str(r#"{"Titles":null,"Processes":null}"#).unwrap()),
            ProcessTable::default()
        );
    }
}
