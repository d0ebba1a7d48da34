//! Notebooks: outputs are markup by design, so this is where scripts come from.

use serde_json::{Value, json};

use super::{ADDRESSES, HostileFile, markup};

pub(super) fn files(canary: &str) -> Vec<HostileFile> {
    let broken = "{\"nbformat\":4,\"metadata\":{},\"cells\":[{\"cell_type\":\"markdown\",\"source\":\"Before the damage\"},{\"cell_type\":\"code\",\"source\":[\"x\",";
    let deep = format!(
        "{{\"nbformat\":4,\"metadata\":{{\"deep\":{}{}}},\"cells\":[{{\"cell_type\":\"markdown\",\"metadata\":{}{},\"source\":\"Below the depths\"}}]}}",
        "[".repeat(100_000),
        "]".repeat(100_000),
        "{\"a\":".repeat(50_000),
        format_args!("1{}", "}".repeat(50_000)),
    );
    vec![
        HostileFile::new("scripts.ipynb", "Harbour tides", scripts(canary).to_string()),
        HostileFile::new("older.ipynb", "Tides of old", older(canary).to_string()),
        HostileFile::new("huge-outputs.ipynb", "line 0 of many", huge().to_string()),
        HostileFile::new("broken.ipynb", "Before the damage", broken),
        HostileFile::new("deep.ipynb", "Below the depths", deep),
        HostileFile::new(
            "wrong.ipynb",
            "Nothing is as it should be",
            json!({ "nbformat": "4", "metadata": [], "cells": [
                null, 7, "text", [], { "cell_type": "markdown", "source": { "0": "x" } },
                { "cell_type": ["code"], "source": 7, "outputs": { "a": 1 }, "execution_count": "<b>1</b>" },
                { "cell_type": "markdown", "source": ["Nothing is as", " it should be", 7, null] },
            ] })
            .to_string(),
        ),
    ]
}

fn shown(kind: &str, value: impl Into<Value>) -> Value {
    let mut data = json!({ "text/plain": "a plain text" });
    data[kind] = value.into();
    json!({ "output_type": "display_data", "metadata": {}, "data": data })
}

/// Today's format, with every kind of output that could act.
fn scripts(canary: &str) -> Value {
    let markup = markup(canary);
    let links: Vec<String> = ADDRESSES
        .iter()
        .map(|address| format!("[trap]({address}) ![trap]({address})\n\n"))
        .collect();
    let links = links.concat();
    let table = format!(
        "<table onmouseover='window.ran=1' style='background:url({canary}/t.png)'><tr><th>port</th></tr><tr><td onclick='window.ran=1'><a href='javascript:window.ran=1'>hamburg</a><img src='{canary}/c.png' onerror='window.ran=1'></td></tr></table>"
    );
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='24' height='24' onload='window.ran=1'><script>window.ran=1</script><image href='{canary}/s.png' width='9' height='9'/><foreignObject><iframe src='{canary}/f'/></foreignObject></svg>"
    );
    json!({
        "nbformat": 4, "nbformat_minor": 5,
        "metadata": {
            "kernelspec": { "display_name": "<script>window.ran=1</script>", "language": "<img src=x onerror=window.ran=1>", "name": "x" },
            "widgets": { "application/vnd.jupyter.widget-state+json": { "state": { "a": { "model_name": "HTMLModel", "state": { "value": markup } } } } },
        },
        "cells": [
            { "cell_type": "markdown", "metadata": {}, "source": format!("# Harbour tides\n\n{links}\n\n![t]({canary}/m.png)\n\n{markup}") },
            { "cell_type": "markdown", "metadata": {}, "source": "![a](attachment:a.svg)", "attachments": { "a.svg": { "image/svg+xml": svg } } },
            { "cell_type": "raw", "metadata": { "format": "text/html" }, "source": markup },
            { "cell_type": "code", "metadata": {}, "execution_count": 7, "source": format!("%%html\n{markup}"), "outputs": [
                { "output_type": "stream", "name": "stdout", "text": format!("high water 4.2 m\n\u{1b}]8;;javascript:window.ran=1\u{7}link\u{1b}]8;;\u{7}{markup}") },
                shown("text/html", markup.as_str()),
                shown("text/html", table),
                shown("text/html", format!("<b onmouseover='window.ran=1'>bold</b><img src='{canary}/b.png'>")),
                shown("image/svg+xml", svg),
                shown("image/png", "PHNjcmlwdD53aW5kb3cucmFuPTE8L3NjcmlwdD4="),
                shown("application/javascript", "window.ran=1"),
                shown("application/vnd.jupyter.widget-view+json", json!({ "model_id": "a", "version_major": 2 })),
                shown("application/vnd.plotly.v1+json", json!({ "data": [{ "text": markup }], "layout": { "images": [{ "source": format!("{canary}/p.png") }] } })),
                shown("application/vnd.vegalite.v5+json", json!({ "data": { "url": format!("{canary}/v.json") } })),
                shown("application/geo+json", json!({ "type": "Point" })),
                shown("application/pdf", "JVBERi0xLjc="),
                shown("text/latex", format!("$\\href{{javascript:window.ran=1}}{{x}} \\includegraphics{{{canary}/l.png}}$")),
                shown("text/markdown", format!("[go](javascript:window.ran=1) {markup}")),
                { "output_type": "error", "ename": "<script>window.ran=1</script>", "evalue": markup, "traceback": [markup, "\u{1b}[31mred\u{1b}[0m"] },
                { "output_type": "<script>", "data": { "text/html": markup } },
            ] },
        ],
    })
}

/// Format 3 has names of its own for the same things.
fn older(canary: &str) -> Value {
    let markup = markup(canary);
    json!({
        "nbformat": 3, "nbformat_minor": 0, "metadata": { "name": markup },
        "worksheets": [{ "metadata": {}, "cells": [
            { "cell_type": "heading", "level": 1, "source": ["Tides of old"] },
            { "cell_type": "html", "source": [markup] },
            { "cell_type": "code", "language": "<script>", "prompt_number": 1, "input": ["x"], "collapsed": false, "outputs": [
                { "output_type": "display_data", "html": [markup], "javascript": ["window.ran=1"] },
                { "output_type": "display_data", "svg": [format!("<svg xmlns='http://www.w3.org/2000/svg' onload='window.ran=1' width='9' height='9'><image href='{canary}/o.png'/></svg>")] },
                { "output_type": "pyout", "prompt_number": 1, "html": [format!("<a href='javascript:window.ran=1'><img src='{canary}/h.png'></a>")] },
                { "output_type": "pyerr", "ename": markup, "evalue": markup, "traceback": [markup] },
            ] },
        ] }],
    })
}

/// More than anybody wants to see: a text of 5 MB, and 20,000 outputs of one cell.
fn huge() -> Value {
    use std::fmt::Write as _;
    let mut text = String::new();
    for line in 0..100_000 {
        // Writing to a text does not fail.
        let _ = writeln!(text, "line {line} of many, and it goes on for a while");
    }
    let many: Vec<Value> = (0..20_000)
        .map(|_| json!({ "output_type": "stream", "name": "stderr", "text": "<b>again</b>" }))
        .collect();
    json!({
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [
            { "cell_type": "code", "metadata": {}, "execution_count": 1, "source": "x", "outputs": [{ "output_type": "stream", "name": "stdout", "text": text }] },
            { "cell_type": "code", "metadata": {}, "execution_count": 2, "source": "y".repeat(2_000_000), "outputs": many },
        ],
    })
}
