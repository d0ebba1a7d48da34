/* The wizard's answers on the sample engine: plausible, and wrong where a person types something wrong. */
import type {
  DownloadSize,
  FieldNote,
  FormCheck,
  FormFrame,
  FormSeed,
  LaunchForm,
  MachineFrame,
  RiskPanel,
  TypedSecrets,
  VersionList,
} from "../bindings";
import { checkAdvanced, flagsOf, privilegedRisk, reviewOf } from "./sample-advanced";
import { volumes } from "./sample-engine";
import { form, recipes } from "./sample-labs";
import { sizeOf } from "./sample-recipes";

export function newForm(seed: FormSeed): LaunchForm {
  const tile = recipes.find((one) => one.id === seed.recipe) ?? recipes[0];
  const typed = seed.image ?? tile?.images[0] ?? "";
  const colon = typed.lastIndexOf(":") > typed.lastIndexOf("/") ? typed.lastIndexOf(":") : typed.length;
  const [image, version] = [typed.slice(0, colon), typed.slice(colon + 1) || "latest"];
  const name = tile?.name.replace("Exasol ", "") ?? "Lab";
  return form({
    recipe: tile?.id ?? "ai-lab",
    name: name === "AI-Lab" ? "AI-Lab 2" : name,
    image,
    version: tile?.id === "ai-lab" ? "6.0.0" : version,
    ports: [
      {
        host: "8891",
        container: tile?.id === "ai-lab" ? "49494" : "8888",
        protocol: "tcp",
        purpose: "JupyterLab",
      },
    ],
    storage: {
      kind: "volume",
      volume: `${(tile?.id ?? "lab").toLowerCase()}-work`,
      folder: "",
      target: "/home/jupyter/notebooks",
    },
  });
}

export function frame(now: LaunchForm, gpu = false): FormFrame {
  const tile = recipes.find((one) => one.id === now.recipe);
  return {
    recipeName: tile?.name ?? "Lab",
    icon: tile?.icon ?? "flask",
    tint: tile?.tint ?? 7,
    images: tile?.images ?? [],
    addresses: [{ ip: "192.168.1.20", label: "Wi-Fi", isIpv6: false }],
    volumes: volumes.slice(0, 5).map(({ name }) => ({
      name,
      usedBy: name === "my-vol" ? ["AI-Lab"] : [],
      inUse: name === "my-vol",
      madeBy: name === "my-vol" ? "exasol/ai-lab:1.0.0" : null,
    })),
    signIn: {
      kind: "password",
      imagePassword: now.recipe === "ai-lab" ? "ailab" : null,
      ownPossible: true,
      made: false,
      user: null,
      opensSignedIn: true,
      keyring: true,
      keyringMessage: null,
    },
    userMapping: now.recipe === "eskapade" ? { technical: "HOST_USER_ID, HOST_USER_GID" } : null,
    dockerControl: {
      reason: "Needed only for the built-in Exasol database and for building script language containers.",
      obstacle: null,
    },
    foldersOffered: true,
    answers: "JupyterLab",
    machine: gpu ? { ...machine, gpu, gpuMessage: "NVIDIA graphics cards can be given to labs." } : machine,
  };
}

const machine: MachineFrame = {
  processors: 8,
  memory: 16_400_000_000,
  gpu: false,
  gpuMessage: "No NVIDIA graphics card was found on this engine.",
  networks: [
    { name: "bridge", driver: "bridge", usedBy: ["AI-Lab", "Eskapade"] },
    { name: "analytics", driver: "bridge", usedBy: ["crm-demo"] },
    { name: "host", driver: "host", usedBy: [] },
    { name: "none", driver: "null", usedBy: [] },
  ],
  imageWorkingFolder: "/home/jupyter",
  imageCommand: "",
  imageEntrypoint: "/usr/bin/tini -- /home/jupyter/entrypoint.py",
  platforms: ["linux/amd64", "linux/arm64"],
};

const risk: RiskPanel = {
  kinds: ["dockerSocket"],
  title: "This gives the lab the keys to the machine",
  lead: "The Docker socket, docker.sock, is mounted into the lab. Code that runs in it, also a package or notebook that you did not write, could then:",
  consequences: [
    { icon: "box", before: "Create a ", strong: "privileged container", after: " with no limits" },
    {
      icon: "folder",
      before: "Mount ",
      strong: "every file of this machine",
      after: ", also those of others",
    },
    { icon: "key", before: "Become ", strong: "administrator", after: " and stay it" },
  ],
  question:
    "Does your organisation accept this? If you are not sure, leave it off, or use an engine on another machine.",
  table: {
    rows: [
      row("Windows, Docker Desktop", "Supported", "Needs a remote engine"),
      row("Windows, WSL 2", "Supported", "Remote engine, or mount the socket"),
      row("Windows, client programs only", "Needs a remote engine", "Needs a remote engine"),
      row("macOS, Docker Desktop", "Supported", "Remote engine, or mount the socket"),
      row("macOS, client programs only", "Needs a remote engine", "Needs a remote engine"),
    ],
    note: "Linux: no restriction. This is the recommended setup for labs that use Docker.",
  },
  consent:
    "I understand that code in this lab can take full control of the machine that runs Docker, and my organisation accepts it.",
};

function row(
  setup: string,
  withoutWords: string,
  withWords: string,
  current = false,
): RiskPanel["table"]["rows"][number] {
  return {
    setup,
    withoutWords,
    withWords,
    current,
    withoutDockerFeatures: "supported",
    withDockerFeatures: "unrestricted",
  };
}

/** `size`: what the registry has said of the image, where it was asked. */
export function check(now: LaunchForm, typed: TypedSecrets, size: DownloadSize | null = null): FormCheck {
  const notes: FieldNote[] = [];
  const note = (field: string, level: FieldNote["level"], message: string, fix: FieldNote["fix"] = null) =>
    notes.push({ field, level, message, fix });
  if (now.name.trim() === "") note("name", "error", "Give the lab a name.");
  if (/[A-Z]/.test(now.image)) note("image", "error", "Image names are written in small letters.");
  const host = now.ports[0]?.host ?? "";
  const number = Number(host);
  if (!/^\d+$/.test(host) || number < 1 || number > 65_535)
    note("ports.0.host", "error", "A port is a number from 1 to 65535.");
  else if (number === 8888)
    note("ports.0.host", "error", "Port 8888 is already used by AI-Lab.", {
      label: "Use port 8891",
      form: { ...now, ports: now.ports.map((one, at) => (at === 0 ? { ...one, host: "8891" } : one)) },
    });
  else note("ports.0.host", "good", `Port ${host} is free`);
  if (now.listenIp === "0.0.0.0")
    note(
      "listenIp",
      "warning",
      "Anyone on your network can open this lab. They need the password, but the built-in one is public. Docker lets them past the firewall of this computer (ufw, for example).",
      { label: "Set a password", form: { ...now, signIn: "own" } },
    );
  else if (!/^[\da-f.:]+$/i.test(now.listenIp))
    note(
      "listenIp",
      "error",
      `${now.listenIp} is not an IP address. Addresses look like 192.168.1.20 or fd00::20.`,
    );
  if (now.storage.kind === "volume") {
    const known = volumes.some((one) => one.name === now.storage.volume);
    if (now.storage.volume === "my-vol")
      note(
        "storage.volume",
        "warning",
        "AI-Lab uses my-vol, and runs now. Two labs that write the same files can damage them.",
        {
          label: "Use a new volume",
          form: { ...now, storage: { ...now.storage, volume: "ai-lab-work" } },
        },
      );
    else
      note(
        "storage.volume",
        "note",
        known
          ? `${now.storage.volume} exists already. The lab starts with what is in it.`
          : `${now.storage.volume} is new and will be made.`,
      );
  }
  if (now.signIn === "own") {
    if (!typed.password)
      note("signIn", "error", "Type a password, or use the one of the image.", {
        label: "Use the one of the image",
        form: { ...now, signIn: "fromImage" },
      });
    note("signIn", "note", "Given to the lab as JUPYTER_PASSWORD, and kept in the keyring of this computer.");
  }
  now.ports.slice(1).forEach((row, at) => {
    if (row.host === "" && row.container === "")
      note(`ports.${at + 1}.host`, "error", "Fill in both ports, or remove the row.");
  });
  if (now.storage.kind === "folder" && !now.storage.folder.startsWith("/"))
    note("storage.folder", "error", "Choose a folder that exists.");
  if (now.storage.kind === "nothing")
    note("storage", "warning", "Everything you make in the lab is lost when you delete it.");
  checkAdvanced(now, note);
  const here = sizeOf(now, false).here;
  const bytes = size?.bytes ?? null;
  if (!here) {
    const much = bytes ? `, up to ${gigabytes(bytes)}.` : size?.unknown ? `. ${size.unknown}` : ".";
    note("version", "note", `${now.version} will be downloaded first${much}`);
  }
  const risky = now.dockerControl || (now.advanced?.privileged ?? false);
  const bad = notes.find((one) => one.level === "error");
  const gate = bad
    ? bad.message
    : risky && !now.riskAccepted
      ? "Tick “I understand” to launch, or leave off what is risky."
      : null;
  const mount =
    now.storage.kind === "nothing"
      ? []
      : [
          `--volume ${now.storage.kind === "volume" ? now.storage.volume : now.storage.folder}:${now.storage.target}`,
        ];
  const lines = [
    "docker run --detach",
    `--name ${now.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`,
    ...now.ports.map((one) => `--publish ${now.listenIp}:${one.host}:${one.container}`),
    ...mount,
    ...(now.dockerControl ? ["--volume /var/run/docker.sock:/var/run/docker.sock"] : []),
    ...flagsOf(now),
    `${now.image}:${now.version}`,
  ];
  return {
    notes,
    review: [
      {
        kind: "image",
        title: `${now.image} ${now.version}`,
        detail: downloadWords(now, size),
        tone: "plain",
      },
      {
        kind: "address",
        title: `Opens at ${now.listenIp}:${host}`,
        detail: now.listenIp === "127.0.0.1" ? "Only this computer can reach it" : "Others can reach it",
        tone: now.listenIp === "127.0.0.1" ? "plain" : "warning",
      },
      {
        kind: "work",
        title: now.storage.kind === "nothing" ? "Work is not kept" : `Work is kept in ${now.storage.volume}`,
        detail:
          now.storage.kind === "nothing" ? "Lost when you delete the lab" : "Stays when you delete the lab",
        tone: now.storage.kind === "nothing" ? "warning" : "plain",
      },
      {
        kind: "signIn",
        title: now.signIn === "own" ? "Your own password" : "Password of the image",
        detail: "Slipway signs you in",
        tone: "plain",
      },
      ...(now.dockerControl
        ? [
            {
              kind: "dockerControl" as const,
              title: "Can control Docker",
              detail: "Could become administrator of the machine",
              tone: "danger" as const,
            },
          ]
        : []),
      ...reviewOf(now),
    ],
    command: bad ? null : { bash: lines, powershell: lines, followedBy: null },
    risks: now.dockerControl ? risk : risky ? privilegedRisk(risk) : null,
    gate,
    outlook: bytes
      ? `Downloads up to ${gigabytes(bytes)} first, then it is ready in about 20 seconds.`
      : here
        ? "Ready in about 20 seconds."
        : "Downloads the image first, then it is ready in about 20 seconds.",
    needsDownload: !here,
    downloadSize: bytes,
  };
}

const gigabytes = (bytes: number) =>
  bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;

function downloadWords(now: LaunchForm, size: DownloadSize | null): string {
  if (sizeOf(now, false).here) return "Already here, nothing to download";
  if (size?.bytes) return `Downloads up to ${gigabytes(size.bytes)}`;
  return size?.unknown ? "Will be downloaded first, its size is not known" : "Will be downloaded first";
}

export function versions(image: string): VersionList {
  const tags = image === "exasol/ai-lab" ? ["6.0.0", "5.0.0", "4.0.1", "1.0.0"] : ["latest"];
  return {
    choices: tags.map((tag, at) => ({
      tag,
      here: tag === "6.0.0" || tag === "1.0.0",
      remark: at === 0 ? "Newest" : "",
    })),
    incomplete: null,
  };
}
