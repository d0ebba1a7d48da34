/* The forms that are being filled in, by where they began (a recipe, an image, another lab). They are only in
   memory: closing the window forgets them. */
import type { Backend } from "../ipc/backend";
import type { FormSeed, LaunchForm } from "../ipc/bindings";
import { Draft } from "./draft.svelte";

const keyOf = (seed: FormSeed) =>
  JSON.stringify([seed.recipe ?? null, seed.image ?? null, seed.likeLab ?? null]);

export class Drafts {
  #backend: Backend;
  #open = new Map<string, Draft>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** The form that began here, as it was left. */
  open(seed: FormSeed): Draft {
    const key = keyOf(seed);
    let draft = this.#open.get(key);
    if (!draft) {
      draft = new Draft(this.#backend, seed);
      this.#open.set(key, draft);
    }
    return draft;
  }

  /** A form became a lab: the next one that begins there is new. */
  launched(draft: Draft): void {
    this.#open.delete(keyOf(draft.seed));
  }

  /** A launch that did not come to its end goes back to the wizard with the form it had. */
  reopen(lab: string, form: LaunchForm): void {
    const seed: FormSeed = { likeLab: lab };
    this.#open.set(keyOf(seed), new Draft(this.#backend, seed, form));
  }
}
