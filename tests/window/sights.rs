//! Pictures of everything that is seen of volumes: what fills them, previews of each kind, searches, two files side by
//! side, the question about a name that is taken. Run as the other pictures are.

use crate::beds::turn;
use crate::compared::{FALLING, RISING, notebook};
use crate::driver::{LAUNCHED, SOON, Setting, Window};
use crate::moving::Lab;

const FILES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/src-tauri/crates/contents/tests/files"
);

/// A volume as an analyst leaves it after some weeks.
const WORK: &str = r#"
    mkdir -p churn/data churn/models churn/figures reports archive .cache
    cp /in/analysis.ipynb churn/churn-model.ipynb; cp /in/drawn.ipynb churn/features.ipynb; cp /in/older.ipynb archive/
    cp /in/prices.csv churn/data/prices.csv; cp /in/prices.parquet churn/data/; cp /in/prices.db churn/data/
    cp /in/prices.xlsx reports/; cp /in/plot.pdf reports/quarter.pdf; cp /in/plot.svg churn/figures/; cp /in/job.log .
    cp /in/files.zip archive/; cp /in/files.tar.zst archive/
    head -c 38000000 /dev/urandom > churn/models/forest.joblib; head -c 12000000 /dev/urandom > churn/models/net.pt
    head -c 21000000 /dev/urandom > churn/data/measured.parquet.part; head -c 6000000 /dev/urandom > reports/slides.pptx
    printf '# Churn\n\nWhat the notebooks here do, and *how* to run them.\n\n- `churn-model.ipynb` trains\n- `features.ipynb` explains\n' > README.md
    printf 'import pandas as pd\n\ndef load(path):\n    # one row a customer\n    return pd.read_csv(path)\n' > churn/load.py
    printf '{\n  "seed": 42,\n  "folds": 5\n}\n' > settings.json; echo x > .cache/a; ln -s churn/data latest
    chown -R 1000:100 .
"#;

#[tokio::test]
#[ignore = "run by `cargo xtask pictures`"]
async fn seeing_into_a_volume() {
    let turn = turn().await;
    let given = format!("{FILES}:/in:ro");
    turn.docker(&["volume", "create", "--label", "team=tides", "my-vol"]);
    let run = ["run", "--rm", "--network", "none", "--user", "0"];
    let with = [
        "--volume",
        &given,
        "--volume",
        "my-vol:/v",
        "--workdir",
        "/v",
    ];
    let shell = [
        "--entrypoint",
        "/bin/busybox",
        "slipway/webapp:1",
        "sh",
        "-c",
    ];
    turn.docker(&[&run[..], &with[..], &shell[..], &[WORK]].concat());
    turn.docker(&[
        "run",
        "--detach",
        "--name",
        "ledger",
        "--volume",
        "my-vol:/shelf",
        "--volume",
        "/kept",
        "slipway/webapp:1",
    ]);
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Docker", SOON).await;
    window.go("#/volumes").await;
    window.read("notebooks", LAUNCHED).await;
    window.read("Files of ledger", LAUNCHED).await;
    window.portraits("see-volumes").await;
    window.press("New volume").await;
    window.fill("Name of the volume", "tide-log").await;
    window.press("Labels").await;
    window.press("Add a label").await;
    window.fill("Name of label 1", "team").await;
    window.portraits("see-new").await;
    window.press("Cancel").await;

    window.go("#/volume/my-vol").await;
    window.read("README.md", LAUNCHED).await;
    window.read("Largest files", LAUNCHED).await;
    window.portraits("see-browse").await;
    window.select_row("churn", false).await;
    window.read("churn-model.ipynb", LAUNCHED).await;
    window.select_row("churn-model.ipynb", false).await;
    window
        .read("No code from the notebook runs here", LAUNCHED)
        .await;
    window.until("its plot is drawn", "return [...document.querySelectorAll('.pv-main img')].some((one) => one.complete && one.naturalWidth > 0)").await;
    window.portraits("see-notebook").await;
    window.press("Largest files").await;
    window.portraits("see-largest").await;
    window.keys("\u{e00c}").await;
    for (folder, file, says, name) in [
        ("churn/data", "prices.csv", "pear", "see-table"),
        ("churn/data", "prices.db", "SQLite", "see-database"),
        ("archive", "files.zip", "Name", "see-archive"),
        ("", "README.md", "how", "see-markdown"),
        ("churn", "load.py", "one row a customer", "see-code"),
        (
            "churn/models",
            "forest.joblib",
            "Opening a pickle runs",
            "see-bytes",
        ),
    ] {
        window.go("#/volumes").await;
        window.go("#/volume/my-vol").await;
        window.read("README.md", LAUNCHED).await;
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            window.open_row(part).await;
            window.until_here(part).await;
        }
        window.select_row(file, false).await;
        window.read(says, LAUNCHED).await;
        window.portraits(name).await;
    }
    window.go("#/volumes").await;
    window.go("#/volume/my-vol").await;
    window.read("README.md", LAUNCHED).await;
    window.fill("Search in here", "pandas").await;
    window.press_radio("Contents").await;
    window.read("import pandas as pd", LAUNCHED).await;
    window.portraits("see-search").await;
    window
        .fill("Search in here", "nothing is called this")
        .await;
    window.read("Nothing", LAUNCHED).await;
    window.portrait("see-search-nothing").await;
    window.close().await;
}

#[tokio::test]
#[ignore = "run by `cargo xtask pictures`"]
async fn comparing_and_a_name_that_is_taken() {
    let turn = turn().await;
    let lab = Lab::start(&turn, "my-vol", "mkdir -p /shelf/old");
    for (name, text) in [
        ("monday.ipynb", notebook("4.2", RISING, &[])),
        ("tuesday.ipynb", notebook("4.5", FALLING, &[])),
    ] {
        lab.sh(&format!("cat > /shelf/{name} << 'END'\n{text}\nEND"));
    }
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Docker", SOON).await;
    window.go("#/volume/my-vol").await;
    window.read("tuesday.ipynb", LAUNCHED).await;
    window.select_row("monday.ipynb", false).await;
    window.select_row("tuesday.ipynb", true).await;
    window.portraits("see-chosen").await;
    window
        .press_in_menu("More for my-vol", "Compare these two")
        .await;
    window.read("with other outputs", LAUNCHED).await;
    window.portraits("see-compare").await;

    let here = tempfile::tempdir().expect("a folder of this computer");
    let file = here.path().join("monday.ipynb");
    std::fs::write(&file, notebook("4.3", RISING, &[])).expect("a file can be written");
    window.go("#/volume/my-vol").await;
    window.read("monday.ipynb", LAUNCHED).await;
    window.press_in_menu("Upload", "Upload files").await;
    window.choose_in_dialog("Upload", &file).await;
    window.read("monday.ipynb is already there", LAUNCHED).await;
    window.portraits("see-conflict").await;
    window.press("Keep both").await;
    window.read("monday (2).ipynb", LAUNCHED).await;
    window.press("1 task finished").await;
    window.portraits("see-jobs").await;
    turn.docker(&["rm", "--force", "ledger"]);
    window.close().await;
}
