/* What may be asked of backups: one topic of the backend, and its desktop face. */
import { ask, tell } from "./ask";
import {
  type AddedBackup,
  type BackupPlan,
  type BackupShelf,
  commands,
  type RestorePreview,
  type RestoreTarget,
} from "./bindings";

export interface Safe {
  /** Backups of one volume, or of all. */
  listBackups(volume: string | null): Promise<BackupShelf>;
  /** With `pause` the labs of the volume are paused while it is read. */
  backUpVolume(volume: string, pause: boolean): Promise<number>;
  verifyBackup(file: string): Promise<number>;
  /** Takes a backup file from elsewhere; its name, or `null` where the dialog was closed. */
  addBackup(): Promise<AddedBackup | null>;
  previewRestore(file: string, target: RestoreTarget): Promise<RestorePreview>;
  restoreBackup(file: string, target: RestoreTarget): Promise<number>;
  deleteBackup(file: string): Promise<void>;
  /** Shows the file where this computer keeps it. */
  showBackup(file: string): Promise<void>;
  planBackups(plan: BackupPlan): Promise<void>;
  forgetPlan(volume: string): Promise<void>;
  cloneVolume(volume: string, name: string): Promise<number>;
}

export const safe: Safe = {
  listBackups: (volume) => ask(commands.listBackups(volume)),
  backUpVolume: (volume, pause) => ask(commands.backUpVolume(volume, pause)),
  verifyBackup: (file) => ask(commands.verifyBackup(file)),
  addBackup: () => ask(commands.addBackup()),
  previewRestore: (file, target) => ask(commands.previewRestore(file, target)),
  restoreBackup: (file, target) => ask(commands.restoreBackup(file, target)),
  deleteBackup: (file) => tell(commands.deleteBackup(file)),
  showBackup: (file) => tell(commands.showBackup(file)),
  planBackups: (plan) => tell(commands.planBackups(plan)),
  forgetPlan: (volume) => tell(commands.forgetPlan(volume)),
  cloneVolume: (volume, name) => ask(commands.cloneVolume(volume, name)),
};
