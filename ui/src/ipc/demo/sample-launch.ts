/* A launch that is played: check, download layer by layer, create, start, answer, open. A lab whose name contains
   "fail" stops at a taken port, "disk" at a full disk, "slow" keeps one waiting. */
import type { LaunchForm, LaunchProgress, LayerProgress, Problem } from "../bindings";
import { portTaken, progress, STEP_KINDS, STEP_TITLES, steps } from "./sample-labs";

const LAYERS = [
  29_700_000, 54_100_000, 212_000_000, 88_000_000, 394_000_000, 356_000_000, 447_000_000, 181_000_000,
  171_000_000,
];
const TICK = 200;
const SPEED = 246_000_000;

const diskFull: Problem = {
  kind: "diskFull",
  title: "The disk for Docker is full.",
  message: "The image needs 2.7 GB more than is free. Your download is kept.",
  hint: "Remove images that no lab uses, then try again.",
  field: null,
  detail: "write /opt/conda/lib/libmkl_core.so.2: no space left on device",
};

export class SampleLaunch {
  now: LaunchProgress;
  #timer: ReturnType<typeof setInterval>;
  #got = 0;
  #step = 0;
  #ticks = 0;
  #publish: (progress: LaunchProgress) => void;

  constructor(
    lab: string,
    form: LaunchForm,
    look: { icon: string; tint: number },
    publish: (now: LaunchProgress) => void,
  ) {
    this.#publish = publish;
    this.now = progress(lab, {
      name: form.name,
      ...look,
      image: `${form.image}:${form.version}`,
      steps: steps(0),
      waiting: null,
      form,
    });
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  cancel(kind: "cancelling" | "cancelled"): void {
    this.stop();
    this.#show({ outcome: { kind } });
  }

  #tick(): void {
    this.#ticks += 1;
    const kind = STEP_KINDS[this.#step];
    const name = this.now.form.name.toLowerCase();
    if (kind === "download") {
      this.#got += (SPEED * TICK) / 1000;
      if (name.includes("disk") && this.#got > 900_000_000) return this.#fail(diskFull, "Try again");
      this.#show({ pull: pullAt(this.#got) });
      if (this.#got < total) return;
    } else if (kind === "answer") {
      this.#show({
        waiting: {
          sentence: "Jupyter has not answered yet",
          slow: this.#ticks > 60,
          log: ["entrypoint.py: starting Jupyter server"],
        },
      });
      if (name.includes("slow") || this.#ticks < 10) return;
    } else if (this.#ticks < 4) return;
    if (kind === "start" && name.includes("fail"))
      return this.#fail(
        { ...portTaken, title: `${this.now.name} could not start.` },
        "Use port 8890 and start",
      );
    this.#ticks = 0;
    this.#step += 1;
    if (this.#step >= STEP_KINDS.length) this.#ready();
    else this.#show({ steps: this.#stepsNow(false), waiting: null });
  }

  #stepsNow(bad: boolean) {
    return steps(this.#step, bad).map((step) =>
      step.kind === "start" && step.state !== "done"
        ? { ...step, title: `Start it on port ${this.now.form.ports[0]?.host}` }
        : step,
    );
  }

  #fail(problem: Problem, label: string): void {
    this.stop();
    const { form } = this.now;
    this.#show({
      steps: this.#stepsNow(true),
      waiting: null,
      outcome: {
        kind: "failed",
        problem,
        fixes: [
          { label, form: { ...form, name: "AI-Lab" } },
          { label: "Change the form", form: null },
        ],
      },
    });
  }

  #ready(): void {
    this.stop();
    const text = `http://127.0.0.1:${this.now.form.ports[0]?.host ?? 8888}`;
    this.#show({
      steps: STEP_KINDS.map((kind) => ({
        kind,
        state: "done",
        title: STEP_TITLES[kind][1],
        aside: "1 s",
        started: null,
        ended: null,
      })),
      waiting: null,
      outcome: {
        kind: "ready",
        shown: { text, purpose: "JupyterLab", reach: "thisComputer", reachWords: "Only this computer" },
        opened: true,
        openProblem: null,
      },
    });
  }

  #show(part: Partial<LaunchProgress>): void {
    this.now = { ...this.now, ...part, sequence: this.now.sequence + 1 };
    this.#publish(this.now);
  }
}

const total = LAYERS.reduce((sum, size) => sum + size, 0);

/** A few layers are fetched at a time, each beginning while those before it still go on. */
const AHEAD = 500_000_000;

function pullAt(got: number): LaunchProgress["pull"] {
  let before = 0;
  const layers = LAYERS.map((size, at): LayerProgress => {
    const begin = Math.max(0, before - AHEAD);
    const end = before + size;
    before = end;
    const done = Math.round(size * Math.min(1, Math.max(0, (got - begin) / (end - begin))));
    const state =
      done >= size
        ? got < total && got - end < 120_000_000 && at > 1
          ? "unpacking"
          : "done"
        : done > 0
          ? "downloading"
          : "waiting";
    return {
      id: `${(at * 2654435761 + 12345).toString(16)}abcdef012345`.slice(0, 12),
      state,
      done,
      total: size,
      unpackedPercent: state === "unpacking" ? 62 : null,
    };
  });
  const done = layers.reduce((sum, layer) => sum + layer.done, 0);
  return {
    done,
    total,
    totalKnown: true,
    speed: SPEED,
    secondsLeft: Math.ceil((total - done) / SPEED),
    layers,
    finished: done >= total,
  };
}
