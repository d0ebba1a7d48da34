/* How the desktop app is asked: a call whose failure arrives as a `CommandError`. */
import { asCommandError } from "./error";

export async function ask<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (thrown) {
    throw asCommandError(thrown);
  }
}
export const tell = async (call: Promise<unknown>): Promise<void> => void (await ask(call));
