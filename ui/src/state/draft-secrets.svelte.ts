/* What is typed beside a form because it is secret: the own password, and the values of secret variables. It is only
   in memory, never part of the form, and forgotten when the page is left. A value stands beside its row of
   variables, so that a name may be typed letter by letter without losing it. */
import type { LaunchForm, PastedSecrets, TypedSecrets, VariableRow } from "../ipc/bindings";

export class DraftSecrets {
  /** The own password or token. */
  password = $state("");
  #values = $state<string[]>([]);

  /** The secret value of a row of variables; empty: not typed. */
  value(row: number): string {
    return this.#values[row] ?? "";
  }
  put(row: number, value: string): void {
    this.#values = Array.from({ length: Math.max(this.#values.length, row + 1) }, (_, at) =>
      at === row ? value : this.value(at),
    );
  }
  /** A row of variables was taken out; those behind it move up. */
  removed(row: number): void {
    this.#values = this.#values.filter((_, at) => at !== row);
  }
  /** Values of the rows that are still there under their names, after a form took the place of another. */
  follow(before: readonly VariableRow[], after: readonly VariableRow[]): void {
    const known = new Map<string, string>();
    before.forEach((row, at) => {
      if (this.value(at) !== "") known.set(row.name ?? "", this.value(at));
    });
    this.#values = after.map((row) => known.get(row.name ?? "") ?? "");
  }
  /** Values that stood in a pasted command. */
  take(pasted: PastedSecrets, rows: readonly VariableRow[]): void {
    this.password = pasted.password ?? "";
    this.#values = rows.map((row) => pasted.variables?.[row.name ?? ""] ?? "");
  }
  forget(): void {
    this.password = "";
    this.#values = [];
  }

  /** What goes along with the form. Nothing typed may still mean a value that is kept, of an earlier launch. */
  typed(form: LaunchForm): TypedSecrets {
    const variables: Record<string, string> = {};
    (form.advanced?.environment ?? []).forEach((row, at) => {
      if (row.secret && this.value(at) !== "") variables[row.name ?? ""] = this.value(at);
    });
    return { password: form.signIn === "own" && this.password !== "" ? this.password : null, variables };
  }
}
