/* The forms that are being filled in, by where they began (a recipe, an image, another lab), and the passwords of
   launches under way. The passwords are only here, in memory, so that a failed launch can be tried again; they are
   forgotten when the launch has ended. */
import type { Backend } from "../ipc/backend";
import type { FormSeed, LaunchForm } from "../ipc/bindings";
import { Draft } from "./draft.svelte";

const keyOf = (seed: FormSeed) =>
  JSON.stringify([seed.recipe ?? null, seed.image ?? null, seed.likeLab ?? null]);

export class Drafts {
  #backend: Backend;
  #open = new Map<string, Draft>();
  #passwords = new Map<string, string>();

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
  launched(draft: Draft, lab: string): void {
    this.#open.delete(keyOf(draft.seed));
    if (draft.form?.signIn === "own") this.keepPassword(lab, draft.ownPassword);
  }

  /** A launch goes back to the wizard with the form it had. */
  reopen(lab: string, form: LaunchForm): void {
    const seed: FormSeed = { likeLab: lab };
    const draft = new Draft(this.#backend, seed, form);
    draft.ownPassword = form.signIn === "own" ? (this.#passwords.get(lab) ?? "") : "";
    this.#passwords.delete(lab);
    this.#open.set(keyOf(seed), draft);
  }

  passwordOf(lab: string): string | null {
    return this.#passwords.get(lab) ?? null;
  }
  keepPassword(lab: string, password: string): void {
    this.#passwords.set(lab, password);
  }
  forgetPassword(lab: string): void {
    this.#passwords.delete(lab);
  }
}
