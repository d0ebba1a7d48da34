/* The settings of a lab that is there, while they are being changed: the draft of a form as a new lab has one, which
   starts from the lab's own form, is checked as a change, and is handed over as one. Beside it stands what the change
   will do, and what would be lost by it. */
import type { Backend } from "../ipc/backend";
import type { ChangePreview, ChangeStart, DeletePreview } from "../ipc/bindings";
import { Draft } from "./draft.svelte";

export class Change {
  readonly draft: Draft;
  /** What it will do; `null`: not worked out yet. */
  preview = $state.raw<ChangePreview | null>(null);
  /** What lies in the container outside volumes; `null`: not looked at yet. */
  lost = $state.raw<DeletePreview | null>(null);
  /** It cannot be found out what lies there, which is not "nothing". */
  lostUnknown = $state(false);
  /** The person has said that it may be lost. */
  accepted = $state(false);
  /** The new container needs an answer about what is lost before it can be asked for. */
  readonly asks = $derived.by(
    () =>
      this.preview?.manner === "anew" &&
      (this.lostUnknown || this.lost === null || !this.lost.changesKnown || this.lost.changesCount > 0),
  );

  #backend: Backend;
  #lab: string;
  #start: ChangeStart | null = null;

  constructor(backend: Backend, lab: string) {
    this.#backend = backend;
    this.#lab = lab;
    const face: Backend = {
      ...backend,
      newForm: () => backend.changeForm(lab),
      checkForm: async (form, typed) => {
        const { check, preview } = await backend.checkChange(lab, form, typed);
        this.preview = preview;
        if (preview.manner === "anew") void this.#look();
        return check;
      },
      launchLab: async (form, typed) => {
        this.#start = await backend.changeLab(lab, form, typed, this.accepted || !this.asks);
        return lab;
      },
    };
    this.draft = new Draft(face, { likeLab: lab });
  }

  /** Fills the form in. One in which nothing was changed follows the lab. */
  async load(): Promise<void> {
    this.lost = null;
    this.lostUnknown = false;
    if (this.draft.form && !this.draft.changed) await this.draft.reset();
    else await this.draft.load();
  }

  async discard(): Promise<void> {
    this.accepted = false;
    await this.draft.reset();
  }

  /** Carries it out, or begins to; nothing where something still stands in the way. */
  async carryOut(): Promise<ChangeStart | null> {
    this.#start = null;
    return (await this.draft.launch()) === null ? null : this.#start;
  }

  /** Looks once at what would be lost: it takes the engine a while. */
  async #look(): Promise<void> {
    if (this.lost || this.#looking) return;
    this.#looking = true;
    try {
      this.lost = await this.#backend.previewDelete(this.#lab);
      this.lostUnknown = false;
    } catch {
      this.lostUnknown = true;
    } finally {
      this.#looking = false;
    }
  }
  #looking = false;
}
