/* The sentences below a failure's title, as one text. */
import type { Problem } from "../ipc/bindings";

export const wordsOf = (problem: Problem): string =>
  [problem.message, problem.hint].filter(Boolean).join(" ");

/** Everything a message in passing says of a failure. */
export const sayingOf = (problem: Problem): string =>
  [problem.title, problem.message].filter(Boolean).join(" ");
