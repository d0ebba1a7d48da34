use super::{Question, Wire, engine_message, escaped};
use crate::endpoint::Address;

#[test]
fn the_version_stands_in_each_path() {
    let wire = Wire::new(Address::parse("unix:///x.sock").unwrap()).with_version("1.41");
    let request = http::Request::builder()
        .uri("http://docker/containers/json?all=true")
        .body(())
        .unwrap();
    let addressed = wire.addressed(request).unwrap();
    assert_eq!(
        addressed.uri(),
        "/v1.41/containers/json?all=true",
        "as the engine's own client writes it"
    );
    assert_eq!(addressed.headers()["host"], "docker", "HTTP wants a host");
}

#[test]
fn what_people_name_things_stays_inside_its_part() {
    assert_eq!(
        escaped("exasol/ai-lab:6.0.0@sha256:1"),
        "exasol/ai-lab:6.0.0@sha256:1",
        "image names stay readable"
    );
    assert_eq!(
        escaped("a?b#c d%"),
        "a%3Fb%23c%20d%25",
        "nothing ends the path early"
    );
    let question = Question::get("/x").query("a b", "c&d=ü").query("e", "");
    assert_eq!(question.query, "?a+b=c%26d%3D%C3%BC&e=", "nor a value");
}

#[test]
fn the_engines_message_is_taken_out_of_its_wrapping() {
    assert_eq!(
        engine_message(br#"{"message":"no such thing"}"#),
        "no such thing",
        "docker"
    );
    assert_eq!(
        engine_message(br#"{"cause":"x","message":"no such thing","response":404}"#),
        "no such thing",
        "podman"
    );
    assert_eq!(
        engine_message(b" page not found\n"),
        "page not found",
        "plain"
    );
}
