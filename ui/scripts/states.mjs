/* The states that are looked at: a page, a scenario of the sample backend, and what is done there first. */
const click = (selector) => `document.querySelector(${JSON.stringify(selector)}).click()`;
const type = (selector, text) =>
  `(() => { const field = document.querySelector(${JSON.stringify(selector)}); field.focus(); field.value = ${JSON.stringify(text)}; field.dispatchEvent(new Event("input", { bubbles: true })); })()`;
const choose = (label) =>
  `[...document.querySelectorAll("[role=menuitem]")].find((one) => one.textContent.trim().startsWith(${JSON.stringify(label)})).click()`;
const LONGER = "new Promise((done) => setTimeout(done, 500))";

/** A row of the list of files, pressed with or without a key. */
const row = (name, keys = {}, kind = "click") =>
  `[...document.querySelectorAll(".frow")].find((one) => one.querySelector(".frow__name")?.textContent.trim() === ${JSON.stringify(name)}).dispatchEvent(new MouseEvent(${JSON.stringify(kind)}, { bubbles: true, cancelable: true, button: ${JSON.stringify(kind)} === "contextmenu" ? 2 : 0, clientX: 420, clientY: 470, ...${JSON.stringify(keys)} }))`;
const press = (key, part = {}) =>
  `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: ${JSON.stringify(key)}, bubbles: true, cancelable: true, ...${JSON.stringify(part)} }))`;
const named = (name) =>
  `[...document.querySelectorAll("dialog[open] button, main button")].find((one) => one.textContent.trim() === ${JSON.stringify(name)}).click()`;
const LONG = "new Promise((done) => setTimeout(done, 700))";
const to = (selector) =>
  `document.querySelector(${JSON.stringify(selector)}).scrollIntoView({ block: "start" })`;
const unfold = click(".wiz__advhead");
const variables = [
  click("#adv-env-add"),
  type("#adv-env-0-name", "EXASOL_DB_USER"),
  type("#adv-env-0-value", "anna"),
  click("#adv-env-add"),
  type("#adv-env-1-name", "EXASOL_DB_PASSWORD"),
  type("#adv-env-1-name", "EXASOL_DB_PASSWORD"),
  "document.querySelector('#adv-env-1-name').blur()",
  type("#adv-env-1-value", "correct horse"),
];
const limits = [
  click("#adv-mount-add"),
  type("#adv-mount-0-source", "reference-data"),
  type(".slider input", "4"),
  "(() => { const field = document.querySelectorAll('.slider input')[1]; field.value = '8'; field.dispatchEvent(new Event('input', { bubbles: true })); })()",
];
const rare = (name) => [
  `[...document.querySelectorAll("[role=menuitem]")].find((one) => one.textContent === ${JSON.stringify(name)}).click()`,
];
const GUIDE = `docker run \\
  --name ai-lab_\${VERSION} \\
  --interactive --tty --rm \\
  --volume \${VOLUME}:/root/notebooks \\
  --env EXASOL_DB_USER=anna \\
  --publish \${LISTEN_IP}:\${PORT}:49494 \\
  --storage-opt size=40G \\
  --cgroupns=host \\
  exasol/ai-lab:\${VERSION}
`;

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
  ...["postgres", "report"].map((lab) => ({
    name: `lab-delete-${lab}`,
    at: `/lab/${lab}`,
    scenario: "database",
    wait: 1000,
    steps: [click(".page-head [aria-haspopup=menu]"), click(".menu__item--danger"), LONGER],
  })),
  { name: "lab-gone", at: "/lab/no-such-lab" },
  { name: "gallery", at: "/new" },
  { name: "gallery-search", at: "/new?find=python" },
  { name: "gallery-category", at: "/new", steps: [click("#g-tab-machineLearning")] },
  { name: "gallery-elsewhere", at: "/new?find=spark", steps: [click("#g-tab-databases")] },
  {
    name: "gallery-import",
    at: "/new",
    steps: [click(".page-head__actions button:last-of-type"), LONGER, LONGER],
  },
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
  {
    name: "wizard-advanced",
    at: "/wizard?recipe=ai-lab",
    wait: 1500,
    steps: [unfold, ...variables, to("#wiz-advanced")],
  },
  {
    name: "wizard-advanced-limits",
    at: "/wizard?recipe=ai-lab",
    wait: 1500,
    steps: [unfold, ...limits, to("#adv-mounts")],
  },
  {
    name: "wizard-advanced-gpu",
    at: "/wizard?recipe=ai-lab",
    scenario: "gpu",
    wait: 1500,
    steps: [
      unfold,
      `(() => { const field = document.querySelector("#adv-gpu-choice"); field.value = "count"; field.dispatchEvent(new Event("change", { bubbles: true })); })()`,
      `[...document.querySelectorAll(".adv .btn--sm")].find((one) => one.textContent.trim() === "Try it").click()`,
      LONG,
      LONG,
      to("#adv-gpu"),
    ],
  },
  {
    name: "wizard-advanced-program",
    at: "/wizard?recipe=ai-lab",
    wait: 1500,
    steps: [unfold, to("#adv-program")],
  },
  {
    name: "wizard-advanced-rights",
    at: "/wizard?recipe=ai-lab",
    wait: 1500,
    steps: [unfold, click("#adv-privileged"), LONG, to("#adv-rights")],
  },
  {
    name: "wizard-advanced-rare",
    at: "/wizard?recipe=ai-lab",
    wait: 1500,
    steps: [
      unfold,
      click("[data-rare-menu] button"),
      ...rare("Process limit"),
      click("[data-rare-menu] button"),
      ...rare("Init process"),
      click("#adv-label-add"),
      to("#adv-labels"),
    ],
  },
  {
    name: "wizard-folded-set",
    at: "/wizard?recipe=ai-lab",
    wait: 1500,
    steps: [unfold, ...limits, click(".wiz__advhead"), to("#wiz-advanced")],
  },
  {
    name: "wizard-errors",
    at: "/wizard?recipe=ai-lab",
    wait: 1500,
    steps: [
      type("#wiz-port-0", "8888"),
      click(".wiz__addport .btn"),
      unfold,
      ...variables,
      type("#adv-env-0-name", "1 WRONG"),
      click("#adv-mount-add"),
      LONG,
      to("#wiz-advanced"),
    ],
  },
  {
    name: "wizard-ports",
    at: "/wizard?recipe=ai-lab",
    wait: 1500,
    steps: [click(".wiz__addport .btn"), type("#wiz-port-1", "4040-4045"), LONG],
  },
  { name: "paste-empty", at: "/paste" },
  { name: "paste", at: "/paste", steps: [type("[data-command]", GUIDE), LONG] },
  {
    name: "paste-marked",
    at: "/paste",
    steps: [type("[data-command]", GUIDE), LONG, "document.querySelectorAll('.map')[3].focus()"],
  },
  {
    name: "paste-values",
    at: "/paste",
    steps: [
      type("[data-command]", GUIDE.replace("anna", "$DB_USER")),
      LONG,
      type(".paste__vars input[inputmode=numeric]", "80x"),
      LONG,
    ],
  },
  { name: "paste-wrong", at: "/paste", steps: [type("[data-command]", "docker compose up -d"), LONG] },
  {
    name: "wizard-pasted",
    at: "/paste",
    steps: [
      type(
        "[data-command]",
        "docker run -e EXASOL_DB_USER=anna -e EXASOL_DB_PASSWORD=hush -p 8888:49494 exasol/ai-lab:6.0.0",
      ),
      LONG,
      click(".paste__go .btn"),
      LONG,
      to("#wiz-advanced"),
    ],
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
  { name: "volumes", at: "/volumes", wait: 1200 },
  { name: "volumes-counting", at: "/volumes", scenario: "counting", wait: 900 },
  { name: "volume", at: "/volume/my-vol", wait: 1600 },
  {
    name: "volume-notebook",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [click(".ftable [aria-rowindex='2']"), LONGER, click(".ftable [aria-rowindex='4']"), LONGER, LONG],
  },
  { name: "volume-counting", at: "/volume/my-vol", scenario: "counting", wait: 900 },
  { name: "volume-lost", at: "/volume/my-vol", scenario: "lost", wait: 1600 },
  { name: "volume-bare", at: "/volume/my-vol", scenario: "bare", wait: 1200 },
  { name: "volume-unreachable", at: "/volume/my-vol", scenario: "unreachable", wait: 900 },
  {
    name: "volume-search",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [
      type(".vol__find input", "features"),
      LONG,
      click(".vol__searching [role=radio]:last-of-type, .vol__searching label:last-of-type"),
      LONG,
      LONG,
    ],
  },
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
  { name: "backups", at: "/backups/my-vol" },
  { name: "backups-all", at: "/backups" },
  { name: "backups-none", at: "/backups/my-vol", scenario: "no-backups" },
  {
    name: "backups-ask",
    at: "/backups/my-vol",
    wait: 1200,
    steps: [click(".page-head .btn--primary"), LONGER],
  },
  {
    name: "backups-progress",
    at: "/backups/my-vol",
    wait: 1200,
    steps: [click(".page-head .btn--primary"), LONGER, click("dialog .btn--primary"), LONG, LONG, LONG],
  },
  {
    name: "backups-verified",
    at: "/backups/my-vol",
    wait: 1200,
    steps: [
      click(".page-head .btn--primary"),
      LONGER,
      click("dialog .btn--primary"),
      "new Promise((done) => setTimeout(done, 7000))",
    ],
  },
  { name: "backups-restore", at: "/backups/my-vol", wait: 3000, steps: [click(".bk__acts .btn"), LONG] },
  {
    name: "backups-restore-refused",
    at: "/backups/my-vol",
    scenario: "refused",
    wait: 3000,
    steps: [click(".bk__acts .btn"), LONG, click("[role=tab]:last-child")],
  },
  {
    name: "backups-restore-new",
    at: "/backups/my-vol",
    wait: 3000,
    steps: [click(".bk__acts .btn"), LONG, click("dialog .dialog__actions .btn:nth-child(2)"), LONG],
  },
  {
    name: "backups-adding",
    at: "/backups",
    wait: 3000,
    steps: [click(".page-head__actions .btn"), LONG, LONG],
  },
  {
    name: "backups-foreign",
    at: "/backups",
    wait: 3000,
    steps: [click(".page-head__actions .btn"), "new Promise((done) => setTimeout(done, 8000))"],
  },
  { name: "backups-none-all", at: "/backups", scenario: "no-backups" },
  {
    name: "backups-menu",
    at: "/volumes",
    wait: 1200,
    steps: [click(".gl__end [aria-haspopup=menu]"), LONGER],
  },
  {
    name: "backups-clone",
    at: "/volumes",
    wait: 1200,
    steps: [click(".gl__end [aria-haspopup=menu]"), choose("Clone"), LONGER],
  },
  {
    name: "backups-copy",
    at: "/volume/my-vol",
    wait: 1200,
    steps: [click(".page-head__actions [aria-haspopup=menu]"), choose("Copy to"), LONGER],
  },
  {
    name: "compare",
    at: "/compare?left=churn%2Fchurn_model.ipynb&leftVolume=my-vol&right=churn%2Fchurn_model_2.ipynb&rightVolume=old-project",
    steps: [LONGER],
  },
  {
    name: "compare-text",
    at: "/compare?left=churn%2Fprepare.py&leftVolume=my-vol&right=churn%2Fprepare_old.py&rightVolume=my-vol",
    steps: [
      LONGER,
      click("[aria-label='Next difference']"),
      click("[aria-label='Next difference']"),
      click("[aria-label='Next difference']"),
      click("[aria-label='Next difference']"),
    ],
  },
  {
    name: "compare-kinds",
    at: "/compare?left=churn%2Fprepare.py&leftVolume=my-vol&right=churn%2Fmodel.ipynb&rightVolume=my-vol",
    steps: [LONGER],
  },
  { name: "compare-none", at: "/compare" },
  {
    name: "compare-choose",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [row("customers.csv"), click("[aria-label='Compare with…']"), row("settings.json"), LONGER],
  },
  { name: "backups-plan", at: "/backups/my-vol", wait: 1200, steps: [click(".banner .btn"), LONGER] },
  {
    name: "backups-delete",
    at: "/backups/my-vol",
    wait: 1200,
    steps: [click(".bk__acts [aria-haspopup=menu]"), choose("Delete"), LONGER],
  },
  {
    name: "volume-chosen",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [row("customers.csv"), row("models", { ctrlKey: true }), row("settings.json", { ctrlKey: true })],
  },
  {
    name: "volume-row-menu",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [row("models", {}, "contextmenu")],
  },
  {
    name: "volume-upload-menu",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [click(".page-head__actions .btn:nth-of-type(2)")],
  },
  {
    name: "volume-more-menu",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [click(".page-head__actions [aria-haspopup=menu]:last-child")],
  },
  {
    name: "volume-rename",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [
      row("customers.csv"),
      press("F2"),
      type(".rename__field", "settings.json"),
      "document.querySelector('.rename__field').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))",
      LONG,
    ],
  },
  {
    name: "volume-new-folder",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [press("N", { ctrlKey: true, shiftKey: true })],
  },
  {
    name: "volume-trashed",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [row("settings.json"), press("Delete"), LONG],
  },
  { name: "volume-held", at: "/volume/my-vol", scenario: "held", wait: 1900 },
  { name: "volume-locked", at: "/volume/my-vol", scenario: "locked", wait: 1600 },
  {
    name: "volume-trash",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [click(".page-head__actions [aria-haspopup=menu]:last-child"), choose("Trash"), LONG],
  },
  {
    name: "volume-trash-ask",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [
      click(".page-head__actions [aria-haspopup=menu]:last-child"),
      choose("Trash"),
      LONG,
      named("Empty the trash"),
    ],
  },
  {
    name: "volume-edit",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [
      row("churn"),
      LONG,
      row("prepare.py"),
      LONG,
      named("Edit"),
      LONG,
      type(".edit__text", "# Mine\nimport pandas\n"),
    ],
  },
  {
    name: "volume-edit-leave",
    at: "/volume/my-vol",
    wait: 1600,
    steps: [
      row("churn"),
      LONG,
      row("prepare.py"),
      LONG,
      named("Edit"),
      LONG,
      type(".edit__text", "# Mine\n"),
      "location.hash = '#/labs'",
      LONG,
    ],
  },
  {
    name: "volume-edit-conflict",
    at: "/volume/my-vol",
    scenario: "overtaken",
    wait: 1600,
    steps: [
      row("churn"),
      LONG,
      row("prepare.py"),
      LONG,
      named("Edit"),
      LONG,
      type(".edit__text", "# Mine\n"),
      named("Save"),
      LONG,
    ],
  },
  {
    name: "volume-edit-theirs",
    at: "/volume/my-vol",
    scenario: "overtaken",
    wait: 1600,
    steps: [
      row("churn"),
      LONG,
      row("prepare.py"),
      LONG,
      named("Edit"),
      LONG,
      type(".edit__text", "# Mine\n"),
      named("Save"),
      LONG,
      named("See theirs"),
      LONG,
    ],
  },
  { name: "closing", at: "/labs", scenario: "closing", wait: 1400 },
  { name: "jobs", at: "/labs", scenario: "jobs", wait: 1000, steps: [click(".jobs__button")] },
  { name: "jobs-button", at: "/labs", scenario: "jobs", wait: 1000 },
  { name: "jobs-conflict", at: "/labs", scenario: "conflict", wait: 1000 },
];
