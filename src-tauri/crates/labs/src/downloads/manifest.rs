//! Reading a manifest of the registry API: Docker's and the OCI's, of one image or of an index.
//!
//! Written by whoever pushed the image, so every figure is checked: what is negative, broken, missing or
//! larger than any image makes the whole unreadable rather than a size that nobody should believe.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Platform;

/// Registries refuse larger ones (distribution's `maxManifestBodySize`, the OCI's recommendation).
pub(super) const LARGEST: usize = 4 * 1024 * 1024;
/// Docker unpacks at most so many layers; other engines a few more.
const MOST_LAYERS: usize = 1_000;
/// No image is larger than a pebibyte.
const LARGEST_IMAGE: u64 = 1 << 50;

/// Manifests that are understood, as `Accept` says it.
pub(super) const ACCEPTED: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// What a manifest says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The compressed bytes of one image.
    Size(u64),
    /// The digest of this platform's own manifest.
    Elsewhere(String),
    NoSuchPlatform,
    Unreadable,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema_version: u32,
    manifests: Option<Vec<Entry>>,
    layers: Option<Vec<Layer>>,
}

#[derive(Deserialize)]
struct Entry {
    digest: String,
    platform: Option<EntryPlatform>,
}

#[derive(Default, Deserialize)]
struct EntryPlatform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    variant: String,
}

#[derive(Deserialize)]
struct Layer {
    digest: String,
    size: u64,
}

/// Reads a manifest for a platform. In `an_image`, an index is not expected any more.
pub(super) fn read(body: &[u8], platform: &Platform, an_image: bool) -> Said {
    let Ok(document) = serde_json::from_slice::<Document>(body) else {
        return Said::Unreadable;
    };
    // Version 1 tells no sizes, and engines refuse it by now.
    if document.schema_version != 2 {
        return Said::Unreadable;
    }
    match (document.manifests, document.layers) {
        (Some(entries), None) if !an_image => choose(&entries, platform),
        (None, Some(layers)) => sum(&layers).map_or(Said::Unreadable, Said::Size),
        _ => Said::Unreadable,
    }
}

fn choose(entries: &[Entry], platform: &Platform) -> Said {
    let fitting = entries.iter().filter_map(|entry| {
        let offered = entry.platform.as_ref()?;
        // Attestations stand here as images for "unknown".
        let rank = platform.fits(&offered.os, &offered.architecture, &offered.variant)?;
        Some((rank, entry))
    });
    // Of two that fit as well, engines take the first.
    match fitting.min_by_key(|(rank, _)| *rank) {
        Some((_, entry)) if is_digest(&entry.digest) => Said::Elsewhere(entry.digest.clone()),
        Some(_) => Said::Unreadable,
        None => Said::NoSuchPlatform,
    }
}

/// The layers together; one that stands there twice is downloaded once.
fn sum(layers: &[Layer]) -> Option<u64> {
    if layers.len() > MOST_LAYERS {
        return None;
    }
    let mut seen = BTreeSet::new();
    let mut sum: u64 = 0;
    for layer in layers {
        if seen.insert(layer.digest.as_str()) {
            sum = sum
                .checked_add(layer.size)
                .filter(|sum| *sum <= LARGEST_IMAGE)?;
        }
    }
    Some(sum)
}

/// `sha256:` and its digits; what comes from an index becomes a part of an address.
pub(super) fn is_digest(text: &str) -> bool {
    let digits = text
        .strip_prefix("sha256:")
        .filter(|digits| digits.len() == 64)
        .or_else(|| {
            text.strip_prefix("sha512:")
                .filter(|digits| digits.len() == 128)
        });
    digits.is_some_and(|digits| {
        digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn amd64() -> Platform {
        Platform::wanted("linux/amd64", None).unwrap()
    }

    fn digest(number: u8) -> String {
        format!("sha256:{}", format!("{number:02x}").repeat(32))
    }

    fn layer(number: u8, size: impl Into<Value>) -> Value {
        json!({ "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest(number), "size": size.into() })
    }

    fn said(document: &Value) -> Said {
        read(document.to_string().as_bytes(), &amd64(), false)
    }

    fn image(layers: &[Value]) -> Value {
        json!({ "schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                "config": { "digest": digest(0), "size": 7 }, "layers": layers })
    }

    #[test]
    fn the_layers_are_the_download() {
        assert_eq!(said(&image(&[layer(1, 30), layer(2, 12)])), Said::Size(42));
        assert_eq!(
            said(&image(&[layer(1, 30), layer(1, 30)])),
            Said::Size(30),
            "one layer is downloaded once"
        );
        assert_eq!(said(&image(&[])), Said::Size(0));
    }

    #[test]
    fn an_index_leads_to_the_engine_s_own_image() {
        let entry = |number: u8, os: &str, architecture: &str| json!({ "digest": digest(number), "size": 500, "platform": { "os": os, "architecture": architecture } });
        let index = |manifests: &[Value]| json!({ "schemaVersion": 2, "manifests": manifests });
        let both = index(&[
            entry(1, "unknown", "unknown"),
            entry(2, "linux", "arm64"),
            entry(3, "linux", "amd64"),
            entry(4, "linux", "amd64"),
        ]);
        assert_eq!(said(&both), Said::Elsewhere(digest(3)));
        assert_eq!(
            said(&index(&[entry(2, "linux", "arm64")])),
            Said::NoSuchPlatform
        );
        assert_eq!(
            read(both.to_string().as_bytes(), &amd64(), true),
            Said::Unreadable,
            "an index in an index is not followed"
        );
        let mut nowhere = entry(5, "linux", "amd64");
        nowhere["digest"] = json!("sha256:../../../token");
        assert_eq!(
            said(&index(&[nowhere])),
            Said::Unreadable,
            "a digest becomes part of an address"
        );
    }

    #[test]
    fn what_cannot_be_believed_is_no_size() {
        let one =
            json!({ "schemaVersion": 1, "name": "x", "fsLayers": [{ "blobSum": digest(1) }] });
        let both = json!({ "schemaVersion": 2, "layers": [], "manifests": [] });
        for hostile in [
            one,
            both,
            json!({ "schemaVersion": 2 }),
            json!({ "schemaVersion": "2", "layers": [] }),
            json!([]),
            image(&[layer(1, -1)]),
            image(&[layer(1, 1.5)]),
            image(&[layer(1, "12")]),
            image(&[json!({ "digest": digest(1) })]),
            image(&[layer(1, u64::MAX), layer(2, u64::MAX)]),
            image(&[layer(1, (1_u64 << 50) + 1)]),
        ] {
            assert_eq!(said(&hostile), Said::Unreadable, "{hostile}");
        }
        let many: Vec<Value> = (0..=MOST_LAYERS)
            .map(|number| json!({ "digest": number.to_string(), "size": 1 }))
            .collect();
        assert_eq!(said(&image(&many)), Said::Unreadable);
        let deep = format!("{{\"schemaVersion\":2,\"x\":{}", "[".repeat(100_000));
        assert_eq!(read(deep.as_bytes(), &amd64(), false), Said::Unreadable);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes, &amd64(), false);
        }

        #[test]
        fn a_size_is_the_sum_of_its_layers(sizes in proptest::collection::vec(0_u64..1 << 40, 0..50)) {
            let layers: Vec<Value> = sizes
                .iter()
                .enumerate()
                .map(|(at, size)| layer(u8::try_from(at).unwrap(), *size))
                .collect();
            prop_assert_eq!(said(&image(&layers)), Said::Size(sizes.iter().sum()));
        }
    }
}
