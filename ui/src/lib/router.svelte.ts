/* Pages live behind the hash, so reload, Alt Left and the window's own history work without a server.
   A route is a page name, one optional part ("labs/ai-lab") and named options ("wizard?recipe=ai-lab"). */

export const PAGES = [
  "labs",
  "lab",
  "new",
  "wizard",
  "paste",
  "launch",
  "images",
  "volumes",
  "volume",
  "backups",
  "compare",
  "containers",
  "engine",
  "settings",
] as const;
export type Page = (typeof PAGES)[number];

export interface Route {
  page: Page;
  /** The thing the page is about: a lab's or a launch's id. */
  part: string | null;
  options: Readonly<Record<string, string>>;
}

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [name = "", part] = path.split("/", 2);
  const page = PAGES.find((known) => known === name) ?? "labs";
  return {
    page,
    part: part ? decode(part) : null,
    options: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The address of a page, for `href`s: `link("wizard", null, { recipe: "ai-lab" })`. */
export function link(
  page: Page,
  part?: string | null,
  options?: Record<string, string | null | undefined>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options ?? {})) if (value != null) query.set(name, value);
  const text = query.toString();
  return `#/${page}${part ? `/${encodeURIComponent(part)}` : ""}${text ? `?${text}` : ""}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Holds a page back: true where it stays for now. `go` goes on with what was wanted. */
export type Guard = (go: () => void) => boolean;

class Router {
  route = $state.raw<Route>(parseRoute(location.hash));
  #visited = 0;
  /** The address of the page that is shown. */
  #address = location.hash;
  #guard: Guard | null = null;

  constructor() {
    addEventListener("hashchange", () => {
      const wanted = location.hash;
      const stays = this.#guard?.(() => {
        location.hash = wanted;
      });
      if (stays) {
        history.replaceState(null, "", this.#address || "#");
        return;
      }
      this.#visited += 1;
      this.#address = wanted;
      this.route = parseRoute(wanted);
    });
  }

  /** Asks this before another page is opened; gives what ends that. One page at a time has one. */
  guard(guard: Guard): () => void {
    this.#guard = guard;
    return () => {
      if (this.#guard === guard) this.#guard = null;
    };
  }

  /** Opens a page; `replace` leaves no step to come back to. */
  go(
    page: Page,
    part?: string | null,
    options?: Record<string, string | null | undefined>,
    how?: "replace",
  ): void {
    const address = link(page, part, options);
    if (how === "replace") {
      history.replaceState(null, "", address);
      this.#address = location.hash;
      this.route = parseRoute(address);
    } else {
      location.hash = address;
    }
  }

  /** One step back, or to `otherwise` where this page was the first one. */
  back(otherwise: Page = "labs"): void {
    if (this.#visited > 0) history.back();
    else this.go(otherwise);
  }
}

export const router = new Router();
