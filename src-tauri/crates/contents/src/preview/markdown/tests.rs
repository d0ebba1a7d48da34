use proptest::prelude::*;

use super::*;

fn shown(text: &str) -> Vec<Block> {
    blocks(text, &|address| {
        (!address.contains(':')).then(|| address.to_owned())
    })
    .0
}

#[test]
fn documents_become_blocks() {
    let text = "# Title *x*\n\nSome **bold** `code` $a^2$ ~~no~~\n\n- [x] done\n- two\n  1. deep\n\n| a | b |\n|--|-:|\n| 1 | 2 |\n\n```python\nx = 1\n```\n\n> said\n\n$$\\int x$$\n\n---\n![plot](img/a.png)\n";
    insta::assert_json_snapshot!(shown(text));
}

#[test]
fn nothing_of_a_hostile_document_acts() {
    let text = "[x](javascript:alert(1)) [y](data:text/html,<script>) [z](https://example.org \"t\") <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n![far](https://example.org/a.png) ![n](file:///etc/passwd)\n\n[t](\u{202e}http://x)\n";
    let json = serde_json::to_string(&shown(text)).unwrap();
    assert!(
        json.contains("\"address\":\"https://example.org\""),
        "a link that may be followed stays one"
    );
    assert_eq!(
        json.matches("\"type\":\"link\"").count(),
        1,
        "and it is the only one: {json}"
    );
    assert_eq!(
        json.matches("\"key\":null").count(),
        2,
        "pictures of elsewhere have no key"
    );
    assert!(!json.contains("javascript:"), "{json}");
}

#[test]
fn deep_documents_stay_shallow() {
    fn depth(blocks: &[Block]) -> usize {
        blocks
            .iter()
            .map(|block| match block {
                Block::Quote { blocks } => 1 + depth(blocks),
                Block::List { items, .. } => {
                    1 + items
                        .iter()
                        .map(|item| depth(&item.blocks))
                        .max()
                        .unwrap_or(0)
                }
                _ => 1,
            })
            .max()
            .unwrap_or(0)
    }
    let text = format!("{} deep", ">".repeat(5000));
    assert!(depth(&shown(&text)) <= DEEP + 1);
    let text = "*".repeat(20_000) + "x" + &"*".repeat(20_000);
    let _ = shown(&text);
}

#[test]
fn a_document_of_a_million_blocks_is_cut() {
    let (blocks, cut) = blocks(&"a\n\n".repeat(100_000), &|_| None);
    assert!(cut && blocks.len() <= BLOCKS + 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn any_text_becomes_blocks(text in "[-#>*`|\\[\\]()!$~_ <a-c/\n\\\\]{0,200}") {
        let _ = shown(&text);
    }
}
