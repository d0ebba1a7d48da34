use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::document::{Block, Inline};
use crate::preview::memory::MemorySource;
use crate::preview::{CellBody, CellOutput};

const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn code(source: &str, outputs: &Value) -> Value {
    json!({ "cell_type": "code", "execution_count": 3, "metadata": {}, "source": [source], "outputs": outputs })
}

fn book(cells: &[Value]) -> String {
    json!({
        "cells": cells,
        "metadata": { "kernelspec": { "name": "python3" }, "language_info": { "name": "python", "version": "3.10.4" } },
        "nbformat": 4, "nbformat_minor": 5,
    })
    .to_string()
}

async fn try_open(text: impl Into<bytes::Bytes>) -> Result<Opened> {
    let (reader, _) = Reader::open(MemorySource::new(text)).await?;
    open(&reader, EntryPath("work".to_owned())).await
}

async fn shown(cells: &[Value]) -> Vec<CellBody> {
    let opened = try_open(book(cells)).await.unwrap();
    let page = opened.notebook.page(0, 50).await.unwrap();
    page.cells.into_iter().map(|cell| cell.body).collect()
}

async fn output(output: Value) -> CellOutput {
    let CellBody::Code { mut outputs, .. } = shown(&[code("x", &json!([output]))]).await.remove(0)
    else {
        panic!("a code cell")
    };
    outputs.remove(0)
}

fn text(lines: &[Line]) -> String {
    let lines: Vec<String> = lines
        .iter()
        .map(|line| line.spans.iter().map(|span| span.text.as_str()).collect())
        .collect();
    lines.join("\n")
}

#[tokio::test]
async fn a_notebook_says_what_it_is() {
    let opened = try_open(book(&[code("x = 1", &json!([]))])).await.unwrap();
    assert_eq!(opened.format, "Notebook, Python 3.10");
    assert_eq!((opened.cells, opened.language.as_str()), (1, "python"));
    assert!(opened.cautions.is_empty());
}

#[tokio::test]
async fn cells_of_every_kind_are_shown() {
    let cells = shown(&[
        json!({ "cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "![a](attachment:p.png) ![b](img/b.png) ![c](http://x/c.png)"], "attachments": { "p.png": { "image/png": PIXEL } } }),
        code("%%bash\necho hi", &json!([])),
        json!({ "cell_type": "raw", "metadata": {}, "source": "as it is" }),
    ])
    .await;
    let CellBody::Markdown { blocks } = &cells[0] else {
        panic!("markdown")
    };
    let Block::Paragraph { parts } = &blocks[1] else {
        panic!("a paragraph")
    };
    let keys: Vec<Option<&str>> = parts
        .iter()
        .filter_map(|part| match part {
            Inline::Picture { key, .. } => Some(key.as_deref()),
            _ => None,
        })
        .collect();
    assert_eq!(keys, [Some("a:0:p.png"), Some("f:work/img/b.png"), None]);
    assert!(
        matches!(&cells[1], CellBody::Code { execution: Some(3), lines, .. } if text(lines) == "%%bash\necho hi")
    );
    assert!(matches!(&cells[2], CellBody::Raw { lines } if text(lines) == "as it is"));
}

#[tokio::test]
async fn the_older_format_is_read_too() {
    let old = json!({
        "metadata": { "name": "" }, "nbformat": 3, "nbformat_minor": 0,
        "worksheets": [{ "cells": [
            { "cell_type": "heading", "level": 2, "source": "Old" },
            { "cell_type": "code", "language": "python", "prompt_number": 7, "input": "1/0", "outputs": [
                { "output_type": "pyout", "prompt_number": 7, "text": "out" },
                { "output_type": "display_data", "png": PIXEL },
                { "output_type": "stream", "stream": "stderr", "text": "bad" },
                { "output_type": "pyerr", "ename": "ZeroDivisionError", "evalue": "no", "traceback": ["\u{1b}[31mtrace\u{1b}[0m"] },
            ] },
        ] }],
    });
    let opened = try_open(old.to_string()).await.unwrap();
    assert_eq!((opened.cells, opened.cautions.len()), (2, 0));
    let page = opened.notebook.page(0, 9).await.unwrap();
    assert!(
        matches!(&page.cells[0].body, CellBody::Markdown { blocks } if matches!(blocks[0], Block::Heading { level: 2, .. }))
    );
    let CellBody::Code {
        execution,
        outputs,
        lines,
    } = &page.cells[1].body
    else {
        panic!("code")
    };
    assert_eq!((*execution, text(lines).as_str()), (Some(7), "1/0"));
    assert!(matches!(&outputs[0], CellOutput::Text { lines, .. } if text(lines) == "out"));
    assert!(matches!(
        &outputs[1],
        CellOutput::Picture { width: Some(1), .. }
    ));
    assert!(matches!(&outputs[2], CellOutput::Text { error: true, .. }));
    assert!(
        matches!(&outputs[3], CellOutput::Failure { name, lines, .. } if name == "ZeroDivisionError" && text(lines) == "trace")
    );
    assert!(
        opened
            .notebook
            .picture("o:1:1")
            .await
            .unwrap()
            .starts_with(b"\x89PNG")
    );
}

#[tokio::test]
async fn the_form_that_needs_nothing_run_is_chosen() {
    let rich = |data: Value| json!({ "output_type": "display_data", "metadata": {}, "data": data });
    assert!(matches!(
        output(rich(json!({ "image/png": PIXEL, "text/plain": "<Figure>" }))).await,
        CellOutput::Picture { key, label, .. } if key == "o:0:0" && label == "<Figure>"
    ));
    assert!(matches!(
        output(rich(json!({ "text/html": "<table><tr><th>a</th></tr><tr><td>1</td></tr></table>", "text/plain": "a" }))).await,
        CellOutput::Table { columns, .. } if columns == ["a"]
    ));
    for (html, mime) in [
        ("<script>alert(1)</script>", "text/html"),
        ("<iframe srcdoc='x'></iframe>", "text/html"),
        ("alert(1)", "application/javascript"),
        ("{}", "application/vnd.jupyter.widget-view+json"),
        ("{}", "application/vnd.plotly.v1+json"),
    ] {
        let shown = output(rich(json!({ mime: html, "text/plain": "its text" }))).await;
        assert!(
            matches!(&shown, CellOutput::Withheld { text: lines, .. } if text(lines) == "its text"),
            "{mime}: {shown:?}"
        );
    }
    assert!(matches!(
        output(rich(json!({ "text/latex": "$$x^2$$" }))).await,
        CellOutput::Document { .. }
    ));
    assert!(
        matches!(output(rich(json!({ "text/html": "<b onclick=x()>bold</b>" }))).await, CellOutput::Text { lines, .. } if text(&lines) == "bold")
    );
    assert!(
        matches!(output(rich(json!({}))).await, CellOutput::Text { lines, .. } if lines.is_empty())
    );
    assert!(matches!(output(json!({})).await, CellOutput::Text { .. }));
    assert!(matches!(output(json!(7)).await, CellOutput::Text { .. }));
}

#[tokio::test]
async fn long_outputs_are_given_by_their_beginning_and_whole_when_asked_for() {
    let many: Vec<String> = (0..30_000).map(|line| format!("line {line}\n")).collect();
    for written in [json!(many), json!(many.concat())] {
        let cell = code(
            "x",
            &json!([{ "output_type": "stream", "name": "stdout", "text": written }]),
        );
        let opened = try_open(book(&[cell])).await.unwrap();
        let page = opened.notebook.page(0, 1).await.unwrap();
        let CellBody::Code { outputs, .. } = &page.cells[0].body else {
            panic!("code")
        };
        let CellOutput::Text { lines, more, .. } = &outputs[0] else {
            panic!("text")
        };
        assert_eq!(
            lines.len() + *more as usize,
            30_000,
            "every line is counted"
        );
        assert_eq!(lines.len(), 40);
        let all = opened.notebook.output(0, 0).await.unwrap();
        assert_eq!((all.lines.len(), all.total), (5000, Some(30_000)));
        assert_eq!(text(&all.lines[4999..]), "line 4999");
    }
}

#[tokio::test]
async fn a_notebook_of_pictures_is_read_cell_by_cell() {
    let picture = "A".repeat(4_000_000);
    let cells: Vec<Value> = (0..10)
        .map(|number| {
            code(
                &format!("plot({number})"),
                &json!([{ "output_type": "display_data", "data": { "image/png": picture } }]),
            )
        })
        .collect();
    let source = MemorySource::new(book(&cells));
    let (reader, _) = Reader::open(Arc::<MemorySource>::clone(&source))
        .await
        .unwrap();
    let opened = open(&reader, EntryPath::default()).await.unwrap();
    assert_eq!(opened.cells, 10);
    let before = source.read_bytes();
    let page = opened.notebook.page(9, 1).await.unwrap();
    assert!(
        matches!(&page.cells[0].body, CellBody::Code { lines, .. } if text(lines) == "plot(9)")
    );
    assert!(
        source.read_bytes() - before < 6_000_000,
        "the other cells are left alone"
    );
    let bytes = opened.notebook.picture("o:9:0").await.unwrap();
    assert_eq!(
        bytes.len(),
        3_000_000,
        "a picture is whole when it is asked for"
    );
}

#[tokio::test]
async fn a_damaged_notebook_shows_the_cells_before_the_damage() {
    let whole = book(&[
        code("first", &json!([])),
        code("second", &json!([])),
        code("third", &json!([])),
    ]);
    let cut = whole.find("third").unwrap();
    let opened = try_open(whole[..cut].to_owned()).await.unwrap();
    assert_eq!(opened.cells, 2);
    assert_eq!(
        opened.cautions,
        ["The notebook is incomplete: it ends after cell 2. The cells before are shown."]
    );
    let page = opened.notebook.page(0, 9).await.unwrap();
    assert_eq!(page.cells.len(), 2);
    let wrong = whole.replacen("},{", "} oops {", 1);
    let opened = try_open(wrong).await.unwrap();
    assert_eq!((opened.cells, opened.cautions.len()), (1, 1));
    assert!(
        try_open("{\"a\":1}").await.is_err(),
        "no cells, no notebook"
    );
    assert!(try_open("[").await.is_err());
}

#[tokio::test]
async fn wrong_keys_name_no_picture() {
    let cell = code(
        "x",
        &json!([{ "output_type": "display_data", "data": { "image/png": "&&&" } }]),
    );
    let opened = try_open(book(&[cell])).await.unwrap();
    for key in [
        "o:0:0",
        "o:0:9",
        "o:9:0",
        "o:0:99999999999",
        "a:0:x",
        "x",
        "",
        "o",
        "o:0",
        "f:../../etc/passwd",
    ] {
        assert!(opened.notebook.picture(key).await.is_err(), "{key}");
    }
}

#[test]
fn texts_are_decoded_whatever_is_escaped() {
    use outline::decode;
    assert_eq!(decode(br"a\n\u00e4\ud83d\ude00\/\\"), "a\nä😀/\\");
    assert_eq!(decode(br"\ud83d x \u12"), "\u{fffd} x \u{fffd}12");
    assert_eq!(decode(b"\\"), "");
}

fn in_runtime(text: Vec<u8>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        if let Ok(opened) = try_open(text).await {
            for number in 0..opened.cells {
                let _ = opened.notebook.page(number, 1).await;
                let _ = opened.notebook.output(number, 0).await;
                let _ = opened.notebook.picture(&format!("o:{number}:0")).await;
            }
            let _ = opened.notebook.sources(10).await.map(|all| all.len());
        }
    });
}

#[test]
fn deep_notebooks_overflow_nothing() {
    let deep = "[".repeat(200_000);
    in_runtime(format!("{{\"cells\":[{deep}").into_bytes());
    in_runtime(
        format!(
            "{{\"metadata\":{}1{},\"cells\":[]}}",
            "{\"a\":".repeat(100_000),
            "}".repeat(100_000)
        )
        .into_bytes(),
    );
    let nested = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    in_runtime(
        format!(
            "{{\"cells\":[{{\"cell_type\":\"code\",\"source\":{nested},\"outputs\":{nested}}}]}}"
        )
        .into_bytes(),
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn cut_and_changed_notebooks_break_nothing(cut in 0_usize..1200, at in 0_usize..1200, byte: u8) {
        let mut text = book(&[
            json!({ "cell_type": "markdown", "source": ["# a *b*"], "metadata": {} }),
            code("x = 'y'", &json!([
                { "output_type": "stream", "name": "stdout", "text": ["a\n", "\u{1b}[31mb"] },
                { "output_type": "display_data", "data": { "text/html": "<table><tr><td>1</td></tr></table>", "image/png": PIXEL } },
                { "output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"] },
            ])),
        ]).into_bytes();
        let long = text.len();
        text[at % long] = byte;
        text.truncate(long - cut % long);
        in_runtime(text);
    }

    #[test]
    fn any_json_like_bytes_break_nothing(rest in "[\\[\\]{}\":,0-9a-c\\\\ \n]{0,120}") {
        in_runtime(format!("{{\"cells\":[{rest}").into_bytes());
    }
}
