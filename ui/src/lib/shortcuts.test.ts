import { afterEach, describe, expect, it, vi } from "vitest";
import { ariaKeys, handleKey, shortcuts, shortcutsInForce, spell } from "./shortcuts";

const press = (key: string, more: KeyboardEventInit = {}, target: EventTarget = document.body) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  Object.defineProperty(event, "target", { value: target });
  handleKey(event);
  return event;
};

describe("shortcuts", () => {
  const removals: (() => void)[] = [];
  const add = (...added: Parameters<typeof shortcuts>[0]) => removals.push(shortcuts(added));
  afterEach(() => {
    for (const remove of removals.splice(0)) remove();
  });

  it("gives a key to the newest that wants it", () => {
    const page = vi.fn();
    const dialog = vi.fn();
    add({ keys: "Ctrl+Enter", run: page });
    add({ keys: "Ctrl+Enter", run: dialog });
    const event = press("Enter", { ctrlKey: true });
    expect(dialog).toHaveBeenCalledOnce();
    expect(page).not.toHaveBeenCalled();
    expect(event.defaultPrevented).toBe(true);
  });

  it("goes on to the next where one declines", () => {
    const page = vi.fn();
    add({ keys: "F6", run: page });
    add({ keys: "F6", run: () => false });
    press("F6");
    expect(page).toHaveBeenCalledOnce();
  });

  it("leaves plain keys to whoever types", () => {
    const run = vi.fn();
    add({ keys: "/", run }, { keys: "?", run });
    press("/", {}, document.createElement("input"));
    expect(run).not.toHaveBeenCalled();
    press("/");
    press("?", { shiftKey: true });
    expect(run).toHaveBeenCalledTimes(2);
  });

  it("takes letters with Ctrl whatever their case", () => {
    const run = vi.fn();
    add({ keys: "Ctrl+N", run });
    press("n", { ctrlKey: true });
    expect(run).toHaveBeenCalledOnce();
  });

  it("lists what is in force, each combination once", () => {
    add({ keys: "Ctrl+1", says: "Labs", run: () => undefined });
    add({ keys: "Ctrl+1", says: "Mine", run: () => undefined }, { keys: "F6", run: () => undefined });
    expect(shortcutsInForce().map((one) => one.says)).toEqual(["Mine"]);
  });

  it("is gone when its page is", () => {
    const run = vi.fn();
    shortcuts([{ keys: "F6", run }])();
    press("F6");
    expect(run).not.toHaveBeenCalled();
  });

  it("is spelt for people and for screen readers", () => {
    expect(spell("Ctrl+Enter")).toBe("Ctrl Enter");
    expect(spell("Alt+ArrowLeft")).toBe("Alt Left");
    expect(ariaKeys("Ctrl+N")).toBe("Control+N");
  });
});
