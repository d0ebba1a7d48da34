/* A docker run command that is pasted anywhere on a page of labs or recipes is meant to be read, not typed into it. */

const COMMAND = /^[\s$>#]*(?:sudo\s+)?(?:docker|podman)(?:\.exe)?\s+(?:container\s+)?(?:run|create)\b/;

/** The text, where it is such a command. */
export function pastedCommand(text: string): string | null {
  return COMMAND.test(text) ? text : null;
}

/** Fields take what is pasted into them, except for a search, which finds no command. */
export function takesPaste(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog, [role=dialog]") !== null || target.isContentEditable) return true;
  return target instanceof HTMLInputElement
    ? target.type !== "search"
    : target instanceof HTMLTextAreaElement;
}
