//! Finding ports, addresses and paths in the engine's prose.

/// The host's port in a binding failure: the number after the last colon of the first
/// `address:port` that is one ("Bind for 0.0.0.0:8888 failed", "listen tcp4 [::]:80: bind: …").
pub(super) fn port_in(text: &str) -> Option<u16> {
    addresses(text).next().map(|(_, port)| port).or_else(|| {
        let after = text.split_once("privileged port ")?.1;
        after
            .split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    })
}

pub(super) fn address_in(text: &str) -> Option<String> {
    addresses(text)
        .next()
        .map(|(address, _)| address.trim_matches(['[', ']']).to_owned())
}

fn addresses(text: &str) -> impl Iterator<Item = (&str, u16)> {
    text.split(|c: char| c.is_whitespace() || c == ',')
        .filter_map(|word| {
            let word = word.trim_end_matches([':', '.']);
            let (address, rest) = word.rsplit_once(':')?;
            // "0.0.0.0:8888:172.17.0.2:8888" names the container's side, too.
            let (address, rest) = match address.split_once(':') {
                Some((host, more)) if !address.starts_with('[') && host.contains('.') => {
                    (host, more.split(':').next().unwrap_or(rest))
                }
                _ => (address, rest),
            };
            let plain = address.trim_start_matches(['[', '(']).trim_end_matches(']');
            if plain.parse::<std::net::IpAddr>().is_err() && !plain.is_empty() && plain != "::" {
                return None;
            }
            let port = rest.split(['/', '-']).next()?.parse().ok()?;
            Some((address, port))
        })
}

/// The rest of the message after one of these, to the end of its line or sentence.
pub(super) fn text_after(message: &str, markers: &[&str]) -> Option<String> {
    let rest = markers
        .iter()
        .find_map(|marker| message.split_once(marker))
        .map(|(_, rest)| rest)?;
    let line = rest.lines().next().unwrap_or(rest).trim();
    Some(
        line.split(" is not shared")
            .next()
            .unwrap_or(line)
            .trim_end_matches('.')
            .to_owned(),
    )
}

pub(super) fn between(message: &str, mark: char) -> Option<String> {
    let mut parts = message.split(mark);
    parts.next();
    parts.next().map(str::to_owned)
}

/// The last word of "No such image: exasol/ai-lab:9".
pub(super) fn quoted_last(message: &str, otherwise: &str) -> String {
    message
        .rsplit_once(": ")
        .map_or(otherwise, |(_, last)| last)
        .trim()
        .to_owned()
}

/// The path of "Could not find the file /x/y in container 4f…".
pub(super) fn folder_of(message: &str, otherwise: &str) -> String {
    message
        .split_once("the file ")
        .and_then(|(_, rest)| rest.split_once(" in container"))
        .map_or(otherwise, |(path, _)| path)
        .to_owned()
}
