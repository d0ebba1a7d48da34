use super::{Sample, cpu_percent, usage_of, used_memory};
use crate::{Bytes, ContainerId, UnixMillis};

fn sample(json: &str) -> Sample {
    serde_json::from_str(json).unwrap()
}

#[test]
fn it_counts_as_docker_stats_does() {
    let two = sample(
        r#"{"read":"2026-11-20T10:00:01Z","preread":"2026-11-20T10:00:00Z",
            "cpu_stats":{"cpu_usage":{"total_usage":3000000000},"system_cpu_usage":4000000000,"online_cpus":2},
            "precpu_stats":{"cpu_usage":{"total_usage":2000000000},"system_cpu_usage":2000000000,"online_cpus":2}}"#,
    );
    assert_eq!(cpu_percent(&two), Some(100.0), "one of two processors");
    let first = sample(
        r#"{"cpu_stats":{"cpu_usage":{"total_usage":1},"system_cpu_usage":5},"precpu_stats":{"cpu_usage":{}}}"#,
    );
    assert_eq!(cpu_percent(&first), None, "nothing to compare with");
    let old = sample(
        r#"{"cpu_stats":{"cpu_usage":{"total_usage":20,"percpu_usage":[1,2,3,4]},"system_cpu_usage":40},
            "precpu_stats":{"cpu_usage":{"total_usage":10,"percpu_usage":null},"system_cpu_usage":20}}"#,
    );
    assert_eq!(
        cpu_percent(&old),
        Some(200.0),
        "engines that list their processors"
    );
}

#[test]
fn the_page_cache_is_no_memory_of_the_lab() {
    let used = |json: &str| used_memory(&sample(json).memory_stats);
    assert_eq!(
        used(
            r#"{"memory_stats":{"usage":100,"stats":{"total_inactive_file":30,"inactive_file":5}}}"#
        ),
        70,
        "cgroup v1"
    );
    assert_eq!(
        used(r#"{"memory_stats":{"usage":100,"stats":{"inactive_file":40}}}"#),
        60,
        "cgroup v2"
    );
    assert_eq!(
        used(r#"{"memory_stats":{"usage":100,"stats":{"inactive_file":400}}}"#),
        100,
        "an impossible cache"
    );
    assert_eq!(used(r#"{"memory_stats":{}}"#), 0, "nothing known");
}

#[test]
fn networks_and_disks_are_added_up_as_each_engine_spells_them() {
    let usage = |json: &str| {
        let id = ContainerId("a".to_owned());
        let usage = usage_of(&id, &sample(json), UnixMillis(0), 0.0);
        (
            usage.received,
            usage.sent,
            usage.read,
            usage.written,
            usage.processes,
        )
    };
    assert_eq!(
        usage(
            r#"{"networks":{"eth0":{"rx_bytes":5,"tx_bytes":2},"eth1":{"rx_bytes":1,"tx_bytes":1}},
                "blkio_stats":{"io_service_bytes_recursive":[{"op":"Read","value":7},{"op":"Write","value":3},{"op":"Total","value":10},{"op":"read","value":1}]},
                "pids_stats":{"current":12}}"#
        ),
        (Bytes(6), Bytes(3), Bytes(8), Bytes(3), 12)
    );
    assert_eq!(
        usage(
            r#"{"networks":null,"blkio_stats":{"io_service_bytes_recursive":null},"pids_stats":{}}"#
        ),
        (Bytes(0), Bytes(0), Bytes(0), Bytes(0), 0),
        "a container without network"
    );
    assert_eq!(
        usage(r#"{"storage_stats":{"read_size_bytes":4,"write_size_bytes":9},"num_procs":3}"#),
        (Bytes(0), Bytes(0), Bytes(4), Bytes(9), 3),
        "Windows"
    );
}
