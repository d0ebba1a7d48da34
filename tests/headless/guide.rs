//! The guide describes what `--json` prints: every field of every value that the snapshots hold.

use serde_json::Value;

/// Each kept shape, with what the guide calls it.
const SHAPES: &[(&str, &str)] = &[
    ("journey__labs", "**A lab**"),
    ("journey__launched", "**A launch**"),
    ("journey__opened", "| `open <lab>` |"),
    ("journey__deleted", "| `delete <lab>` |"),
    ("journey__log", "**A line of a log**"),
    ("journey__failure", "**A failure**"),
    ("refusals__refused", "**A failure**"),
    ("refusals__recipes", "**A recipe**"),
    ("refusals__health", "**Health**"),
    ("sharing__understood", "**What was understood**"),
];

#[test]
fn every_field_of_every_value_is_in_the_guide() {
    let home = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = std::fs::read_to_string(home.join("docs/GUIDE.md")).expect("the guide");
    for (name, title) in SHAPES {
        let file = home.join(format!("tests/headless/snapshots/headless__{name}.snap"));
        let text = std::fs::read_to_string(&file).expect("a kept shape");
        let body = text.splitn(3, "---\n").nth(2).expect("its value");
        let value: Value = serde_json::from_str(body).expect("JSON");
        let fields = match &value {
            Value::Array(all) => all.first().and_then(Value::as_object),
            value => value.as_object(),
        };
        let at = guide.find(title).expect("the guide has this value");
        // An item ends where the next one begins, a row with its line.
        let ends = if title.starts_with('|') {
            "\n"
        } else {
            "\n- **"
        };
        let rest = &guide[at..];
        let item = &rest[..rest[1..].find(ends).map_or(rest.len(), |end| end + 1)];
        for field in fields.expect("fields").keys() {
            assert!(
                item.contains(&format!("`{field}`")),
                "{title} has a field {field}, and the guide does not say so: {item}"
            );
        }
    }
}
