/* What the parts of a preview need of the file they belong to, however deep they lie. */
import { createContext } from "svelte";

export interface Shown {
  /** The bytes of a picture of this file. */
  picture: (key: string) => Promise<ArrayBuffer>;
  /** Shows an address and asks before it is opened. */
  follow: (address: string) => void;
}

const [read, give] = createContext<Shown>();
export const shown = read;
export const giveShown = give;
