/* Two files side by side, for the sample backend: cells of two notebooks, else lines of two texts. */
import type { Change, ComparedLine, ComparedOutput, ComparedPart, Comparison, Line } from "../bindings";

const line = (text: string): Line => ({ spans: [{ text, ink: "plain", bold: false }], cut: 0 });
const row = (change: Change, left: string | null, right: string | null): ComparedLine => ({
  change,
  left: left === null ? null : line(left),
  right: right === null ? null : line(right),
  leftNumber: null,
  rightNumber: null,
});
const same = (text: string) => row("same", text, text);
const gone = (text: string) => row("gone", text, null);
const added = (text: string) => row("added", null, text);
/** Numbers the lines of a side from its first on. */
function numbered(lines: readonly ComparedLine[], left = 1, right = 1): ComparedLine[] {
  let [one, other] = [left - 1, right - 1];
  return lines.map((line) => {
    if (line.left) one += 1;
    if (line.right) other += 1;
    return { ...line, leftNumber: line.left && one, rightNumber: line.right && other };
  });
}
const part = (
  change: Change,
  left: string,
  right: string,
  lines: ComparedLine[],
  outputs: ComparedOutput[] | null = null,
  differ = change === "same" || change === "changed",
) =>
  ({
    change,
    leftLabel: left,
    rightLabel: right,
    lines: numbered(lines),
    moreLines: 0,
    outputsDiffer: outputs !== null && differ,
    outputs,
  }) satisfies ComparedPart;
const picture = (key: string) => ({ key, width: 372, height: 168, label: "" });

const NOTEBOOK: ComparedPart[] = [
  part("same", "Cell 1", "Cell 1", [same("# Churn model")]),
  part("same", "Cell 2", "Cell 2", [same("import pandas as pd")]),
  part(
    "changed",
    "Cell 3",
    "Cell 3",
    [
      same("from xgboost import XGBClassifier"),
      row(
        "changed",
        "model = XGBClassifier(max_depth=4, n_estimators=200)",
        "model = XGBClassifier(max_depth=6, n_estimators=400, learning_rate=0.05)",
      ),
      same("model.fit(X_train, y_train)"),
      added("model.save_model('models/xgb_v7.json')"),
    ],
    [{ type: "text", lines: numbered([row("changed", "AUC 0.81", "AUC 0.86")]), moreLines: 0 }],
  ),
  part("gone", "Cell 4", "", [gone("df.head(50)")]),
  part(
    "same",
    "Cell 5",
    "Cell 4",
    [same("model.score(X_test, y_test)")],
    [{ type: "pictures", left: picture("o:4:0"), right: picture("o:3:0") }],
  ),
  part("added", "", "Cell 5", [
    added("shap_values = explainer(X_test)"),
    added("shap.plots.beeswarm(shap_values)"),
  ]),
  part("moved", "Cell 6", "Cell 7", [same("## What comes next")]),
  ...Array.from({ length: 4 }, (_, at) => part("same", `Cell ${at + 7}`, `Cell ${at + 8}`, [same("…")])),
];

const TEXT: ComparedPart[] = Array.from({ length: 60 }, (_, at) => {
  const from = at * 40 + 10;
  const lines = [
    same(`def prepare_${at}(orders):`),
    same('    """Orders of a customer, by month."""'),
    row("changed", "    months = orders.resample('M')", "    months = orders.resample('ME')"),
    gone("    return months.sum()"),
    added("    sums = months.sum()"),
    added("    return sums[sums > 0]"),
    same(""),
  ];
  const both = part("changed", `Lines ${from} to ${from + 6}`, `Lines ${from} to ${from + 7}`, lines);
  return { ...both, lines: numbered(lines, from, from) };
});

export function sampleComparison(left: string, right: string): Comparison {
  const notebooks = left.endsWith(".ipynb") && right.endsWith(".ipynb");
  if (left === right) return { left, right, summary: "The same.", parts: [], more: 0 };
  return notebooks
    ? {
        left,
        right,
        summary: "1 cell changed, 1 added, 1 gone, 1 moved, 1 with other outputs.",
        parts: NOTEBOOK,
        more: 0,
      }
    : { left, right, summary: "180 lines added, 120 lines gone.", parts: TEXT, more: 3 };
}
