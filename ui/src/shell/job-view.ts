/* What is said of a job, in one line. */
import { decimal, duration, size, sizeOf } from "$lib/format";
import { m } from "$m";
import type { Job, Version } from "../ipc/bindings";

/** "214 MB of 1.2 GB, 68 MB/s, about 14 s left": what is known of it. */
export function progressLine(job: Job): string {
  const parts = [
    job.totalBytes === null ? m.jobs_counting({ size: size(job.bytes) }) : sizeOf(job.bytes, job.totalBytes),
  ];
  if (job.speed) parts.push(m.jobs_speed({ size: size(job.speed) }));
  if (job.secondsLeft !== null) parts.push(m.jobs_left({ time: duration(job.secondsLeft) }));
  return parts.join(", ");
}

/** "812 of 1,312 files"; nothing where there is only one. */
export function filesLine(job: Job): string {
  if (job.totalFiles === null)
    return job.files > 0 ? m.jobs_files({ count: job.files, shown: decimal(job.files) }) : "";
  if (job.totalFiles < 2) return "";
  return m.jobs_files_of({ done: decimal(job.files), all: decimal(job.totalFiles) });
}

export const shareOf = (job: Job): number | null =>
  job.totalBytes === null ? null : job.totalBytes === 0 ? 1 : job.bytes / job.totalBytes;

/** Which of two versions was changed later; `null` where that is not known. */
export function newer(there: Version, coming: Version): "there" | "coming" | null {
  if (there.changed === null || coming.changed === null || there.changed === coming.changed) return null;
  return there.changed > coming.changed ? "there" : "coming";
}
