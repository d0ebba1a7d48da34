use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use slipway_labs::Problem;
use slipway_labs::problem::ProblemKind;

use super::{Voice, plain, table};
use crate::headless::failure::{Exit, Failure};

#[derive(Clone, Default)]
struct Page(Rc<RefCell<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Page {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).expect("what is written is text")
    }
}

fn voice(json: bool, live: bool) -> (Voice, Page, Page) {
    let (out, err) = (Page::default(), Page::default());
    let voice = Voice::into(Box::new(out.clone()), Box::new(err.clone()), json, live);
    (voice, out, err)
}

fn failure() -> Failure {
    Failure::new(
        Exit::Refused,
        Problem::new(
            ProblemKind::InvalidForm,
            "The lab cannot be launched like this.",
        ),
    )
    .remark(Some("name".to_owned()), "Give it a name.")
}

#[test]
fn a_live_line_leaves_nothing_behind() {
    let (mut voice, out, err) = voice(false, true);
    voice.progress("Download the image, 10 %").expect("written");
    voice.progress("Start it").expect("written");
    voice.line("done").expect("written");
    assert_eq!(out.text(), "done\n", "results are not mixed with progress");
    let err = err.text();
    assert!(
        err.contains("\rStart it                "),
        "the longer line before it is covered: {err:?}"
    );
    assert!(err.ends_with('\r'), "the line is free again: {err:?}");
}

#[test]
fn with_json_only_values_and_failures_are_written() {
    let (mut voice, out, err) = voice(true, true);
    voice.progress("Start it").expect("written");
    voice.note("A sentence.").expect("written");
    voice.line("a line").expect("written");
    voice.value(&["a"]).expect("written");
    voice.failure(&failure()).expect("written");
    let value: serde_json::Value = serde_json::from_str(&out.text()).expect("JSON");
    assert_eq!(value, serde_json::json!(["a"]));
    let told: serde_json::Value = serde_json::from_str(&err.text()).expect("one JSON value");
    assert_eq!(told["exitCode"], 4, "the code stands in it, too: {told}");
    assert_eq!(told["kind"], "invalidForm", "{told}");
    assert_eq!(told["remarks"][0]["field"], "name", "{told}");
}

#[test]
fn a_failure_names_each_field() {
    let (mut voice, out, err) = voice(false, false);
    voice.failure(&failure()).expect("written");
    assert_eq!(out.text(), "", "a failure is no result");
    assert_eq!(
        err.text(),
        "The lab cannot be launched like this.\n  name: Give it a name.\n"
    );
}

#[test]
fn a_terminal_is_given_nothing_to_obey() {
    assert_eq!(plain("a\u{1b}]0;owned\u{7}b\rc\u{9b}31m"), "a]0;ownedbc31m");
    assert_eq!(
        plain("gro\u{202e}txt.exe"),
        "grotxt.exe",
        "names stay as they are"
    );
    assert_eq!(plain("Grüße\tan\nalle 😀"), "Grüße\tan\nalle 😀");
}

#[test]
fn columns_are_as_wide_as_their_widest_cell() {
    let rows = vec![
        vec!["AI-Lab".to_owned(), "running".to_owned()],
        vec!["Ü".to_owned(), "stopped".to_owned()],
    ];
    assert_eq!(
        table(&["name", "state"], &rows),
        ["NAME    STATE", "AI-Lab  running", "Ü       stopped"]
    );
}
