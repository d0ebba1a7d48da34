/* The sample catalogue: every category, and every way in which a recipe may fit this computer or not. Its sizes
   are what the sample registry says; whether it has been asked, the sample backend decides. */
import type { DownloadSize, LaunchForm, RecipeTile } from "../bindings";

/** Downloads count in powers of ten, memory in powers of two. */
const GB = 1_000_000_000;
const GIB = 2 ** 30;

function recipe(
  [id, name, summary]: readonly [string, string, string],
  category: RecipeTile["category"],
  [icon, tint]: readonly [string, number],
  [image, downloadSize]: readonly [string, number] | readonly [],
  part: Partial<RecipeTile> = {},
): RecipeTile {
  return {
    id,
    name,
    summary,
    category,
    icon,
    tint,
    images: image ? [image] : [],
    here: false,
    downloadSize: downloadSize ?? null,
    sizeUnknown: null,
    willNotRun: null,
    cautions: [],
    memoryMinimum: null,
    wantsGpu: false,
    own: false,
    keywords: [],
    ...part,
  };
}

export const recipes: RecipeTile[] = [
  recipe(
    ["ai-lab", "Exasol AI-Lab", "AI on top of Exasol"],
    "exasol",
    ["sparkles", 1],
    ["exasol/ai-lab", 1.6 * GB],
    { here: true, memoryMinimum: 4 * GIB },
  ),
  recipe(
    ["data-science-sandbox", "Data science sandbox", "Notebooks with Exasol, the first generation"],
    "exasol",
    ["flask", 5],
    ["exasol/data-science-sandbox", 0.69 * GB],
    { here: true, memoryMinimum: 2 * GIB },
  ),
  recipe(
    ["docker-stacks", "Jupyter", "Python, R and Spark notebooks"],
    "notebooks",
    ["kernel", 3],
    ["quay.io/jupyter/datascience-notebook", 1.2 * GB],
    { memoryMinimum: 2 * GIB, keywords: ["jupyter", "julia", "spark", "pandas"] },
  ),
  recipe(
    ["eskapade", "Eskapade", "Reproducible analysis pipelines"],
    "machineLearning",
    ["workflow", 6],
    ["kave/eskapade-usr", 1.3 * GB],
    { here: true, memoryMinimum: 2 * GIB },
  ),
  recipe(
    ["exasol-db", "Exasol Docker-DB", "An Exasol database for tests, up to 10 GiB of data"],
    "exasol",
    ["database", 5],
    ["exasol/docker-db", 1.3 * GB],
    { memoryMinimum: 4 * GIB, cautions: ["Runs in privileged mode, which Slipway asks you about first."] },
  ),
  recipe(
    ["minimal-notebook", "Jupyter minimal", "JupyterLab with Python and nothing else"],
    "notebooks",
    ["kernel", 3],
    ["quay.io/jupyter/minimal-notebook", 0.5 * GB],
    { memoryMinimum: GIB },
  ),
  recipe(
    ["scipy-notebook", "Jupyter for science", "pandas, scikit-learn, matplotlib and more"],
    "notebooks",
    ["kernel", 3],
    ["quay.io/jupyter/scipy-notebook", 1.1 * GB],
    { memoryMinimum: 2 * GIB },
  ),
  recipe(
    ["all-spark-notebook", "Jupyter with Spark", "Python and R on Apache Spark"],
    "notebooks",
    ["kernel", 3],
    ["quay.io/jupyter/all-spark-notebook", 1.9 * GB],
    { memoryMinimum: 4 * GIB },
  ),
  recipe(
    ["julia-notebook", "Jupyter with Julia", "The Julia language in notebooks"],
    "notebooks",
    ["kernel", 3],
    ["quay.io/jupyter/julia-notebook", 1.0 * GB],
    { memoryMinimum: 2 * GIB },
  ),
  recipe(
    ["marimo", "marimo", "Python notebooks that react to every change"],
    "notebooks",
    ["kernel", 2],
    ["ghcr.io/marimo-team/marimo", 0.2 * GB],
  ),
  recipe(
    ["zeppelin", "Apache Zeppelin", "Notebooks for Spark and SQL, with built-in charts"],
    "notebooks",
    ["waypoints", 2],
    ["apache/zeppelin", 1.4 * GB],
    { memoryMinimum: 3 * GIB },
  ),
  recipe(
    ["dask-notebook", "Dask", "Large tables and arrays, in pieces"],
    "notebooks",
    ["boxes", 2],
    ["ghcr.io/dask/dask-notebook", 0.9 * GB],
    { memoryMinimum: 2 * GIB },
  ),
  recipe(
    ["generic-jupyter", "Another Jupyter image", "Any image that starts Jupyter"],
    "notebooks",
    ["kernel", 7],
    [],
  ),
  recipe(
    ["rstudio", "RStudio Server", "R with its own workbench"],
    "statistics",
    ["r", 6],
    ["rocker/rstudio", 0.5 * GB],
    { memoryMinimum: GIB },
  ),
  recipe(
    ["tidyverse", "RStudio with tidyverse", "R with the tidyverse and database drivers"],
    "statistics",
    ["r", 6],
    ["rocker/tidyverse", 0.8 * GB],
    { memoryMinimum: 2 * GIB },
  ),
  recipe(
    ["geospatial", "RStudio for maps", "R with the packages for geography"],
    "statistics",
    ["r", 6],
    ["rocker/geospatial", 1.6 * GB],
    { memoryMinimum: 24 * GIB, cautions: ["Wants 24 GB of memory; this computer has 16 GB."] },
  ),
  recipe(
    ["shiny", "Shiny Server", "Apps written in R"],
    "statistics",
    ["chart", 6],
    ["rocker/shiny", 0.6 * GB],
  ),
  recipe(
    ["pytorch-notebook", "Jupyter with PyTorch", "Deep learning with PyTorch"],
    "machineLearning",
    ["flame", 4],
    ["quay.io/jupyter/pytorch-notebook", 2.4 * GB],
    { memoryMinimum: 4 * GIB, wantsGpu: true, cautions: ["Runs without a graphics card here, but slower."] },
  ),
  recipe(
    ["tensorflow-notebook", "Jupyter with TensorFlow", "Deep learning with TensorFlow"],
    "machineLearning",
    ["flame", 4],
    ["quay.io/jupyter/tensorflow-notebook", 2.6 * GB],
    { memoryMinimum: 4 * GIB, wantsGpu: true, cautions: ["Runs without a graphics card here, but slower."] },
  ),
  recipe(
    ["rapids", "RAPIDS notebooks", "Tables and models on the graphics card"],
    "machineLearning",
    ["flame", 4],
    ["rapidsai/notebooks", 8.7 * GB],
    { wantsGpu: true, willNotRun: "Needs an NVIDIA graphics card, and this engine has none." },
  ),
  recipe(
    ["mlflow", "MLflow", "Keeps track of experiments and models"],
    "machineLearning",
    ["chart", 4],
    ["ghcr.io/mlflow/mlflow", 0.4 * GB],
  ),
  recipe(
    ["postgres", "PostgreSQL", "A database for SQL"],
    "databases",
    ["database", 5],
    ["postgres", 0.15 * GB],
    { keywords: ["sql", "psql"] },
  ),
  recipe(["mysql", "MySQL", "A database for SQL"], "databases", ["database", 5], ["mysql", 0.2 * GB], {
    keywords: ["sql", "mariadb"],
  }),
  recipe(
    ["metabase", "Metabase", "Dashboards and questions without code"],
    "apps",
    ["chart", 8],
    ["metabase/metabase", 0.5 * GB],
    { memoryMinimum: 2 * GIB },
  ),
  recipe(
    ["superset", "Apache Superset", "Dashboards on top of any database"],
    "apps",
    ["chart", 8],
    ["apache/superset", 0.7 * GB],
    { memoryMinimum: 4 * GIB },
  ),
  recipe(
    ["code-server", "VS Code in the browser", "An editor for any language"],
    "apps",
    ["globe", 2],
    ["codercom/code-server", 0.3 * GB],
  ),
  recipe(["streamlit", "A Streamlit app", "Your own image with a Streamlit app"], "apps", ["globe", 2], []),
  recipe(["web-app", "A web app", "Any image with a page"], "apps", ["globe", 2], []),
];

/** Why a size is not known while no registry is reached. */
export const NO_REGISTRY = "Its size is not known: Docker Hub cannot be reached.";

/** The tile as it was before its registry was asked. */
export const unmeasured = (tile: RecipeTile): RecipeTile => ({ ...tile, downloadSize: null });

/** The tile after a registry that does not answer. */
export const unreached = (tile: RecipeTile): RecipeTile => ({
  ...unmeasured(tile),
  sizeUnknown: NO_REGISTRY,
});

/** What the sample registry says of a form's image. */
export function sizeOf(form: LaunchForm, offline: boolean): DownloadSize {
  const tile = recipes.find((one) => one.images.includes(form.image));
  const here = tile?.here === true && form.version !== "5.0.0";
  if (here) return { here, bytes: null, unknown: null };
  if (offline) return { here, bytes: null, unknown: NO_REGISTRY };
  return { here, bytes: tile?.downloadSize ?? 312_000_000, unknown: null };
}
