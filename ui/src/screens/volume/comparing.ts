/* What the menus of files offer for comparing: two that are chosen, or one with another that is still to be found. */
import FileDiff from "@lucide/svelte/icons/file-diff";
import type { MenuItem } from "$kit";
import { m } from "$m";
import type { Place } from "../../ipc/bindings";
import { compare } from "../../parts/place-address";
import type { Chosen } from "../../state/compare.svelte";
import type { Selection } from "../../state/selection.svelte";
import { nameOf } from "./volume-view";

export function compareItems(
  place: Place,
  selection: Pick<Selection, "entries">,
  chosen: Chosen,
): MenuItem[] {
  const { entries } = selection;
  if (entries.some((entry) => entry.kind !== "file")) return [];
  const [one, other] = entries.map((entry) => ({ place, path: entry.path }));
  if (entries.length === 2 && one && other)
    return [{ label: m.compare_two(), icon: FileDiff, run: () => compare(one, other) }];
  if (entries.length !== 1 || !one) return [];
  const { first } = chosen;
  const items: MenuItem[] = [
    {
      label: m.compare_with(),
      icon: FileDiff,
      run: () => {
        chosen.first = one;
      },
    },
  ];
  if (first && chosen.takes(one))
    items.unshift({
      label: m.compare_with_name({ name: nameOf(first.path) }),
      icon: FileDiff,
      run: () => {
        chosen.first = null;
        compare(first, one);
      },
    });
  return items;
}
