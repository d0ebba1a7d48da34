//! Looking into a volume through the real window: what fills it, a notebook as it is read, a search, a file that the lab writes.

use std::time::Duration;

use crate::beds::turn;
use crate::driver::{LAUNCHED, SOON, Setting, Window};

/// A notebook with a heading, a number and something that would run if it could.
const NOTEBOOK: &str = r##"{"cells":[{"cell_type":"markdown","metadata":{},"source":["# Harbour tides\n","<img src=x onerror=\"window.ran=1\"><script>window.ran=1</script>\n","[here](javascript:window.ran=1)"]},{"cell_type":"code","execution_count":7,"metadata":{},"outputs":[{"output_type":"stream","name":"stdout","text":["high water 4.2 m\n"]},{"output_type":"display_data","metadata":{},"data":{"text/html":["<script>window.ran=1</script><b onmouseover='window.ran=1'>table</b>"],"text/plain":["a table"]}}],"source":["print('high water 4.2 m')"]}],"metadata":{"kernelspec":{"display_name":"Python 3","language":"python","name":"python3"}},"nbformat":4,"nbformat_minor":5}"##;

#[tokio::test]
async fn a_volume_is_looked_into_while_its_lab_runs() {
    let turn = turn().await;
    turn.docker(&[
        "run",
        "--detach",
        "--name",
        "ledger",
        "--volume",
        "tide-vol:/shelf",
        "slipway/webapp:1",
    ]);
    let inside = |script: &str| {
        turn.docker(&["exec", "ledger", "/bin/busybox", "sh", "-c", script]);
    };
    inside(
        "mkdir -p /shelf/harbour/data && echo 'port,height' > /shelf/harbour/data/tides.csv && echo 'hamburg,4.2' >> /shelf/harbour/data/tides.csv",
    );
    inside(&format!(
        "cat > /shelf/harbour/tides.ipynb << 'END'\n{NOTEBOOK}\nEND"
    ));
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Docker", SOON).await;
    window.go("#/volumes").await;
    window.read("1 notebook", LAUNCHED).await;
    window.picture("volumes");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "the list of volumes: {findings:#?}");

    window.press("tide-vol").await;
    window.read("Used by ledger", SOON).await;
    window.read("harbour", LAUNCHED).await;
    window.click_row("harbour").await;
    window.read("tides.ipynb", SOON).await;
    window.click_row("tides.ipynb").await;
    window.read("Harbour tides", LAUNCHED).await;
    window.read("high water 4.2 m", SOON).await;
    window
        .read("No code from the notebook runs here", SOON)
        .await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    let ran = window.evaluate("return window.ran ?? 0").await;
    assert_eq!(ran, 0, "nothing of the notebook ran");
    window.picture("volume-notebook");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "the page of a volume: {findings:#?}");

    // The lab writes a file, and it is there.
    inside("echo new > /shelf/harbour/just-now.txt");
    window.read("just-now.txt", LAUNCHED).await;

    window.fill("Search in here", "hamburg").await;
    window.press_radio("Contents").await;
    window.read("One hit", LAUNCHED).await;
    window.read("tides.csv", SOON).await;

    // Looking has left nothing: no container but the lab's is on the engine once the page is closed.
    window.go("#/labs").await;
    let mut left = String::new();
    for _ in 0..100 {
        left = turn.docker(&[
            "ps",
            "--all",
            "--quiet",
            "--filter",
            "label=io.slipway.porthole",
        ]);
        if left.trim().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert_eq!(left.trim(), "", "the throw-away containers are gone");
    turn.docker(&["rm", "--force", "ledger"]);
    turn.docker(&["volume", "rm", "tide-vol"]);
    window.close().await;
}

impl Window {
    /// Clicks the row of this name in the list of files.
    async fn click_row(&self, name: &str) {
        let script = "const row = [...document.querySelectorAll('.frow')].find((one) => one.querySelector('.frow__name')?.textContent.trim() === arguments[0]); row?.click(); return row !== undefined";
        let found = self
            .client
            .execute(script, vec![serde_json::json!(name)])
            .await
            .expect("the page can be asked");
        assert_eq!(found, true, "{name} is a row");
    }
}
