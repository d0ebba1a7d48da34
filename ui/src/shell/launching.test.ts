/* From the wizard to a running lab on the sample backend: what is typed stays, what is risky waits for consent, and a
   failure leads back. It lies beside the window because it crosses screens. */
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { demo } from "../ipc/demo";
import { router } from "../lib/router.svelte";
import { createApp } from "../state/app.svelte";
// Compiled before the tests: they do not wait as long as that takes.
import "./other-screens";
import Window from "./Window.svelte";

const LONG = { timeout: 4000 };
function open(recipe: string) {
  const app = createApp(demo());
  router.go("wizard", null, { recipe }, "replace");
  render(Window, { state: app });
  return app;
}
const launchButton = () => screen.findByRole("button", { name: /^Launch/ }, LONG);
const ready = async () => {
  const button = await launchButton();
  await vi.waitFor(() => expect(button).toHaveAttribute("aria-disabled", "false"), LONG);
  return button;
};
async function type(label: string, text: string) {
  const field = await screen.findByLabelText(label, {}, LONG);
  await fireEvent.input(field, { target: { value: text } });
  await fireEvent.focusOut(field);
  return field as HTMLInputElement;
}

describe("the wizard", () => {
  beforeEach(() => {
    router.go("labs", null, undefined, "replace");
  });

  it("is filled in, and can be launched at once", async () => {
    const app = open("ai-lab");
    const launched = vi.spyOn(app.backend, "launchLab");
    await ready();
    expect(screen.getByRole("heading", { level: 1, name: "Launch Exasol AI-Lab" })).toBeInTheDocument();
    expect(
      within(screen.getByRole("complementary", { name: "Review" })).getByText(/Work is kept in/),
    ).toBeInTheDocument();
    await fireEvent.keyDown(document.body, { key: "Enter", ctrlKey: true });
    await screen.findByRole("heading", { level: 1, name: "Launching AI-Lab 2" }, LONG);
    expect(launched).toHaveBeenCalledTimes(1);
    expect(await screen.findByRole("list", { name: "Launch steps" })).toBeInTheDocument();
  });

  it("names who holds a port, and settles it with one button", async () => {
    open("ai-lab");
    await ready();
    const port = await type("Port on this computer", "8888");
    await fireEvent.click(await screen.findByRole("button", { name: "Use port 8891" }, LONG));
    await ready();
    expect(port.value).toBe("8891");
    await vi.waitFor(() => expect(document.activeElement).toBe(port));
  });

  it("keeps what is wrong, says so at the field, and takes the focus there", async () => {
    open("ai-lab");
    await ready();
    const port = await type("Port on this computer", "70000");
    await screen.findByText("A port is a number from 1 to 65535.", { selector: ".wiz__note" }, LONG);
    expect(port).toHaveAttribute("aria-invalid", "true");
    await fireEvent.keyDown(document.body, { key: "Enter", ctrlKey: true });
    await vi.waitFor(() => expect(document.activeElement).toBe(port));
    expect(port.value).toBe("70000");
  });

  it("waits for consent where the lab may control Docker, and asks again when it was turned off", async () => {
    open("ai-lab");
    const button = await ready();
    const control = screen.getByRole("switch", { name: "Let the lab control Docker" });
    await fireEvent.click(control);
    const risk = await screen.findByRole("region", { name: "What this risks" }, LONG);
    expect(button).toHaveAttribute("aria-disabled", "true");
    const consent = () => within(risk).getByRole("checkbox");
    await fireEvent.click(consent());
    await ready();
    await fireEvent.click(within(risk).getByRole("button", { name: "Leave it off" }));
    await vi.waitFor(
      () => expect(screen.queryByRole("region", { name: "What this risks" })).toBeNull(),
      LONG,
    );
    await fireEvent.click(control);
    const again = await screen.findByRole("region", { name: "What this risks" }, LONG);
    expect(within(again).getByRole("checkbox")).not.toBeChecked();
    expect(button).toHaveAttribute("aria-disabled", "true");
  });

  it("finds the form as it was when one comes back, but not the password", async () => {
    open("ai-lab");
    await ready();
    await type("Name", "Mine");
    await fireEvent.click(screen.getByRole("radio", { name: "My own" }));
    await type("Your password", "correct horse");
    router.go("labs", null, undefined, "replace");
    await screen.findByRole("article", { name: "AI-Lab" }, LONG);
    router.go("wizard", null, { recipe: "ai-lab" }, "replace");
    expect(((await screen.findByLabelText("Name", {}, LONG)) as HTMLInputElement).value).toBe("Mine");
    expect((screen.getByLabelText("Your password") as HTMLInputElement).value).toBe("");
  });

  it("asks which image where the recipe fits any", async () => {
    open("web-app");
    const image = await screen.findByLabelText("Which image?", {}, LONG);
    await fireEvent.input(image, { target: { value: "me/app:1" } });
    await fireEvent.click(screen.getByRole("button", { name: "Fill in the settings" }));
    await screen.findByRole("heading", { level: 1, name: "Launch me/app" }, LONG);
  });
});

describe("the launch page", () => {
  it("offers the way out of a failure, and leads back to the form as it was", async () => {
    const app = open("ai-lab");
    router.go("launch", "eskapade", undefined, "replace");
    const alert = await screen.findByRole("alert", {}, LONG);
    const first = await screen.findByRole("button", { name: "Use port 8890 and start" });
    expect(first).toHaveClass("btn--primary");
    expect(alert).toHaveTextContent("Eskapade could not start.");
    await fireEvent.click(screen.getByRole("button", { name: "Change the form" }));
    await screen.findByRole("heading", { level: 1, name: /^Launch / }, LONG);
    const failed = app.labs.get("eskapade")?.launch?.form;
    expect(((await screen.findByLabelText("Name", {}, LONG)) as HTMLInputElement).value).toBe(failed?.name);
  });

  it("cancels, and says that nothing is left", async () => {
    const app = open("ai-lab");
    const lab = await app.backend.launchLab(await app.backend.newForm({ recipe: "ai-lab" }), {});
    router.go("launch", lab, undefined, "replace");
    await fireEvent.click(await screen.findByRole("button", { name: "Cancel" }, LONG));
    await screen.findByRole("button", { name: "Cancelling…" });
    await screen.findByText(
      "This launch was cancelled",
      { selector: ".empty__title, .empty__title *" },
      LONG,
    );
    expect(screen.getByRole("button", { name: "Change and launch again" })).toBeInTheDocument();
  });
});
