//! Versions from a real registry: the one of the test bed.
#![cfg(unix)]

use slipway_engine::ImageReference;
use slipway_labs::versions::{RegistryAnswer, registry_tags};
use slipway_testbed::{Bed, EngineKind};

#[tokio::test]
async fn a_real_registry_tells_its_versions() {
    let kind =
        std::env::var("SLIPWAY_ENGINE").map_or(EngineKind::Floor, |name| name.parse().unwrap());
    let bed = tokio::task::spawn_blocking(move || Bed::start(kind).unwrap())
        .await
        .unwrap();
    let registry = bed.registry().address();
    let asked = |image: &str| ImageReference::parse(&format!("{registry}/{image}")).unwrap();

    let RegistryAnswer::All(mut tags) = registry_tags(&asked("exasol/ai-lab")).await else {
        unreachable!("the registry is there and asks for no login")
    };
    tags.sort();
    assert_eq!(tags, ["5.0.0", "6.0.0", "latest"]);
    assert_eq!(
        registry_tags(&asked("exasol/nothing")).await,
        RegistryAnswer::NoSuchImage
    );

    bed.registry().cut();
    assert_eq!(
        registry_tags(&asked("exasol/ai-lab")).await,
        RegistryAnswer::Unreachable
    );
    bed.registry().restore();
    assert!(matches!(
        registry_tags(&asked("exasol/ai-lab")).await,
        RegistryAnswer::All(_)
    ));
    tokio::task::spawn_blocking(move || drop(bed))
        .await
        .unwrap();
}
