/* Names of what files are for. */
import { m } from "$m";
import type { FolderOrder } from "../../ipc/bindings";
import type { Group } from "./volume-view";

export const GROUP_NAMES: Record<Group, () => string> = {
  notebooks: m.volume_notebooks,
  code: m.volume_code,
  settings: m.volume_settings,
  data: m.volume_data,
  models: m.volume_models,
  pictures: m.volume_pictures,
  other: m.volume_other,
};
export const ORDER_NAMES: Record<"name" | "size" | "changed", () => string> = {
  name: m.volume_name,
  size: m.volume_size,
  changed: m.volume_changed,
} satisfies Partial<Record<FolderOrder, () => string>>;
