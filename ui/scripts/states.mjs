/* The states that are looked at: a page, a scenario of the sample backend, and what is done there first. */
const click = (selector) => `document.querySelector(${JSON.stringify(selector)}).click()`;
const type = (selector, text) =>
  `(() => { const field = document.querySelector(${JSON.stringify(selector)}); field.focus(); field.value = ${JSON.stringify(text)}; field.dispatchEvent(new Event("input", { bubbles: true })); })()`;
const choose = (label) =>
  `[...document.querySelectorAll("[role=menuitem]")].find((one) => one.textContent.trim().startsWith(${JSON.stringify(label)})).click()`;
const LONGER = "new Promise((done) => setTimeout(done, 500))";

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
  { name: "lab-menu", at: "/lab/ai-lab", steps: [click(".page-head [aria-haspopup=menu]")] },
  {
    name: "lab-rename",
    at: "/lab/ai-lab",
    steps: [click(".page-head [aria-haspopup=menu]"), choose("Rename"), LONGER],
  },
  {
    name: "lab-recipe",
    at: "/lab/ai-lab",
    steps: [click(".page-head [aria-haspopup=menu]"), choose("Save as a recipe"), LONGER],
  },
  {
    name: "lab-commands",
    at: "/lab/ai-lab",
    steps: [click(".page-head [aria-haspopup=menu]"), choose("Show as a command"), LONGER],
  },
  {
    name: "lab-export",
    at: "/lab/ai-lab",
    steps: [click(".page-head [aria-haspopup=menu]"), choose("Export the settings"), LONGER],
  },
  {
    name: "lab-rename-taken",
    at: "/lab/ai-lab",
    steps: [
      click(".page-head [aria-haspopup=menu]"),
      choose("Rename"),
      type("dialog input", "Eskapade"),
      click("dialog .btn--primary"),
      LONGER,
    ],
  },
  {
    name: "lab-compose",
    at: "/lab/ai-lab",
    steps: [
      click(".page-head [aria-haspopup=menu]"),
      choose("Show as a command"),
      LONGER,
      click("dialog .tab:last-child"),
    ],
  },
  { name: "lab-database", at: "/lab/postgres", scenario: "database", wait: 1000 },
  { name: "labs-database", at: "/labs", scenario: "database", wait: 1000 },
  { name: "lab-gone", at: "/lab/no-such-lab" },
  { name: "gallery", at: "/new" },
  { name: "gallery-search", at: "/new?find=python" },
  { name: "gallery-category", at: "/new", steps: [click("#g-tab-machineLearning")] },
  { name: "gallery-elsewhere", at: "/new?find=spark", steps: [click("#g-tab-databases")] },
  { name: "gallery-nothing", at: "/new?find=no%20such%20thing" },
  { name: "gallery-away", at: "/new", scenario: "not-running" },
  { name: "gallery-open", at: "/new", steps: [click(".page-head__actions button"), LONGER] },
  {
    name: "gallery-added",
    at: "/new",
    steps: [click(".page-head__actions button"), LONGER, click("dialog .btn--primary"), LONGER],
  },
  {
    name: "gallery-remove",
    at: "/new",
    steps: [
      click(".page-head__actions button"),
      LONGER,
      click("dialog .btn--primary"),
      LONGER,
      click(".g-card [aria-haspopup=menu]"),
      click(".menu__item--danger"),
    ],
  },
  { name: "wizard", at: "/wizard?recipe=ai-lab", wait: 1500 },
  {
    name: "wizard-docker",
    at: "/wizard?recipe=ai-lab",
    wait: 1500,
    steps: [click(".switch--risk input"), "new Promise((done) => setTimeout(done, 600))"],
  },
  { name: "launch", at: "/launch/all-spark", wait: 1000 },
  { name: "launch-download", at: "/launch/sandbox-new", scenario: "download", wait: 1000 },
  { name: "labs-download", at: "/labs", scenario: "download", wait: 1000 },
  { name: "launch-finished", at: "/launch/report", scenario: "database", wait: 1000 },
  { name: "launch-stale", at: "/launch/all-spark", scenario: "stale", wait: 1000 },
  { name: "lab-stale", at: "/lab/ai-lab", scenario: "stale", wait: 1000 },
  { name: "wizard-stale", at: "/wizard?recipe=ai-lab", scenario: "stale", wait: 1500 },
  { name: "wizard-away", at: "/wizard?recipe=ai-lab", scenario: "not-running", wait: 1500 },
  { name: "launch-failed", at: "/launch/eskapade", wait: 1000 },
  { name: "images", at: "/images" },
  { name: "images-none", at: "/images?find=zeppelin" },
  { name: "images-away", at: "/images", scenario: "denied" },
  {
    name: "containers-adopt",
    at: "/containers",
    wait: 1200,
    steps: [click(".gl__used .btn"), LONGER],
  },
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
