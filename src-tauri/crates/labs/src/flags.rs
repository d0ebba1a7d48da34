//! The one table of what `docker run` can be told: name, short form, whether a value follows, whether
//! it may stand more than once, and what becomes of it here.
//!
//! Reading a pasted command and writing one both go by this table, so that they cannot disagree.
//! It is complete (Docker 29, and what Podman adds), because a flag whose arity is not known makes
//! everything behind it a guess. Source: `docker run --help`, docker/cli `cli/command/container/opts.go`,
//! podman-run(1).

/// A flag that Slipway acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Take {
    AddHost,
    CapAdd,
    CapDrop,
    Cpus,
    Device,
    Dns,
    Entrypoint,
    Env,
    Gpus,
    GroupAdd,
    Hostname,
    Init,
    Interactive,
    Ipc,
    Label,
    Memory,
    Mount,
    Name,
    Network,
    NetworkAlias,
    Pid,
    Platform,
    Privileged,
    Publish,
    PublishAll,
    Pull,
    ReadOnly,
    Restart,
    Remove,
    Runtime,
    SecurityOption,
    SharedMemory,
    StopSignal,
    StopTimeout,
    Sysctl,
    Tmpfs,
    Tty,
    Ulimit,
    User,
    Volume,
    Workdir,
}

/// What becomes of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Taken(Take),
    /// Understood, and nothing has to be done for it: a sentence says why.
    Explained(&'static str, &'static str),
    /// Left out; a sentence says why.
    LeftOut(&'static str),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Flag {
    pub long: &'static str,
    pub short: Option<char>,
    /// A value belongs to it; else it is a switch, which takes one only behind `=`.
    pub value: bool,
    /// Docker takes all of them; of others it takes the last.
    pub repeats: bool,
    pub fate: Fate,
}

const fn one(long: &'static str, fate: Fate) -> Flag {
    Flag {
        long,
        short: None,
        value: true,
        repeats: false,
        fate,
    }
}

const fn many(long: &'static str, fate: Fate) -> Flag {
    Flag {
        repeats: true,
        ..one(long, fate)
    }
}

const fn switch(long: &'static str, fate: Fate) -> Flag {
    Flag {
        value: false,
        ..one(long, fate)
    }
}

const fn short(letter: char, flag: Flag) -> Flag {
    Flag {
        short: Some(letter),
        ..flag
    }
}

use Fate::{Explained, LeftOut, Taken};

const OUTPUT: Fate = Explained(
    "Shows its output.",
    "Slipway always does, under the lab's log.",
);
const DETACHED: Fate = Explained(
    "Runs in the background.",
    "Every lab does; the terminal is not needed.",
);
const FINE_LIMIT: &str = "Slipway limits memory and processors only as a whole, under Advanced.";
const WINDOWS: &str = "It is only for Windows containers, which labs are not.";
const HEALTH: &str = "Slipway asks the lab's page itself whether it answers.";
const NETWORK_DETAIL: &str = "Slipway joins a network and leaves addresses to Docker.";
const SPACES: &str = "It weakens the wall around the lab, and Slipway does not offer it.";
const PODMAN: &str = "Only Podman knows it.";
const FILE: &str =
    "Slipway does not read files that a command names; type what stands in it under Advanced.";
const OWN_FILE: &str = "Slipway keeps track of the container itself.";
const LOG: &str = "Slipway needs the engine's usual log to show it.";

/// Every flag of `docker run`, then those of `podman run` alone.
pub(crate) static FLAGS: &[Flag] = &[
    many("add-host", Taken(Take::AddHost)),
    many(
        "annotation",
        LeftOut("Labels under Advanced serve the same end for a lab."),
    ),
    short('a', many("attach", OUTPUT)),
    one("blkio-weight", LeftOut(FINE_LIMIT)),
    many("blkio-weight-device", LeftOut(FINE_LIMIT)),
    many("cap-add", Taken(Take::CapAdd)),
    many("cap-drop", Taken(Take::CapDrop)),
    one("cgroup-parent", LeftOut(FINE_LIMIT)),
    one("cgroupns", LeftOut(SPACES)),
    one("cidfile", LeftOut(OWN_FILE)),
    one("cpu-count", LeftOut(WINDOWS)),
    one("cpu-percent", LeftOut(WINDOWS)),
    one("cpu-period", LeftOut(FINE_LIMIT)),
    one("cpu-quota", LeftOut(FINE_LIMIT)),
    one("cpu-rt-period", LeftOut(FINE_LIMIT)),
    one("cpu-rt-runtime", LeftOut(FINE_LIMIT)),
    short('c', one("cpu-shares", LeftOut(FINE_LIMIT))),
    one("cpus", Taken(Take::Cpus)),
    one("cpuset-cpus", LeftOut(FINE_LIMIT)),
    one("cpuset-mems", LeftOut(FINE_LIMIT)),
    short('d', switch("detach", DETACHED)),
    one(
        "detach-keys",
        Explained(
            "Sets keys for leaving the terminal.",
            "A lab is left by closing the window.",
        ),
    ),
    many("device", Taken(Take::Device)),
    many("device-cgroup-rule", LeftOut(SPACES)),
    many("device-read-bps", LeftOut(FINE_LIMIT)),
    many("device-read-iops", LeftOut(FINE_LIMIT)),
    many("device-write-bps", LeftOut(FINE_LIMIT)),
    many("device-write-iops", LeftOut(FINE_LIMIT)),
    switch(
        "disable-content-trust",
        Explained(
            "Skips a check of signatures.",
            "Docker does so unless told otherwise.",
        ),
    ),
    many("dns", Taken(Take::Dns)),
    many("dns-opt", LeftOut(NETWORK_DETAIL)),
    many("dns-option", LeftOut(NETWORK_DETAIL)),
    many("dns-search", LeftOut(NETWORK_DETAIL)),
    one("domainname", LeftOut(NETWORK_DETAIL)),
    one("entrypoint", Taken(Take::Entrypoint)),
    short('e', many("env", Taken(Take::Env))),
    many("env-file", LeftOut(FILE)),
    many(
        "expose",
        LeftOut("A port is reached once it is published; add it under Ports."),
    ),
    one("gpus", Taken(Take::Gpus)),
    many("group-add", Taken(Take::GroupAdd)),
    one("health-cmd", LeftOut(HEALTH)),
    one("health-interval", LeftOut(HEALTH)),
    one("health-retries", LeftOut(HEALTH)),
    one("health-start-interval", LeftOut(HEALTH)),
    one("health-start-period", LeftOut(HEALTH)),
    one("health-timeout", LeftOut(HEALTH)),
    switch("help", LeftOut("It only shows Docker's help.")),
    short('h', one("hostname", Taken(Take::Hostname))),
    switch("init", Taken(Take::Init)),
    short('i', switch("interactive", Taken(Take::Interactive))),
    one("io-maxbandwidth", LeftOut(WINDOWS)),
    one("io-maxiops", LeftOut(WINDOWS)),
    one("ip", LeftOut(NETWORK_DETAIL)),
    one("ip6", LeftOut(NETWORK_DETAIL)),
    one("ipc", Taken(Take::Ipc)),
    one("isolation", LeftOut(WINDOWS)),
    one(
        "kernel-memory",
        LeftOut("Engines no longer have this limit."),
    ),
    short('l', many("label", Taken(Take::Label))),
    many("label-file", LeftOut(FILE)),
    many(
        "link",
        LeftOut("Links are of old; put both labs on one network under Advanced."),
    ),
    many("link-local-ip", LeftOut(NETWORK_DETAIL)),
    one("log-driver", LeftOut(LOG)),
    many("log-opt", LeftOut(LOG)),
    one("mac-address", LeftOut(NETWORK_DETAIL)),
    short('m', one("memory", Taken(Take::Memory))),
    one("memory-reservation", LeftOut(FINE_LIMIT)),
    one("memory-swap", LeftOut(FINE_LIMIT)),
    one("memory-swappiness", LeftOut(FINE_LIMIT)),
    many("mount", Taken(Take::Mount)),
    one("name", Taken(Take::Name)),
    many("network", Taken(Take::Network)),
    many("net", Taken(Take::Network)),
    many("network-alias", Taken(Take::NetworkAlias)),
    many("net-alias", Taken(Take::NetworkAlias)),
    switch("no-healthcheck", LeftOut(HEALTH)),
    switch("oom-kill-disable", LeftOut(FINE_LIMIT)),
    one("oom-score-adj", LeftOut(FINE_LIMIT)),
    one("pid", Taken(Take::Pid)),
    one("pids-limit", LeftOut(FINE_LIMIT)),
    one("platform", Taken(Take::Platform)),
    switch("privileged", Taken(Take::Privileged)),
    short('p', many("publish", Taken(Take::Publish))),
    short('P', switch("publish-all", Taken(Take::PublishAll))),
    one("pull", Taken(Take::Pull)),
    short(
        'q',
        switch(
            "quiet",
            Explained("Hides the download.", "Slipway shows how far it is."),
        ),
    ),
    switch("read-only", Taken(Take::ReadOnly)),
    one("restart", Taken(Take::Restart)),
    switch("rm", Taken(Take::Remove)),
    one("runtime", Taken(Take::Runtime)),
    many("security-opt", Taken(Take::SecurityOption)),
    one("shm-size", Taken(Take::SharedMemory)),
    switch(
        "sig-proxy",
        Explained("Passes signals on.", "Stop sends the lab its signal."),
    ),
    one("stop-signal", Taken(Take::StopSignal)),
    one("stop-timeout", Taken(Take::StopTimeout)),
    many(
        "storage-opt",
        LeftOut("It limits the lab's disk, which few engines can do."),
    ),
    many("sysctl", Taken(Take::Sysctl)),
    many("tmpfs", Taken(Take::Tmpfs)),
    short('t', switch("tty", Taken(Take::Tty))),
    many("ulimit", Taken(Take::Ulimit)),
    switch(
        "use-api-socket",
        LeftOut(
            "It hands the lab your registries' passwords; Docker control under Advanced gives it Docker alone.",
        ),
    ),
    short('u', one("user", Taken(Take::User))),
    one("userns", LeftOut(SPACES)),
    one("uts", LeftOut(SPACES)),
    short('v', many("volume", Taken(Take::Volume))),
    one(
        "volume-driver",
        LeftOut("Volumes are made with the engine's own driver."),
    ),
    many(
        "volumes-from",
        LeftOut("Mount the other lab's volume by its name instead."),
    ),
    short('w', one("workdir", Taken(Take::Workdir))),
    one("arch", LeftOut(PODMAN)),
    one("authfile", LeftOut(PODMAN)),
    many("cgroup-conf", LeftOut(PODMAN)),
    one("cgroups", LeftOut(PODMAN)),
    one("cert-dir", LeftOut(PODMAN)),
    many("chrootdirs", LeftOut(PODMAN)),
    one("conmon-pidfile", LeftOut(PODMAN)),
    one("creds", LeftOut(PODMAN)),
    one("decryption-key", LeftOut(PODMAN)),
    switch("env-host", LeftOut(PODMAN)),
    many("env-merge", LeftOut(PODMAN)),
    many("gidmap", LeftOut(PODMAN)),
    one("group-entry", LeftOut(PODMAN)),
    one("health-log-destination", LeftOut(PODMAN)),
    one("health-max-log-count", LeftOut(PODMAN)),
    one("health-max-log-size", LeftOut(PODMAN)),
    one("health-on-failure", LeftOut(PODMAN)),
    many("health-startup-cmd", LeftOut(PODMAN)),
    one("health-startup-interval", LeftOut(PODMAN)),
    one("health-startup-retries", LeftOut(PODMAN)),
    one("health-startup-success", LeftOut(PODMAN)),
    one("health-startup-timeout", LeftOut(PODMAN)),
    many("hooks-dir", LeftOut(PODMAN)),
    one("hosts-file", LeftOut(PODMAN)),
    many("hostuser", LeftOut(PODMAN)),
    switch("http-proxy", LeftOut(PODMAN)),
    one("image-volume", LeftOut(PODMAN)),
    one("init-path", LeftOut(PODMAN)),
    one("intel-rdt-closid", LeftOut(PODMAN)),
    switch("no-hostname", LeftOut(PODMAN)),
    switch("no-hosts", LeftOut(PODMAN)),
    one("os", LeftOut(PODMAN)),
    switch("passwd", LeftOut(PODMAN)),
    one("passwd-entry", LeftOut(PODMAN)),
    one("personality", LeftOut(PODMAN)),
    one("pidfile", LeftOut(PODMAN)),
    one("pod", LeftOut(PODMAN)),
    one("pod-id-file", LeftOut(PODMAN)),
    one("preserve-fd", LeftOut(PODMAN)),
    one("preserve-fds", LeftOut(PODMAN)),
    one("rdt-class", LeftOut(PODMAN)),
    switch("read-only-tmpfs", LeftOut(PODMAN)),
    switch(
        "replace",
        LeftOut("Slipway never removes another container to make room; it takes a free name."),
    ),
    many("requires", LeftOut(PODMAN)),
    one("retry", LeftOut(PODMAN)),
    one("retry-delay", LeftOut(PODMAN)),
    switch("rmi", LeftOut(PODMAN)),
    switch("rootfs", LeftOut(PODMAN)),
    one("sdnotify", LeftOut(PODMAN)),
    one("seccomp-policy", LeftOut(PODMAN)),
    many("secret", LeftOut(PODMAN)),
    one("shm-size-systemd", LeftOut(PODMAN)),
    one("subgidname", LeftOut(PODMAN)),
    one("subuidname", LeftOut(PODMAN)),
    one("systemd", LeftOut(PODMAN)),
    one("timeout", LeftOut(PODMAN)),
    switch("tls-verify", LeftOut(PODMAN)),
    one("tz", LeftOut(PODMAN)),
    many("uidmap", LeftOut(PODMAN)),
    one("umask", LeftOut(PODMAN)),
    many("unsetenv", LeftOut(PODMAN)),
    switch("unsetenv-all", LeftOut(PODMAN)),
    one("variant", LeftOut(PODMAN)),
];

/// Flags of `docker` itself that take a value, between `docker` and `run`.
pub(crate) static GLOBAL_WITH_VALUE: &[&str] = &[
    "--config",
    "--context",
    "-c",
    "--host",
    "-H",
    "--log-level",
    "-l",
    "--tlscacert",
    "--tlscert",
    "--tlskey",
    "--connection",
    "--url",
    "--identity",
    "--root",
    "--runroot",
    "--storage-driver",
    "--storage-opt",
    "--cgroup-manager",
    "--runtime",
    "--network-cmd-path",
    "--tmpdir",
];

/// Flags of `docker` itself without a value.
pub(crate) static GLOBAL_SWITCHES: &[&str] = &[
    "--debug",
    "-D",
    "--tls",
    "--tlsverify",
    "--remote",
    "-r",
    "--syslog",
];

pub(crate) fn by_long(name: &str) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.long == name)
}

pub(crate) fn by_short(letter: char) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.short == Some(letter))
}

/// The flag as it is written: `--publish`.
pub(crate) fn written(take: Take) -> String {
    let flag = FLAGS.iter().find(|flag| flag.fate == Taken(take));
    format!("--{}", flag.map_or("", |flag| flag.long))
}

#[cfg(test)]
mod tests;
