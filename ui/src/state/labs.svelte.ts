/* All labs, and what a person can ask of one. Asking never changes what is shown; the engine's own events do. A
   failure of something asked for stands on the lab's card until it is asked again or dismissed. */
import type { Backend } from "../ipc/backend";
import type { LabCard, LabList, LaunchForm, Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import { Stream } from "../ipc/stream.svelte";

export class Labs {
  #list = $state.raw<LabList>({
    revision: 0,
    loaded: false,
    labs: [],
    elsewhere: [],
    keyringKnown: false,
    unreadable: [],
  });
  /** What was asked of a lab and failed, by lab. */
  failures = $state.raw<ReadonlyMap<string, Problem>>(new Map());

  readonly all = $derived(this.#list.labs);
  readonly loaded = $derived(this.#list.loaded);
  /** Labs on engines that are not spoken to now, one sentence an engine. */
  readonly elsewhere = $derived(this.#list.elsewhere);
  readonly keyringKnown = $derived(this.#list.keyringKnown);
  readonly unreadable = $derived(this.#list.unreadable);
  readonly running = $derived(this.all.filter((lab) => lab.state === "running").length);
  readonly byContainer: ReadonlyMap<string, LabCard> = $derived(
    new Map(this.all.flatMap((lab) => (lab.container ? [[lab.container, lab] as const] : []))),
  );
  /** Why the labs cannot be listed at all. */
  readonly problem = $derived.by(() => this.#stream.problem);

  #backend: Backend;
  #stream: Stream<LabList>;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#stream = new Stream(
      (receive) => backend.openLabs(receive),
      (list) => this.take(list),
    );
  }

  start(): () => void {
    return this.#stream.start();
  }

  /** Kept as soon as something is known. */
  get first(): Promise<void> {
    return this.#stream.first;
  }

  /** A failure is old news as soon as the lab's state changes. */
  take(list: LabList): void {
    const before = new Map(this.all.map((lab) => [lab.id, lab.state]));
    this.#list = list;
    const after = new Map(list.labs.map((lab) => [lab.id, lab.state]));
    for (const lab of this.failures.keys()) if (before.get(lab) !== after.get(lab)) this.dismiss(lab);
  }

  get(id: string): LabCard | undefined {
    return this.all.find((lab) => lab.id === id);
  }

  open(lab: string): Promise<void> {
    return this.#ask(lab, () => this.#backend.openLab(lab));
  }
  startLab(lab: string): Promise<void> {
    return this.#ask(lab, () => this.#backend.startLab(lab));
  }
  stopLab(lab: string): Promise<void> {
    return this.#ask(lab, () => this.#backend.stopLab(lab));
  }
  restartLab(lab: string): Promise<void> {
    return this.#ask(lab, () => this.#backend.restartLab(lab));
  }
  /** Gives a sentence on what is kept because somebody may have worked in it. */
  async cancelLaunch(lab: string): Promise<string | null> {
    let kept: string | null = null;
    await this.#ask(lab, async () => {
      kept = await this.#backend.cancelLaunch(lab);
    });
    return kept;
  }
  /** Launches with the form that settles a failure; it takes the failed launch's place. Gives the lab's id. */
  relaunch(lab: string, form: LaunchForm, ownPassword: string | null = null): Promise<string> {
    this.#fail(lab, null);
    return this.#backend.launchLab(form, { password: ownPassword, variables: {} });
  }
  dismiss(lab: string): void {
    this.#fail(lab, null);
  }

  async #ask(lab: string, doIt: () => Promise<void>): Promise<void> {
    this.#fail(lab, null);
    try {
      await doIt();
    } catch (thrown) {
      this.#fail(lab, asProblem(thrown));
    }
  }

  #fail(lab: string, problem: Problem | null): void {
    if (!problem && !this.failures.has(lab)) return;
    const after = new Map(this.failures);
    if (problem) after.set(lab, problem);
    else after.delete(lab);
    this.failures = after;
  }
}
