use super::{FILTERS, Kind, Touched};
use crate::inventory::Health;

fn take(events: &[&str]) -> (Touched, Vec<(String, Health)>) {
    let mut touched = Touched::default();
    let health = events
        .iter()
        .filter_map(|event| touched.take(event.as_bytes()))
        .collect();
    (touched, health)
}

#[test]
fn events_touch_what_they_name() {
    let (touched, health) = take(&[
        r#"{"Type":"container","Action":"start","Actor":{"ID":"a"}}"#,
        r#"{"Type":"container","Action":"die","Actor":{"ID":"a","Attributes":null}}"#,
        r#"{"Type":"container","Action":"health_status: healthy","Actor":{"ID":"b"}}"#,
        r#"{"Type":"container","Action":"health_status","Actor":{"ID":"c","Attributes":{"health_status":"unhealthy"}}}"#,
        r#"{"Type":"container","Action":"health_status: running","Actor":{"ID":"d"}}"#,
        r#"{"Type":"image","Action":"tag","Actor":{"ID":"sha256:1"}}"#,
        r#"{"Type":"volume","Action":"create","Actor":{"ID":"v"}}"#,
        r#"{"Type":"network","Action":"prune"}"#,
        r#"{"Type":"daemon","Action":"reload"}"#,
        r#"{"Type":"service","Action":"create"}"#,
        "no event at all",
    ]);
    assert_eq!(
        health,
        [
            ("b".into(), Health::Healthy),
            ("c".into(), Health::Unhealthy)
        ],
        "health needs no question"
    );
    assert_eq!(
        touched.containers.into_iter().collect::<Vec<_>>(),
        ["a"],
        "each container once"
    );
    assert_eq!(
        touched.kinds,
        [Kind::Images, Kind::Networks].into(),
        "kinds as a whole"
    );
    assert!(
        touched.facts && touched.volumes.contains("v") && touched.networks.is_empty(),
        "and the others"
    );
}

#[test]
fn the_filter_is_one_that_engines_understand() {
    let filter: std::collections::BTreeMap<String, Vec<String>> =
        serde_json::from_str(FILTERS).unwrap();
    assert!(
        filter["event"]
            .iter()
            .all(|action| !action.starts_with("exec")),
        "terminals and checks wake nobody"
    );
}
