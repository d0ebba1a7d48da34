/* Labs that are being saved as images, by lab. They go on when the page is left. */
import type { Backend } from "../ipc/backend";
import type { ImageWish, Saved } from "../ipc/bindings";

export interface ImageSave {
  reference: string;
  /** When it began, in milliseconds since 1970. */
  began: number;
}

export class ImageSaves {
  now = $state.raw<ReadonlyMap<string, ImageSave>>(new Map());
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Saves, and gives how it ended. One at a time for each lab. */
  async save(lab: string, wish: ImageWish): Promise<Saved> {
    this.#set(lab, { reference: `${wish.name}:${wish.tag}`, began: Date.now() });
    try {
      return await this.#backend.saveImage(lab, wish);
    } finally {
      this.#set(lab, null);
    }
  }

  #set(lab: string, save: ImageSave | null): void {
    const after = new Map(this.now);
    if (save) after.set(lab, save);
    else after.delete(lab);
    this.now = after;
  }
}
