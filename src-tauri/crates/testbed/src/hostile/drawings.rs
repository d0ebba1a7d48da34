//! Drawings and pictures.

use super::HostileFile;

const REFUSED: &str = "This drawing is damaged or too elaborate.";

pub(super) fn files(canary: &str) -> Vec<HostileFile> {
    let space = "xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'";
    let script = format!(
        "<svg {space} width='24' height='24' onload='window.ran=1'><script>window.ran=1</script><script href='{canary}/s.js'/>\
         <a href='javascript:window.ran=1'><rect width='24' height='24' onclick='window.ran=1'/></a>\
         <animate attributeName='href' values='javascript:window.ran=1' onbegin='window.ran=1'/><set attributeName='onmouseover' to='window.ran=1'/>\
         <foreignObject width='24' height='24'><body xmlns='http://www.w3.org/1999/xhtml' onload='window.ran=1'><iframe src='{canary}/f'/></body></foreignObject>\
         <handler xmlns='http://www.w3.org/2001/xml-events'>window.ran=1</handler></svg>"
    );
    let outside = format!(
        "<?xml version='1.0'?><?xml-stylesheet href='{canary}/x.css'?><!DOCTYPE svg PUBLIC '-' '{canary}/d.dtd'>\
         <svg {space} width='24' height='24'><style>@import url({canary}/i.css); @font-face {{ font-family: f; src: url({canary}/f.woff) }} rect {{ fill: url({canary}/p.svg#p) }}</style>\
         <image href='{canary}/i.png' width='9' height='9'/><image xlink:href='file:///etc/passwd' width='9' height='9'/>\
         <use href='{canary}/u.svg#u'/><rect width='9' height='9' fill='url({canary}/g.svg#g)' filter='url({canary}/l.svg#l)'/>\
         <image href='data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9J3BhcmVudC5yYW49MScvPg==' width='9' height='9'/></svg>"
    );
    let laughs: Vec<String> = (1..=9)
        .map(|level| {
            format!(
                "<!ENTITY l{level} '{}'>",
                format!("&l{};", level - 1).repeat(10)
            )
        })
        .collect();
    let laughs = laughs.concat();
    let entities = format!(
        "<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY l0 'ha'>{laughs}<!ENTITY file SYSTEM 'file:///etc/passwd'><!ENTITY asked SYSTEM '{canary}/e'>]>\
         <svg {space} width='24' height='24'><text>&l9;&file;&asked;</text></svg>"
    );
    let deep = format!(
        "<svg {space} width='24' height='24'>{}{}</svg>",
        "<g>".repeat(100_000),
        "</g>".repeat(100_000)
    );
    // Each group shows the one before it ten times.
    let groups: Vec<String> = (1..=9)
        .map(|level| {
            let uses = format!("<use href='#g{}'/>", level - 1).repeat(10);
            format!("<g id='g{level}'>{uses}</g>")
        })
        .collect();
    let groups = groups.concat();
    let copied = format!(
        "<svg {space} width='24' height='24'><defs><g id='g0'><rect width='1' height='1'/></g>{groups}</defs><use href='#g9'/></svg>"
    );
    vec![
        HostileFile::new("script.svg", "24 × 24 pixels", script),
        HostileFile::new("outside.svg", "24 × 24 pixels", outside),
        HostileFile::new("entities.svg", REFUSED, entities),
        HostileFile::new("deep.svg", REFUSED, deep),
        HostileFile::new("copies.svg", REFUSED, copied),
        HostileFile::new(
            "circle.svg",
            REFUSED,
            format!(
                "<svg {space} width='24' height='24'><g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g></svg>"
            ),
        ),
        HostileFile::new(
            "endless.svg",
            "1,000,000,000 × 1,000,000,000 pixels",
            format!(
                "<svg {space} width='1000000000' height='1000000000'><rect width='9' height='9'/></svg>"
            ),
        ),
        HostileFile::new(
            "endless.png",
            "This picture is damaged, incomplete or too large.",
            png_of(100_000, 100_000),
        ),
        HostileFile::new(
            "two-in-one.gif",
            "This file cannot be read.",
            "GIF89a/*<script>window.ran=1</script>*/=1;window.ran=1;\0",
        ),
    ]
}

/// The head of a picture so large, without anything in it.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = b"IHDR".to_vec();
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    head.extend([8, 6, 0, 0, 0]);
    for chunk in [head, b"IEND".to_vec()] {
        let length = u32::try_from(chunk.len() - 4).unwrap_or_default();
        bytes.extend(length.to_be_bytes());
        bytes.extend(&chunk);
        bytes.extend(crc(&chunk).to_be_bytes());
    }
    bytes
}

/// The sum by which PNG chunks are checked (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sum_is_the_one_of_the_standard() {
        assert_eq!(super::crc(b"123456789"), 0xcbf4_3926);
    }
}
