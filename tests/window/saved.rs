//! Work that lies outside of a volume, in the real window: a package is seen, saved as an image, and there again in a lab of it.

use crate::beds::turn;
use crate::driver::{LAUNCHED, SOON, Setting, Window};

/// A package that no index has, installed as a person would.
const INSTALL: &str = r#"set -e
cd /tmp
python3 - <<'END'
import zipfile
with zipfile.ZipFile("tidetables-1.2.3-py3-none-any.whl", "w") as wheel:
    wheel.writestr("tidetables/__init__.py", "HEIGHT = 42\n" + "TIDE = 1\n" * 5000)
    info = "tidetables-1.2.3.dist-info/"
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: tidetables\nVersion: 1.2.3\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: by-hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(info + "RECORD", "tidetables/__init__.py,,\n" + info + "METADATA,,\n" + info + "WHEEL,,\n" + info + "RECORD,,\n")
END
pip3 --python /opt/jupyter/bin/python install --quiet --no-index ./tidetables-1.2.3-py3-none-any.whl
mkdir -p /root/scratch
head -c 300000 /dev/zero > /root/scratch/tides.csv"#;

/// Launches a lab, and stands on its page when it runs.
async fn launch(window: &Window, form: &str, name: &str) {
    window.go(form).await;
    window.fill("Name", name).await;
    window.press("Launch").await;
    window.read(&format!("{name} is running"), LAUNCHED).await;
    window.press("Show the lab").await;
}

#[tokio::test]
async fn what_was_installed_is_seen_saved_and_there_again() {
    let turn = turn().await;
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Docker", SOON).await;
    launch(&window, "#/wizard?recipe=data-science-sandbox", "harbour").await;
    turn.docker(&["exec", "harbour", "sh", "-c", INSTALL]);

    window.press("Changes").await;
    window
        .read("What would be lost if you delete this lab", SOON)
        .await;
    window.read("tidetables", LAUNCHED).await;
    window.read("1.2.3", SOON).await;
    window.read("/root/scratch/tides.csv", SOON).await;
    window.read("300 kB", LAUNCHED).await;
    window.read("Lost if this lab is deleted", SOON).await;
    window.read("Kept in the volume", SOON).await;
    window.picture("lab-changes");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "the changes: {findings:#?}");
    window.fill("Find a changed file", "tides").await;
    window
        .until_of(
            "only what is looked for",
            "return [...document.querySelectorAll('.chg')].length === 1",
            "",
        )
        .await;
    window.fill("Find a changed file", "scratch").await;

    // Deleting offers to save first.
    window
        .press_in_menu("More actions for harbour", "Delete lab")
        .await;
    window.press("Save as my image first").await;
    window.read("Does not get into it", SOON).await;
    window.read("is free", SOON).await;
    window.fill("Name", "My Harbour").await;
    window.read("no blanks", SOON).await;
    window.fill("Name", "my-harbour").await;
    window.fill("Version", "1").await;
    window.fill("Note", "with the tide tables").await;
    window.read("my-harbour:1 is free", SOON).await;
    window.picture("save-image");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "the dialog: {findings:#?}");
    window.press("Save as image").await;
    window.read("my-harbour:1 is saved", LAUNCHED).await;
    window.picture("save-image-done");
    window.press("Done").await;
    window.read("with the tide tables", SOON).await;
    window.read("New lab from this", SOON).await;
    window.picture("lab-changes-saved");

    // The lab goes, and a new one of the image has the package.
    window
        .press_in_menu("More actions for harbour", "Delete lab")
        .await;
    window.press("Delete lab").await;
    window.read("is deleted", LAUNCHED).await;
    launch(&window, "#/wizard?image=my-harbour%3A1", "harbour-again").await;
    let said = turn.docker(&[
        "exec",
        "harbour-again",
        "/opt/jupyter/bin/python",
        "-c",
        "import tidetables; print(tidetables.HEIGHT)",
    ]);
    assert_eq!(said.trim(), "42");

    // What it uses, while somebody looks.
    window.press("Usage").await;
    window.read("Processor", SOON).await;
    window.see(".chart__plot svg").await;
    window.read("jupyter-lab", LAUNCHED).await;
    window
        .until_of(
            "a line of several points",
            "return (document.querySelector('.spark__line')?.getAttribute('d') ?? '').split('L').length > 3",
            "",
        )
        .await;
    window.picture("lab-usage");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "the usage: {findings:#?}");
    window.close().await;
}
