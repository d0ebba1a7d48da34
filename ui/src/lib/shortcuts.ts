/* Keyboard shortcuts of the window. A page adds its own while it is open; the newest wins, so a dialog's
   Ctrl Enter is not the page's. Ctrl is Cmd on macOS. Keys without a modifier are ignored while typing. */

export interface Shortcut {
  /** "Ctrl+Enter", "Alt+ArrowLeft", "/", "?", "F6", "Escape", "Delete". */
  keys: string;
  /** What it does, for the list that "?" opens. Without it the shortcut is not listed. */
  says?: string;
  /** Return false to let the key go on to whatever else wants it. */
  run: (event: KeyboardEvent) => boolean | undefined | void;
}

const active: Shortcut[] = [];

/** Adds shortcuts and returns what removes them; made for `$effect(() => shortcuts([...]))`. */
export function shortcuts(added: Shortcut[]): () => void {
  active.push(...added);
  return () => {
    for (const one of added) {
      const at = active.lastIndexOf(one);
      if (at >= 0) active.splice(at, 1);
    }
  };
}

/** What is in force now, newest first, each combination once. */
export function shortcutsInForce(): Shortcut[] {
  const seen = new Set<string>();
  return [...active].reverse().filter((one) => one.says && !seen.has(one.keys) && seen.add(one.keys));
}

export const onMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

export function combination(event: KeyboardEvent): string {
  const main = onMac ? event.metaKey : event.ctrlKey;
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const shift = event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key));
  return `${main ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${key}`;
}

const TYPED = new Set(["checkbox", "radio", "button", "submit", "reset", "range", "color"]);
function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !TYPED.has(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Gives a key press to the shortcut that owns it. */
export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const pressed = combination(event);
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1;
  if (plain && isTyping(event.target)) return;
  for (const one of [...active].reverse()) {
    if (one.keys !== pressed) continue;
    if (one.run(event) === false) continue;
    event.preventDefault();
    return;
  }
}

/** How a combination is written for people: "Ctrl Enter", "Cmd K", "Alt Left". */
export function spell(keys: string): string {
  return keys
    .replace("Ctrl+", onMac ? "Cmd " : "Ctrl ")
    .replace("Alt+", "Alt ")
    .replace("Shift+", "Shift ")
    .replace("ArrowLeft", "Left")
    .replace("Escape", "Esc")
    .replace("Delete", "Del")
    .replace(/ $/, " Space");
}

/** The form that `aria-keyshortcuts` wants. */
export function ariaKeys(keys: string): string {
  return keys.replace("Ctrl+", onMac ? "Meta+" : "Control+");
}
