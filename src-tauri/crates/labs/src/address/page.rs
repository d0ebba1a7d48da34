//! One page's address, built from checked parts.

use slipway_vault::Secret;

/// The page that is opened. Its token is a secret: `shown` never has it, and there is no `Debug`.
#[derive(Clone)]
pub struct PageAddress {
    https: bool,
    /// With brackets where it is IPv6.
    host: String,
    port: u16,
    /// Begins with `/`; only characters that a path may have, the rest percent-encoded.
    path: String,
    token: Option<Secret>,
    /// The query's name for the token.
    parameter: String,
}

impl PageAddress {
    pub fn new(https: bool, host: String, port: u16, path: &str, token: Option<Secret>) -> Self {
        Self {
            https,
            host,
            port,
            path: clean_path(path),
            token,
            parameter: "token".to_owned(),
        }
    }

    /// With another name for the token than Jupyter's.
    #[must_use]
    pub fn with_token_as(mut self, parameter: Option<&str>) -> Self {
        if let Some(parameter) = parameter {
            self.parameter = encode(parameter, |byte| {
                byte.is_ascii_alphanumeric() || b"-_".contains(&byte)
            });
        }
        self
    }

    #[must_use]
    pub(crate) fn without_token(self) -> Self {
        Self {
            token: None,
            ..self
        }
    }

    /// Without path and token: `http://127.0.0.1:8888`.
    pub fn shown(&self) -> String {
        format!(
            "{}://{}:{}",
            if self.https { "https" } else { "http" },
            self.host,
            self.port
        )
    }

    /// What goes to the browser, and nowhere else.
    pub fn opened(&self) -> Secret {
        let mut text = format!("{}{}", self.shown(), self.path);
        if let Some(token) = &self.token {
            text.push(if self.path.contains('?') { '&' } else { '?' });
            text.push_str(&self.parameter);
            text.push('=');
            text.push_str(&encode(token.reveal(), |byte| {
                byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
            }));
        }
        Secret::new(text)
    }

    pub fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }
}

/// A path that begins with one slash: two would make it another host's address.
fn clean_path(path: &str) -> String {
    let path = path.trim_start_matches(['/', '\\']);
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%?".contains(&byte);
    format!("/{}", encode(path, allowed))
}

fn encode(text: &str, plain: impl Fn(u8) -> bool) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if plain(byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(path: &str, token: Option<&str>) -> PageAddress {
        PageAddress::new(
            false,
            "127.0.0.1".into(),
            8888,
            path,
            token.map(|text| Secret::new(text.to_owned())),
        )
    }

    #[test]
    fn the_token_is_encoded_and_never_shown() {
        let page = page("/lab/tree/start.ipynb", Some("a b&c=%"));
        assert_eq!(
            page.opened().reveal(),
            "http://127.0.0.1:8888/lab/tree/start.ipynb?token=a%20b%26c%3D%25"
        );
        assert_eq!(page.shown(), "http://127.0.0.1:8888");
    }

    #[test]
    fn a_path_cannot_name_another_host() {
        assert_eq!(
            page("//evil.example/x", None).opened().reveal(),
            "http://127.0.0.1:8888/evil.example/x"
        );
        assert_eq!(
            page("\\\\evil.example", None).opened().reveal(),
            "http://127.0.0.1:8888/evil.example"
        );
        assert_eq!(page("", None).opened().reveal(), "http://127.0.0.1:8888/");
        assert_eq!(
            page("/a b\n<x>", None).opened().reveal(),
            "http://127.0.0.1:8888/a%20b%0A%3Cx%3E"
        );
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_lab_says_the_host_is_ours(path in ".*", token in ".*") {
            let opened = page(&path, Some(&token)).opened();
            let address = url::Url::parse(opened.reveal()).expect("an address that was built can be parsed");
            proptest::prop_assert_eq!(address.host_str(), Some("127.0.0.1"));
            proptest::prop_assert_eq!(address.port(), Some(8888));
            proptest::prop_assert_eq!(address.scheme(), "http");
            proptest::prop_assert!(address.username().is_empty());
        }
    }
}
