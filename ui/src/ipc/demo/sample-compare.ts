/* Two files side by side, for the sample backend: cells of two notebooks, else lines of two texts. */
import type { Change, ComparedLine, ComparedPart, Comparison, Line } from "../bindings";

const line = (text: string): Line => ({ spans: [{ text, ink: "plain", bold: false }], cut: 0 });
const row = (change: Change, left: string | null, right: string | null): ComparedLine => ({
  change,
  left: left === null ? null : line(left),
  right: right === null ? null : line(right),
});
const same = (text: string) => row("same", text, text);
const gone = (text: string) => row("gone", text, null);
const added = (text: string) => row("added", null, text);
const part = (change: Change, left: string, right: string, lines: ComparedLine[], outputsDiffer = false) =>
  ({ change, leftLabel: left, rightLabel: right, lines, outputsDiffer }) satisfies ComparedPart;

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
    true,
  ),
  part("gone", "Cell 4", "", [gone("df.head(50)")]),
  part("same", "Cell 5", "Cell 4", [same("model.score(X_test, y_test)")], true),
  part("added", "", "Cell 5", [
    added("shap_values = explainer(X_test)"),
    added("shap.plots.beeswarm(shap_values)"),
  ]),
  part("moved", "Cell 6", "Cell 7", [same("## What comes next")]),
  ...Array.from({ length: 4 }, (_, at) => part("same", `Cell ${at + 7}`, `Cell ${at + 8}`, [same("…")])),
];

const TEXT: ComparedPart[] = Array.from({ length: 60 }, (_, at) => {
  const from = at * 40 + 10;
  return part("changed", `Lines ${from} to ${from + 6}`, `Lines ${from} to ${from + 7}`, [
    same(`def prepare_${at}(orders):`),
    same('    """Orders of a customer, by month."""'),
    row("changed", "    months = orders.resample('M')", "    months = orders.resample('ME')"),
    gone("    return months.sum()"),
    added("    sums = months.sum()"),
    added("    return sums[sums > 0]"),
    same(""),
  ]);
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
