/* What may be asked of work that takes a while, and of changes to files: one topic of the backend, and its desktop
   face. */
import { ask, tell } from "./ask";
import type { OpenStream, Receive } from "./backend";
import {
  type ConflictAnswer,
  commands,
  type DragEnd,
  type DropState,
  type EditedText,
  type JobList,
  type Place,
  type ReadyFiles,
  type SaveOutcome,
  type Trash,
} from "./bindings";
import { open } from "./first";

export interface Moving {
  /** Each message is the whole list, newest first. */
  openJobs(receive: Receive<JobList>): Promise<OpenStream>;
  cancelJob(job: number): Promise<void>;
  /** Takes a job that is over off the list. */
  dismissJob(job: number): Promise<void>;
  answerConflict(job: number, answer: ConflictAnswer, forAll: boolean): Promise<void>;
  /** Shows what a job made in the system's file manager. */
  showMade(job: number): Promise<void>;
  /** Downloads into a folder that the person chooses; `null` where the dialog was closed. */
  downloadEntries(place: number, paths: readonly string[]): Promise<number | null>;
  /** Uploads files that the person chooses, or with `folders` folders; `null` where the dialog was closed. */
  uploadChosen(place: number, folder: string, folders: boolean): Promise<number | null>;
  /** Uploads what was dropped on the window, which knows it by this number. */
  uploadDropped(place: number, folder: string, drop: number): Promise<number>;
  /** Files of this computer that are held over the window, and the last drop. */
  openDrops(receive: Receive<DropState>): Promise<OpenStream>;
  /** Brings files to where they can be dragged out of the window; `null` where this system has no such drag. */
  bringAside(place: number, paths: readonly string[]): Promise<ReadyFiles | null>;
  /** Drags what was brought, while the button is held; answers at the end of the drag. */
  dragOut(ready: number): Promise<DragEnd>;
  /** How often the window was asked to close while something would be lost by it. */
  openClosing(receive: Receive<number>): Promise<OpenStream>;
  /** Says whether there is a text that is not saved. */
  tellUnsaved(unsaved: boolean): Promise<void>;
  /** Stops all work and closes the window, as it was asked to. */
  closeWindow(): Promise<void>;
  /** Gives the new folder's path. */
  makeFolder(place: number, folder: string, name: string): Promise<string>;
  /** Gives the new path. */
  renameEntry(place: number, path: string, name: string): Promise<string>;
  /** Moves into another folder of the same place, where nothing is replaced; gives where things are now. */
  moveEntries(place: number, paths: readonly string[], folder: string): Promise<string[]>;
  /** Moves into the trash of the volume; the ids bring things back. */
  trashEntries(place: number, paths: readonly string[]): Promise<string[]>;
  listTrash(place: number): Promise<Trash>;
  /** Gives where the things are now. */
  restoreTrashed(place: number, ids: readonly string[]): Promise<string[]>;
  emptyTrash(place: number): Promise<void>;
  readText(place: number, path: string): Promise<EditedText>;
  saveText(place: number, edited: EditedText): Promise<SaveOutcome>;
  /** Puts a text into a file of its own; fails at `name` where that is taken. */
  createText(place: number, folder: string, name: string, text: string): Promise<EditedText>;
  copyPlace(from: Place, to: Place): Promise<number>;
}

export const moving: Moving = {
  openJobs: (receive) => open(receive, (channel) => commands.subscribeJobs(channel)),
  cancelJob: (job) => tell(commands.cancelJob(job)),
  dismissJob: (job) => tell(commands.dismissJob(job)),
  answerConflict: (job, answer, forAll) => tell(commands.answerConflict(job, answer, forAll)),
  showMade: (job) => tell(commands.showMade(job)),
  downloadEntries: (place, paths) => ask(commands.downloadEntries(place, [...paths])),
  uploadChosen: (place, folder, folders) => ask(commands.uploadChosen(place, folder, folders)),
  uploadDropped: (place, folder, drop) => ask(commands.uploadDropped(place, folder, drop)),
  openDrops: (receive) => open(receive, (channel) => commands.subscribeDrops(channel)),
  bringAside: (place, paths) => ask(commands.bringAside(place, [...paths])),
  dragOut: (ready) => ask(commands.dragOut(ready)),
  openClosing: (receive) => open(receive, (channel) => commands.subscribeClosing(channel)),
  tellUnsaved: (unsaved) => tell(commands.tellUnsaved(unsaved)),
  closeWindow: () => tell(commands.closeWindow()),
  makeFolder: (place, folder, name) => ask(commands.makeFolder(place, folder, name)),
  renameEntry: (place, path, name) => ask(commands.renameEntry(place, path, name)),
  moveEntries: (place, paths, folder) => ask(commands.moveEntries(place, [...paths], folder)),
  trashEntries: (place, paths) => ask(commands.trashEntries(place, [...paths])),
  listTrash: (place) => ask(commands.listTrash(place)),
  restoreTrashed: (place, ids) => ask(commands.restoreTrashed(place, [...ids])),
  emptyTrash: (place) => tell(commands.emptyTrash(place)),
  readText: (place, path) => ask(commands.readText(place, path)),
  saveText: (place, edited) => ask(commands.saveText(place, edited)),
  createText: (place, folder, name, text) => ask(commands.createText(place, folder, name, text)),
  copyPlace: (from, to) => ask(commands.copyPlace(from, to)),
};
