/* The sample labs: one of each state that a card can show. */
import type { LabCard, LaunchForm, LaunchProgress, LaunchStep, Problem } from "../bindings";
import { containers, HOUR, MINUTE, started } from "./sample-engine";

export { recipes } from "./sample-recipes";

export function form(part: Partial<LaunchForm> = {}): LaunchForm {
  return {
    recipe: "ai-lab",
    name: "AI-Lab",
    image: "exasol/ai-lab",
    version: "6.0.0",
    listenIp: "127.0.0.1",
    ports: [{ host: "8888", container: "49494", protocol: "tcp", purpose: "JupyterLab" }],
    storage: { kind: "volume", volume: "ai-lab-work", folder: "", target: "/home/jupyter/notebooks" },
    dockerControl: false,
    riskAccepted: false,
    signIn: "fromImage",
    user: { mapped: false, uid: "1000", gid: "1000" },
    ...part,
  };
}

export const STEP_TITLES = {
  check: ["Check that everything fits", "Checked that everything fits"],
  download: ["Download the image", "Downloaded the image"],
  create: ["Create the container", "Created the container"],
  start: ["Start it", "Started it"],
  answer: ["Wait until it answers", "It answered"],
  open: ["Open it in your browser", "Opened it in your browser"],
} as const;
export const STEP_KINDS = Object.keys(STEP_TITLES) as (keyof typeof STEP_TITLES)[];

export function steps(now: number, bad = false): LaunchStep[] {
  return STEP_KINDS.map((kind, at) => ({
    kind,
    state: at < now ? "done" : at === now ? (bad ? "bad" : "now") : "todo",
    title: STEP_TITLES[kind][at < now ? 1 : 0],
    aside: at < now ? "1 s" : kind === "answer" ? "Usually 10 to 20 s" : "",
    started: at <= now ? started - 18_000 : null,
    ended: at < now ? started - 17_000 : null,
  }));
}

export function progress(lab: string, part: Partial<LaunchProgress> = {}): LaunchProgress {
  return {
    lab,
    sequence: 1,
    name: "Jupyter all-spark",
    icon: "kernel",
    tint: 3,
    image: "quay.io/jupyter/all-spark-notebook:latest",
    steps: steps(4),
    pull: null,
    waiting: { sentence: "Jupyter has not answered yet", slow: false, log: [] },
    outcome: { kind: "running" },
    form: form({ recipe: "docker-stacks", name: "Jupyter all-spark" }),
    ...part,
  };
}

export const portTaken: Problem = {
  kind: "portTaken",
  title: "Eskapade could not start.",
  message: "Port 8888 is already used by AI-Lab, and two labs cannot share a port.",
  hint: "Use the next free port.",
  field: "ports.0.host",
  detail: "Bind for 127.0.0.1:8888 failed: port is already allocated",
};

function lab(id: string, name: string, containerName: string, part: Partial<LabCard>): LabCard {
  const row = containers.find((one) => one.name === containerName);
  return {
    id,
    name,
    recipe: "ai-lab",
    icon: "sparkles",
    tint: 1,
    image: row?.image ?? "",
    container: row?.id ?? null,
    state: "running",
    intent: null,
    addresses: [],
    answers: "JupyterLab",
    created: started - 72 * HOUR,
    started: row?.started ?? null,
    stopped: row?.finished ?? null,
    kept: "volume",
    keptIn: row?.mounts[0]?.source ?? "",
    warnings: [],
    problem: null,
    signIn: "password",
    hasPassword: true,
    connection: null,
    user: null,
    adopted: false,
    launch: null,
    stale: false,
    ...part,
  };
}

const local = (port: number, purpose = "JupyterLab") => ({
  text: `http://127.0.0.1:${port}`,
  purpose,
  reach: "thisComputer" as const,
  reachWords: "Only this computer",
});

export const labs: LabCard[] = [
  lab("ai-lab", "AI-Lab", "ai-lab", {
    addresses: [local(8888)],
    started: started - 3 * HOUR - 12 * MINUTE,
    warnings: [
      {
        kind: "controlsDocker",
        title: "Can control Docker",
        message:
          "Code in this lab could become administrator of the machine, because the Docker socket is mounted.",
      },
    ],
  }),
  lab("all-spark", "Jupyter all-spark", "jupyter-all-spark", {
    recipe: "docker-stacks",
    icon: "kernel",
    tint: 3,
    state: "launching",
    addresses: [local(8889), local(4040, "Spark UI")],
    launch: progress("all-spark"),
    signIn: "token",
  }),
  lab("sandbox", "Data science sandbox", "sandbox", {
    recipe: "data-science-sandbox",
    icon: "flask",
    tint: 5,
    state: "stopped",
    addresses: [
      {
        text: "http://127.0.0.1:8890",
        purpose: "Jupyter",
        reach: "everyone",
        reachWords: "Everyone on the network",
      },
    ],
    warnings: [
      {
        kind: "openToNetwork",
        title: "Open to the network",
        message: "Everyone who reaches this computer can open the lab's page. Host firewalls do not stop it.",
      },
    ],
  }),
  lab("eskapade", "Eskapade", "eskapade", {
    recipe: "eskapade",
    icon: "workflow",
    tint: 6,
    state: "problem",
    problem: portTaken,
    signIn: "token",
    hasPassword: false,
    launch: progress("eskapade", {
      name: "Eskapade",
      icon: "workflow",
      tint: 6,
      image: "kave/eskapade-usr:latest",
      steps: steps(3, true),
      waiting: null,
      outcome: {
        kind: "failed",
        problem: portTaken,
        fixes: [
          { label: "Use port 8890 and start", form: form({ recipe: "eskapade", name: "Eskapade" }) },
          { label: "Change the form", form: null },
        ],
      },
    }),
  }),
];

/** Labs without a page: a database, and a program that did its work. */
export const pageless: LabCard[] = [
  lab("postgres", "Sales database", "crm-demo-db-1", {
    recipe: "postgres",
    icon: "database",
    tint: 5,
    image: "postgres:17",
    answers: "PostgreSQL",
    started: started - 26 * MINUTE,
    connection: "127.0.0.1:5432, user postgres, database postgres",
  }),
  lab("report", "Monthly report", "quizzical_bose", {
    recipe: "web-app",
    icon: "box",
    tint: 7,
    image: "python:3.11",
    state: "stopped",
    adopted: true,
    hasPassword: false,
    kept: "nothing",
    launch: progress("report", {
      name: "Monthly report",
      steps: steps(6).filter((step) => step.kind !== "answer" && step.kind !== "open"),
      waiting: null,
      outcome: { kind: "finished", output: ["wrote 12 pages"] },
    }),
  }),
];

/** One image on its way. */
export const downloading: LabCard = lab("sandbox-new", "Sandbox", "no such container", {
  recipe: "data-science-sandbox",
  icon: "flask",
  tint: 5,
  image: "exasol/data-science-sandbox:0.1.0",
  state: "launching",
  keptIn: "sandbox-work",
  launch: progress("sandbox-new", {
    name: "Sandbox",
    icon: "flask",
    tint: 5,
    image: "exasol/data-science-sandbox:0.1.0",
    steps: steps(1),
    waiting: null,
    pull: {
      done: 412_000_000,
      total: 690_000_000,
      totalKnown: true,
      speed: 18_400_000,
      secondsLeft: 15,
      layers: [
        { id: "a2abf6c4d29d", state: "done", done: 31_000_000, total: 31_000_000, unpackedPercent: null },
        {
          id: "bf2b6a1d9e10",
          state: "unpacking",
          done: 320_000_000,
          total: 320_000_000,
          unpackedPercent: 44,
        },
        {
          id: "c1e0b5f7a3d8",
          state: "downloading",
          done: 61_000_000,
          total: 339_000_000,
          unpackedPercent: null,
        },
        { id: "d9b3c4a2e7f1", state: "waiting", done: 0, total: null, unpackedPercent: null },
      ],
      finished: false,
    },
  }),
});
