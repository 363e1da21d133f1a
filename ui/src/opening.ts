// What the window opens on: a platform, what is known before it is asked, and in stories a room or a request to begin with.
import type { Platform } from "./platform/platform";
import type { StartView } from "./platform/start";
import type { Room } from "./rooms/room";

export interface Opening {
  platform: Platform;
  /** What came with the page: the first picture is made of it, while the platform is asked for what is true by then. */
  first?: StartView | null;
  room?: Room | null;
  request?: number | null;
}
