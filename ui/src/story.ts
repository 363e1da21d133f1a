// Which world the window opens on while there is no shell yet: the fake one, arranged by the address. Development only.
import { makeFakePlatform } from "./platform/fake/fake-platform";
import type { FakeWorld } from "./platform/fake/fake-world";
import { CONSENT_CASES } from "./platform/fake/consent-cases";
import type { ConsentCase } from "./platform/fake/consent-cases";
import type { StartView } from "./platform/start";
import type { Opening } from "./opening";
import type { Room } from "./rooms/room";

/** `?room=consent&case=news&lang=ru&theme=dark&wallet=open&relay=down&empty=1` */
export function chooseWorld(query: URLSearchParams): Opening {
  const wanted = query.get("case") ?? "";
  const world: FakeWorld = { empty: query.has("empty") };
  if (wanted in CONSENT_CASES) world.consent = CONSENT_CASES[wanted as ConsentCase];
  const relay = query.get("relay");
  if (relay === "down" || relay === "breaks") world.relay = relay;
  const language = query.get("lang");
  const theme = query.get("theme");
  const wallet = query.get("wallet");
  const trouble = query.get("trouble") as StartView["trouble"];
  world.start = {
    trouble,
    wallet: wallet === "none" || wallet === "locked" ? wallet : "open",
    sentByShop: query.has("shop"),
    settings: {
      language: language === "ru" || language === "de" ? language : "en",
      theme: theme === "light" || theme === "dark" ? theme : "system",
    },
  };
  const room = query.get("room");
  return {
    platform: makeFakePlatform(world).platform,
    room: room === "consent" ? "requests" : (room as Room | null),
    request: room === "consent" ? 1 : null,
  };
}
