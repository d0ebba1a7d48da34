/* Labels that people gave a volume; those by which Docker, Compose and Slipway find their own are left out. */
const OWN = ["io.slipway.", "com.docker."];

/** "team: tides", in the order of the names. */
export function labelsOfPeople(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels)
    .filter(([name]) => !OWN.some((own) => name.startsWith(own)))
    .sort(([one], [two]) => (one < two ? -1 : 1))
    .map(([name, value]) => (value === "" ? name : `${name}: ${value}`));
}
