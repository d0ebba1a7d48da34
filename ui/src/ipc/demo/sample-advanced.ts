/* What the sample engine says about the options under Advanced: a few that are wrong, and each that is set in the
   review and in the command. */
import type { FieldNote, LaunchForm, ReviewLine, RiskPanel } from "../bindings";
import { wholeAdvanced } from "../whole";

type Say = (field: string, level: FieldNote["level"], message: string) => void;

export function checkAdvanced(form: LaunchForm, note: Say): void {
  const advanced = wholeAdvanced(form.advanced ?? {});
  advanced.environment.forEach((row, at) => {
    if (row.name === "")
      note(`advanced.environment.${at}.name`, "error", "Give the variable a name, or remove the row.");
    else if (!/^[A-Za-z_][\w.-]*$/.test(row.name))
      note(
        `advanced.environment.${at}.name`,
        "error",
        `${row.name} cannot be a variable's name. Names have letters, digits and underscores.`,
      );
  });
  advanced.mounts.forEach((row, at) => {
    if (!row.target.startsWith("/"))
      note(`advanced.mounts.${at}.target`, "error", "Type the folder in the lab, from the top: /data");
  });
  if (advanced.memory !== "" && !/^\d+(\.\d+)?[bkmg]$/i.test(advanced.memory))
    note("advanced.memory", "error", "Type a size with its unit: 512m, 2g");
  if (advanced.cpus !== "" && Number(advanced.cpus) > 8)
    note("advanced.cpus", "error", "This machine has 8 processors.");
  if (advanced.removeWhenStopped)
    note(
      "advanced.removeWhenStopped",
      "warning",
      "Packages and files outside volumes and folders are lost each time it stops.",
    );
}

export function reviewOf(form: LaunchForm): ReviewLine[] {
  const advanced = wholeAdvanced(form.advanced ?? {});
  const line = (
    kind: ReviewLine["kind"],
    title: string,
    detail: string,
    tone: ReviewLine["tone"] = "plain",
  ) => ({
    kind,
    title,
    detail,
    tone,
  });
  const secrets = advanced.environment.filter((row) => row.secret).length;
  return [
    advanced.environment.length > 0
      ? line(
          "variables",
          `${advanced.environment.length} variables`,
          secrets > 0 ? `${secrets} of them secret` : "Set when it starts",
        )
      : null,
    advanced.mounts.length > 0
      ? line("mounts", "More folders", advanced.mounts.map((row) => row.target).join(", "))
      : null,
    advanced.cpus || advanced.memory
      ? line(
          "limits",
          [advanced.cpus && `${advanced.cpus} processors`, advanced.memory].filter(Boolean).join(", "),
          "At most",
        )
      : null,
    advanced.removeWhenStopped
      ? line("lifetime", "Deleted when it stops", "What is outside volumes goes with it", "warning")
      : null,
    advanced.privileged ? line("privileged", "Privileged mode", "No wall around the lab", "danger") : null,
  ].filter((one) => one !== null);
}

export function flagsOf(form: LaunchForm): string[] {
  const advanced = wholeAdvanced(form.advanced ?? {});
  return [
    ...advanced.environment.map((row) =>
      row.secret ? `--env ${row.name}` : `--env ${row.name}=${row.value}`,
    ),
    ...advanced.mounts.map((row) => `--volume ${row.source}:${row.target}${row.readOnly ? ":ro" : ""}`),
    advanced.cpus && `--cpus ${advanced.cpus}`,
    advanced.memory && `--memory ${advanced.memory}`,
    advanced.removeWhenStopped && "--rm",
    advanced.privileged && "--privileged",
  ].filter((one): one is string => Boolean(one));
}

/** The panel for privileged mode alone. */
export function privilegedRisk(panel: RiskPanel): RiskPanel {
  return {
    ...panel,
    kinds: ["privileged"],
    title: "This takes away the wall around the lab",
    lead: "In privileged mode a lab may use every device and every right of the machine. Code that runs in it could then:",
    consequences: [
      { icon: "box", before: "Change ", strong: "the machine's own system", after: "" },
      { icon: "folder", before: "Read ", strong: "every disk of this machine", after: "" },
      { icon: "key", before: "Become ", strong: "administrator", after: " and stay it" },
    ],
    consent:
      "I understand that code in this lab can take full control of the machine, and my organisation accepts it.",
  };
}
