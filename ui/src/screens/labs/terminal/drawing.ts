/* What draws a terminal: xterm.js on plain elements (there is no gain from a graphics card that is not there), with
   fitting, searching and links. Fetched only when a terminal is shown. */
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { type ITheme, Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { opensAsLink } from "./terminal-view";

/** What can be scrolled back to; about what Rust keeps. */
const SCROLLBACK = 5000;

export interface Drawing {
  terminal: Terminal;
  fit: () => void;
  search: (text: string, backwards: boolean) => boolean;
  colour: () => void;
  close: () => void;
}

function colours(): ITheme {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    background: of("code-bg"),
    foreground: of("code-text"),
    cursor: of("accent"),
    cursorAccent: of("code-bg"),
    selectionBackground: of("viz-3-soft"),
    black: of("term-black"),
    red: of("danger-text"),
    green: of("code-str"),
    yellow: of("code-num"),
    blue: of("code-fn"),
    magenta: of("code-key"),
    cyan: of("accent-text"),
    white: of("term-white"),
    brightBlack: of("code-dim"),
    brightRed: of("danger-text"),
    brightGreen: of("code-str"),
    brightYellow: of("code-num"),
    brightBlue: of("code-fn"),
    brightMagenta: of("code-key"),
    brightCyan: of("accent-text"),
    brightWhite: of("code-text"),
  };
}

/** Draws into an element. `onlink` hears the address that was clicked; nothing is opened here. */
export function drawing(into: HTMLElement, onlink: (address: string) => void): Drawing {
  const link = (_: MouseEvent, address: string) => {
    if (opensAsLink(address)) onlink(address);
  };
  const terminal = new Terminal({
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font-mono"),
    fontSize: 13,
    lineHeight: 1.25,
    scrollback: SCROLLBACK,
    cursorBlink: false,
    minimumContrastRatio: 4.5,
    theme: colours(),
    linkHandler: { activate: link },
  });
  const fitting = new FitAddon();
  const searching = new SearchAddon();
  terminal.loadAddon(fitting);
  terminal.loadAddon(searching);
  terminal.loadAddon(new WebLinksAddon(link));
  terminal.open(into);
  return {
    terminal,
    fit: () => {
      const size = fitting.proposeDimensions();
      if (size && size.cols > 1 && size.rows > 0) fitting.fit();
    },
    search: (text, backwards) => (backwards ? searching.findPrevious(text) : searching.findNext(text)),
    colour: () => {
      terminal.options.theme = colours();
    },
    close: () => terminal.dispose(),
  };
}
