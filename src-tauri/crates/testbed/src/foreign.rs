//! Images for another processor, in the two forms that registries have: a single image whose configuration
//! says arm64, and a list that offers arm64 only. The program inside is a real ARM executable, so a start that
//! the engine lets through ends with the kernel's "exec format error".

use std::path::Path;

use serde_json::{Value, json};

use crate::bed::Bed;
use crate::http::http_request;
use crate::process::{command, output};
use crate::{BedError, images};

/// Changes when this file changes what it makes.
pub(crate) const VERSION: u32 = 1;

/// A manifest list without an entry for this machine's processor.
pub(crate) const LIST_FOR_ARM: &str = "slipway/arm-only:1";

const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const MANIFEST_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// The smallest executable for 64-bit ARM Linux: a header, one loadable segment, and code that leaves with 0.
pub(crate) fn write_program(path: &Path) -> std::io::Result<()> {
    let code: [u32; 3] = [0xd280_0ba8, 0xd280_0000, 0xd400_0001]; // mov x8, 93 (exit); mov x0, 0; svc 0
    let (base, header) = (0x0040_0000_u64, 64 + 56_u64);
    let size = header + 12;
    let mut program = b"\x7fELF\x02\x01\x01\x00\0\0\0\0\0\0\0\0".to_vec();
    program.extend(2_u16.to_le_bytes()); // an executable
    program.extend(183_u16.to_le_bytes()); // for AArch64
    program.extend(1_u32.to_le_bytes());
    for address in [base + header, 64, 0] {
        program.extend(address.to_le_bytes());
    }
    program.extend(0_u32.to_le_bytes());
    for number in [64_u16, 56, 1, 64, 0, 0] {
        program.extend(number.to_le_bytes());
    }
    program.extend(1_u32.to_le_bytes()); // to be loaded,
    program.extend(5_u32.to_le_bytes()); // read and executed
    for number in [0, base, base, size, size, 0x1_0000] {
        program.extend(number.to_le_bytes());
    }
    for instruction in code {
        program.extend(instruction.to_le_bytes());
    }
    std::fs::write(path, program)?;
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
}

/// Replaces an image on the engine by the same one with arm64 in its configuration.
pub(crate) fn relabel(bed: &Bed, name: &str) -> Result<(), BedError> {
    let folder = tempfile::tempdir().map_err(BedError::io("making a folder for an image"))?;
    let (saved, unpacked) = (
        folder.path().join("saved.tar"),
        folder.path().join("unpacked"),
    );
    bed.docker(&["save", "--output", &saved.to_string_lossy(), name])?;
    let changed = std::fs::create_dir(&unpacked)
        .map_err(BedError::io("unpacking an image"))
        .and_then(|()| {
            output(
                "unpacking an image",
                command("tar")
                    .arg("-x")
                    .arg("-C")
                    .arg(&unpacked)
                    .arg("-f")
                    .arg(&saved),
            )
        })
        .and_then(|_| change_configuration(&unpacked).map_err(BedError::io("changing an image")))
        .and_then(|()| {
            output(
                "packing an image",
                command("tar")
                    .arg("-c")
                    .arg("-C")
                    .arg(&unpacked)
                    .arg("-f")
                    .arg(&saved)
                    .arg("."),
            )
        });
    changed?;
    bed.docker(&["rmi", "--force", name])?;
    bed.docker(&["load", "--quiet", "--input", &saved.to_string_lossy()])
        .map(|_| ())
}

fn change_configuration(unpacked: &Path) -> std::io::Result<()> {
    let manifest: Value = serde_json::from_slice(&std::fs::read(unpacked.join("manifest.json"))?)?;
    let path = unpacked.join(manifest[0]["Config"].as_str().unwrap_or("no configuration"));
    let mut configuration: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
    configuration["architecture"] = json!("arm64");
    configuration["variant"] = json!("v8");
    std::fs::write(path, serde_json::to_vec(&configuration)?)
}

/// Offers the image `local` under [`LIST_FOR_ARM`], as the only entry of a list.
pub(crate) fn push_list(bed: &Bed, local: &str) -> Result<(), BedError> {
    images::push(bed, local, "slipway/arm-only:arm64")?;
    let manifests = format!(
        "http://{}/v2/slipway/arm-only/manifests",
        bed.registry_address()
    );
    let single = http_request(
        "GET",
        &format!("{manifests}/arm64"),
        &[("Accept", MANIFEST)],
        b"",
    )?;
    let digest = single
        .header("docker-content-digest")
        .unwrap_or_default()
        .to_owned();
    let list = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST_LIST,
        "manifests": [{
            "mediaType": MANIFEST,
            "size": single.body.len(),
            "digest": digest,
            "platform": { "architecture": "arm64", "os": "linux", "variant": "v8" },
        }],
    });
    let answer = http_request(
        "PUT",
        &format!("{manifests}/1"),
        &[("Content-Type", MANIFEST_LIST)],
        list.to_string().as_bytes(),
    )?;
    if answer.status == 201 {
        Ok(())
    } else {
        Err(BedError::failed("offering an image list", answer.text()))
    }
}
