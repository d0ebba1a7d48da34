//! SVG drawings, turned into pixels here. A drawing may hold scripts, ask for files and pages of
//! elsewhere, and unfold small texts into endless ones; resvg runs no script, and everything that
//! is not in the drawing itself is answered with nothing.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree};

use crate::Result;

use super::reader::unreadable;

/// The largest text of a drawing.
pub const LARGEST: usize = 20_000_000;
/// How deep its elements may lie in each other, and how many there may be.
const DEEP: usize = 200;
const MANY: usize = 300_000;

fn damaged(error: impl std::fmt::Display) -> crate::Problem {
    unreadable("This drawing is damaged or too elaborate.").detail(error.to_string())
}

/// Whether these are the first bytes of a drawing.
pub fn is_svg(head: &[u8]) -> bool {
    let head = &head[..head.len().min(4096)];
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with("<svg") || (text.starts_with('<') && text.contains("<svg"))
}

/// Whether it looks as if drawing it takes no more than it should. Names of entities are what
/// small texts are unfolded with; no program that draws for analysts uses them.
fn modest(text: &str) -> bool {
    let mut deep = 0_usize;
    let mut many = 0_usize;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if rest.starts_with("!ENTITY") {
            return false;
        }
        if rest.starts_with(['!', '?']) {
            continue;
        }
        if rest.starts_with('/') {
            deep = deep.saturating_sub(1);
            continue;
        }
        many += 1;
        let Some(end) = rest.find('>') else { break };
        if !rest[..end].ends_with('/') {
            deep += 1;
        }
        if deep > DEEP || many > MANY {
            return false;
        }
    }
    true
}

fn tree(bytes: &[u8]) -> Result<Tree> {
    if bytes.len() > LARGEST {
        return Err(damaged("too long"));
    }
    let text = std::str::from_utf8(bytes).map_err(damaged)?;
    if !modest(text) {
        return Err(damaged("too deep, too many elements, or entities"));
    }
    let options = Options {
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    Tree::from_str(text, &options).map_err(damaged)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and a drawing has no negative size"
)]
fn pixels(length: f32) -> u32 {
    (length.ceil() as u32).max(1)
}

/// Its width and height as it names them.
pub fn measure(bytes: &[u8]) -> Result<(u32, u32)> {
    let size = tree(bytes)?.size();
    Ok((pixels(size.width()), pixels(size.height())))
}

/// PNG of at most `longest` pixels a side.
pub fn draw(bytes: &[u8], longest: u32) -> Result<Vec<u8>> {
    let tree = tree(bytes)?;
    let size = tree.size();
    #[expect(clippy::cast_precision_loss, reason = "a few thousand pixels")]
    let longest = longest as f32;
    // Twice as large, so that lines are sharp on dense screens.
    let scale = (longest / size.width().max(size.height())).min(2.0);
    let (width, height) = (pixels(size.width() * scale), pixels(size.height() * scale));
    let mut canvas = Pixmap::new(width, height).ok_or_else(|| damaged("no size"))?;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut canvas.as_mut(),
    );
    canvas.encode_png().map_err(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="red"/></svg>"#;

    #[test]
    fn drawings_become_pixels() {
        let shown = draw(PLAIN.as_bytes(), 2000).unwrap();
        assert!(shown.starts_with(b"\x89PNG"));
        assert_eq!(super::super::picture::measure(&shown).unwrap(), (80, 40));
        assert_eq!(measure(PLAIN.as_bytes()).unwrap(), (40, 20));
        assert!(is_svg(PLAIN.as_bytes()));
    }

    #[test]
    fn nothing_outside_of_the_drawing_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret.svg");
        std::fs::write(&secret, PLAIN).unwrap();
        let drawing = |href: &str| {
            format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="20"><image width="40" height="20" xlink:href="{href}"/></svg>"#
            )
        };
        let empty = draw(
            br#"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>"#,
            2000,
        )
        .unwrap();
        for href in [
            secret.to_str().unwrap(),
            "http://127.0.0.1:1/x.svg",
            "data:image/svg+xml,x",
        ] {
            assert_eq!(
                draw(drawing(href).as_bytes(), 2000).unwrap(),
                empty,
                "{href} is not drawn"
            );
        }
    }

    #[test]
    fn bombs_are_refused() {
        let deep = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\">{}",
            "<g>".repeat(100_000)
        );
        let entities = r#"<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><text>&b;</text></svg>"#;
        let huge = r#"<svg xmlns="http://www.w3.org/2000/svg" width="1e30" height="1e-30"/>"#;
        for text in [deep.as_str(), entities, "<svg", ""] {
            assert!(draw(text.as_bytes(), 2000).is_err());
        }
        let _ = draw(huge.as_bytes(), 2000);
    }
}
