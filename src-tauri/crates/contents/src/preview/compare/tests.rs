use super::*;
use crate::preview::memory::MemoryFiles;

async fn compared_files(name: &str, one: &str, other: &str) -> Comparison {
    let left = MemoryFiles::with(name, one.to_owned());
    let right = MemoryFiles::with(name, other.to_owned());
    let path = EntryPath(name.to_owned());
    compare((&*left, path.clone()), (&*right, path))
        .await
        .unwrap()
}

fn book(cells: &[(&str, &str, &str)]) -> String {
    let cells: Vec<serde_json::Value> = cells
        .iter()
        .map(|(id, source, output)| {
            serde_json::json!({
                "cell_type": "code", "id": id, "metadata": {}, "execution_count": 1, "source": source,
                "outputs": [{ "output_type": "stream", "name": "stdout", "text": output }],
            })
        })
        .collect();
    serde_json::json!({ "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 })
        .to_string()
}

#[tokio::test]
async fn notebooks_are_compared_cell_by_cell() {
    let one = book(&[
        ("a", "import x", ""),
        ("b", "y = 1\nz = 2\n", "1"),
        ("c", "old", ""),
        ("d", "plot()", "p"),
        ("e", "moved = True", ""),
    ]);
    let other = book(&[
        ("e", "moved = True", ""),
        ("a", "import x", ""),
        ("b", "y = 1\nz = 3\n", "1"),
        ("n", "brand new thing", ""),
        ("d", "plot()", "q"),
    ]);
    let comparison = compared_files("a.ipynb", &one, &other).await;
    assert_eq!(
        comparison.summary,
        "1 cell changed, 1 added, 1 gone, 1 moved, 1 with other outputs."
    );
    let changed = comparison
        .parts
        .iter()
        .find(|part| part.change == Change::Changed)
        .unwrap();
    assert_eq!(
        (changed.left_label.as_str(), changed.right_label.as_str()),
        ("Cell 2", "Cell 3")
    );
    let kinds: Vec<Change> = changed.lines.iter().map(|line| line.change).collect();
    assert_eq!(kinds, [Change::Same, Change::Changed]);
    let same = compared_files("a.ipynb", &one, &one).await;
    assert_eq!(same.summary, "The same.");
}

#[tokio::test]
async fn texts_are_compared_line_by_line() {
    let one = crate::preview::memory::numbered(100, "\n");
    let other = one.replace("line 50\n", "line fifty\nand more\n");
    let comparison = compared_files("a.py", &one, &other).await;
    assert_eq!(comparison.summary, "2 lines added, 1 line gone.");
    assert_eq!(comparison.parts.len(), 1);
    assert_eq!(comparison.parts[0].left_label, "Lines 48 to 54");
    assert_eq!(
        compared_files("a.py", &one, &one).await.summary,
        "The same."
    );
}

#[tokio::test]
async fn other_files_are_compared_by_their_bytes() {
    assert_eq!(
        compared_files("a.bin", "\0abc", "\0abd").await.summary,
        "They differ from byte 4 on."
    );
    assert_eq!(
        compared_files("a.bin", "\0abc", "\0abcd").await.summary,
        "They differ: 4 B and 5 B."
    );
    assert_eq!(
        compared_files("a.bin", "\0abc", "\0abc").await.summary,
        "The same."
    );
}
