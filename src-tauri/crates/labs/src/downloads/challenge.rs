//! What a registry asks for with its 401: a token from somewhere else, or name and password.
//!
//! `WWW-Authenticate: Bearer realm="https://auth.docker.io/token",service="registry.docker.io"`.

use url::Url;

/// How a registry wants to be asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    Bearer { realm: Url, service: Option<String> },
    Basic,
}

impl Challenge {
    /// `None` where it is neither, or where its token would come from an address that is no address.
    pub(super) fn read(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (mut realm, mut service) = (None, None);
        for (name, value) in parameters(rest) {
            match name.as_str() {
                "realm" => realm = Url::parse(&value).ok(),
                "service" => service = Some(value),
                _ => {}
            }
        }
        Some(Self::Bearer {
            realm: realm?,
            service,
        })
    }
}

/// `name="value"` and `name=value`, separated by commas; a quoted value may hold commas.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
            quoted.split_once('"').unwrap_or((quoted, ""))
        } else {
            after.split_once(',').unwrap_or((after, ""))
        };
        found.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        rest = after.trim_start_matches([',', ' ']);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_ask_in_two_ways() {
        let hub = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#;
        assert_eq!(
            Challenge::read(hub),
            Some(Challenge::Bearer {
                realm: Url::parse("https://auth.docker.io/token").unwrap(),
                service: Some("registry.docker.io".to_owned()),
            })
        );
        assert_eq!(
            Challenge::read(r#"Basic realm="lab""#),
            Some(Challenge::Basic)
        );
        assert_eq!(Challenge::read("basic"), Some(Challenge::Basic));
        for odd in [
            "",
            "Bearer",
            "Bearer realm",
            r#"Bearer realm="not an address""#,
            "Negotiate",
            r#"Bearer service="x"#,
        ] {
            assert_eq!(Challenge::read(odd), None, "{odd}");
        }
    }
}
