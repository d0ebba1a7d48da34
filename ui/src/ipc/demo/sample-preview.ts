/* What the sample backend shows of a file, chosen by the ending of its name. `broken`, `pipe` and `big` in a name
   pick a state. */
import type {
  Block,
  Cell,
  Column,
  Inline,
  Line,
  Preview,
  PreviewBody,
  Problem,
  Sheet,
  Span,
} from "../bindings";
import { CommandError } from "../error";
import type { Previews } from "../previews";
import { sampleComparison } from "./sample-compare";
import { plot } from "./sample-picture";
import { sampleFiles } from "./sample-places";

const ink = (text: string, colour: Span["ink"] = "plain", bold = false): Span => ({
  text,
  ink: colour,
  bold,
});
const line = (...spans: (string | Span)[]): Line => ({
  spans: spans.map((one) => (typeof one === "string" ? ink(one) : one)),
  cut: 0,
});
const text = (words: string): Inline => ({ type: "text", text: words });
const paragraph = (...parts: Inline[]): Block => ({ type: "paragraph", parts });
const heading = (level: number, words: string): Block => ({ type: "heading", level, parts: [text(words)] });
const column = (name: string, kind: string, number = false): Column => ({ name, kind, number });
const sheet = (name: string, columns: Column[], rows: number | null, cut = false): Sheet => ({
  name,
  columns,
  rows,
  cut,
});

const CELLS: Cell[] = [
  {
    number: 0,
    type: "markdown",
    blocks: [
      heading(1, "Which customers will leave?"),
      paragraph(
        text("We train a model on the order history in Exasol and compare it with a "),
        { type: "strong", parts: [text("simple baseline")] },
        text(". Data: "),
        { type: "code", text: "CRM.CUSTOMERS" },
        text(". See the "),
        {
          type: "link",
          parts: [text("notes on the model")],
          address: "https://docs.exasol.com/db/latest/advanced_analytics/ai_lab.htm",
        },
        text("."),
      ),
    ],
  },
  {
    number: 1,
    type: "code",
    execution: 4,
    lines: [
      line(ink("import", "keyword"), " pyexasol, xgboost ", ink("as", "keyword"), " xgb"),
      line("df = con.", ink("export_to_pandas", "name"), "(", ink('"CRM.FEATURES"', "text"), ")"),
      line("model = xgb.", ink("XGBClassifier", "name"), "(max_depth=", ink("6", "number"), ")"),
      line("model.", ink("fit", "name"), "(df[cols], df[", ink('"churned"', "text"), "])"),
    ],
    outputs: [
      {
        type: "table",
        columns: ["model", "auc", "precision", "recall"],
        rows: [
          ["XGBoost", "0.891", "0.774", "0.702"],
          ["Logistic", "0.738", "0.561", "0.497"],
        ],
        more: 0,
      },
    ],
  },
  {
    number: 2,
    type: "code",
    execution: 5,
    lines: [line(ink("plot_roc", "name"), "(model, baseline, df_test)")],
    outputs: [{ type: "picture", key: "2/0", width: 372, height: 168, label: "" }],
  },
  {
    number: 3,
    type: "markdown",
    blocks: [
      heading(2, "What drives it"),
      paragraph(text("Days since the last order matter most, then the number of support calls.")),
      {
        type: "list",
        ordered: false,
        start: 1,
        items: [
          { ticked: true, blocks: [paragraph(text("Features without the last order"))] },
          { ticked: false, blocks: [paragraph(text("The same for spring"))] },
        ],
      },
    ],
  },
  {
    number: 4,
    type: "code",
    execution: 6,
    lines: [line("train(df, epochs=", ink("400", "number"), ")")],
    outputs: [
      {
        type: "text",
        lines: Array.from({ length: 6 }, (_, at) =>
          line(`epoch ${at + 1}/400  loss=`, ink((0.69 / (at + 1)).toFixed(4), "good")),
        ),
        error: false,
        more: 394,
      },
      { type: "text", lines: [line("UserWarning: feature names are missing")], error: true, more: 0 },
      {
        type: "withheld",
        what: "An interactive map (folium)",
        text: [line("<folium.folium.Map object at 0x7f1c>")],
      },
    ],
  },
  {
    number: 5,
    type: "code",
    execution: 7,
    lines: [line("model.", ink("save", "name"), "(", ink('"/mnt/share/xgb_v8.pkl"', "text"), ")")],
    outputs: [
      {
        type: "failure",
        name: "PermissionError",
        message: "[Errno 13] Permission denied: '/mnt/share/xgb_v8.pkl'",
        lines: [
          line(ink("Cell In[7], line 1", "accent")),
          line(ink("----> 1", "good"), ' model.save("/mnt/share/xgb_v8.pkl")'),
        ],
      },
    ],
  },
  { number: 6, type: "code", execution: null, lines: [line(ink("# to do: tune", "comment"))], outputs: [] },
];

const CUSTOMERS = [
  column("customer_id", "whole number", true),
  column("name", "text"),
  column("country", "text"),
  column("joined", "date"),
  column("revenue", "decimal", true),
  column("orders", "whole number", true),
  column("newsletter", "yes or no"),
  ...Array.from({ length: 24 }, (_, at) =>
    column(`feature_${String(at + 1).padStart(2, "0")}`, "decimal", true),
  ),
];
const NAMES = [
  "Brenner AG",
  "Ostwind GmbH",
  "Café Ruhe",
  "Lindqvist & Söner",
  "Vega Data",
  "Mühlberg",
  "Sato K.K.",
];
const COUNTRIES = ["DE", "AT", "SE", "CH", "JP"];

function customer(at: number): (string | null)[] {
  const pick = <Item>(list: readonly Item[], by: number) => list[(at * by) % list.length] ?? null;
  return [
    String(100_001 + at),
    pick(NAMES, 3),
    pick(COUNTRIES, 7),
    `202${at % 6}-0${(at % 9) + 1}-1${at % 10}`,
    at % 11 === 4 ? null : (((at * 7919) % 100_000) / 7).toFixed(2),
    String((at * 31) % 240),
    at % 3 === 0 ? "no" : "yes",
    ...Array.from({ length: 24 }, (_, one) => (Math.sin(at + one) * 3).toFixed(4)),
  ];
}

const CODE: Line[] = [
  line(ink('"""Prepares the features of customers."""', "text")),
  line(""),
  line(ink("from", "keyword"), " pathlib ", ink("import", "keyword"), " Path"),
  line(""),
  line(ink("import", "keyword"), " pandas ", ink("as", "keyword"), " pd"),
  line(""),
  line("FOLDER = ", ink("Path", "name"), "(", ink('"churn/data"', "text"), ")"),
  line(""),
  line(""),
  line(ink("def", "keyword"), " ", ink("last_order", "name"), "(orders: pd.DataFrame) -> pd.Series:"),
  line("    ", ink("# One row a customer, in days.", "comment")),
  line(
    "    latest = orders.",
    ink("groupby", "name"),
    "(",
    ink('"customer_id"', "text"),
    ")[",
    ink('"ordered"', "text"),
    "].",
    ink("max", "name"),
    "()",
  ),
  line(
    "    ",
    ink("return", "keyword"),
    " (pd.Timestamp.",
    ink("today", "name"),
    "() - latest).dt.days.",
    ink("clip", "name"),
    "(upper=",
    ink("730", "number"),
    ")",
  ),
];
const LEVELS: Span[] = [ink("INFO ", "good"), ink("WARN ", "warning"), ink("ERROR", "bad")];
const logLine = (at: number): Line =>
  line(
    ink(`2025-11-20 1${at % 10}:0${at % 6}:1${at % 10} `, "faint"),
    LEVELS[at % 19 === 7 ? 1 : at % 43 === 9 ? 2 : 0] ?? "",
    ` worker-${at % 4} batch ${decimalOf(at)} written in ${(at * 37) % 900} ms`,
  );
const decimalOf = (at: number) => at.toLocaleString("en");

const HEX: Line[] = Array.from({ length: 4096 }, (_, row) => {
  const bytes = Array.from({ length: 16 }, (_, at) => (row * 31 + at * 17) % 256);
  return line(
    ink((row * 16).toString(16).padStart(8, "0"), "faint"),
    `  ${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}  `,
    ink(bytes.map((byte) => (byte > 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join(""), "text"),
  );
});

const README: Block[] = [
  heading(1, "Churn model"),
  paragraph(
    text(
      "How we find the customers that are about to leave. Written for the weekly review; the numbers come from ",
    ),
    { type: "code", text: "churn_model.ipynb" },
    text("."),
  ),
  heading(2, "How to run it"),
  {
    type: "list",
    ordered: true,
    start: 1,
    items: [
      { ticked: null, blocks: [paragraph(text("Fill in the connection in the first notebook."))] },
      {
        ticked: null,
        blocks: [paragraph({ type: "emphasis", parts: [text("Only once:")] }, text(" load the data."))],
      },
    ],
  },
  { type: "code", language: "python", lines: CODE.slice(6, 7) },
  {
    type: "quote",
    blocks: [
      paragraph(text("Recall matters more than precision here: a call costs little, a lost customer a lot.")),
    ],
  },
  {
    type: "table",
    head: [[text("Version")], [text("AUC")]],
    rows: [
      [[text("7")], [text("0.891")]],
      [[text("6")], [text("0.874")]],
    ],
    align: ["left", "right"],
  },
  { type: "math", text: "p(x) = 1 / (1 + e^{-w x})" },
  { type: "rule" },
  paragraph(
    { type: "picture", label: "The team", key: null },
    text(" Questions to "),
    { type: "link", parts: [text("anna@example.com")], address: "mailto:anna@example.com" },
    text(". "),
    { type: "struck", parts: [text("Old notes")] },
  ),
];

/** A PDF of a few pages with a heading each. */
function pdf(): Uint8Array<ArrayBuffer> {
  const titles = ["Churn in the third quarter", "Method", "What we do next"];
  const objects: string[] = [];
  const kids = titles.map((_, at) => `${4 + at * 2} 0 R`).join(" ");
  objects.push("<< /Type /Catalog /Pages 2 0 R >>");
  objects.push(`<< /Type /Pages /Count ${titles.length} /Kids [${kids}] >>`);
  objects.push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  for (const [at, title] of titles.entries()) {
    const stream = `BT /F1 24 Tf 60 740 Td (${title}) Tj ET 0.05 0.53 0.66 rg 60 700 200 6 re f BT 0 g /F1 11 Tf 60 660 Td (Page ${at + 1} of the weekly review.) Tj ET`;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + at * 2} 0 R >>`,
      `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    );
  }
  let body = "%PDF-1.4\n";
  const starts: number[] = [];
  for (const [at, object] of objects.entries()) {
    starts.push(body.length);
    body += `${at + 1} 0 obj\n${object}\nendobj\n`;
  }
  const table = body.length;
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const start of starts) body += `${String(start).padStart(10, "0")} 00000 n \n`;
  body += `trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return Uint8Array.from(body, (letter) => letter.charCodeAt(0));
}

const BODIES: Record<string, () => [string, PreviewBody]> = {
  ipynb: () => ["Notebook, Python 3.10", { type: "notebook", cells: CELLS.length, language: "python" }],
  csv: () => ["Comma-separated values, UTF-8", { type: "table", sheets: [sheet("", CUSTOMERS, 1_204_331)] }],
  parquet: () => ["Parquet", { type: "table", sheets: [sheet("", CUSTOMERS, 48_210, true)] }],
  db: () => [
    "SQLite database",
    {
      type: "table",
      sheets: [
        sheet("customers", CUSTOMERS, 48_210),
        sheet("orders", CUSTOMERS.slice(0, 4), 900_113),
        sheet("notes", [column("text", "text")], 0),
      ],
    },
  ],
  py: () => [
    "Python",
    { type: "text", lines: CODE.length, language: "python", encoding: "UTF-8", editable: true },
  ],
  log: () => ["Log", { type: "text", lines: null, language: null, encoding: "UTF-8", editable: false }],
  md: () => ["Markdown", { type: "document", blocks: README, cut: false }],
  png: () => ["PNG picture", { type: "picture", width: 744, height: 336 }],
  pdf: () => ["PDF", { type: "pdf" }],
  zip: () => [
    "ZIP archive",
    {
      type: "archive",
      entries: 42,
      unpacked: 84_200_000,
      sheets: [
        sheet("", [column("Name", "text"), column("Size", "bytes", true), column("Changed", "date")], 42),
      ],
    },
  ],
  pkl: () => ["Pickled Python objects", { type: "hex", lines: HEX.length }],
};
const MANY = 4_210_337;

export const problem = (part: Partial<Problem>): CommandError =>
  new CommandError({ kind: "other", title: "", message: "", hint: null, field: null, detail: null, ...part });
const soon = (milliseconds = 90) => new Promise((done) => setTimeout(done, milliseconds));

export function samplePreviews(): Previews {
  const shown = new Map<number, string>();
  let last = 0;
  let counted = false;
  const ending = (preview: number) => shown.get(preview)?.split(".").at(-1) ?? "";
  const slice = <Item>(list: readonly Item[], from: number, count: number) => list.slice(from, from + count);
  return {
    openPreview: async (_place, path): Promise<Preview> => {
      await soon();
      const name = path.split("/").at(-1) ?? path;
      if (name.includes("broken"))
        throw problem({
          title: "This notebook is damaged.",
          message: "It ends in the middle of a cell.",
          hint: "Download it, or look for an older one in a backup.",
          detail: "EOF while parsing a string at line 1204 column 17",
        });
      const known = BODIES[name.split(".").at(-1) ?? ""];
      const [format, body]: [string, PreviewBody] = name.includes("pipe")
        ? [
            "Named pipe",
            { type: "nothing", why: "A named pipe has no content of its own. Programs talk through it." },
          ]
        : name.startsWith("__init__")
          ? ["Python", { type: "empty" }]
          : (known?.() ?? [
              "Text",
              { type: "text", lines: CODE.length, language: null, encoding: "UTF-8", editable: true },
            ]);
      const there = sampleFiles.at(path);
      last += 1;
      shown.set(last, name);
      counted = false;
      return {
        id: last,
        path,
        name,
        size: body.type === "pdf" ? pdf().length : (there?.size ?? 58_204_113),
        changed: there?.changed ?? Date.now() - 1_400_000,
        format,
        body,
        cautions: name.includes("big")
          ? ["The file grows while it is read. You see it as it was at the beginning."]
          : [],
      };
    },
    previewCells: async (_preview, from, count) => {
      await soon(60);
      return { from, cells: slice(CELLS, from, count) };
    },
    previewOutput: async () => {
      await soon(60);
      const lines = Array.from({ length: 400 }, (_, at) =>
        line(`epoch ${at + 1}/400  loss=`, ink((0.69 / (at + 1)).toFixed(4), "good")),
      );
      return { from: 0, lines, total: lines.length };
    },
    previewRows: async (preview, number, from, count) => {
      await soon(50);
      if (ending(preview) === "zip") {
        const rows = Array.from({ length: Math.max(0, Math.min(count, 42 - from)) }, (_, at) => [
          `export/part-${String(from + at).padStart(3, "0")}.csv`,
          decimalOf(2_004_761 + at * 7919),
          "2 November, 09:12",
        ]);
        return { sheet: number, from, rows, total: 42 };
      }
      const total =
        ending(preview) === "db"
          ? ([48_210, 900_113, 0][number] ?? 0)
          : ending(preview) === "csv"
            ? 1_204_331
            : 48_210;
      const rows = Array.from({ length: Math.max(0, Math.min(count, total - from)) }, (_, at) =>
        customer(from + at),
      );
      return { sheet: number, from, rows, total };
    },
    previewLines: async (preview, from, count) => {
      await soon(50);
      if (ending(preview) !== "log") return { from, lines: slice(CODE, from, count), total: CODE.length };
      const known = counted;
      counted = true;
      const lines = Array.from({ length: Math.max(0, Math.min(count, MANY - from)) }, (_, at) =>
        logLine(from + at),
      );
      return { from, lines, total: known ? MANY : null };
    },
    previewHex: async (_preview, from, count) => {
      await soon(50);
      return { from, lines: slice(HEX, from, count), total: HEX.length };
    },
    previewPicture: async (_preview, key) => {
      await soon(60);
      return key === "" ? plot(744, 336) : plot();
    },
    previewBytes: async (_preview, from, count) => {
      await soon(30);
      return pdf().slice(from, from + count).buffer;
    },
    compareFiles: async (_left, left, _right, right) => {
      await soon();
      if (/\.ipynb$/.test(left) !== /\.ipynb$/.test(right))
        throw problem({
          title: "The two files are of different kinds, so there is nothing to set side by side.",
        });
      return sampleComparison(left, right);
    },
    openAddress: async () => undefined,
  };
}
