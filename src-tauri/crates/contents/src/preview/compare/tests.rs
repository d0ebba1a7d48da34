use super::*;
use crate::preview::ComparedOutput;
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
    assert!(
        comparison
            .parts
            .iter()
            .all(|part| part.change != Change::Same || part.lines.is_empty()),
        "of cells that are the same nothing is sent"
    );
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
    let numbers: Vec<_> = comparison.parts[0]
        .lines
        .iter()
        .map(|line| (line.left_number, line.right_number))
        .collect();
    assert_eq!(
        numbers,
        [
            (Some(48), Some(48)),
            (Some(49), Some(49)),
            (Some(50), Some(50)),
            (Some(51), Some(51)),
            (None, Some(52)),
            (Some(52), Some(53)),
            (Some(53), Some(54)),
            (Some(54), Some(55)),
        ]
    );
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

/// A notebook of one code cell with these outputs.
fn put_out(outputs: &serde_json::Value) -> String {
    let cell = serde_json::json!({
        "cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": "plot()",
        "outputs": outputs,
    });
    serde_json::json!({ "cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5 })
        .to_string()
}

fn outputs_of(part: &ComparedPart) -> &[ComparedOutput] {
    part.outputs.as_deref().unwrap_or_default()
}

#[tokio::test]
async fn outputs_are_compared_texts_by_lines_and_pictures_beside_each_other() {
    // Large enough to stay in the file, and of one length.
    let picture = |last: &str| format!("{}{last}", "iVBORw0KGgo".repeat(10_000));
    let outputs = |height: &str, last: &str| {
        serde_json::json!([
            { "output_type": "stream", "name": "stdout", "text": ["high water\n", format!("{height} m\n")] },
            { "output_type": "display_data", "metadata": {}, "data": { "image/png": picture(last), "text/plain": "<Figure>" } },
            { "output_type": "display_data", "metadata": {}, "data": { "image/png": "AAAA", "text/plain": "the same" } },
        ])
    };
    let one = put_out(&outputs("4.2", "AAAA"));
    let comparison = compared_files("a.ipynb", &one, &put_out(&outputs("4.5", "BBBB"))).await;
    assert_eq!(comparison.summary, "1 cell with other outputs.");
    let [
        ComparedOutput::Text { lines, more_lines },
        ComparedOutput::Pictures {
            left: Some(left),
            right: Some(right),
        },
    ] = outputs_of(&comparison.parts[0])
    else {
        panic!("a text and a picture: {:?}", comparison.parts[0].outputs);
    };
    let shown: Vec<_> = lines
        .iter()
        .map(|line| (line.change, line.left_number, line.right_number))
        .collect();
    assert_eq!(
        shown,
        [
            (Change::Same, Some(1), Some(1)),
            (Change::Changed, Some(2), Some(2))
        ]
    );
    assert_eq!(*more_lines, 0);
    assert_eq!((left.key.as_str(), right.key.as_str()), ("o:0:1", "o:0:1"));
    assert_eq!(left.label, "<Figure>");
    let same = compared_files("a.ipynb", &one, &one).await;
    assert_eq!(same.summary, "The same.");
}

#[tokio::test]
async fn a_cell_on_one_side_alone_shows_what_it_put_out() {
    let outputs = serde_json::json!([{ "output_type": "error", "ename": "KeyError", "evalue": "'tide'", "traceback": [] }]);
    let comparison = compared_files("a.ipynb", &book(&[]), &put_out(&outputs)).await;
    let [ComparedOutput::Text { lines, .. }] = outputs_of(&comparison.parts[0]) else {
        panic!("a text: {:?}", comparison.parts[0].outputs);
    };
    assert_eq!((lines[0].change, &lines[0].left), (Change::Added, &None));
    let text = &lines[0].right.as_ref().unwrap().spans[0].text;
    assert_eq!(text, "KeyError: 'tide'");
}

#[tokio::test]
async fn what_differs_is_shown_behind_any_number_of_same_cells() {
    let sources: Vec<String> = (0..700).map(|number| format!("x{number} = 1")).collect();
    let cells = |last: &str| {
        let mut cells: Vec<(&str, &str, &str)> = sources
            .iter()
            .map(|source| (source.as_str(), source.as_str(), ""))
            .collect();
        cells.push(("last", last, ""));
        book(&cells)
    };
    let one = cells("y = 1 # of the whole harbour");
    let other = cells("y = 2 # of the whole harbour");
    let comparison = compared_files("a.ipynb", &one, &other).await;
    assert_eq!(comparison.summary, "1 cell changed.");
    assert_eq!(comparison.more, 0);
    assert_eq!(comparison.parts[700].change, Change::Changed);
}

#[tokio::test]
async fn lines_that_are_left_out_are_counted() {
    let one = crate::preview::memory::numbered(5000, "\n");
    let other = one.replace("line", "row");
    let comparison = compared_files("a.txt", &one, &other).await;
    let part = &comparison.parts[0];
    assert_eq!((part.lines.len(), part.more_lines), (2000, 3000));
    assert!(part.lines.iter().all(|line| line.change == Change::Changed));
}
