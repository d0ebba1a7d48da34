import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Menu from "./Menu.svelte";
import Progress from "./Progress.svelte";
import Segmented from "./Segmented.svelte";
import StepList from "./StepList.svelte";
import Fields from "./testing/Fields.svelte";
import Lists from "./testing/Lists.svelte";
import { toasts } from "./toasts.svelte";

describe("a menu", () => {
  const run = vi.fn();
  const items = [
    { label: "Open", run },
    { label: "Stop", run },
    { label: "Delete", run, danger: true, disabled: true, apart: true },
  ];
  const open = async () => {
    render(Menu, { label: "More actions", items });
    await fireEvent.click(screen.getByRole("button", { name: "More actions" }));
    return screen.getByRole("menu");
  };
  const focused = () => document.activeElement?.textContent;

  it("opens on its first entry; arrows and letters move", async () => {
    const menu = await open();
    expect(focused()).toBe("Open");
    await fireEvent.keyDown(menu, { key: "ArrowUp" });
    expect(focused()).toBe("Delete");
    await fireEvent.keyDown(menu, { key: "s" });
    expect(focused()).toBe("Stop");
  });
  it("gives the focus back on Escape", async () => {
    const menu = await open();
    await fireEvent.keyDown(menu, { key: "Escape" });
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "More actions" }));
  });
  it("does what is chosen, and nothing for what is disabled", async () => {
    await open();
    await fireEvent.click(screen.getByRole("menuitem", { name: "Delete" }));
    expect(run).not.toHaveBeenCalled();
    await fireEvent.click(screen.getByRole("menuitem", { name: "Stop" }));
    expect(run).toHaveBeenCalledOnce();
    expect(screen.queryByRole("menu")).toBeNull();
  });
});

describe("a field", () => {
  it("ties its message to its control, and marks only errors as wrong", async () => {
    const { rerender } = render(Fields, { status: { tone: "error", text: "Port 8888 is taken." } });
    const field = screen.getByLabelText("Port");
    expect(field).toHaveAccessibleDescription("Port 8888 is taken.");
    expect(field).toBeInvalid();
    await rerender({ status: { tone: "warn", text: "Careful." } });
    expect(field).not.toBeInvalid();
    await rerender({ status: null });
    expect(field).toHaveAccessibleDescription("Where it listens");
  });
});

describe("a button", () => {
  it("that is blocked or busy can be reached and does nothing", async () => {
    const onpress = vi.fn();
    render(Fields, { onpress });
    for (const name of ["Launch", "Waiting"]) {
      const button = screen.getByRole("button", { name });
      expect(button).not.toHaveAttribute("disabled");
      await fireEvent.click(button);
    }
    expect(onpress).not.toHaveBeenCalled();
  });
});

describe("a combobox", () => {
  it("offers what is known and takes what is typed", async () => {
    const onchoose = vi.fn();
    render(Fields, { onchoose });
    const field = screen.getByRole("combobox", { name: "Version" });
    await fireEvent.keyDown(field, { key: "ArrowDown" });
    expect(screen.getAllByRole("option")).toHaveLength(3);
    await fireEvent.keyDown(field, { key: "ArrowDown" });
    await fireEvent.keyDown(field, { key: "ArrowDown" });
    expect(field).toHaveAttribute("aria-activedescendant", screen.getByRole("option", { name: "5.0.0" }).id);
    await fireEvent.keyDown(field, { key: "Enter" });
    expect(onchoose).toHaveBeenCalledWith("5.0.0");
    expect(field).toHaveValue("5.0.0");
    expect(screen.queryByRole("listbox")).toBeNull();

    await fireEvent.input(field, { target: { value: "1." } });
    expect(screen.getAllByRole("option")).toHaveLength(1);
    await fireEvent.keyDown(field, { key: "Escape" });
    expect(field).toHaveValue("1.");
    expect(field).toHaveAttribute("aria-expanded", "false");
  });
});

describe("a dialog", () => {
  it("opens on its safe button and gives the focus back", async () => {
    render(Fields);
    const ask = screen.getByRole("button", { name: "Ask" });
    ask.focus();
    await fireEvent.click(ask);
    const dialog = screen.getByRole("dialog", { name: "Delete it?" });
    expect(document.activeElement).toBe(within(dialog).getByRole("button", { name: "Keep it" }));
    await fireEvent(dialog, new Event("cancel", { cancelable: true }));
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(document.activeElement).toBe(ask);
  });
});

describe("a segmented choice", () => {
  it("is one Tab stop that arrows move through", async () => {
    render(Segmented, {
      label: "Theme",
      value: "a",
      segments: [
        { value: "a", label: "One" },
        { value: "b", label: "Two" },
      ],
    });
    const [one, two] = screen.getAllByRole("radio");
    if (!one || !two) throw new Error("two segments");
    expect([one.tabIndex, two.tabIndex]).toEqual([0, -1]);
    await fireEvent.keyDown(one, { key: "ArrowRight" });
    expect(two).toHaveAttribute("aria-checked", "true");
    expect(document.activeElement).toBe(two);
  });
});

describe("progress", () => {
  it("says nothing false where the length is unknown", async () => {
    const { rerender } = render(Progress, { label: "Download", value: 0.423, valueText: "1.2 of 2.9 GB" });
    const bar = screen.getByRole("progressbar");
    expect(bar).toHaveAttribute("aria-valuenow", "42");
    expect(bar).toHaveAttribute("aria-valuetext", "1.2 of 2.9 GB");
    expect(bar.firstElementChild).toHaveStyle({ width: "42.3%" });
    await rerender({ label: "Download", value: null });
    expect(bar).not.toHaveAttribute("aria-valuenow");
  });
  it("never runs over", () => {
    render(Progress, { label: "Download", value: 1.7 });
    expect(screen.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "100");
  });
});

describe("a list of steps", () => {
  it("marks the current one and says what failed", () => {
    render(StepList, {
      label: "Steps",
      steps: [
        { id: "a", title: "Check", state: "done" },
        { id: "b", title: "Start", state: "bad" },
        { id: "c", title: "Wait", state: "now" },
      ],
    });
    const [, bad, now] = screen.getAllByRole("listitem");
    expect(bad).toHaveTextContent("Start , failed");
    expect(now).toHaveAttribute("aria-current", "step");
  });
});

describe("a list of things", () => {
  it("draws only the rows in view and tells how many there are", () => {
    render(Lists, { count: 500, onenter: vi.fn() });
    expect(screen.getByRole("grid")).toHaveAttribute("aria-rowcount", "501");
    expect(screen.getAllByRole("row").length).toBeLessThan(60);
  });
  it("moves by arrows, is one Tab stop, and Enter does the row's main thing", async () => {
    const onenter = vi.fn();
    render(Lists, { count: 500, onenter });
    const row = (name: string) =>
      screen
        .getByText(name, { exact: true, selector: "[role=gridcell]" })
        .closest<HTMLElement>("[role=row]") as HTMLElement;
    row("row 0").focus();
    await fireEvent.keyDown(row("row 0"), { key: "ArrowDown" });
    await tick();
    expect(document.activeElement).toBe(row("row 1"));
    expect(screen.getAllByRole("row").filter((one) => one.tabIndex === 0)).toHaveLength(1);
    expect(
      screen
        .getAllByRole("button")
        .filter((one) => one.tabIndex === 0)
        .map((one) => one.textContent),
    ).toEqual(["Do row 1"]);
    await fireEvent.keyDown(row("row 1"), { key: "Enter" });
    expect(onenter).toHaveBeenCalledWith("row 1");
  });
  it("reaches the last row, which did not exist before", async () => {
    render(Lists, { count: 500, onenter: vi.fn() });
    const first = screen
      .getByText("row 0", { exact: true, selector: "[role=gridcell]" })
      .closest<HTMLElement>("[role=row]") as HTMLElement;
    first.focus();
    await fireEvent.keyDown(first, { key: "End" });
    await vi.waitFor(() => expect(document.activeElement).toHaveTextContent("row 499"));
  });
});

describe("toasts", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    for (const toast of toasts.shown) toasts.close(toast.id);
    vi.useRealTimers();
  });
  it("leave after six seconds, unless someone looks", () => {
    toasts.done("Saved");
    const id = toasts.shown[0]?.id ?? 0;
    toasts.hold(id);
    vi.advanceTimersByTime(60_000);
    expect(toasts.shown).toHaveLength(1);
    toasts.release(id);
    vi.advanceTimersByTime(6000);
    expect(toasts.shown).toHaveLength(0);
  });
  it("that tell of a failure stay, and are not said twice", () => {
    toasts.failed("It broke");
    toasts.failed("It broke");
    vi.advanceTimersByTime(60_000);
    expect(toasts.shown).toHaveLength(1);
  });
});
