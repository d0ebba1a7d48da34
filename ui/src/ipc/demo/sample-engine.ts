/* What the sample engine has. Names and sizes are those of published images, so that columns are as wide as in life. */
import type {
  ContainerRow,
  EngineFacts,
  EngineProblem,
  ImageRow,
  PublishedPort,
  VolumeRow,
} from "../bindings";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const started = Date.now();

export const facts: EngineFacts = {
  id: "5c1e9d0f-4c5d-4a0e-9d5c-0d7a1f3e2b11",
  endpoint: {
    address: "unix:///var/run/docker.sock",
    source: { kind: "knownPlace" },
    product: "dockerEngine",
  },
  productName: "Docker Engine",
  version: "28.5.1",
  apiVersion: "1.51",
  osType: "linux",
  operatingSystem: "Debian GNU/Linux 12 (bookworm)",
  architecture: "amd64",
  hostName: "workbench",
  processors: 8,
  memory: 16_400_000_000,
  storageDriver: "overlay2",
  containerdStore: false,
  dataRoot: "/var/lib/docker",
  diskFree: 84_000_000_000,
  rootless: false,
  thisComputer: true,
  gpu: false,
  socketGroupWritable: true,
  socketGroup: 998,
  socketPath: "/var/run/docker.sock",
  wsl: false,
  mirrors: [],
};

const problem = (part: Partial<EngineProblem>): EngineProblem => ({
  kind: "notRunning",
  title: "",
  message: "",
  remedies: ["tryAgain"],
  command: null,
  detail: null,
  blocking: true,
  ...part,
});

export const problems: Record<string, EngineProblem> = {
  "not-installed": problem({
    kind: "notInstalled",
    title: "Docker is not installed.",
    message: "Labs run inside Docker, a separate program. In a larger company, ask IT which one to use.",
    remedies: ["installGuide", "tryAgain"],
    detail: "Looked at /var/run/docker.sock, /run/user/1000/docker.sock",
  }),
  "not-running": problem({
    kind: "notRunning",
    title: "Docker is not running.",
    message: "The Docker service of this computer is stopped. No lab can start until it runs.",
    remedies: ["startEngine", "tryAgain"],
    command: "sudo systemctl start docker",
    detail: "dial unix /var/run/docker.sock: connect: connection refused",
  }),
  denied: problem({
    kind: "permissionDenied",
    title: "You may not use Docker yet.",
    message:
      "Your account is not in the group docker, so Docker refuses it. Members of that group can become administrator of this computer, so ask whether your organisation allows it.",
    remedies: ["joinGroup", "tryAgain"],
    command: "sudo usermod -aG docker anna",
    detail:
      "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
  }),
  disk: problem({
    kind: "diskLow",
    title: "Disk space is low.",
    message: "3.2 GB are free. A new lab such as AI-Lab needs about 8 GB.",
    remedies: [],
    blocking: false,
  }),
  rootless: problem({
    kind: "rootless",
    title: "Docker runs without administrator rights.",
    message: "That is the safer way. Ports below 1024 and labs that control Docker do not work with it.",
    remedies: [],
    blocking: false,
  }),
};

/** 64 hexadecimal digits that differ from seed to seed. */
function id(seed: number): string {
  let state = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  return Array.from({ length: 64 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 28).toString(16);
  }).join("");
}
export const imageId = (seed: number) => `sha256:${id(seed + 500)}`;

export function port(hostPort: number | null, containerPort: number, listenIp = "127.0.0.1"): PublishedPort {
  return { listenIp, hostPort, containerPort, protocol: "tcp" };
}

export function container(
  seed: number,
  name: string,
  image: string,
  part: Partial<ContainerRow> = {},
): ContainerRow {
  return {
    id: id(seed),
    name,
    image,
    imageId: imageId(seed),
    state: "running",
    health: "none",
    status: "",
    exitCode: null,
    outOfMemory: false,
    error: null,
    created: started - 3 * DAY,
    started: started - 3 * HOUR - 12 * MINUTE,
    finished: null,
    ports: [],
    mounts: [],
    labels: {},
    privileged: false,
    tty: false,
    ...part,
  };
}

const stopped = (ago: number): Partial<ContainerRow> => ({
  state: "exited",
  exitCode: 0,
  started: null,
  finished: started - ago,
});

export const containers: ContainerRow[] = [
  container(1, "ai-lab", "exasol/ai-lab:6.0.0", {
    ports: [port(8888, 49494)],
    labels: { "io.slipway.lab": "ai-lab" },
  }),
  container(2, "jupyter-all-spark", "quay.io/jupyter/all-spark-notebook:latest", {
    started: started - 18_000,
    ports: [port(8889, 8888), port(4040, 4040)],
    labels: { "io.slipway.lab": "all-spark" },
  }),
  container(3, "sandbox", "exasol/data-science-sandbox:0.1.0", {
    ...stopped(20 * HOUR),
    ports: [port(8890, 8888, "0.0.0.0")],
    labels: { "io.slipway.lab": "sandbox" },
  }),
  container(4, "eskapade", "kave/eskapade-usr:latest", {
    ...stopped(2 * HOUR),
    state: "created",
    ports: [port(8888, 8888)],
    labels: { "io.slipway.lab": "eskapade" },
  }),
  container(5, "crm-demo-web-1", "crm-demo-web:latest", {
    started: started - 41 * MINUTE,
    ports: [port(5000, 5000, "0.0.0.0")],
  }),
  container(6, "crm-demo-db-1", "mysql:9.1", {
    started: started - 41 * MINUTE,
    ports: [port(null, 3306)],
    health: "healthy",
  }),
  container(7, "funny_rabbit", "ubuntu:22.04", stopped(21 * DAY)),
  container(8, "quizzical_bose", "python:3.11", { ...stopped(96 * DAY), exitCode: 137, outOfMemory: true }),
];

const image = (seed: number, tags: string[], size: number, age: number): ImageRow => ({
  id: imageId(seed),
  tags,
  digests: [],
  created: started - age,
  size,
  labels: {},
});

export const images: ImageRow[] = [
  image(1, ["exasol/ai-lab:6.0.0"], 3_900_000_000, 21 * DAY),
  image(21, ["exasol/ai-lab:1.0.0"], 3_200_000_000, 610 * DAY),
  image(3, ["exasol/data-science-sandbox:0.1.0"], 1_740_000_000, 1100 * DAY),
  image(2, ["quay.io/jupyter/all-spark-notebook:latest"], 5_430_000_000, 5 * DAY),
  image(22, ["jupyter/datascience-notebook:2023-10-20"], 2_900_000_000, 760 * DAY),
  image(4, ["kave/eskapade-usr:latest"], 4_300_000_000, 2600 * DAY),
  image(5, ["crm-demo-web:latest"], 124_000_000, DAY),
  image(6, ["mysql:9.1"], 604_000_000, 43 * DAY),
  image(8, ["python:3.11"], 1_010_000_000, 120 * DAY),
  image(7, ["ubuntu:22.04"], 77_900_000, 90 * DAY),
  image(24, ["hello-world:latest"], 13_300, 300 * DAY),
  image(23, [], 412_000_000, 39 * DAY),
];

const volume = (name: string, age: number, labels: Record<string, string> = {}): VolumeRow => ({
  name,
  driver: "local",
  created: started - age,
  labels,
  mountpoint: `/var/lib/docker/volumes/${name}/_data`,
});

export const volumes: VolumeRow[] = [
  volume("my-vol", 60 * DAY, { "io.slipway.image": "exasol/ai-lab:6.0.0" }),
  volume("spark-work", 20 * DAY),
  volume("sandbox-work", 33 * DAY),
  volume("esk-work", 33 * DAY),
  volume("old-project", 250 * DAY),
  volume("7f3a90c1b2d84e5f6a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b", 41 * MINUTE),
];

const mounted: Record<string, [string, string]> = {
  "ai-lab": ["my-vol", "/home/jupyter/notebooks"],
  "jupyter-all-spark": ["spark-work", "/home/jovyan/work"],
  sandbox: ["sandbox-work", "/root/notebooks"],
  eskapade: ["esk-work", "/home/esdev/data"],
  "crm-demo-db-1": ["7f3a90c1b2d84e5f6a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b", "/var/lib/mysql"],
};
for (const row of containers) {
  const [source, target] = mounted[row.name] ?? [];
  if (source && target) row.mounts.push({ kind: "volume", source, target, readOnly: false });
}
