/* How a program reaches a lab that has no page, taken apart so that each part can be copied:
   "127.0.0.1:5432, user postgres, database sales". */
import { m } from "$m";

export interface ConnectionPart {
  key: string;
  label: string;
  value: string;
}

const LABELS: Record<string, () => string> = {
  user: m.connect_user,
  database: m.connect_database,
};

export function connectionParts(connection: string): ConnectionPart[] {
  const [place = "", ...rest] = connection.split(",").map((part) => part.trim());
  const colon = place.lastIndexOf(":");
  const port = place.slice(colon + 1);
  const parts: ConnectionPart[] =
    colon > 0 && /^\d+$/.test(port)
      ? [
          { key: "host", label: m.connect_host(), value: place.slice(0, colon).replace(/^\[(.*)\]$/, "$1") },
          { key: "port", label: m.connect_port(), value: port },
        ]
      : [{ key: "host", label: m.connect_host(), value: place }];
  for (const part of rest) {
    const space = part.indexOf(" ");
    const key = part.slice(0, space);
    const label = LABELS[key]?.();
    parts.push(
      label && space > 0
        ? { key, label, value: part.slice(space + 1).trim() }
        : { key: part, label: m.connect_more(), value: part },
    );
  }
  return parts.filter((part) => part.value !== "");
}

/** Host and port alone, for a line on a card. */
export const connectionPlace = (connection: string): string => connection.split(",")[0]?.trim() ?? "";
