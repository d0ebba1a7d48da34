use super::{Sample, cpu_percent, used_memory};

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
