//! An engine as tests want it: rows made by hand, no daemon.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use slipway_engine::endpoint::{Endpoint, EndpointSource};
use slipway_engine::health::EngineFacts;
use slipway_engine::images::ImageDetails;
use slipway_engine::inventory::{
    ContainerMount, ContainerRow, ContainerState, EngineReport, EngineStatus, Health, ImageRow,
    PublishedPort, Snapshot, VolumeRow,
};
use slipway_engine::{Bytes, ContainerId, ImageId, UnixMillis, VolumeName};
use slipway_vault::VaultStatus;

use crate::catalogue::Catalogue;
use crate::check::{CheckFacts, LabFacts};
use crate::form::{FormSeed, LaunchForm, new_form};
use crate::recipe::RecipeId;

/// A native engine of this computer.
pub fn engine() -> EngineFacts {
    EngineFacts {
        id: "3f9c-engine".to_owned(),
        endpoint: Endpoint::new("unix:///var/run/docker.sock", EndpointSource::KnownPlace),
        product_name: "Docker Engine".to_owned(),
        version: "28.5.2".to_owned(),
        api_version: "1.51".to_owned(),
        os_type: "linux".to_owned(),
        operating_system: "Debian GNU/Linux 12 (bookworm)".to_owned(),
        architecture: "amd64".to_owned(),
        host_name: "desk".to_owned(),
        processors: 8,
        memory: Bytes(16_000_000_000),
        storage_driver: "overlay2".to_owned(),
        containerd_store: false,
        data_root: "/var/lib/docker".to_owned(),
        disk_free: Some(Bytes(84_000_000_000)),
        rootless: false,
        this_computer: true,
        gpu: false,
        gpu_devices: Vec::new(),
        runtimes: vec!["runc".to_owned()],
        socket_group_writable: Some(true),
        socket_group: Some(998),
        socket_path: Some("/var/run/docker.sock".to_owned()),
        wsl: false,
        mirrors: Vec::new(),
    }
}

pub fn snapshot(engine: EngineFacts) -> Snapshot {
    Snapshot {
        revision: 1,
        report: Arc::new(EngineReport {
            status: EngineStatus::Ready,
            facts: Some(engine),
            problems: Vec::new(),
            refused: Vec::new(),
        }),
        containers: Arc::default(),
        images: Arc::default(),
        volumes: Arc::default(),
        networks: Arc::default(),
    }
}

/// Facts on an engine that has nothing yet.
pub fn facts() -> CheckFacts {
    facts_on(engine())
}

pub fn facts_on(engine: EngineFacts) -> CheckFacts {
    CheckFacts {
        catalogue: Catalogue::shipped(),
        snapshot: Arc::new(snapshot(engine)),
        image: None,
        asks: None,
        labs: Vec::new(),
        keyring: VaultStatus::Keyring,
        known_secrets: BTreeSet::new(),
        user: Some((1000, 1000)),
        download: None,
        own: None,
    }
}

pub trait With: Sized {
    fn with_container(
        self,
        name: &str,
        state: ContainerState,
        port: Option<(&str, u16)>,
        volume: Option<&str>,
    ) -> Self;
    fn with_image(self, tag: &str) -> Self;
    fn with_volume(self, name: &str) -> Self;
    fn with_lab(self, name: &str, container: &str, volume: &str, image: &str) -> Self;
    fn with_config(self, image: ImageDetails) -> Self;
}

impl With for CheckFacts {
    fn with_container(
        mut self,
        name: &str,
        state: ContainerState,
        port: Option<(&str, u16)>,
        volume: Option<&str>,
    ) -> Self {
        let row = ContainerRow {
            id: ContainerId::from(format!("id-of-{name}")),
            name: name.to_owned(),
            image: "exasol/ai-lab:6.0.0".to_owned(),
            image_id: ImageId::from("sha256:1"),
            state,
            health: Health::None,
            status: String::new(),
            exit_code: None,
            out_of_memory: false,
            error: None,
            created: UnixMillis(0),
            started: None,
            finished: None,
            ports: port
                .map(|(listen_ip, port)| PublishedPort {
                    listen_ip: listen_ip.to_owned(),
                    host_port: Some(port),
                    container_port: 8888,
                    protocol: "tcp".to_owned(),
                })
                .into_iter()
                .collect(),
            mounts: volume
                .map(|volume| ContainerMount {
                    kind: "volume".to_owned(),
                    source: volume.to_owned(),
                    target: "/data".to_owned(),
                    read_only: false,
                })
                .into_iter()
                .collect(),
            labels: BTreeMap::new(),
            privileged: false,
            tty: false,
            networks: Vec::new(),
        };
        let snapshot = Arc::make_mut(&mut self.snapshot);
        Arc::make_mut(&mut snapshot.containers).insert(row.id.clone(), Arc::new(row));
        self
    }

    fn with_image(mut self, tag: &str) -> Self {
        let row = ImageRow {
            id: ImageId::from(format!("sha256:{tag}")),
            tags: vec![tag.to_owned()],
            digests: Vec::new(),
            created: UnixMillis(0),
            size: Bytes(3_900_000_000),
            labels: BTreeMap::new(),
        };
        let snapshot = Arc::make_mut(&mut self.snapshot);
        Arc::make_mut(&mut snapshot.images).insert(row.id.clone(), Arc::new(row));
        self
    }

    fn with_volume(mut self, name: &str) -> Self {
        let row = VolumeRow {
            name: VolumeName::from(name),
            driver: "local".to_owned(),
            created: None,
            labels: BTreeMap::new(),
            mountpoint: String::new(),
        };
        let snapshot = Arc::make_mut(&mut self.snapshot);
        Arc::make_mut(&mut snapshot.volumes).insert(row.name.clone(), Arc::new(row));
        self
    }

    fn with_lab(mut self, name: &str, container: &str, volume: &str, image: &str) -> Self {
        self.labs.push(LabFacts {
            name: name.to_owned(),
            container: Some(container.to_owned()),
            volume: Some(volume.to_owned()),
            image: image.to_owned(),
        });
        self
    }

    fn with_config(mut self, image: ImageDetails) -> Self {
        self.image = Some(image);
        self
    }
}

/// A new form of this recipe.
pub fn form_of(recipe: &str, facts: &CheckFacts) -> LaunchForm {
    let seed = FormSeed {
        recipe: Some(RecipeId(recipe.to_owned())),
        ..FormSeed::default()
    };
    new_form(&seed, facts).expect("the recipe is known")
}

/// A new form of this image.
pub fn form_of_image(image: &str, facts: &CheckFacts) -> LaunchForm {
    let seed = FormSeed {
        image: Some(image.to_owned()),
        ..FormSeed::default()
    };
    new_form(&seed, facts).expect("the image has a name")
}
