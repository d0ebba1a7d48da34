/* A backend with sample data for tests and for looking at screens in a browser. It answers like the desktop app:
   intents change nothing by themselves, facts follow a moment later as if the engine had told them. The desktop
   app never loads this file. `?scenario=` picks a state: empty, away, stale, loading, many, offline (no registry),
   measuring (a slow one), or an engine problem. */
import type { Backend } from "../backend";
import type {
  DownloadSize,
  EngineReport,
  InventoryUpdate,
  LabCard,
  LabList,
  LaunchForm,
  LaunchProgress,
  Problem,
  Usage,
} from "../bindings";
import { CommandError } from "../error";
import { Outlet } from "./channel";
import { changePreview, ownPort } from "./sample-change";
import * as engine from "./sample-engine";
import { check, frame, newForm, versions } from "./sample-form";
import { sampleInside } from "./sample-inside";
import * as sample from "./sample-labs";
import { SampleLaunch } from "./sample-launch";
import { sampleLife } from "./sample-life";
import { SampleJobs, sampleMoving } from "./sample-moving";
import { readCommand } from "./sample-paste";
import { samplePlaces } from "./sample-places";
import { samplePreviews } from "./sample-preview";
import { sizeOf, unmeasured, unreached } from "./sample-recipes";
import { sampleSafe } from "./sample-safe";
import * as sharing from "./sample-sharing";

const SOON = 600;
const failure = (title: string, part: Partial<Problem> = {}) =>
  new CommandError({ kind: "other", title, message: "", hint: null, field: null, detail: null, ...part });
const soon = (milliseconds = 120) => new Promise((done) => setTimeout(done, milliseconds));
const none = { set: [], removed: [] };

export function demo(options = new URLSearchParams()): Backend {
  const scenario = options.get("scenario") ?? "";
  const trouble = engine.problems[scenario];
  const away = scenario === "away" || (trouble?.blocking ?? false);
  const fresh = scenario === "empty" || away;
  let labs: LabCard[] = fresh
    ? []
    : scenario === "database"
      ? [...sample.pageless, ...sample.labs]
      : scenario === "download"
        ? [sample.downloading, ...sample.labs]
        : [...sample.labs];
  let containers = fresh ? engine.containers.slice(4) : [...engine.containers];
  if (scenario === "many") {
    for (let at = 0; at < 500; at += 1)
      containers.push(
        engine.container(1000 + at, `worker-${at}`, "python:3.11", { ports: [engine.port(9000 + at, 80)] }),
      );
  }
  let volumes = fresh ? [] : [...engine.volumes];
  let revision = 1;
  const jobs = new SampleJobs(scenario);
  const inventories = new Outlet<InventoryUpdate>();
  const lists = new Outlet<LabList>();
  const launches = new Map<
    string,
    { outlet: Outlet<LaunchProgress>; play: SampleLaunch | null; now: LaunchProgress }
  >();

  /** No registry is reached. */
  const offline = scenario === "offline";
  const measured = new Map<string, DownloadSize>();
  const nameOf = (form: LaunchForm) => `${form.image}:${form.version}`;
  let recipes = [...sample.recipes];
  function own(name: string, summary: string): string {
    const id = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
    const [tile] = sample.recipes;
    if (tile)
      recipes = [...recipes.filter((one) => one.id !== id), { ...tile, id, name, summary, own: true }];
    return id;
  }

  const report = (): EngineReport => ({
    status:
      scenario === "stale"
        ? { state: "reconnecting", since: engine.started - 4 * engine.MINUTE }
        : scenario === "loading"
          ? { state: "connecting" }
          : away
            ? { state: "unavailable" }
            : { state: "ready" },
    facts: away || scenario === "loading" ? null : { ...engine.facts, rootless: scenario === "rootless" },
    problems: trouble ? [trouble] : away ? [engine.problems["not-running"]].flatMap((one) => one ?? []) : [],
    refused: [],
  });
  const list = (): LabList => ({
    revision: ++revision,
    loaded: scenario !== "loading",
    labs: scenario === "stale" ? labs.map((lab) => ({ ...lab, stale: true })) : labs,
    elsewhere: [],
    keyringKnown: true,
    unreadable:
      scenario === "unreadable"
        ? [
            failure("The file of one lab could not be read.", { message: "old-lab.toml ends in the middle." })
              .problem,
          ]
        : [],
  });
  const changeVolumes = (change: InventoryUpdate["volumes"]): void =>
    inventories.publish({
      revision: ++revision,
      whole: false,
      report: null,
      containers: none,
      images: none,
      volumes: change,
      networks: none,
    });
  function change(id: string, part: Partial<LabCard>): void {
    labs = labs.map((lab) => (lab.id === id ? { ...lab, ...part } : lab));
    lists.publish(list());
  }
  async function later(id: string, intent: LabCard["intent"], then: () => void): Promise<void> {
    if (!labs.some((lab) => lab.id === id)) throw failure("This lab is gone.", { kind: "gone" });
    change(id, { intent });
    await soon(SOON);
    then();
  }
  function running(id: string): void {
    change(id, { intent: null, state: "starting", started: Date.now(), problem: null });
    setTimeout(() => change(id, { state: "running" }), 2 * SOON);
  }

  for (const lab of labs)
    if (lab.launch) launches.set(lab.id, { outlet: new Outlet(), play: null, now: lab.launch });
  function play(id: string, form: LaunchForm): void {
    const tile = sample.recipes.find((one) => one.id === form.recipe);
    const outlet = new Outlet<LaunchProgress>();
    const entry: { outlet: Outlet<LaunchProgress>; play: SampleLaunch | null; now: LaunchProgress } = {
      outlet,
      play: null,
      now: sample.progress(id),
    };
    launches.set(id, entry);
    entry.play = new SampleLaunch(id, form, { icon: tile?.icon ?? "flask", tint: tile?.tint ?? 7 }, (now) => {
      entry.now = now;
      outlet.publish(now);
      const ready = now.outcome.kind === "ready";
      const bad = now.outcome.kind === "failed" ? now.outcome.problem : null;
      change(id, {
        state: ready ? "running" : bad ? "problem" : "launching",
        problem: bad,
        launch: ready ? null : now,
        started: ready ? Date.now() : null,
      });
    });
    entry.now = entry.play.now;
    add(id, form, {
      state: "launching",
      launch: entry.now,
      addresses: [
        {
          text: `http://127.0.0.1:${form.ports[0]?.host}`,
          purpose: "JupyterLab",
          reach: "thisComputer",
          reachWords: "Only this computer",
        },
      ],
    });
  }
  function add(id: string, form: LaunchForm, part: Partial<LabCard>): void {
    const tile = sample.recipes.find((one) => one.id === form.recipe);
    const [card] = sample.labs;
    if (!card) return;
    labs = [
      {
        ...card,
        id,
        name: form.name,
        recipe: form.recipe,
        icon: tile?.icon ?? "flask",
        tint: tile?.tint ?? 7,
        image: `${form.image}:${form.version}`,
        keptIn: form.storage.volume,
        warnings: [],
        launch: null,
        ...part,
      },
      ...labs.filter((lab) => lab.id !== id),
    ];
    lists.publish(list());
  }

  return {
    ...samplePlaces(scenario, {
      names: () => volumes.map((one) => one.name),
      usedBy: (name) =>
        containers
          .filter((one) => one.mounts.some((mount) => mount.kind === "volume" && mount.source === name))
          .map((one) => labs.find((lab) => lab.container === one.id)?.name ?? one.name),
      add(name, labels) {
        const [like] = engine.volumes;
        if (!like) return;
        const added = { ...like, name, created: Date.now(), labels: Object.fromEntries(labels) };
        volumes = [...volumes, added];
        changeVolumes({ set: [added], removed: [] });
      },
      remove(name) {
        volumes = volumes.filter((one) => one.name !== name);
        changeVolumes({ set: [], removed: [name] });
      },
    }),
    ...samplePreviews(),
    ...sampleMoving(scenario, jobs),
    ...sampleSafe(scenario, jobs),
    ...sampleInside(scenario),
    ...sampleLife(scenario),
    openInventory: async (receive) => {
      const whole: InventoryUpdate = {
        revision: ++revision,
        whole: true,
        report: report(),
        containers: { set: away ? [] : containers, removed: [] },
        images: {
          set: away ? [] : scenario === "empty" ? engine.images.slice(6, 8) : engine.images,
          removed: [],
        },
        volumes: { set: volumes, removed: [] },
        networks: none,
      };
      return inventories.open(receive, whole);
    },
    openLabs: async (receive) => lists.open(receive, list()),
    openLaunch: async (lab, receive) => {
      const launch = launches.get(lab);
      if (!launch) throw failure("There is no launch of this lab.", { kind: "gone" });
      return launch.outlet.open(receive, launch.now);
    },
    openUsage: async (container, receive) => {
      const outlet = new Outlet<Usage>();
      let tick = 0;
      const sampleNow = (): Usage => {
        tick += 1;
        const cpu = 9 + 4 * Math.sin(tick / 3) + (tick % 13 === 0 ? 55 : 0);
        return {
          container,
          time: Date.now(),
          cpuPercent: cpu,
          memory: 2_100_000_000 + 90_000_000 * Math.sin(tick / 9),
          memoryLimit: 8_000_000_000,
          received: 40_000 * tick + (tick % 17 === 0 ? 6_000_000 : 0),
          sent: 9_000 * tick,
          read: 3_000 * tick,
          written: 160_000 * tick,
          processes: 42,
        };
      };
      const timer = setInterval(() => outlet.publish(sampleNow()), 1000);
      const stream = outlet.open(receive, sampleNow(), () => clearInterval(timer));
      for (let at = 0; at < 59; at += 1) outlet.publish(sampleNow());
      return stream;
    },

    listRecipes: async () =>
      recipes.map((tile) => {
        const shown = fresh ? { ...tile, here: false } : tile;
        return scenario === "measuring" || offline ? unmeasured(shown) : shown;
      }),
    measureRecipe: async (id) => {
      await soon(scenario === "measuring" ? 1500 : 300);
      const tile = recipes.find((one) => one.id === id);
      if (!tile) return null;
      const shown = fresh ? { ...tile, here: false } : tile;
      return offline ? unreached(shown) : shown;
    },
    saveRecipe: async (lab, draft) => {
      await soon();
      return own(draft.name || (labs.find((one) => one.id === lab)?.name ?? lab), draft.summary ?? "");
    },
    exportRecipe: async (id) => `/home/anna/${id}.toml`,
    openRecipe: async () => sharing.recipePreview,
    addRecipe: async () => own(sharing.recipePreview.name, sharing.recipePreview.summary),
    removeRecipe: async (id) => {
      await soon();
      recipes = recipes.filter((tile) => tile.id !== id);
    },
    newForm: async (seed) => {
      const tile = sample.recipes.find((one) => one.id === seed.recipe);
      if (!seed.image && tile?.images.length === 0)
        throw failure("Type the name of an image.", { field: "image" });
      if (/[A-Z]/.test(seed.image ?? ""))
        throw failure("Image names are written in small letters.", { field: "image" });
      return labs.find((lab) => lab.id === seed.likeLab)?.launch?.form ?? newForm(seed);
    },
    reviseForm: async (form) => ({
      ...form,
      storage: {
        ...form.storage,
        target:
          form.image === "exasol/ai-lab" && form.version.startsWith("1.")
            ? "/root/notebooks"
            : form.storage.target,
      },
    }),
    frameForm: async (form) => frame(form, scenario === "gpu"),
    checkForm: async (form, typed) => {
      await soon(80);
      return check(form, typed, measured.get(nameOf(form)) ?? null);
    },
    changeForm: async (lab) =>
      labs.find((one) => one.id === lab)?.launch?.form ??
      sample.form({ name: labs.find((one) => one.id === lab)?.name ?? lab }),
    checkChange: async (lab, form, typed) => {
      await soon(80);
      const name = labs.find((one) => one.id === lab)?.name ?? lab;
      const own = sample.form({ name });
      const judged = check(form, typed, measured.get(nameOf(form)) ?? null);
      return { check: ownPort(judged, own, form), preview: changePreview(own, form) };
    },
    changeLab: async (lab, form) => {
      await soon();
      const name = labs.find((one) => one.id === lab)?.name ?? lab;
      if (changePreview(sample.form({ name }), form).manner === "anew")
        throw failure("The sample backend makes no containers anew.");
      return "done";
    },
    listVersions: async (_recipe, image) => {
      await soon(500);
      return versions(image);
    },
    measureForm: async (form) => {
      await soon(scenario === "measuring" ? 1500 : 400);
      const size = sizeOf(form, offline);
      measured.set(nameOf(form), size);
      return size;
    },
    chooseFolder: async () => "/home/anna/notebooks",
    readCommand: async (text, answers) => {
      await soon(40);
      return readCommand(text, answers);
    },
    checkGpu: async (form) => {
      await soon(900);
      if (form.advanced?.gpu?.choice === "chosen")
        throw failure("The lab saw no graphics card.", { message: "Device 7 is not on this engine." });
      return "The lab sees 1 graphics card: NVIDIA A10, 24 GB.";
    },

    launchLab: async (form, typed) => {
      const wrong = check(form, typed).notes.find((note) => note.level === "error");
      if (wrong) throw failure(wrong.message, { kind: "invalidForm", field: wrong.field });
      const id = form.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
      play(id, form);
      return id;
    },
    saveLab: async (form, typed) => {
      const wrong = check(form, typed).notes.find((note) => note.level === "error");
      if (wrong) throw failure(wrong.message, { kind: "invalidForm", field: wrong.field });
      const id = form.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
      add(id, form, { state: "saved", addresses: [], container: null, started: null });
      return id;
    },
    cancelLaunch: async (id) => {
      const played = launches.get(id)?.play;
      played?.cancel("cancelling");
      await soon(SOON);
      played?.cancel("cancelled");
      launches.delete(id);
      labs = labs.filter((lab) => lab.id !== id);
      lists.publish(list());
      return null;
    },

    openLab: async (id) => {
      await soon();
      if (!labs.some((lab) => lab.id === id && lab.state === "running"))
        throw failure("The lab does not answer yet.");
    },
    startLab: (id) => later(id, "start", () => running(id)),
    stopLab: (id) =>
      later(id, "stop", () =>
        change(id, { intent: null, state: "stopped", stopped: Date.now(), started: null }),
      ),
    restartLab: (id) => later(id, "restart", () => running(id)),
    previewDelete: async (id) => {
      await soon(300);
      const lab = labs.find((one) => one.id === id);
      if (!lab) throw failure("This lab is gone.", { kind: "gone" });
      return {
        lab: id,
        name: lab.name,
        running: lab.state === "running",
        adopted: lab.adopted,
        changesSize: 182_000_000,
        changesKnown: !lab.adopted,
        namelessVolumes: lab.connection ? ["/var/lib/postgresql/data"] : [],
        changesCount: 1412,
        changes: [
          { title: "Python packages", count: 1380, examples: ["xgboost 2.1.1", "shap 0.46.0"] },
          { title: "Settings", count: 24, examples: ["/home/jupyter/.gitconfig"] },
          { title: "Other files", count: 8, examples: ["/home/jupyter/export.csv"] },
        ],
        volumes:
          lab.keptIn && !lab.connection
            ? [{ name: lab.keptIn, usedBy: lab.keptIn === "my-vol" ? [] : [] }]
            : [],
        stays: ["The image exasol/ai-lab:6.0.0 stays on this computer."],
      };
    },
    forgetLab: async (id) => {
      labs = labs.filter((lab) => lab.id !== id);
      lists.publish(list());
    },
    deleteLab: (id) =>
      later(id, "delete", () => {
        const gone = labs.find((lab) => lab.id === id)?.container;
        labs = labs.filter((lab) => lab.id !== id);
        containers = containers.filter((row) => row.id !== gone);
        lists.publish(list());
        inventories.publish({
          revision: ++revision,
          whole: false,
          report: null,
          containers: { set: [], removed: gone ? [gone] : [] },
          images: none,
          volumes: none,
          networks: none,
        });
      }),
    revealPassword: async () => {
      await soon();
      return "ailab";
    },
    labCommands: async (id) => {
      await soon();
      return sharing.commandsOf(labs.find((lab) => lab.id === id)?.name ?? id);
    },
    renameLab: async (id, name) => {
      await soon();
      if (labs.some((lab) => lab.id !== id && lab.name === name))
        throw failure(`Another lab is called ${name} already.`, { kind: "nameTaken", field: "name" });
      change(id, { name });
    },
    exportLab: async (id) => `/home/anna/${id}.slipway.json`,
    importLab: async () => ({ form: newForm({ recipe: "ai-lab" }), notes: [...sharing.importNotes] }),
    makeShortcut: async (id) => `/home/anna/Desktop/slipway-${id}.desktop`,
    previewAdopt: async (id) => {
      await soon();
      const row = containers.find((one) => one.id === id);
      if (!row) throw failure("This container is gone.", { kind: "gone" });
      return sharing.adoption(row);
    },
    adoptContainer: async (id) => {
      await soon(SOON);
      const row = containers.find((one) => one.id === id);
      if (!row) throw failure("This container is gone.", { kind: "gone" });
      add(row.name, newForm({ image: row.image }), {
        name: row.name,
        state: row.state === "running" ? "running" : "stopped",
        container: row.id,
        adopted: true,
      });
      return row.name;
    },

    tryEngine: async () => {
      await soon(900);
      if (away)
        throw failure("Docker is not running.", {
          kind: "engineAway",
          hint: "Start Docker, then try again.",
        });
      return "Hello from Docker!\nThis message shows that your installation appears to be working correctly.\n";
    },
    applyRemedy: async () => {
      await soon(SOON);
      if (away)
        throw failure("Docker did not start.", {
          message: "The service ended at once.",
          detail: "Job for docker.service failed.",
        });
    },
  };
}
