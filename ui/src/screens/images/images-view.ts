/* The list of images: one row a tag, leftovers at the end; searched and sorted here. */
import { byName } from "$lib/format";
import type { ContainerRow, ImageRow, LabCard } from "../../ipc/bindings";

export interface ImageLine {
  /** The tag, or the id of a leftover. */
  key: string;
  image: ImageRow;
  /** `null`: a leftover, which has lost its name. */
  tag: string | null;
  repository: string;
  version: string;
  usedBy: readonly ImageUser[];
}
export interface ImageUser {
  name: string;
  lab: string | null;
  running: boolean;
}
export const IMAGE_SORTS = ["name", "largest", "newest", "used"] as const;
export type ImageSort = (typeof IMAGE_SORTS)[number];

export function imageLines(
  images: readonly ImageRow[],
  containers: readonly ContainerRow[],
  labOf: ReadonlyMap<string, LabCard>,
): ImageLine[] {
  const users = new Map<string, ImageUser[]>();
  for (const container of containers) {
    const lab = labOf.get(container.id);
    const user = {
      name: lab?.name ?? container.name,
      lab: lab?.id ?? null,
      running: container.state === "running",
    };
    users.set(container.imageId, [...(users.get(container.imageId) ?? []), user]);
  }
  return images.flatMap((image): ImageLine[] => {
    const usedBy = users.get(image.id) ?? [];
    if (image.tags.length === 0)
      return [{ key: image.id, image, tag: null, repository: shortId(image.id), version: "", usedBy }];
    return image.tags.map((tag) => ({ key: tag, image, tag, ...splitTag(tag), usedBy }));
  });
}

export function splitTag(tag: string): { repository: string; version: string } {
  const colon = tag.lastIndexOf(":");
  if (colon <= tag.lastIndexOf("/")) return { repository: tag, version: "" };
  return { repository: tag.slice(0, colon), version: tag.slice(colon + 1) };
}

/** The twelve digits that people know an image or a container by. */
export const shortId = (id: string): string => id.replace(/^sha256:/, "").slice(0, 12);

export function arrangeImages(lines: readonly ImageLine[], search: string, sort: ImageSort): ImageLine[] {
  const wanted = search.trim().toLocaleLowerCase();
  const order: Record<ImageSort, (one: ImageLine, two: ImageLine) => number> = {
    name: () => 0,
    largest: (one, two) => two.image.size - one.image.size,
    newest: (one, two) => two.image.created - one.image.created,
    used: (one, two) => two.usedBy.length - one.usedBy.length,
  };
  return lines
    .filter(
      (line) =>
        !wanted ||
        `${line.tag ?? line.image.id} ${line.usedBy.map((user) => user.name).join(" ")}`
          .toLocaleLowerCase()
          .includes(wanted),
    )
    .sort(
      (one, two) =>
        Number(one.tag === null) - Number(two.tag === null) ||
        order[sort](one, two) ||
        byName(one.key, two.key),
    );
}

/** Bytes of all images, each counted once however many names it has. */
export const totalSize = (images: readonly ImageRow[]): number =>
  images.reduce((sum, image) => sum + image.size, 0);
