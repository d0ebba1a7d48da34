/* The forms that are being filled in, by where they began (a recipe, an image, another lab). They are only in
   memory: closing the window forgets them. */
import type { Backend } from "../ipc/backend";
import type { FormSeed, LaunchForm, PastedSecrets } from "../ipc/bindings";
import { Change } from "./change.svelte";
import { Draft } from "./draft.svelte";

/** A form that another page filled in, rather than one that begins with a recipe, an image or a lab. */
export type Origin = "pasted" | "imported";

/** The origin that an address names, if any. */
export const originOf = (name: string | undefined): Origin | undefined =>
  name === "pasted" || name === "imported" ? name : undefined;

const keyOf = (seed: FormSeed, origin?: Origin) =>
  JSON.stringify([seed.recipe ?? null, seed.image ?? null, seed.likeLab ?? null, origin ?? null]);

export class Drafts {
  #backend: Backend;
  #open = new Map<string, Draft>();
  #changes = new Map<string, Change>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** The form that began here, as it was left. */
  open(seed: FormSeed, origin?: Origin): Draft {
    const key = keyOf(seed, origin);
    let draft = this.#open.get(key);
    if (!draft) {
      draft = new Draft(this.#backend, seed);
      this.#open.set(key, draft);
    }
    return draft;
  }

  /** The settings of a lab, as they were left. */
  change(lab: string): Change {
    let change = this.#changes.get(lab);
    if (!change) {
      change = new Change(this.#backend, lab);
      this.#changes.set(lab, change);
    }
    return change;
  }

  /** A lab was changed: its settings are looked at anew. */
  changed(lab: string): void {
    this.#changes.delete(lab);
  }

  /** A form became a lab: the next one that begins there is new. */
  launched(draft: Draft): void {
    for (const [key, open] of this.#open) if (open === draft) this.#open.delete(key);
  }

  /** The wizard opens with this form at `wizard?from=<origin>`. Secrets stand beside it, only in memory; `notes` say
      what could not be brought along. */
  fill(origin: Origin, form: LaunchForm, secrets?: PastedSecrets, notes: readonly string[] = []): void {
    const draft = new Draft(this.#backend, {}, form, secrets);
    draft.notes = notes;
    this.#open.set(keyOf({}, origin), draft);
  }

  /** A launch that did not come to its end goes back to the wizard with the form it had. */
  reopen(lab: string, form: LaunchForm): void {
    const seed: FormSeed = { likeLab: lab };
    this.#open.set(keyOf(seed), new Draft(this.#backend, seed, form));
  }
}
