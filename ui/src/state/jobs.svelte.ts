/* All work that takes a while: it goes on whatever page is open. What ended is told to whoever asked to know. */
import type { Backend } from "../ipc/backend";
import type { ConflictAnswer, Job, JobList, Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import { Stream } from "../ipc/stream.svelte";

export const isOver = (job: Job): boolean => job.state.state !== "running" && job.state.state !== "asking";

export class Jobs {
  all = $state.raw<readonly Job[]>([]);
  /** Why something asked of the work could not be done. */
  problem = $state.raw<Problem | null>(null);
  readonly working = $derived(this.all.filter((job) => !isOver(job)));
  readonly asking = $derived(this.all.filter((job) => job.state.state === "asking"));
  /** The share of all running work that is done, `null` while any of it is still counted. */
  readonly share = $derived.by(() => {
    let done = 0;
    let whole = 0;
    for (const job of this.working) {
      if (job.totalBytes === null) return null;
      done += job.bytes;
      whole += job.totalBytes;
    }
    return whole > 0 ? done / whole : null;
  });

  #backend: Backend;
  #stream: Stream<JobList>;
  #heard = false;
  #told: ((job: Job) => void)[] = [];

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#stream = new Stream(
      (receive) => backend.openJobs(receive),
      (list) => this.take(list),
    );
  }

  start(): () => void {
    return this.#stream.start();
  }

  get(id: number): Job | undefined {
    return this.all.find((job) => job.id === id);
  }

  /** Tells of every job that ends from now on; gives what stops it. */
  onEnd(tell: (job: Job) => void): () => void {
    this.#told.push(tell);
    return () => {
      this.#told = this.#told.filter((one) => one !== tell);
    };
  }

  take(list: JobList): void {
    const heard = this.#heard;
    this.#heard = true;
    const before = new Map(this.all.map((job) => [job.id, job]));
    this.all = list.jobs;
    for (const job of list.jobs) {
      const was = before.get(job.id);
      // One may be over before it was ever seen at work.
      if (isOver(job) && (was ? !isOver(was) : heard)) for (const tell of this.#told) tell(job);
    }
  }

  cancel(job: number): Promise<void> {
    return this.#ask(() => this.#backend.cancelJob(job));
  }
  dismiss(job: number): Promise<void> {
    return this.#ask(() => this.#backend.dismissJob(job));
  }
  dismissAll(): Promise<void[]> {
    return Promise.all(this.all.filter(isOver).map((job) => this.dismiss(job.id)));
  }
  answer(job: number, answer: ConflictAnswer, forAll: boolean): Promise<void> {
    return this.#ask(() => this.#backend.answerConflict(job, answer, forAll));
  }
  showMade(job: number): Promise<void> {
    return this.#ask(() => this.#backend.showMade(job));
  }

  async #ask(what: () => Promise<void>): Promise<void> {
    this.problem = null;
    try {
      await what();
    } catch (thrown) {
      this.problem = asProblem(thrown);
    }
  }
}
