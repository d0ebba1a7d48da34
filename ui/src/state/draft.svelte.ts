/* A form that is being filled in, with everything the backend says about it: what surrounds it, what is wrong with
   it, which versions there are. What was typed is never taken away; answers that come late for an older state of
   the form are dropped. It outlives its page, so that coming back finds the form as it was; only what is secret
   is forgotten when the page is left. */
import type { Backend } from "../ipc/backend";
import type {
  FieldFix,
  FormCheck,
  FormFrame,
  FormSeed,
  LaunchForm,
  PastedSecrets,
  Problem,
  VersionList,
} from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import { type WholeForm, wholeForm } from "../ipc/whole";
import { DraftSecrets } from "./draft-secrets.svelte";

export const THIS_COMPUTER = "127.0.0.1";
export const EVERYONE = "0.0.0.0";
/** A check while typing waits this long for the next key. */
export const PAUSE = 300;

export type ReachChoice = "local" | "address" | "everyone";

export function reachOf(ip: string): ReachChoice {
  const typed = ip.trim();
  return typed === THIS_COMPUTER ? "local" : typed === EVERYONE ? "everyone" : "address";
}

export class Draft {
  form = $state<WholeForm | null>(null);
  /** Typed beside the form, and never part of it. */
  readonly secrets = new DraftSecrets();
  frame = $state.raw<FormFrame | null>(null);
  check = $state.raw<FormCheck | null>(null);
  /** The form that `check` is about. */
  checked = $state.raw<LaunchForm | null>(null);
  versions = $state.raw<VersionList | null>(null);
  /** Why the form could not be filled in. */
  problem = $state.raw<Problem | null>(null);
  /** Why something asked for was refused; stands until the form changes. */
  refusal = $state.raw<Problem | null>(null);
  /** Why it could not be checked. */
  uncheckable = $state.raw<Problem | null>(null);
  checking = $state(false);
  launching = $state(false);
  /** What did not hold where the form came from elsewhere; one sentence each. */
  notes = $state.raw<readonly string[]>([]);
  saving = $state(false);

  readonly seed: FormSeed;
  #backend: Backend;
  #reach = $state<ReachChoice>("local");
  #address = "";
  #given: LaunchForm | null = null;
  #first = "";
  #asked = "";
  #checkTurn = 0;
  #frameTurn = 0;
  #versionTurn = 0;
  #sizeTurn = 0;
  /** What was asked for last: how much it is to download. */
  #measured: { image: string; version: string; platform: string } | null = null;
  #current: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** With a `form`, it starts from that one (a failed launch's, a pasted command's) instead of asking for one. */
  constructor(backend: Backend, seed: FormSeed, form?: LaunchForm, secrets?: PastedSecrets) {
    this.#backend = backend;
    this.seed = seed;
    if (!form) return;
    this.#given = form;
    this.#put(form);
    if (secrets) this.secrets.take(secrets, form.advanced?.environment ?? []);
  }

  get ownPassword(): string {
    return this.secrets.password;
  }
  set ownPassword(password: string) {
    this.secrets.password = password;
  }

  /** Something differs from how the form was proposed. */
  get changed(): boolean {
    return this.form !== null && JSON.stringify(this.form) !== this.#first;
  }

  /** Fills the form in, or brings what surrounds it up to date where it is filled in already. */
  async load(): Promise<void> {
    if (this.form) {
      await this.#refresh();
      return;
    }
    this.problem = null;
    try {
      const form = await this.#backend.newForm(this.seed);
      if (!this.form) this.#put(form);
      await this.#refresh();
    } catch (thrown) {
      this.problem = asProblem(thrown);
    }
  }

  /** Back to how it was proposed, with a port that is free now. */
  async reset(): Promise<void> {
    try {
      this.#put(this.#startsHere() ? await this.#backend.newForm(this.seed) : (this.#given as LaunchForm));
      this.secrets.forget();
      this.refusal = null;
      await this.#refresh();
    } catch (thrown) {
      this.refusal = asProblem(thrown);
    }
  }

  get reach(): ReachChoice {
    return this.#reach;
  }
  set reach(choice: ReachChoice) {
    if (!this.form || choice === this.#reach) return;
    if (this.#reach === "address") this.#address = this.form.listenIp;
    this.#reach = choice;
    this.form.listenIp =
      choice === "local"
        ? THIS_COMPUTER
        : choice === "everyone"
          ? EVERYONE
          : this.#address || this.frame?.addresses[0]?.ip || "";
  }

  /** The image or the version was changed: what the recipe decides follows. */
  async revise(): Promise<void> {
    for (let round = 0; round < 3; round += 1) {
      const before = this.#snapshot();
      if (!before) return;
      try {
        const after = await this.#backend.reviseForm(before);
        if (JSON.stringify(this.form) !== JSON.stringify(before)) continue;
        this.#replace(after);
      } catch (thrown) {
        this.refusal = asProblem(thrown);
      }
      break;
    }
    await this.#refresh();
  }

  /** Puts in a form that settles a note. */
  async apply(fix: FieldFix): Promise<void> {
    const before = this.form;
    this.#replace(fix.form);
    this.#reach = reachOf(fix.form.listenIp);
    if (before && (before.image !== fix.form.image || before.version !== fix.form.version))
      await this.#refresh();
    else await this.checkNow();
  }

  /** Checks when the typing pauses. */
  checkSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.checkNow(), PAUSE);
  }

  /** Checks now, unless the answer for just this form is known or on its way. */
  checkNow(anew = false): Promise<void> {
    clearTimeout(this.#timer);
    const form = this.#snapshot();
    if (!form) return Promise.resolve();
    const asked = JSON.stringify([form, this.secrets.typed(form)]);
    if (asked !== this.#asked && this.#asked !== "") this.refusal = null;
    if (anew || asked !== this.#asked) {
      this.#asked = asked;
      this.#current = this.#ask(form);
    }
    return this.#current;
  }

  /** What surrounds the form may have changed (volumes, addresses), and so may what is wrong with it. */
  async surroundingsChanged(): Promise<void> {
    await Promise.all([this.#loadFrame(), this.checkNow(true)]);
  }

  /** Launches and gives the id of the lab, or nothing where something still stands in the way. */
  async launch(): Promise<string | null> {
    if (this.launching || this.saving) return null;
    this.launching = true;
    const lab = await this.#hand((form) => this.#backend.launchLab(form, this.secrets.typed(form)));
    this.launching = false;
    return lab;
  }

  /** Keeps the form as a lab that is launched later; gives its id, or nothing where something is in the way. */
  async save(): Promise<string | null> {
    if (this.launching || this.saving) return null;
    this.saving = true;
    const lab = await this.#hand((form) => this.#backend.saveLab(form, this.secrets.typed(form)));
    this.saving = false;
    return lab;
  }

  /** The page is left: nothing is pending, and what is secret is forgotten. */
  leave(): void {
    clearTimeout(this.#timer);
    this.secrets.forget();
    this.#asked = "";
    this.#measured = null;
  }

  async #hand(give: (form: WholeForm) => Promise<string>): Promise<string | null> {
    this.refusal = null;
    try {
      await this.checkNow();
      const form = this.#snapshot();
      if (!form || this.check?.gate) return null;
      return await give(form);
    } catch (thrown) {
      this.refusal = asProblem(thrown);
      // What was wrong with it stands at its field.
      void this.checkNow(true);
      return null;
    }
  }

  #put(given: LaunchForm): void {
    const form = wholeForm(given);
    this.#hide(form);
    this.form = form;
    this.#first = JSON.stringify(form);
    this.#reach = reachOf(form.listenIp);
    this.#asked = "";
  }

  /** Another form in place of this one: what was typed beside a variable stays with its name. */
  #replace(given: LaunchForm): void {
    const form = wholeForm(given);
    this.secrets.follow(this.form?.advanced.environment ?? [], form.advanced.environment);
    this.#hide(form);
    this.form = form;
  }

  /** A row that has become secret has its value beside the form from now on. */
  #hide(form: WholeForm): void {
    form.advanced.environment.forEach((row, at) => {
      if (!row.secret || row.value === "") return;
      this.secrets.put(at, row.value);
      row.value = "";
    });
  }

  /** The backend can propose this form again. */
  #startsHere(): boolean {
    const { recipe, image, likeLab } = this.seed;
    return this.#given === null || Boolean(recipe || image || likeLab);
  }

  #snapshot(): WholeForm | null {
    return this.form ? $state.snapshot(this.form) : null;
  }

  async #refresh(): Promise<void> {
    void this.#loadVersions();
    const checked = this.checkNow(true);
    void this.measure();
    await Promise.all([this.#loadFrame(), checked]);
  }

  /** Asks how much there is to download, and checks again where that is news. The form never waits for it. */
  async measure(): Promise<void> {
    const form = this.#snapshot();
    if (!form) return;
    const { image, version } = form;
    const { platform } = form.advanced;
    const last = this.#measured;
    if (last?.image === image && last.version === version && last.platform === platform) return;
    this.#measured = { image, version, platform };
    this.#sizeTurn += 1;
    const turn = this.#sizeTurn;
    const size = await this.#backend.measureForm(form).catch(() => null);
    await this.#current;
    if (turn !== this.#sizeTurn || !size || size.here) return;
    if (size.unknown !== null || size.bytes !== this.check?.downloadSize) await this.checkNow(true);
  }

  async #loadFrame(): Promise<void> {
    this.#frameTurn += 1;
    const turn = this.#frameTurn;
    const form = this.#snapshot();
    if (!form) return;
    try {
      const frame = await this.#backend.frameForm(form);
      if (turn === this.#frameTurn) this.frame = frame;
    } catch (thrown) {
      if (turn === this.#frameTurn && !this.frame) this.problem = asProblem(thrown);
    }
  }

  async #loadVersions(): Promise<void> {
    this.#versionTurn += 1;
    const turn = this.#versionTurn;
    const form = this.#snapshot();
    if (!form) return;
    const list = await this.#backend.listVersions(form.recipe, form.image).catch(() => null);
    if (turn === this.#versionTurn) this.versions = list ?? { choices: [], incomplete: null };
  }

  async #ask(form: WholeForm): Promise<void> {
    this.#checkTurn += 1;
    const turn = this.#checkTurn;
    this.checking = true;
    try {
      const check = await this.#backend.checkForm(form, this.secrets.typed(form));
      if (turn !== this.#checkTurn) return this.#current;
      this.#withdrawConsent(check);
      this.check = check;
      this.checked = form;
      this.uncheckable = null;
      this.checking = false;
      // An image that is being typed is measured when it is settled; another platform is chosen at once.
      if (this.#measured?.image === form.image && this.#measured.version === form.version)
        void this.measure();
    } catch (thrown) {
      if (turn !== this.#checkTurn) return this.#current;
      this.uncheckable = asProblem(thrown);
      this.#asked = "";
      this.checking = false;
    }
  }

  /** "I understand" is about the risks that were shown; other risks ask again. */
  #withdrawConsent(check: FormCheck): void {
    const before = this.check?.risks?.kinds.join() ?? "";
    const now = check.risks?.kinds.join() ?? "";
    if (this.form?.riskAccepted && this.check && before !== now) {
      this.form.riskAccepted = false;
      this.checkSoon();
    }
  }
}
