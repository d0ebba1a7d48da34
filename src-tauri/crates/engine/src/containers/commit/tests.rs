use super::*;

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn spec() -> CommitSpec {
    CommitSpec {
        reference: ImageReference::parse("mine:2").unwrap(),
        note: "with boats".to_owned(),
        pause: true,
        labels: [("io.slipway.saved.from".to_owned(), "AI-Lab".to_owned())].into(),
        containerd_store: false,
    }
}

#[test]
fn what_the_container_has_besides_is_named_and_its_values_are_not() {
    let image = object(json!({
        "Env": ["PATH=/bin", "LANG=C"],
        "Labels": { "maintainer": "anna" },
        "Cmd": ["jupyter", "lab"],
    }));
    let container: Own = serde_json::from_value(json!({
        "Env": ["PATH=/bin:/evil", "JUPYTER_TOKEN=s3cret=x", "BARE", "=odd"],
        "Labels": { "maintainer": "bob", "io.slipway.lab": "ai-lab-1" },
        "User": "1000",
        "WorkingDir": "/work",
    }))
    .unwrap();
    let config = config_of(&image, &spec().labels);
    let body = over_own(config, &container);
    assert_eq!(
        body["Env"],
        json!(["PATH=/bin", "LANG=C", "BARE", "JUPYTER_TOKEN"])
    );
    assert_eq!(
        body["Labels"],
        json!({ "maintainer": "anna", "io.slipway.lab": "", "io.slipway.saved.from": "AI-Lab" })
    );
    assert_eq!(
        (&body["User"], &body["WorkingDir"], &body["Cmd"]),
        (&json!("0"), &json!("/"), &json!(["jupyter", "lab"]))
    );
    assert!(!Value::Object(body).to_string().contains("s3cret"));
}

#[test]
fn an_image_without_anything_takes_nothing_of_the_container_either() {
    let container: Own =
        serde_json::from_value(json!({ "Env": ["KEY=value"], "Labels": null })).unwrap();
    let body = over_own(config_of(&Map::new(), &BTreeMap::new()), &container);
    assert_eq!(body["Env"], json!(["KEY"]));
    assert_eq!(body["Labels"], json!({}));
    assert!(!body.contains_key("User"), "nobody said one");
}

#[test]
fn a_description_says_what_the_image_said_and_nothing_of_the_container() {
    let image: Image = serde_json::from_value(json!({
        "Architecture": "amd64",
        "Os": "linux",
        "Created": "2026-11-21T10:00:00Z",
        "RootFS": { "Layers": ["sha256:a", "sha256:b"] },
    }))
    .unwrap();
    let steps: Vec<Step> = serde_json::from_value(json!([
        { "Created": 3, "CreatedBy": "jupyter --token=s3cret", "Size": 12 },
        { "Created": 2, "CreatedBy": "CMD jupyter", "Size": 0 },
        { "Created": 1, "CreatedBy": "ADD rootfs", "Size": 100 },
    ]))
    .unwrap();
    let said = described(
        &image,
        &steps,
        object(json!({ "Cmd": ["jupyter"] })),
        &spec(),
    );
    insta::assert_json_snapshot!(said);
    assert!(!said.to_string().contains("s3cret"));

    let odd = described(&image, &steps[..2], Map::new(), &spec());
    assert!(
        odd.get("history").is_none(),
        "steps and layers do not agree: {odd}"
    );
}

#[test]
fn an_archive_names_each_layer_and_holds_none() {
    let layers = ["sha256:a".to_owned(), "sha256:b".to_owned()];
    let archive = archive(&json!({ "os": "linux" }), &layers, "mine:2").unwrap();
    let mut archive = tar::Archive::new(archive.as_slice());
    let names: Vec<String> = archive
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().display().to_string())
        .collect();
    assert_eq!(names, ["config.json", "manifest.json"]);
}
