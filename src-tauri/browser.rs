//! Opens addresses in the person's default browser, through the `open` crate.
//!
//! Only http and https addresses that were built by our own crates come here; they are checked
//! once more, because this is where text becomes an action of the system.

use std::path::Path;

use url::Url;

/// Opens an address.
///
/// # Errors
/// One sentence: the address is not one that we open, or no browser could be started.
pub fn open_address(address: &str) -> Result<(), String> {
    let url = acceptable(address)?;
    open::that_detached(url.as_str())
        .map_err(|error| format!("No browser could be started ({error})."))
}

/// Shows a file or folder of this computer in the system's file manager: a folder by what is in it, a
/// file by the folder that it is in, so that nothing is started that would open the file itself.
///
/// # Errors
/// One sentence: it is no longer there, or no file manager could be started.
pub fn show_in_folder(made: &Path) -> Result<(), String> {
    let gone = || "It is no longer there.".to_owned();
    let shown = if std::fs::metadata(made).map_err(|_| gone())?.is_dir() {
        made
    } else {
        made.parent().ok_or_else(gone)?
    };
    open::that_detached(shown).map_err(|error| format!("The folder could not be shown ({error})."))
}

/// The address as a URL, if it is one that we open: http(s), with a host, without user info or control characters.
fn acceptable(address: &str) -> Result<Url, String> {
    let refusal = || "This is not an address that Slipway opens.".to_owned();
    if address.len() > 2_048 || address.chars().any(char::is_control) {
        return Err(refusal());
    }
    let url = Url::parse(address).map_err(|_| refusal())?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none();
    if plain { Ok(url) } else { Err(refusal()) }
}

#[cfg(test)]
mod tests {
    use super::acceptable;

    #[test]
    fn opens_only_plain_web_addresses() {
        assert!(
            acceptable("http://127.0.0.1:8888/lab?token=abc").is_ok(),
            "a lab's own address is opened"
        );
        assert!(
            acceptable("http://[::1]:8888/").is_ok(),
            "IPv6 hosts are hosts"
        );
        for refused in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "http://user:pw@127.0.0.1/",
            "http://",
            "--help",
            "http://127.0.0.1/\u{7}",
            "vscode://x",
        ] {
            assert!(acceptable(refused).is_err(), "{refused} must not be opened");
        }
        assert!(
            acceptable(&format!("http://127.0.0.1/{}", "a".repeat(3_000))).is_err(),
            "absurdly long addresses are refused"
        );
    }
}
