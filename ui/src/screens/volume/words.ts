/* Names of what files are for. */
import { m } from "$m";
import type { FolderOrder } from "../../ipc/bindings";

export { GROUP_NAMES } from "../../parts/file-tints";

export const ORDER_NAMES: Record<"name" | "size" | "changed", () => string> = {
  name: m.volume_name,
  size: m.volume_size,
  changed: m.volume_changed,
} satisfies Partial<Record<FolderOrder, () => string>>;
