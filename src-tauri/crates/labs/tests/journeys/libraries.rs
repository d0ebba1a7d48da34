//! Recipes around one library: Dask with its dashboard, the Notebook of `TensorFlow`, the shell of `PyTorch`.

use slipway_labs::card::LabState;
use slipway_labs::launch::LaunchOutcome;
use slipway_labs::recipe::SignInKind;
use slipway_testbed::{Answer, http_get};

use crate::recipes::{ends, form, images_of};
use crate::{Room, browse, docker, is_signed_in};

/// A cluster as a notebook makes it, which counts and then stays.
const CLUSTER: &str = "
import dask.bag, time
from dask.distributed import Client, LocalCluster
cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address='0.0.0.0:8787')
client = Client(cluster)
open('/tmp/sum', 'w').write(str(dask.bag.range(100, npartitions=4).sum().compute()))
time.sleep(600)
";

#[tokio::test(flavor = "multi_thread")]
async fn dask_shows_its_dashboard_beside_the_notebook() {
    let image = "daskdev/dask-notebook:latest";
    images_of(&["daskdev/dask-notebook:latest"]).await;
    let room = Room::new().await;
    let form = form(&room, image, "dask", "dask").await;
    let lab = room.launched(&form, None).await;
    let opened = room.last_opened();
    assert!(opened.contains("/lab?token="), "{opened}");
    assert!(is_signed_in(&browse(&opened).await));

    let dashboard = form
        .ports
        .iter()
        .find(|port| port.container == "8787")
        .expect("the recipe publishes it");
    let address = format!("http://127.0.0.1:{}", dashboard.host);
    let card = room
        .card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    let shown = card.addresses.iter().find(|shown| shown.text == address);
    assert_eq!(
        shown.map(|shown| shown.purpose.as_str()),
        Some("Dask dashboard")
    );

    docker(&["exec", "--detach", "dask", "python", "-c", CLUSTER]);
    let health = once_it_answers(&format!("{address}/health")).await;
    assert_eq!(health.text(), "ok");
    let status = once_it_answers(&format!("{address}/status")).await;
    assert!(status.text().contains("Dask"), "{}", status.text());
    let sum = once("the sum", || {
        let sum = docker(&["exec", "dask", "cat", "/tmp/sum"]);
        (!sum.is_empty()).then_some(sum)
    })
    .await;
    assert_eq!(sum.trim(), "4950");
    ends(&room, &lab, "dask").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tensorflow_s_notebook_opens_with_the_kept_folder_in_it() {
    let image = "tensorflow/tensorflow:latest-jupyter";
    images_of(&["tensorflow/tensorflow:latest-jupyter"]).await;
    let room = Room::new().await;
    let form = form(&room, image, "tensorflow", "tensorflow").await;
    assert_eq!(form.storage.target, "/tf/notebooks");
    let lab = room.launched(&form, None).await;
    assert!(is_signed_in(&browse(&room.last_opened()).await));
    let folder = docker(&["exec", "tensorflow", "stat", "-c", "%F", "/tf/notebooks"]);
    assert_eq!(folder.trim(), "directory");
    ends(&room, &lab, "tensorflow").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pytorch_s_shell_runs_without_a_page() {
    let image = "pytorch/pytorch:latest";
    images_of(&["pytorch/pytorch:latest"]).await;
    let room = Room::new().await;
    let form = form(&room, image, "pytorch", "pytorch").await;
    assert_eq!(form.storage.target, "/workspace");
    let lab = room.launch(&form, None).await;
    let progress = room.outcome(&lab).await;
    assert!(
        matches!(progress.outcome, LaunchOutcome::Ready { shown: None, .. }),
        "{progress:#?}"
    );
    let card = room
        .card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    assert_eq!(card.sign_in, SignInKind::Open);
    assert!(card.addresses.is_empty(), "nobody reaches it from outside");
    let inside = |command: &[&str]| docker(&[&["exec", "pytorch"], command].concat());
    inside(&["sh", "-c", "echo 'print(6 * 7)' > /workspace/answer.py"]);
    assert_eq!(
        inside(&["python3", "/workspace/answer.py"]).trim(),
        "42",
        "programs run in the kept folder"
    );
    ends(&room, &lab, "pytorch").await;
}

/// Waits until the address answers with a page.
async fn once_it_answers(address: &str) -> Answer {
    once(address, || {
        http_get(address).ok().filter(|answer| answer.status == 200)
    })
    .await
}

/// Looks for something that comes when it comes; a minute is far more than it takes.
async fn once<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    for _ in 0..240 {
        if let Some(found) = look() {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    panic!("{what} never came");
}
