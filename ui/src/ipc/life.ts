/* What may be asked of a lab's life: what changed in it, its states saved as images, what runs in it. One topic of the
   backend, and its desktop face. */
import { ask } from "./ask";
import type { OpenStream, Receive } from "./backend";
import {
  type ChangesPage,
  type ChangesQuery,
  type ChangesState,
  commands,
  type ImageNameCheck,
  type ImageWish,
  type ProcessTable,
  type Saved,
  type SavedImage,
  type SavePreview,
} from "./bindings";
import { open } from "./first";

/** A reading of what differs from the image; its rows are asked for by range. `null`: the stream is gone. */
export interface OpenLabChanges extends OpenStream {
  read(query: ChangesQuery): Promise<ChangesPage | null>;
}

export interface Life {
  /** Reads what differs as of now; sizes come behind. */
  openLabChanges(lab: string, receive: Receive<ChangesState>): Promise<OpenLabChanges>;
  previewSave(lab: string): Promise<SavePreview>;
  /** What is to be said at the fields. */
  checkImageName(name: string, tag: string): Promise<ImageNameCheck>;
  /** Makes an image of a lab; kept when it is done, whoever still looks. */
  saveImage(lab: string, wish: ImageWish): Promise<Saved>;
  /** States of a lab that were saved, newest first. */
  savedImages(lab: string): Promise<SavedImage[]>;
  listProcesses(container: string): Promise<ProcessTable>;
}

export const life: Life = {
  async openLabChanges(lab, receive) {
    const stream = await open(receive, (channel) => ask(commands.readChanges(lab, channel)));
    return { ...stream, read: (query) => ask(commands.changesRows(stream.id, query)) };
  },
  previewSave: (lab) => ask(commands.previewSave(lab)),
  checkImageName: (name, tag) => ask(commands.checkImageName(name, tag)),
  saveImage: (lab, wish) => ask(commands.saveImage(lab, wish)),
  savedImages: (lab) => ask(commands.savedImages(lab)),
  listProcesses: (container) => ask(commands.listProcesses(container)),
};
