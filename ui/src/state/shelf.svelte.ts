/* The backups of one volume, or of all; read anew when work on them ends. */
import type { Backend } from "../ipc/backend";
import type { BackupShelf, Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import type { Jobs } from "./jobs.svelte";

const KINDS = new Set(["addBackup", "backUp", "verify", "restore"]);

export class Shelf {
  now = $state.raw<BackupShelf | null>(null);
  problem = $state.raw<Problem | null>(null);

  #backend: Backend;
  #jobs: Jobs;
  #volume: string | null;
  #turn = 0;

  constructor(backend: Backend, jobs: Jobs, volume: string | null) {
    this.#backend = backend;
    this.#jobs = jobs;
    this.#volume = volume;
  }

  /** Reads, and reads again whenever work on backups ends; made for `$effect`. */
  start(): () => void {
    void this.read();
    return this.#jobs.onEnd((job) => {
      if (KINDS.has(job.kind)) void this.read();
    });
  }

  async read(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    try {
      const shelf = await this.#backend.listBackups(this.#volume);
      if (turn !== this.#turn) return;
      this.now = shelf;
      this.problem = null;
    } catch (thrown) {
      if (turn === this.#turn) this.problem = asProblem(thrown);
    }
  }
}
