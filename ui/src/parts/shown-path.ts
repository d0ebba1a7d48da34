/* Paths as they can be shown: nothing in a name can pass for another one. */

/** A name as it is written in a path, made readable: `\xNN` is a byte that is no letter. */
export const shownPart = (part: string): string =>
  part
    .replaceAll(/\\x[0-9a-f]{2}/gi, "\u{fffd}")
    .replaceAll("\\\\", "\\")
    // Signs that move what follows them would make one name look like another.
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\u{fffd}");

/** The last name of a path, as it can be shown. */
export const nameOf = (path: string): string => shownPart(path.split("/").at(-1) ?? path);

/** A whole path, as it can be shown. */
export const shownPath = (path: string): string => path.split("/").map(shownPart).join("/");
