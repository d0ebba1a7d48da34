/* What the sample backend says of a change: a port needs a new container, a name does not. */
import type { ChangePreview, FormCheck, LaunchForm } from "../bindings";

export function changePreview(old: LaunchForm, form: LaunchForm): ChangePreview {
  const atOnce: string[] = [];
  const anew: string[] = [];
  const memory = form.advanced?.memory ?? "";
  if (form.name !== old.name) atOnce.push(`${old.name} is called ${form.name}.`);
  if (memory !== (old.advanced?.memory ?? "")) atOnce.push(`A memory limit of ${memory} is set.`);
  const [before, after] = [old.ports[0]?.host ?? "", form.ports[0]?.host ?? ""];
  if (before !== after) anew.push(`Port ${before} becomes ${after}.`);
  if (form.version !== old.version) anew.push(`The image ${old.version} becomes ${form.version}.`);
  return {
    manner: anew.length > 0 ? "anew" : atOnce.length > 0 ? "atOnce" : "nothing",
    atOnce,
    anew,
    running: true,
    stops: null,
    kept: [
      `Your work in the volume ${form.storage.volume} stays.`,
      "It stays on the network db_network_DemoDb.",
    ],
    obstacle: null,
  };
}

/** The port that the lab has itself is free for it. */
export function ownPort(check: FormCheck, old: LaunchForm, form: LaunchForm): FormCheck {
  if (old.ports[0]?.host !== form.ports[0]?.host) return check;
  return { ...check, gate: null, notes: check.notes.filter((note) => note.field !== "ports.0.host") };
}
