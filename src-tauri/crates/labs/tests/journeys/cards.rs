//! Graphics cards on an engine that has NVIDIA's runtime: what a command asks for reaches the container,
//! and the check inside sees just the cards that were chosen.
//!
//! There is no card in the bed. Its engine knows the runtime by its name, and the image has an
//! `nvidia-smi` that lists what the engine says is visible; what a driver does is not shown here.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::sync::OnceLock;

use slipway_labs::form::{GpuChoice, LaunchForm};
use slipway_testbed::Bed;

use crate::Room;
use crate::pasted::{Pasted, Reader, compare};

fn bed_with_cards() -> &'static Bed {
    static BED: OnceLock<Bed> = OnceLock::new();
    BED.get_or_init(|| Bed::with_cards().unwrap())
}

const CUDA: Option<&str> = Some("nvidia/cuda:10.0-base");

const COMMANDS: &[Pasted] = &[
    (
        "docker run --runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=2,3 nvidia/cuda:10.0-base nvidia-smi",
        &[],
        CUDA,
    ),
    (
        "docker run --gpus all nvidia/cuda:10.0-base nvidia-smi",
        &[],
        CUDA,
    ),
    (
        "docker run -it --rm --gpus 2 nvidia/cuda:10.0-base nvidia-smi",
        &[],
        CUDA,
    ),
    (
        "docker run --gpus '\"device=0,2\"' nvidia/cuda:10.0-base nvidia-smi -L",
        &[],
        CUDA,
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn commands_with_cards_make_the_same_container() {
    compare(&Reader::over(bed_with_cards()).await, COMMANDS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_look_inside_sees_the_cards_that_were_chosen() {
    const IMAGE: &str = "slipway/with-smi:1";
    image_with_smi(IMAGE);
    let room = Room::over(bed_with_cards().docker_host()).await;
    let form = room.small(IMAGE, "with-cards").await;
    let asked = |choice: GpuChoice, devices: &str, by_runtime: bool| {
        let mut form: LaunchForm = form.clone();
        form.advanced.gpu.choice = choice;
        devices.clone_into(&mut form.advanced.gpu.devices);
        form.advanced.gpu.by_runtime = by_runtime;
        form
    };
    for (form, seen) in [
        (
            asked(GpuChoice::All, "", false),
            "The lab sees a graphics card: Card all.",
        ),
        (
            asked(GpuChoice::Chosen, "0,2", false),
            "The lab sees 2 graphics cards: Card 0, Card 2.",
        ),
        (
            asked(GpuChoice::Chosen, "2,3", true),
            "The lab sees 2 graphics cards: Card 2, Card 3.",
        ),
    ] {
        assert_eq!(room.labs.check_gpu(&form).await.unwrap(), seen);
    }
    // A card that the engine gives and the image cannot use.
    let broken = room.small("slipway/webapp:1", "without-smi").await;
    let mut broken = LaunchForm {
        image: "slipway/without-smi".to_owned(),
        ..broken
    };
    bed_with_cards()
        .docker(&["tag", "slipway/with-sh:1", "slipway/without-smi:1"])
        .unwrap();
    broken.advanced.gpu.choice = GpuChoice::All;
    let refused = room.labs.check_gpu(&broken).await.unwrap_err();
    assert_eq!(refused.title, "The lab would see no graphics card.");
    let left = bed_with_cards()
        .docker(&["ps", "-aq", "--filter", "label=io.slipway.try"])
        .unwrap();
    assert_eq!(left.trim(), "", "the look leaves nothing behind");
}

/// Two images with a shell, of which one has an `nvidia-smi`, too.
fn image_with_smi(name: &str) {
    let bed = bed_with_cards();
    bed.load("slipway/webapp:1").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let programs = folder.path().join("bin");
    std::fs::create_dir(&programs).unwrap();
    let put = |what: &str, made: &str| {
        let run: [&[&str]; 4] = [
            &["create", "--name", "being-made", "slipway/webapp:1"],
            &[
                "cp",
                &format!("{}/.", programs.display()),
                "being-made:/bin/",
            ],
            &["commit", "being-made", made],
            &["rm", "being-made"],
        ];
        for arguments in run {
            bed.docker(arguments)
                .unwrap_or_else(|error| panic!("{error} while putting in {what}"));
        }
    };
    symlink("/bin/busybox", programs.join("sh")).unwrap();
    put("a shell", "slipway/with-sh:1");
    let smi = programs.join("nvidia-smi");
    let lists = "#!/bin/busybox sh\nfor card in $(echo \"$NVIDIA_VISIBLE_DEVICES\" | /bin/busybox tr ',' ' '); do echo \"Card $card\"; done\n";
    std::fs::write(&smi, lists).unwrap();
    std::fs::set_permissions(&smi, std::fs::Permissions::from_mode(0o755)).unwrap();
    put("its nvidia-smi", name);
}
