//! Two files side by side in the real window: notebooks with what their cells put out, and versions of a text that lie
//! in two volumes.

use serde_json::{Value, json};

use crate::beds::turn;
use crate::driver::{LAUNCHED, SOON, Setting, Window};
use crate::moving::Lab;

/// Two small plots.
pub const RISING: &str = "iVBORw0KGgoAAAANSUhEUgAAAPAAAAB4CAMAAAD7aI8VAAAACVBMVEX///8ebqC+bh7iVbLPAAAAhklEQVR42u3PsQ0AMAjAMPr/06xMTJUQrXNBHCFJkiRJkiRJkiTpnU4bMDAwMDAwMDAwMDAwMDAwMDAwMDAw8N1pYGBgYGBgYGBgYGBgYGBgYGBgYGDgP8FT08DAwMDAwMDAwMDAwMDAwMDAwMDAwHvBG6eBgYGBgYGBgYGBgYGBgYGBgWsJJkMZycoC0scAAAAASUVORK5CYII=";
pub const FALLING: &str = "iVBORw0KGgoAAAANSUhEUgAAAPAAAAB4CAMAAAD7aI8VAAAACVBMVEX///8ebqC+bh7iVbLPAAAAgklEQVR42u3QsREAAAgCMc/9h3YDezHfU4QqSZIkSZIkSZIkSfpZrwEDAwMDAwMDAwMDAwMDAwN/A588CxgYGBgYGBgYGBgYGBgYGDjvLGBgYGBgYGBgYGBgYGBgYOC8s4CBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYEDtgM9FDohG37EgAAAAABJRU5ErkJggg==";

fn code(id: &str, source: &str, outputs: &[Value]) -> Value {
    json!({ "cell_type": "code", "id": id, "metadata": {}, "execution_count": 1, "source": source, "outputs": outputs })
}

pub fn notebook(height: &str, plot: &str, rest: &[Value]) -> String {
    let printed = json!({ "output_type": "stream", "name": "stdout", "text": ["tide table\n", format!("high water {height} m\n")] });
    let drawn = json!({ "output_type": "display_data", "metadata": {}, "data": { "image/png": plot, "text/plain": "<Figure 240x120>" } });
    let mut cells = vec![
        json!({ "cell_type": "markdown", "id": "m", "metadata": {}, "source": "# Harbour" }),
        code("a", "import tides", &[]),
        code(
            "b",
            &format!("limit = {height}\ntides.show(limit)"),
            &[printed],
        ),
        code("c", "tides.plot()", &[drawn]),
    ];
    cells.extend_from_slice(rest);
    json!({ "cells": cells, "metadata": { "kernelspec": { "name": "python3", "language": "python", "display_name": "Python 3" } }, "nbformat": 4, "nbformat_minor": 5 }).to_string()
}

#[tokio::test]
async fn notebooks_and_versions_are_compared() {
    let turn = turn().await;
    let lab = Lab::start(&turn, "compare-vol", "mkdir -p /shelf/old");
    for (name, text) in [
        ("monday.ipynb", notebook("4.2", RISING, &[])),
        (
            "tuesday.ipynb",
            notebook("4.5", FALLING, &[code("d", "tides.save()", &[])]),
        ),
    ] {
        lab.sh(&format!("cat > /shelf/{name} << 'END'\n{text}\nEND"));
    }
    // A long text, and another version of it in another volume.
    let lines: Vec<String> = (1..=300).map(|line| format!("step_{line}()")).collect();
    let program = lines.join("\n") + "\n";
    lab.sh(&format!("cat > /shelf/steps.py << 'END'\n{program}END"));
    turn.docker(&["volume", "create", "archive-vol"]);
    turn.docker(&[
        "run", "--rm", "--volumes-from", "ledger", "--volume", "archive-vol:/archive",
        "--entrypoint", "/bin/busybox", "slipway/webapp:1", "sh", "-c",
        "sed -e 's/^step_150()/step_150(slow=True)/' -e '/^step_280()/d' /shelf/steps.py > /archive/steps.py",
    ]);
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Docker", SOON).await;
    window.go("#/volume/compare-vol").await;
    window.read("tuesday.ipynb", LAUNCHED).await;

    // Two that are chosen.
    window.select_row("monday.ipynb", false).await;
    window.select_row("tuesday.ipynb", true).await;
    window.press("More for compare-vol").await;
    window.press("Compare these two").await;
    window
        .read("1 cell changed, 1 added, 1 with other outputs", LAUNCHED)
        .await;
    window.read("2 cells are the same", SOON).await;
    window.read("limit = 4.5", SOON).await;
    window.read("high water 4.2 m", SOON).await;
    window.read("high water 4.5 m", SOON).await;
    let lines = window.lines().await;
    assert_eq!(
        lines,
        [
            ["1", "limit = 4.2", "1", "limit = 4.5"],
            ["2", "tides.show(limit)", "2", "tides.show(limit)"],
            ["1", "tide table", "1", "tide table"],
            ["2", "high water 4.2 m", "2", "high water 4.5 m"],
            ["", "", "1", "tides.save()"],
        ],
        "each line has its number"
    );
    let both = "return document.querySelectorAll('.cmp__picture img').length === 2 && [...document.querySelectorAll('.cmp__picture img')].every((one) => one.complete && one.naturalWidth === 240) && new Set([...document.querySelectorAll('.cmp__picture img')].map((one) => one.src)).size === 2";
    window.until("both plots are drawn", both).await;
    window.picture("compare-notebooks");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "two notebooks: {findings:#?}");
    window.press("Next difference").await;
    window.read("Difference 1 of 3", SOON).await;

    // One here, the other in another volume.
    window.go("#/volume/compare-vol").await;
    window.read("steps.py", LAUNCHED).await;
    window.select_row("steps.py", false).await;
    window.press("More for compare-vol").await;
    window.press("Compare with\u{2026}").await;
    window
        .read("Choose the file to compare steps.py with", SOON)
        .await;
    window.go("#/volume/archive-vol").await;
    window.read("steps.py", LAUNCHED).await;
    window.select_row("steps.py", false).await;
    window.press("Compare with this one").await;
    window.read("1 line added, 2 lines gone", LAUNCHED).await;
    window.read("Lines 147 to 153", SOON).await;
    let lines = window.lines().await;
    assert!(
        lines.contains(&["150", "step_150()", "150", "step_150(slow=True)"].map(str::to_owned)),
        "a changed line: {lines:#?}"
    );
    assert!(
        lines.contains(&["280", "step_280()", "", ""].map(str::to_owned))
            && lines.contains(&["281", "step_281()", "280", "step_281()"].map(str::to_owned)),
        "behind a line that is gone the numbers differ: {lines:#?}"
    );
    window.picture("compare-texts");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "two texts: {findings:#?}");

    window.go("#/labs").await;
    turn.docker(&["rm", "--force", "ledger"]);
    window.close().await;
}

impl Window {
    /// The numbers and texts of both sides, line by line.
    async fn lines(&self) -> Vec<[String; 4]> {
        let script = "return [...document.querySelectorAll('.cmp__line')].map((line) => [...line.querySelectorAll('.cmp__number, .cmp__text')].map((one) => one.textContent.trim()))";
        serde_json::from_value(self.evaluate(script).await).expect("lines are four texts")
    }
}
