/* Keeps the check of a form up to date while its page is open: after each change, and after what surrounds it. */
import { untrack } from "svelte";
import { app } from "../../state/app.svelte";
import type { Draft } from "../../state/draft.svelte";

/** While a component is set up. `load` fills the form in. */
export function followDraft(draft: Draft, load: () => Promise<void>): void {
  const { inventory, labs } = app();
  $effect(() => {
    untrack(() => void load());
    return () => draft.leave();
  });
  // Every change is checked when the typing pauses.
  $effect(() => {
    JSON.stringify(draft.form);
    if (draft.form) JSON.stringify(draft.secrets.typed(draft.form));
    untrack(() => {
      if (draft.form) draft.checkSoon();
    });
  });
  // What the engine has decides which ports, names and volumes are free.
  let known = false;
  $effect(() => {
    void inventory.containers;
    void inventory.volumes;
    void inventory.images;
    void inventory.ready;
    void labs.keyringKnown;
    untrack(() => {
      if (known && draft.form) void draft.surroundingsChanged();
      known = true;
    });
  });
}
