//! A path that somebody typed, as a path of the place.
//!
//! People type what they know from their lab: `/home/jupyter/notebooks/a.csv`, `~/a.csv`, `data/..`.
//! Where the place is mounted in a container, the part before it is taken away.

use slipway_labs::problem::ProblemKind;
use slipway_porthole::raw::Raw;

use super::rows::entry_of;
use crate::entry::Entry;
use crate::opened::{OpenPlace, is_missing};
use crate::path::visible;
use crate::session::Refused;
use crate::{Problem, Result};

impl OpenPlace {
    /// The row that a typed path names. `mounted` are the folders at which containers have the place.
    ///
    /// # Errors
    /// At `path` where it names nothing.
    pub(crate) async fn find(&self, typed: &str, mounted: &[String]) -> Result<Entry> {
        let mut denied: Option<Refused> = None;
        for path in candidates(typed.trim(), mounted) {
            match self.stat(path.clone()).await {
                Ok(row) => {
                    let folder = path.split().map(|(folder, _)| Raw(folder.to_vec()));
                    if let Some(folder) = folder {
                        return Ok(entry_of(&folder, &row));
                    }
                    let mut entry = entry_of(&Raw::default(), &row);
                    entry.path = crate::place::EntryPath::default();
                    return Ok(entry);
                }
                Err(Refused::Lost(problem)) => return Err(problem),
                Err(refused) if is_missing(&refused) => {}
                Err(refused) => denied = denied.or(Some(refused)),
            }
        }
        let shown = visible(typed.trim().as_bytes()).0;
        Err(match denied {
            Some(refused) => refused.about(&shown).at("path"),
            None => Problem::new(ProblemKind::Gone, format!("There is no {shown} here."))
                .hint("Check the path for typing mistakes.")
                .at("path"),
        })
    }
}

/// What the text may mean, the likeliest first.
fn candidates(typed: &str, mounted: &[String]) -> Vec<Raw> {
    let mut texts = Vec::new();
    if typed.starts_with('/') {
        for folder in mounted {
            let folder = folder.trim_end_matches('/');
            if let Some(rest) = typed.strip_prefix(folder)
                && (rest.is_empty() || rest.starts_with('/'))
                && !folder.is_empty()
            {
                texts.push(rest);
            }
        }
    }
    if let Some(rest) = typed.strip_prefix('~')
        && (rest.is_empty() || rest.starts_with('/'))
    {
        for folder in mounted {
            // `~/notebooks/a` where `/home/jupyter/notebooks` is mounted.
            if let Some((_, last)) = folder.trim_end_matches('/').rsplit_once('/')
                && let Some(inner) = rest.trim_start_matches('/').strip_prefix(last)
                && (inner.is_empty() || inner.starts_with('/'))
            {
                texts.push(inner);
            }
        }
        texts.push(rest);
    }
    texts.push(typed);
    let mut paths: Vec<Raw> = Vec::new();
    for text in texts {
        if let Some(path) = plain(text)
            && !paths.contains(&path)
        {
            paths.push(path);
        }
    }
    paths
}

/// Without `.`, `..` and doubled slashes; `None` where it cannot be a path.
fn plain(text: &str) -> Option<Raw> {
    let mut names: Vec<&[u8]> = Vec::new();
    for name in text.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name.as_bytes()),
        }
    }
    let path = Raw(names.join(&b'/'));
    path.is_plain().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(typed: &str, mounted: &[&str]) -> Vec<String> {
        let mounted: Vec<String> = mounted.iter().map(|folder| (*folder).to_owned()).collect();
        candidates(typed, &mounted)
            .into_iter()
            .map(|path| String::from_utf8(path.0).unwrap())
            .collect()
    }

    #[test]
    fn what_people_type_is_understood() {
        let lab = ["/home/jupyter/notebooks"];
        assert_eq!(
            texts("/home/jupyter/notebooks/a.csv", &lab),
            ["a.csv", "home/jupyter/notebooks/a.csv"]
        );
        assert_eq!(texts("/home/jupyter/notebooks", &lab)[0], "");
        assert_eq!(
            texts("~/notebooks/a.csv", &lab),
            ["a.csv", "notebooks/a.csv", "~/notebooks/a.csv"]
        );
        assert_eq!(texts("~", &lab)[0], "");
        assert_eq!(texts("data/../b//./c/", &[]), ["b/c"]);
        assert_eq!(texts("/../../etc/passwd", &[]), ["etc/passwd"]);
        assert_eq!(
            texts("/home/jupyter/notebooks2", &lab),
            ["home/jupyter/notebooks2"]
        );
        assert!(texts("a\0b", &[]).is_empty());
    }
}
