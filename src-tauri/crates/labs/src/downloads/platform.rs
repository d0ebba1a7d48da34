//! Which of an image's platforms the engine takes.

use std::fmt;

use slipway_engine::health::EngineFacts;

use crate::processor;

/// `linux/arm64/v8`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Platform {
    pub os: String,
    pub architecture: String,
    pub variant: Option<String>,
}

impl Platform {
    /// What was typed, with the engine's own where nothing was.
    pub(crate) fn wanted(typed: &str, engine: Option<&EngineFacts>) -> Option<Self> {
        let typed = typed.trim();
        if typed.is_empty() {
            let engine = engine?;
            return (!engine.architecture.is_empty()).then(|| Self {
                os: if engine.os_type.is_empty() {
                    "linux".to_owned()
                } else {
                    engine.os_type.clone()
                },
                architecture: engine.architecture.clone(),
                variant: None,
            });
        }
        let mut parts = typed.split('/').map(str::to_owned);
        match (parts.next(), parts.next()) {
            (Some(os), Some(architecture)) if !architecture.is_empty() => Some(Self {
                os,
                architecture,
                variant: parts.next().filter(|variant| !variant.is_empty()),
            }),
            // `--platform arm64` means Linux.
            (Some(architecture), None) if architecture != "linux" => Some(Self {
                os: "linux".to_owned(),
                architecture,
                variant: None,
            }),
            _ => Self::wanted("", engine),
        }
    }

    /// How well an offered platform fits, smaller is better; `None`: not at all.
    ///
    /// Processors run their older variants: where none is asked for, an image without one comes first,
    /// for 32-bit ARM the newest variant that is common (v7), elsewhere the oldest.
    pub(super) fn fits(&self, os: &str, architecture: &str, variant: &str) -> Option<u32> {
        if os != self.os || !processor::same(architecture, &self.architecture) {
            return None;
        }
        let number = |variant: &str| variant.trim_start_matches('v').parse::<u32>().ok();
        match (self.variant.as_deref(), variant) {
            (Some(wanted), offered) if wanted == offered => Some(0),
            (_, "") => Some(1),
            // The only one that there is.
            (Some("v8"), _) | (None, "v8") if processor::same(&self.architecture, "arm64") => {
                Some(2)
            }
            (Some(wanted), offered) => {
                let (wanted, offered) = (number(wanted)?, number(offered)?);
                (offered < wanted).then(|| 2 + wanted - offered)
            }
            (None, offered) if processor::same(&self.architecture, "arm") => {
                let offered = number(offered)?;
                (offered <= 7).then(|| 2 + 7 - offered)
            }
            (None, offered) => Some(2 + number(offered).unwrap_or(100).min(100)),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(f, "/{variant}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::engine;

    fn wanted(typed: &str) -> String {
        Platform::wanted(typed, Some(&engine()))
            .unwrap()
            .to_string()
    }

    #[test]
    fn a_platform_is_typed_or_the_engine_s() {
        assert_eq!(wanted(""), "linux/amd64");
        assert_eq!(wanted(" linux/arm64/v8 "), "linux/arm64/v8");
        assert_eq!(wanted("arm64"), "linux/arm64");
        assert_eq!(wanted("linux"), "linux/amd64");
        assert_eq!(wanted("linux/"), "linux/amd64");
        assert_eq!(Platform::wanted("", None), None, "no engine, no platform");
    }

    #[test]
    fn variants_are_chosen_as_engines_choose_them() {
        let best = |wanted: &str, offered: &[(&str, &str)]| {
            let platform = Platform::wanted(wanted, None).unwrap();
            offered
                .iter()
                .enumerate()
                .filter_map(|(at, (architecture, variant))| {
                    Some((platform.fits("linux", architecture, variant)?, at))
                })
                .min()
                .map(|(_, at)| at)
        };
        let arms = [("arm", "v5"), ("arm", "v7"), ("arm", "v6"), ("arm64", "v8")];
        assert_eq!(best("linux/arm", &arms), Some(1));
        assert_eq!(best("linux/arm/v6", &arms), Some(2));
        assert_eq!(best("linux/arm64", &arms), Some(3));
        assert_eq!(best("linux/arm64/v8", &[("arm64", "")]), Some(0));
        assert_eq!(
            best("linux/amd64", &[("amd64", "v3"), ("amd64", "v2")]),
            Some(1)
        );
        assert_eq!(
            best("linux/amd64", &[("amd64", "v3"), ("amd64", "")]),
            Some(1)
        );
        assert_eq!(best("linux/amd64", &arms), None);
        assert_eq!(
            best("linux/arm/v6", &[("arm", "v7")]),
            None,
            "newer than it is"
        );
        assert_eq!(best("windows/amd64", &[("amd64", "")]), None);
    }
}
