/* What may be asked of volumes and folders that are looked into: one topic of the backend, and its desktop face. */
import { ask, tell } from "./ask";
import type { OpenStream, Receive } from "./backend";
import {
  commands,
  type Entry,
  type FolderPage,
  type FolderQuery,
  type OpenedPlace,
  type Place,
  type PlaceUpdate,
  type RemovePreview,
  type SearchHit,
  type SearchQuery,
  type SearchState,
  type SpaceMap,
  type SpaceState,
  type SurveyUpdate,
} from "./bindings";
import { open } from "./first";

export interface Places {
  /** What the volumes hold; counted while it is followed. */
  openSurvey(receive: Receive<SurveyUpdate>): Promise<OpenStream>;
  /** Fails at `name` where the name will not do. */
  createVolume(name: string, labels: readonly [string, string][]): Promise<void>;
  previewRemoveVolume(volume: string): Promise<RemovePreview>;
  removeVolume(volume: string): Promise<void>;
  openPlace(place: Place): Promise<OpenedPlace>;
  closePlace(place: number): Promise<void>;
  listFolder(place: number, query: FolderQuery): Promise<FolderPage>;
  /** What a path typed by hand names; fails at `path`. */
  findEntry(place: number, typed: string): Promise<Entry>;
  /** Follows these folders and this file, in the place of those followed before. */
  openChanges(
    place: number,
    folders: readonly string[],
    file: string | null,
    receive: Receive<PlaceUpdate>,
  ): Promise<OpenStream>;
  openMeasure(place: number, receive: Receive<SpaceState>): Promise<OpenStream>;
  spaceMap(place: number, folder: string): Promise<SpaceMap>;
  /** Starts a search in the place of the one before. */
  openSearch(place: number, query: SearchQuery, receive: Receive<SearchState>): Promise<OpenStream>;
  readHits(place: number, from: number, count: number): Promise<SearchHit[]>;
}

export const places: Places = {
  openSurvey: (receive) => open(receive, (channel) => commands.surveyVolumes(channel)),
  createVolume: (name, labels) => tell(commands.createVolume(name, [...labels])),
  previewRemoveVolume: (volume) => ask(commands.previewRemoveVolume(volume)),
  removeVolume: (volume) => tell(commands.removeVolume(volume)),
  openPlace: (place) => ask(commands.openPlace(place)),
  closePlace: (place) => tell(commands.closePlace(place)),
  listFolder: (place, query) => ask(commands.listFolder(place, query)),
  findEntry: (place, typed) => ask(commands.findEntry(place, typed)),
  openChanges: (place, folders, file, receive) =>
    open(receive, (channel) => commands.watchPlace(place, [...folders], file, channel)),
  openMeasure: (place, receive) => open(receive, (channel) => commands.measurePlace(place, channel)),
  spaceMap: (place, folder) => ask(commands.spaceMap(place, folder)),
  openSearch: (place, query, receive) =>
    open(receive, (channel) => commands.searchPlace(place, query, channel)),
  readHits: (place, from, count) => ask(commands.readHits(place, from, count)),
};
