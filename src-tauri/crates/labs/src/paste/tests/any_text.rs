//! Whatever is pasted: no panic, and nothing that is silently left out.

use proptest::prelude::*;

use super::*;
use crate::paste::words::Span;

const SEEDS: &[&str] = &[
    "docker run -it --rm --name jupyter -p 8888:8888 -p 4040:4040 -v $HOME/work:$HOME/work -w $HOME/work image",
    "docker run -e HOST_USER_ID=$(id -u) -v <ESKAPADE>:/home/esdev/eskapade -p 8888:8888 -it eskapade:0.7",
    "VERSION=1.0\ndocker run --detach \\\n  --volume ${VOLUME}:/root/notebooks \\\n  --publish ${LISTEN_IP:-0.0.0.0}:${PORT}:8888 exasol/data-science-sandbox:${VERSION}",
    "$V = 'a b'\nPS C:\\> docker run `\n -v \"${PWD}:/data\" -v $env:USERPROFILE\\x:/y exasol/ai-lab:$V; echo hi",
    "set V=1\r\ndocker run ^\r\n -v \"%cd%\":/data -e A=\\\"x\\\" exasol/ai-lab:%V% & echo hi",
    "docker run --mount type=bind,source=/a,target=/c --gpus '\"device=0,2\"' --frob=1 x/y:1 sh -c 'a && b' | tee x > y",
];

/// A real command with stretches taken out, doubled or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let letters = "[-'\"`^\\\\$%{}()<>|&;=: \n\ta-z0-9/,.~#@é😀]{0,6}";
    let cuts = prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, letters), 0..5);
    (prop::sample::select(SEEDS), cuts).prop_map(|(seed, cuts)| {
        let mut text: Vec<char> = seed.chars().collect();
        for (at, length, put) in cuts {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, put.chars());
        }
        text.into_iter().collect()
    })
}

fn covered(span: Span, by: &[(usize, usize)]) -> bool {
    let mut at = span.start;
    while at < span.end {
        let Some((_, end)) = by.iter().find(|(start, end)| *start <= at && at < *end) else {
            return false;
        };
        at = *end;
    }
    true
}

fn nothing_is_lost(text: &str) {
    let answers = [("PWD", "/here"), ("ESKAPADE", "/there")];
    let answers: BTreeMap<String, String> = answers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let facts = facts();
    let reading = read(text, &answers, &person(), &facts);
    let (tokens, head) = (reading.tokens.clone(), reading.head);
    let pasted = reading.finish(&facts);

    let units: Vec<u16> = text.encode_utf16().collect();
    for part in &pasted.parts {
        assert!(
            part.start < part.end && part.end as usize <= units.len(),
            "{part:?} of {text:?}"
        );
        let stretch = &units[part.start as usize..part.end as usize];
        assert!(
            String::from_utf16(stretch).is_ok(),
            "a letter is cut through"
        );
        assert!(
            part.meaning
                .is_none_or(|meaning| (meaning as usize) < pasted.meanings.len())
        );
        for (start, end) in &part.variables {
            assert!(
                part.start <= *start && *end <= part.end,
                "{part:?} of {text:?}"
            );
        }
    }
    for (first, second) in pasted.parts.iter().zip(pasted.parts.iter().skip(1)) {
        assert!(
            first.end <= second.start,
            "parts overlap: {first:?} {second:?} of {text:?}"
        );
    }
    if pasted.problem.is_some() || pasted.form.is_none() {
        return;
    }
    // The form stands for the whole text: each word is marked, or belongs to `docker run` itself.
    let mut places: Vec<usize> = vec![0; units.len() + 1];
    for (at, letter) in text.char_indices() {
        let unit = text[..at].encode_utf16().count();
        places[unit..unit + letter.len_utf16()].fill(at);
    }
    places[units.len()] = text.len();
    let mut by: Vec<(usize, usize)> = pasted
        .parts
        .iter()
        .map(|part| (places[part.start as usize], places[part.end as usize]))
        .collect();
    by.extend(head.map(|head| (head.start, head.end)));
    for token in tokens {
        let word = &text[token.start..token.end];
        let before_head = head.is_some_and(|head| token.end <= head.start);
        let grammar = [
            "}", "{", "sudo", "time", "exec", "winpty", "jupyter", "--", "", "\"\"", "''",
        ];
        assert!(
            covered(token, &by) || before_head || grammar.contains(&word),
            "{word:?} is lost of {text:?}: {:?}",
            pasted.parts
        );
    }
}

#[test]
fn seeds_lose_nothing() {
    for seed in SEEDS {
        nothing_is_lost(seed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn changed_commands_lose_nothing(text in mutated()) {
        nothing_is_lost(&text);
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,80}|docker run [ -~\n]{0,80}|(docker|run|-[a-z]|--[a-z]{1,8}|[$%{}()'\"`^<>|&;\\\\]| |\n){0,30}") {
        nothing_is_lost(&text);
    }
}
