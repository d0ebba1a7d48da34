/* The forms in which a lab's command is shown, and what each is for. */
import { m } from "$m";
import type { LabCommands } from "../../ipc/bindings";

export const COMMAND_FORMS = [
  "bash",
  "powershell",
  "cmd",
  "function",
  "compose",
] as const satisfies readonly (keyof LabCommands)[];
export type CommandForm = (typeof COMMAND_FORMS)[number];

export interface FormText {
  label: string;
  title: string;
  /** Where it is used, in one sentence. */
  use: string;
  copy: string;
}

/** Program names stay as they are in every language. */
export function formText(form: CommandForm): FormText {
  switch (form) {
    case "bash":
      return { label: "bash", title: m.commands_command(), use: m.commands_bash(), copy: m.commands_copy() };
    case "powershell":
      return {
        label: "PowerShell",
        title: m.commands_command(),
        use: m.commands_powershell(),
        copy: m.commands_copy(),
      };
    case "cmd":
      return { label: "cmd", title: m.commands_command(), use: m.commands_cmd(), copy: m.commands_copy() };
    case "function":
      return {
        label: m.commands_function(),
        title: "~/.bashrc",
        use: m.commands_function_use(),
        copy: m.commands_function_copy(),
      };
    case "compose":
      return {
        label: "compose",
        title: "compose.yaml",
        use: m.commands_compose(),
        copy: m.commands_compose_copy(),
      };
  }
}
