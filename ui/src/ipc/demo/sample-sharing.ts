/* What the sample engine says about sharing a lab, opening a recipe file, and making a lab of a container. */
import type { AdoptPreview, ContainerRow, LabCommands, RecipePreview } from "../bindings";

export function commandsOf(name: string): LabCommands {
  const id = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const parts = [
    "docker run --detach",
    `--name ${id}`,
    "--publish 127.0.0.1:8888:49494",
    `--volume ${id}-work:/home/jupyter/notebooks`,
    "exasol/ai-lab:6.0.0",
  ];
  return {
    bash: parts.join(" \\\n  "),
    powershell: parts.join(" `\n  "),
    cmd: parts.join(" ^\n  "),
    function: `${id.replaceAll("-", "_")}() {\n  ${parts.join(" \\\n    ")} "$@"\n}`,
    compose: `services:\n  ${id}:\n    image: exasol/ai-lab:6.0.0\n    ports:\n      - "127.0.0.1:8888:49494"\n    volumes:\n      - ${id}-work:/home/jupyter/notebooks\nvolumes:\n  ${id}-work:\n    external: true\n`,
    notes: ["The password is not in it. Set JUPYTER_PASSWORD in your shell before you run it."],
  };
}

export const importNotes = [
  "The folder C:\\Users\\anna\\work is a Windows path. Choose a folder of this computer.",
  "The volume my-vol is not on this engine. A new, empty one will be made.",
];

export const recipePreview: RecipePreview = {
  name: "Churn workbench",
  summary: "JupyterLab with the packages of the churn project",
  icon: "workflow",
  tint: 6,
  category: "notebooks",
  does: [
    { message: "Starts the image quay.io/jupyter/scipy-notebook:2025-10-20.", tone: "plain" },
    { message: "Keeps your work in a volume, in the folder /home/jovyan/work.", tone: "plain" },
    { message: "Sets the variable CHURN_REGION to emea.", tone: "plain" },
    { message: "Runs start-notebook.py --ServerApp.terminals_enabled=False inside.", tone: "warning" },
  ],
  replaces: null,
  text: 'name = "Churn workbench"\n',
};

export function adoption(row: ContainerRow): AdoptPreview {
  return {
    container: row.id,
    name: row.name,
    recipeName: "Jupyter",
    icon: "kernel",
    tint: 3,
    keeps: [
      "Its container and everything in it stay as they are.",
      ...row.mounts.map((mount) => `Its files in ${mount.source || mount.target} stay.`),
    ],
    limits: ["It has no saved password. Slipway opens its page, and you sign in."],
  };
}
