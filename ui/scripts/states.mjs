/* The states that are looked at: a page, a scenario of the sample backend, and what is done there first. */
const click = (selector) => `document.querySelector(${JSON.stringify(selector)}).click()`;
const type = (selector, text) =>
  `(() => { const field = document.querySelector(${JSON.stringify(selector)}); field.focus(); field.value = ${JSON.stringify(text)}; field.dispatchEvent(new Event("input", { bubbles: true })); })()`;

export const STATES = [
  { name: "labs", at: "/labs", wait: 1200 },
  { name: "labs-menu", at: "/labs", steps: [click(".lab-card [aria-haspopup=menu]")] },
  {
    name: "labs-delete",
    at: "/labs",
    steps: [
      click(".lab-card [aria-haspopup=menu]"),
      click(".menu__item--danger"),
      "new Promise((done) => setTimeout(done, 500))",
    ],
  },
  {
    name: "labs-password",
    at: "/labs",
    steps: [click(".lab-address button"), "new Promise((done) => setTimeout(done, 300))"],
  },
  {
    name: "labs-keys",
    at: "/labs",
    steps: ['dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true }))'],
  },
  { name: "labs-empty", at: "/labs", scenario: "empty" },
  { name: "labs-stale", at: "/labs", scenario: "stale" },
  { name: "labs-loading", at: "/labs", scenario: "loading" },
  { name: "labs-away", at: "/labs", scenario: "not-running" },
  { name: "labs-unreadable", at: "/labs", scenario: "unreadable" },
  { name: "lab-log", at: "/lab/ai-lab", wait: 1000 },
  {
    name: "lab-log-search",
    at: "/lab/ai-lab",
    steps: [
      type(".logbar input", "login"),
      "document.querySelector('.log').scrollTop = 0",
      "new Promise((done) => setTimeout(done, 1800))",
    ],
  },
  { name: "gallery", at: "/new" },
  { name: "gallery-search", at: "/new?find=python" },
  { name: "wizard", at: "/wizard?recipe=ai-lab", wait: 1500 },
  {
    name: "wizard-docker",
    at: "/wizard?recipe=ai-lab",
    wait: 1500,
    steps: [click(".switch--risk input"), "new Promise((done) => setTimeout(done, 600))"],
  },
  { name: "launch", at: "/launch/all-spark", wait: 1000 },
  { name: "launch-failed", at: "/launch/eskapade", wait: 1000 },
  { name: "images", at: "/images" },
  { name: "images-none", at: "/images?find=zeppelin" },
  { name: "images-away", at: "/images", scenario: "denied" },
  { name: "volumes", at: "/volumes" },
  { name: "containers", at: "/containers" },
  {
    name: "containers-many",
    at: "/containers",
    scenario: "many",
    steps: ["document.querySelector('.gl__body').scrollTop = 9000"],
  },
  {
    name: "engine",
    at: "/engine",
    steps: [click(".eng__form .btn"), "new Promise((done) => setTimeout(done, 1200))"],
  },
  { name: "engine-not-installed", at: "/engine", scenario: "not-installed" },
  { name: "engine-not-running", at: "/engine", scenario: "not-running" },
  { name: "engine-denied", at: "/engine", scenario: "denied" },
  { name: "engine-disk", at: "/engine", scenario: "disk" },
  { name: "settings", at: "/settings" },
];
