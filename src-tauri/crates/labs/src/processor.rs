//! Whether an image's processor is the engine's.

use slipway_engine::endpoint::EngineProduct;

/// Whether this engine can run an image of these platforms. Where either side is not known, it may.
pub fn runs(platforms: &[String], architecture: &str, product: EngineProduct) -> bool {
    platforms.iter().all(String::is_empty)
        || architecture.is_empty()
        || emulates(product)
        || platforms
            .iter()
            .any(|platform| same_processor(platform, architecture))
}

/// Whether a platform is this processor's own.
pub(crate) fn same(platform: &str, architecture: &str) -> bool {
    same_processor(platform, architecture)
}

/// Whether the engine runs images of other processors, too.
pub(crate) fn runs_others(product: EngineProduct) -> bool {
    emulates(product)
}

/// Docker Desktop and its like run images of other processors, slowly: `amd64` labs on a Mac work.
fn emulates(product: EngineProduct) -> bool {
    matches!(
        product,
        EngineProduct::DockerDesktop
            | EngineProduct::OrbStack
            | EngineProduct::RancherDesktop
            | EngineProduct::Colima
    )
}

/// Registries and engines spell processors differently.
fn same_processor(a: &str, b: &str) -> bool {
    fn plain(name: &str) -> &str {
        match name
            .split('/')
            .find(|part| *part != "linux")
            .unwrap_or(name)
        {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "armv7l" | "armhf" => "arm",
            "i386" | "i686" => "386",
            other => other,
        }
    }
    plain(a) == plain(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emulating_engine_runs_everything() {
        let arm = ["arm64".to_owned()];
        assert!(!runs(&arm, "amd64", EngineProduct::DockerEngine));
        assert!(runs(&arm, "amd64", EngineProduct::DockerDesktop));
        assert!(runs(&[], "amd64", EngineProduct::DockerEngine));
        assert!(
            runs(&[String::new()], "amd64", EngineProduct::DockerEngine),
            "an image may not say what it is made for"
        );
    }

    #[test]
    fn processors_have_several_names() {
        assert!(same_processor("linux/amd64", "x86_64"));
        assert!(same_processor("arm64", "aarch64"));
        assert!(same_processor("linux/arm64/v8", "arm64"));
        assert!(!same_processor("arm64", "amd64"));
    }
}
