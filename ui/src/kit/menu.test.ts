/* A menu over a list that changes: only a person closes it. */
import { fireEvent, render, screen } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import MenuList from "./testing/MenuList.svelte";

async function opened(names: readonly string[]) {
  const onrun = vi.fn();
  const { rerender, container } = render(MenuList, { names, onrun });
  await fireEvent.click(screen.getByRole("button", { name: "More for b" }));
  expect(document.activeElement).toBe(screen.getByRole("menuitem", { name: "Open" }));
  const body = container.querySelector(".gl__body") as HTMLElement;
  return { onrun, body, change: (next: readonly string[]) => rerender({ names: next, onrun }) };
}

describe("a row's menu", () => {
  it("stays, with its focus, while the list is read again, sorted anew and scrolls by itself", async () => {
    const { onrun, body, change } = await opened(["a", "b", "c"]);
    await fireEvent.keyDown(document.activeElement as Element, { key: "ArrowDown" });
    const remove = screen.getByRole("menuitem", { name: "Remove" });
    expect(document.activeElement).toBe(remove);
    for (const next of [["c", "b", "a"], ["b"], ["a", "c", "d", "b"], ["b", "a"]]) {
      await change(next);
      await fireEvent.scroll(body);
      expect(document.activeElement, next.join()).toBe(remove);
    }
    await fireEvent.click(remove);
    expect(onrun).toHaveBeenCalledWith("b");
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "More for b" }));
  });
  it("goes with its row, and leaves nothing behind", async () => {
    const { change } = await opened(["a", "b", "c"]);
    await change(["a", "c"]);
    expect(screen.queryByRole("menu")).toBeNull();
  });
  it("is closed by a person who scrolls, presses elsewhere, or wants to leave it", async () => {
    const { body } = await opened(["a", "b", "c"]);
    const again = () => fireEvent.click(screen.getByRole("button", { name: "More for b" }));
    await fireEvent.wheel(screen.getByRole("menu"));
    expect(screen.queryByRole("menu")).not.toBeNull();
    await fireEvent.wheel(body);
    expect(screen.queryByRole("menu")).toBeNull();
    await again();
    await fireEvent.pointerDown(body);
    expect(screen.queryByRole("menu")).toBeNull();
    await again();
    await fireEvent.keyDown(document.activeElement as Element, { key: "Escape" });
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "More for b" }));
  });
});
