/* Everything the screens may ask for: one interface with two faces, the desktop app (`desktop.ts`) and sample data
   for tests and the browser preview (`demo/`). Every failure is thrown as a `CommandError` in plain words.

   Two kinds of calls: questions and intents, which answer once, and streams, whose messages are numbered.
   Streams are hints: a message may be lost, so `stream.svelte.ts` watches the numbers and opens again. */
import type {
  DeletePreview,
  EngineRemedy,
  FormCheck,
  FormFrame,
  FormSeed,
  InventoryUpdate,
  LabList,
  LaunchForm,
  LaunchProgress,
  LogPage,
  LogQuery,
  LogState,
  Numbered,
  RecipeTile,
  Usage,
  VersionList,
} from "./bindings";

/** A stream that is open. Its messages are numbered from 1 on without gaps. */
export interface OpenStream {
  /** Tells that the message of this number was taken in; a few unacknowledged ones stop the sender. */
  acknowledge(number: number): void;
  /** The number of the last message sent; `null` where the stream has ended. */
  position(): Promise<number | null>;
  close(): void;
}

export type Receive<Payload> = (message: Numbered<Payload>) => void;

/** A log that is being followed; its lines are asked for by range. `null`: the stream is gone. */
export interface OpenLog extends OpenStream {
  read(query: LogQuery): Promise<LogPage | null>;
}

export interface Backend {
  /** The first message is the whole inventory, later ones are changes. */
  openInventory(receive: Receive<InventoryUpdate>): Promise<OpenStream>;
  /** Each message is the whole list. */
  openLabs(receive: Receive<LabList>): Promise<OpenStream>;
  /** Each message is the whole state of the launch. */
  openLaunch(lab: string, receive: Receive<LaunchProgress>): Promise<OpenStream>;
  /** Processor and memory of a running container, about once a second. */
  openUsage(container: string, receive: Receive<Usage>): Promise<OpenStream>;
  /** Says how far the log of a container has come; `lab` names whose secrets are masked in it. */
  openLog(container: string, lab: string | null, receive: Receive<LogState>): Promise<OpenLog>;

  listRecipes(): Promise<RecipeTile[]>;
  newForm(seed: FormSeed): Promise<LaunchForm>;
  reviseForm(form: LaunchForm): Promise<LaunchForm>;
  frameForm(form: LaunchForm): Promise<FormFrame>;
  checkForm(form: LaunchForm, ownPassword: string | null): Promise<FormCheck>;
  listVersions(recipe: string, image: string): Promise<VersionList>;
  /** Opens the system's folder dialog; `null` where it was closed. */
  chooseFolder(): Promise<string | null>;

  /** Starts a launch and gives the id of the lab that it becomes. */
  launchLab(form: LaunchForm, ownPassword: string | null): Promise<string>;
  /** Cancels a launch, or discards a failed one. */
  cancelLaunch(lab: string): Promise<void>;

  openLab(lab: string): Promise<void>;
  startLab(lab: string): Promise<void>;
  stopLab(lab: string): Promise<void>;
  restartLab(lab: string): Promise<void>;
  previewDelete(lab: string): Promise<DeletePreview>;
  deleteLab(lab: string, volumes: readonly string[]): Promise<void>;
  /** The lab's password or token, to show and copy. */
  revealPassword(lab: string): Promise<string>;

  /** Runs `hello-world` and gives its output. */
  tryEngine(): Promise<string>;
  /** Carries out a remedy, then tries to connect again. */
  applyRemedy(remedy: EngineRemedy): Promise<void>;
}
