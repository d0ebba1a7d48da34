/* The desktop app as the backend. What the first screen asks stands in `first.ts`. */
import { m } from "$m";
import { ask, tell } from "./ask";
import type { Backend } from "./backend";
import { commands } from "./bindings";
import { CommandError } from "./error";
import { first, open } from "./first";
import { inside } from "./inside";
import { life } from "./life";
import { moving } from "./moving";
import { places } from "./places";
import { previews } from "./previews";
import { safe } from "./safe";

const gone = () =>
  new CommandError({
    kind: "gone",
    title: m.launch_gone_title(),
    message: m.launch_gone_text(),
    hint: null,
    field: null,
    detail: null,
  });

export const desktop: Backend = {
  ...first,
  ...places,
  ...previews,
  ...moving,
  ...safe,
  ...inside,
  ...life,
  async openLaunch(lab, receive) {
    // A stream of a launch that is over would only end without a word.
    if ((await ask(commands.fetchLaunch(lab))) === null) throw gone();
    return open(receive, (channel) => commands.subscribeLaunch(lab, channel));
  },
  openUsage: (container, receive) => open(receive, (channel) => commands.subscribeUsage(container, channel)),

  measureRecipe: (recipe) => ask(commands.measureRecipe(recipe)),
  saveRecipe: (lab, draft) => ask(commands.saveRecipe(lab, draft)),
  exportRecipe: (recipe) => ask(commands.exportRecipe(recipe)),
  openRecipe: () => ask(commands.openRecipe()),
  addRecipe: (text) => ask(commands.addRecipe(text)),
  removeRecipe: (recipe) => tell(commands.removeRecipe(recipe)),

  newForm: (seed) => ask(commands.newForm(seed)),
  reviseForm: (form) => ask(commands.reviseForm(form)),
  frameForm: (form) => ask(commands.frameForm(form)),
  checkForm: (form, typed) => ask(commands.checkForm(form, typed)),
  listVersions: (recipe, image) => ask(commands.listVersions(recipe, image)),
  measureForm: (form) => ask(commands.measureForm(form)),
  chooseFolder: () => ask(commands.chooseFolder()),
  readCommand: (text, answers) => ask(commands.readCommand(text, { ...answers })),
  checkGpu: (form) => ask(commands.checkGpu(form)),

  launchLab: (form, typed) => ask(commands.launchLab(form, typed)),
  saveLab: (form, typed) => ask(commands.saveLab(form, typed)),
  changeForm: (lab) => ask(commands.changeForm(lab)),
  checkChange: (lab, form, typed) => ask(commands.checkChange(lab, form, typed)),
  changeLab: (lab, form, typed, lossAccepted) => ask(commands.changeLab(lab, form, typed, lossAccepted)),
  cancelLaunch: (lab) => ask(commands.cancelLaunch(lab)),

  openLab: (lab) => tell(commands.openLab(lab)),
  startLab: (lab) => tell(commands.startLab(lab)),
  stopLab: (lab) => tell(commands.stopLab(lab)),
  restartLab: (lab) => tell(commands.restartLab(lab)),
  previewDelete: (lab) => ask(commands.previewDelete(lab)),
  forgetLab: (lab) => tell(commands.forgetLab(lab)),
  deleteLab: (lab, volumes) => tell(commands.deleteLab(lab, [...volumes])),
  revealPassword: (lab) => ask(commands.revealPassword(lab)),
  labCommands: (lab) => ask(commands.labCommands(lab)),
  renameLab: (lab, name) => tell(commands.renameLab(lab, name)),
  exportLab: (lab) => ask(commands.exportLab(lab)),
  importLab: () => ask(commands.importLab()),
  makeShortcut: (lab) => ask(commands.makeShortcut(lab)),
  previewAdopt: (container) => ask(commands.previewAdopt(container)),
  adoptContainer: (container) => ask(commands.adoptContainer(container)),

  tryEngine: () => ask(commands.tryEngine()),
  applyRemedy: (remedy) => tell(commands.applyRemedy(remedy)),
};
