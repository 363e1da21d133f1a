// What the window opens on: a platform, and in stories a room or a request to begin with.
import type { Platform } from "./platform/platform";
import type { Room } from "./rooms/room";

export interface Opening {
  platform: Platform;
  room?: Room | null;
  request?: number | null;
}
