/* Logs that are being saved to files, by container. They go on when the page is left. */
import type { Backend } from "../ipc/backend";
import type { LogFile, LogWish } from "../ipc/bindings";

export interface LogSave {
  number: number;
  lines: number;
}

export class LogSaves {
  now = $state.raw<ReadonlyMap<string, LogSave>>(new Map());
  #backend: Backend;
  #last = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Asks where to and saves; `null` where that was given up. One at a time for each container. */
  async save(wish: LogWish): Promise<LogFile | null> {
    if (this.now.has(wish.container)) return null;
    this.#last += 1;
    const number = this.#last;
    this.#set(wish.container, { number, lines: 0 });
    try {
      return await this.#backend.saveLog(number, wish, (lines) => {
        if (this.now.get(wish.container)?.number === number) this.#set(wish.container, { number, lines });
      });
    } finally {
      this.#set(wish.container, null);
    }
  }

  stop(container: string): void {
    const save = this.now.get(container);
    if (save) void this.#backend.stopSavingLog(save.number);
  }

  #set(container: string, save: LogSave | null): void {
    const after = new Map(this.now);
    if (save) after.set(container, save);
    else after.delete(container);
    this.now = after;
  }
}
