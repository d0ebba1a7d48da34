/* The catalogue's categories in its order, and what they are called. */
import { m } from "$m";
import type { Category } from "../ipc/bindings";

export const CATEGORIES: readonly Category[] = [
  "exasol",
  "notebooks",
  "statistics",
  "machineLearning",
  "databases",
  "apps",
];

const NAMES: Record<Category, () => string> = {
  exasol: m.category_exasol,
  notebooks: m.category_notebooks,
  statistics: m.category_statistics,
  machineLearning: m.category_machine_learning,
  databases: m.category_databases,
  apps: m.category_apps,
};
export const categoryName = (category: Category): string => NAMES[category]();
