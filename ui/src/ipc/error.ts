/* The one error of the window's commands. What the backend could not do arrives as a `Problem` in plain words;
   whatever else goes wrong on the way (a lost web view, a bug) is turned into the same shape, never swallowed. */
import { m } from "$m";
import type { Problem } from "./bindings";

export class CommandError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message ? `${problem.title} ${problem.message}` : problem.title);
    this.name = "CommandError";
    this.problem = problem;
  }
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" && value !== null && "kind" in value && "title" in value && "message" in value
  );
}

/** Whatever was thrown, as a `CommandError`. */
export function asCommandError(thrown: unknown): CommandError {
  if (thrown instanceof CommandError) return thrown;
  if (isProblem(thrown)) return new CommandError(thrown);
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new CommandError({
    kind: "other",
    title: m.error_unexpected_title(),
    message: m.error_unexpected_message(),
    hint: null,
    field: null,
    detail,
  });
}

/** Whatever was thrown, as a `Problem` for the screen. */
export const asProblem = (thrown: unknown): Problem => asCommandError(thrown).problem;
