//! Versions and sizes from a real registry: the one of the test bed.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use slipway_engine::ImageReference;
use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::{EngineStatus, Inventory};
use slipway_labs::form::{FormSeed, LaunchForm, TypedSecrets};
use slipway_labs::labs::{Labs, LabsHome};
use slipway_labs::logins::Logins;
use slipway_labs::versions::{RegistryAnswer, registry_tags};
use slipway_testbed::process::{Leashed, command, wait_for};
use slipway_testbed::{Bed, EngineKind};
use slipway_vault::Vault;

async fn bed() -> Bed {
    let kind =
        std::env::var("SLIPWAY_ENGINE").map_or(EngineKind::Floor, |name| name.parse().unwrap());
    tokio::task::spawn_blocking(move || Bed::start(kind).unwrap())
        .await
        .unwrap()
}

/// Head and body of a plain request, without any client that could share a mistake.
fn plain(method: &str, registry: &str, path: &str, kind: &str, body: &[u8]) -> (String, String) {
    let mut stream = std::net::TcpStream::connect(registry).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {registry}\r\nAccept: {MANIFESTS}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .unwrap();
    stream.write_all(body).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

const MANIFESTS: &str = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json";

/// A header's value, whatever its case.
fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let line = head.lines().find_map(|line| {
        let (known, value) = line.split_once(": ")?;
        known.eq_ignore_ascii_case(name).then_some(value)
    });
    line.unwrap()
}

/// A registry of its own that can be pushed to, with nothing in it.
struct OwnRegistry {
    address: String,
    _program: Leashed,
    _folder: tempfile::TempDir,
}

impl OwnRegistry {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap().to_string();
        drop(free);
        let settings = folder.path().join("registry.yml");
        let text = format!(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {address}\n",
            folder.path().join("storage").display()
        );
        std::fs::write(&settings, text).unwrap();
        let arguments = ["serve", settings.to_str().unwrap()];
        let program = Leashed::start("docker-registry", &arguments, &[], Stdio::null()).unwrap();
        let there = wait_for(Duration::from_mins(1), || {
            std::net::TcpStream::connect(&address).ok()
        });
        assert!(there.is_some(), "the registry is there");
        Self {
            address,
            _program: program,
            _folder: folder,
        }
    }

    /// Gives the digest.
    fn push_blob(&self, bytes: &[u8]) -> String {
        let digest = digest(bytes);
        let (head, _) = plain("POST", &self.address, "/v2/two/lab/blobs/uploads/", "", b"");
        let place = header(&head, "Location").split_once("/v2/").unwrap().1;
        let place = format!("/v2/{place}&digest={digest}");
        let (head, body) = plain(
            "PUT",
            &self.address,
            &place,
            "application/octet-stream",
            bytes,
        );
        assert!(head.contains(" 201 "), "{head}\n{body}");
        digest
    }

    /// Gives digest and length.
    fn push_manifest(&self, name: &str, manifest: &Value) -> (String, usize) {
        let text = manifest.to_string();
        let name = if name.is_empty() {
            digest(text.as_bytes())
        } else {
            name.to_owned()
        };
        let path = format!("/v2/two/lab/manifests/{name}");
        let kind = manifest["mediaType"].as_str().unwrap();
        let (head, body) = plain("PUT", &self.address, &path, kind, text.as_bytes());
        assert!(head.contains(" 201 "), "{head}\n{body}");
        (digest(text.as_bytes()), text.len())
    }

    /// An image with layers of so many bytes, under its digest.
    fn push_image(&self, layers: &[usize]) -> (String, usize) {
        let part = |kind: &str, bytes: &[u8]| json!({ "mediaType": kind, "digest": self.push_blob(bytes), "size": bytes.len() });
        let layers: Vec<Value> = layers
            .iter()
            .map(|length| {
                part(
                    "application/vnd.oci.image.layer.v1.tar+gzip",
                    &vec![7; *length],
                )
            })
            .collect();
        let config = part("application/vnd.oci.image.config.v1+json", b"{}");
        let kind = "application/vnd.oci.image.manifest.v1+json";
        let manifest =
            json!({ "schemaVersion": 2, "mediaType": kind, "config": config, "layers": layers });
        self.push_manifest("", &manifest)
    }
}

fn digest(bytes: &[u8]) -> String {
    let mut program = command("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(bytes).unwrap();
    let said = program.wait_with_output().unwrap().stdout;
    let said = String::from_utf8(said).unwrap();
    format!("sha256:{}", said.split(' ').next().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_index_the_engine_s_own_image_is_measured() {
    let bed = bed().await;
    let registry = tokio::task::spawn_blocking(|| {
        let registry = OwnRegistry::start();
        let images = [("amd64", [40_000, 2_000]), ("arm64", [30_000, 1_000])];
        let entries: Vec<Value> = images
            .iter()
            .map(|(architecture, layers)| {
                let (digest, length) = registry.push_image(layers);
                json!({ "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest,
                        "size": length, "platform": { "os": "linux", "architecture": architecture } })
            })
            .collect();
        let kind = "application/vnd.oci.image.index.v1+json";
        let index = json!({ "schemaVersion": 2, "mediaType": kind, "manifests": entries });
        registry.push_manifest("1.0", &index);
        registry
    })
    .await
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let labs = labs(&bed, folder.path()).await;
    let mut form = form(&labs, &format!("{}/two/lab:1.0", registry.address)).await;
    let mut sizes = Vec::new();
    for platform in ["linux/amd64", "linux/arm64", "linux/riscv64"] {
        platform.clone_into(&mut form.advanced.platform);
        let size = labs.measure_form(&form).await;
        sizes.push((size.bytes.map(|bytes| bytes.0), size.unknown));
    }
    assert_eq!(sizes[..2], [(Some(42_000), None), (Some(31_000), None)]);
    assert_eq!(
        sizes[2].1.as_deref(),
        Some(&*format!(
            "Its size is not known: {} has no image for linux/riscv64.",
            registry.address
        ))
    );
    form.advanced.platform.clear();
    let own = labs.measure_form(&form).await.bytes.map(|bytes| bytes.0);
    let expected = if cfg!(target_arch = "aarch64") {
        31_000
    } else {
        42_000
    };
    assert_eq!(own, Some(expected), "the engine's own without a choice");
    tokio::task::spawn_blocking(move || drop((bed, registry)))
        .await
        .unwrap();
}

/// What the registry itself says that the layers of an image weigh: the length of each blob.
fn weight(registry: &str, name: &str, version: &str) -> u64 {
    let (_, manifest) = plain(
        "GET",
        registry,
        &format!("/v2/{name}/manifests/{version}"),
        "",
        b"",
    );
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let layers = manifest["layers"].as_array().unwrap();
    assert!(layers.len() > 1, "one layer would prove little");
    let mut digests: Vec<&str> = layers
        .iter()
        .map(|layer| layer["digest"].as_str().unwrap())
        .collect();
    digests.sort_unstable();
    digests.dedup();
    digests
        .iter()
        .map(|digest| {
            let path = format!("/v2/{name}/blobs/{digest}");
            let (head, _) = plain("HEAD", registry, &path, "", b"");
            header(&head, "Content-Length").parse::<u64>().unwrap()
        })
        .sum()
}

async fn labs(bed: &Bed, folder: &std::path::Path) -> Labs {
    let inventory = Inventory::start(Surroundings {
        variables: [("DOCKER_HOST".to_owned(), bed.docker_host())].into(),
        home: None,
    });
    let mut snapshots = inventory.watch();
    let ready = snapshots.wait_for(|snapshot| snapshot.report.status == EngineStatus::Ready);
    tokio::time::timeout(Duration::from_secs(30), ready)
        .await
        .unwrap()
        .unwrap();
    drop(snapshots);
    Labs::start(LabsHome {
        profiles: folder.join("labs"),
        recipes: folder.join("recipes"),
        inventory,
        vault: Vault::in_memory(),
        open_address: Arc::new(|_| Ok(())),
        user: None,
    })
}

async fn form(labs: &Labs, image: &str) -> LaunchForm {
    let seed = FormSeed {
        recipe: None,
        image: Some(image.to_owned()),
        like_lab: None,
    };
    labs.new_form(seed).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_registry_tells_how_much_there_is_to_download() {
    let bed = bed().await;
    let registry = bed.registry().address();
    let expected = weight(&registry, "exasol/ai-lab", "6.0.0");
    let folder = tempfile::tempdir().unwrap();
    let labs_here = labs(&bed, folder.path()).await;
    let form = form(&labs_here, &format!("{registry}/exasol/ai-lab:6.0.0")).await;
    let nothing = TypedSecrets::default();

    let before = labs_here.check(&form, &nothing).await;
    assert_eq!(
        (before.needs_download, before.download_size),
        (true, None),
        "a check asks nobody"
    );
    let size = labs_here.measure_form(&form).await;
    assert_eq!(size.bytes.map(|bytes| bytes.0), Some(expected), "{size:?}");
    let checked = labs_here.check(&form, &nothing).await;
    assert_eq!(checked.download_size, size.bytes);
    assert!(
        checked.outlook.starts_with("Downloads "),
        "{}",
        checked.outlook
    );
    let mut other = form.clone();
    other.advanced.platform = "linux/s390x".to_owned();
    // A manifest without an index is for whoever downloads it, and engines take it.
    assert_eq!(labs_here.measure_form(&other).await.bytes, size.bytes);
    drop(labs_here);

    // Without its registry, a Slipway that starts anew still knows, and says what it does not know.
    bed.registry().cut();
    let offline = labs(&bed, folder.path()).await;
    assert_eq!(
        offline.check(&form, &nothing).await.download_size,
        size.bytes
    );
    let mut unasked = form.clone();
    "5.0.0".clone_into(&mut unasked.version);
    let unknown = offline.measure_form(&unasked).await;
    assert_eq!(
        (unknown.bytes, unknown.unknown),
        (
            None,
            Some(format!(
                "Its size is not known: {registry} cannot be reached."
            ))
        )
    );
    let checked = offline.check(&unasked, &nothing).await;
    let note = checked.notes.iter().find(|note| note.field == "version");
    assert_eq!(
        note.unwrap().message,
        format!(
            "5.0.0 will be downloaded first. Its size is not known: {registry} cannot be reached. Newest known: 6.0.0."
        )
    );
    bed.registry().restore();
    drop(offline);
    tokio::task::spawn_blocking(move || drop(bed))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_real_registry_tells_its_versions() {
    let bed = bed().await;
    let registry = bed.registry().address();
    let nobody = Logins::default();
    let asked = |image: &str| ImageReference::parse(&format!("{registry}/{image}")).unwrap();

    let RegistryAnswer::All(mut tags) = registry_tags(&asked("exasol/ai-lab"), &nobody).await
    else {
        unreachable!("the registry is there and asks for no login")
    };
    tags.sort();
    assert_eq!(tags, ["5.0.0", "6.0.0", "latest"]);
    assert_eq!(
        registry_tags(&asked("exasol/nothing"), &nobody).await,
        RegistryAnswer::NoSuchImage
    );

    bed.registry().cut();
    assert_eq!(
        registry_tags(&asked("exasol/ai-lab"), &nobody).await,
        RegistryAnswer::Unreachable
    );
    bed.registry().restore();
    assert!(matches!(
        registry_tags(&asked("exasol/ai-lab"), &nobody).await,
        RegistryAnswer::All(_)
    ));
    tokio::task::spawn_blocking(move || drop(bed))
        .await
        .unwrap();
}

/// A registry that shows its tags only to ada.
fn private_registry() -> std::net::SocketAddr {
    use std::io::{BufRead as _, BufReader, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<String> = lines
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .collect();
            // ada:lovelace
            let known = head.iter().any(|line| {
                line.to_lowercase().starts_with("authorization: basic ")
                    && line.ends_with("YWRhOmxvdmVsYWNl")
            });
            let (status, body) = match known {
                true if head[0].contains("/tags/list") => {
                    ("200 OK", r#"{"name":"team/lab","tags":["1.0","2.0"]}"#)
                }
                true => ("200 OK", "{}"),
                false => (
                    "401 Unauthorized",
                    r#"{"errors":[{"code":"UNAUTHORIZED","message":"who are you"}]}"#,
                ),
            };
            let _ = write!(
                &stream,
                "HTTP/1.1 {status}\r\nWWW-Authenticate: Basic realm=\"lab\"\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    address
}

#[tokio::test]
async fn a_docker_login_opens_a_private_registry() {
    let registry = private_registry();
    let image = ImageReference::parse(&format!("{registry}/team/lab")).unwrap();
    assert_eq!(
        registry_tags(&image, &Logins::default()).await,
        RegistryAnswer::Denied
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    let login = |auth: &str| {
        format!(r#"{{ "auths": {{ "{registry}": {{ "auth": "{auth}" }} }}, "HttpHeaders": {{}} }}"#)
    };
    std::fs::write(&file, login("YWRhOmxvdmVsYWNl")).unwrap();
    let logins = Logins::in_file(file.clone());
    assert_eq!(
        registry_tags(&image, &logins).await,
        RegistryAnswer::All(vec!["1.0".to_owned(), "2.0".to_owned()])
    );
    for broken in [login("YWRhOndyb25n"), "{ half".to_owned(), login("?")] {
        std::fs::write(&file, broken).unwrap();
        assert_eq!(registry_tags(&image, &logins).await, RegistryAnswer::Denied);
    }
}
