/* Everything the screens may ask for: one interface with two faces, the desktop app (`desktop.ts`) and sample data
   for tests and the browser preview (`demo/`). Every failure is thrown as a `CommandError` in plain words.

   Two kinds of calls: questions and intents, which answer once, and streams, whose messages are numbered.
   Streams are hints: a message may be lost, so `stream.svelte.ts` watches the numbers and opens again. */
import type {
  AdoptPreview,
  ChangeCheck,
  ChangeStart,
  DeletePreview,
  DownloadSize,
  EngineRemedy,
  FormCheck,
  FormFrame,
  FormSeed,
  ImportedProfile,
  InventoryUpdate,
  LabCommands,
  LabList,
  LaunchForm,
  LaunchProgress,
  LogFound,
  LogPage,
  LogPattern,
  LogQuery,
  PastedCommand,
  RecipeDraft,
  RecipePreview,
  RecipeTile,
  TypedSecrets,
  Usage,
  VersionList,
} from "./bindings";
import type { Inside } from "./inside";
import type { Life } from "./life";
import type { Moving } from "./moving";
import type { Places } from "./places";
import type { Previews } from "./previews";
import type { Safe } from "./safe";

/** A stream that is open. Its messages are numbered from 1 on without gaps. */
export interface OpenStream {
  /** Tells that the message of this number was taken in; a few unacknowledged ones stop the sender. */
  acknowledge(number: number): void;
  /** The number of the last message sent; `null` where the stream has ended. */
  position(): Promise<number | null>;
  close(): void;
}

/** A message of a stream, whole. */
export interface Numbered<Payload> {
  number: number;
  payload: Payload;
}

export type Receive<Payload> = (message: Numbered<Payload>) => void;

/** A log that is being followed; its lines are asked for by range. `null`: the stream is gone. */
export interface OpenLog extends OpenStream {
  read(query: LogQuery): Promise<LogPage | null>;
  /** The match after a line, or before it, around the ends; `null`: there is none. */
  find(pattern: LogPattern, from: number, backwards: boolean): Promise<LogFound | null>;
}

export interface Backend extends Places, Previews, Moving, Safe, Inside, Life {
  /** The first message is the whole inventory, later ones are changes. */
  openInventory(receive: Receive<InventoryUpdate>): Promise<OpenStream>;
  /** Each message is the whole list. */
  openLabs(receive: Receive<LabList>): Promise<OpenStream>;
  /** Each message is the whole state of the launch. */
  openLaunch(lab: string, receive: Receive<LaunchProgress>): Promise<OpenStream>;
  /** What a running container uses, about once a second. */
  openUsage(container: string, receive: Receive<Usage>): Promise<OpenStream>;

  listRecipes(): Promise<RecipeTile[]>;
  /** The tile after its registry was asked how much there is to download; `null` where the recipe is gone. */
  measureRecipe(recipe: string): Promise<RecipeTile | null>;
  /** Saves a lab as a recipe of the person's own. */
  saveRecipe(lab: string, draft: RecipeDraft): Promise<string>;
  /** Writes a recipe to a file that the person chooses; its path, or `null` where the dialog was closed. */
  exportRecipe(recipe: string): Promise<string | null>;
  /** Reads a recipe file that the person chooses and says what it will do; nothing is added yet. */
  openRecipe(): Promise<RecipePreview | null>;
  addRecipe(text: string): Promise<string>;
  /** Removes a recipe of the person's own; labs made from it stay. */
  removeRecipe(recipe: string): Promise<void>;

  newForm(seed: FormSeed): Promise<LaunchForm>;
  reviseForm(form: LaunchForm): Promise<LaunchForm>;
  frameForm(form: LaunchForm): Promise<FormFrame>;
  /** What is typed beside the form is judged and forgotten. */
  checkForm(form: LaunchForm, typed: TypedSecrets): Promise<FormCheck>;
  listVersions(recipe: string, image: string): Promise<VersionList>;
  /** How much the form's image is to download, as its registry says; the next check knows it, too. */
  measureForm(form: LaunchForm): Promise<DownloadSize>;
  /** Opens the system's folder dialog; `null` where it was closed. */
  chooseFolder(): Promise<string | null>;
  /** Reads a pasted command with the answers given so far; runs nothing. */
  readCommand(text: string, answers: Readonly<Record<string, string>>): Promise<PastedCommand>;
  /** Runs a small program with the form's graphics cards, and gives its sentence. */
  checkGpu(form: LaunchForm): Promise<string>;

  /** Starts a launch and gives the id of the lab that it becomes. */
  launchLab(form: LaunchForm, typed: TypedSecrets): Promise<string>;
  /** Keeps the form as a lab that is launched later. */
  saveLab(form: LaunchForm, typed: TypedSecrets): Promise<string>;
  /** The form that a lab has. */
  changeForm(lab: string): Promise<LaunchForm>;
  /** Checks a changed form of a lab, and says what the change will do. */
  checkChange(lab: string, form: LaunchForm, typed: TypedSecrets): Promise<ChangeCheck>;
  /** Changes a lab, at once or as a journey that is followed like a launch; refused where something would be lost
      and nobody has said that it may. */
  changeLab(lab: string, form: LaunchForm, typed: TypedSecrets, lossAccepted: boolean): Promise<ChangeStart>;
  /** Cancels a launch, or discards a failed one. */
  /** A sentence on what is kept because somebody may have worked in it. */
  cancelLaunch(lab: string): Promise<string | null>;

  openLab(lab: string): Promise<void>;
  startLab(lab: string): Promise<void>;
  stopLab(lab: string): Promise<void>;
  restartLab(lab: string): Promise<void>;
  previewDelete(lab: string): Promise<DeletePreview>;
  /** Forgets an adopted lab; its container stays. */
  forgetLab(lab: string): Promise<void>;
  deleteLab(lab: string, volumes: readonly string[]): Promise<void>;
  /** The lab's password or token, to show and copy. */
  revealPassword(lab: string): Promise<string>;
  /** The lab's command in every shell, and as a compose file. */
  labCommands(lab: string): Promise<LabCommands>;
  /** Renames a lab, and its container with it. */
  renameLab(lab: string, name: string): Promise<void>;
  /** Writes the profile to a file that the person chooses; its path, or `null` where the dialog was closed. */
  exportLab(lab: string): Promise<string | null>;
  /** Reads an exported profile that the person chooses; `null` where the dialog was closed. */
  importLab(): Promise<ImportedProfile | null>;
  /** Puts a file for this lab on the desktop or into the menu; gives its path. */
  makeShortcut(lab: string): Promise<string>;
  /** What a container of somebody else's would be as a lab. */
  previewAdopt(container: string): Promise<AdoptPreview>;
  /** Makes a lab of it; the container stays as it is. */
  adoptContainer(container: string): Promise<string>;

  /** Runs `hello-world` and gives its output. */
  tryEngine(): Promise<string>;
  /** Carries out a remedy, then tries to connect again. */
  applyRemedy(remedy: EngineRemedy): Promise<void>;
}
