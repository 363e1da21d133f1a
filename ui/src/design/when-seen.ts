// Tells when an element comes into sight, or nearly so. What is below the window of a long list is drawn then, and not before.
import type { Attachment } from "svelte/attachments";

/** So much below the edge counts as in sight, so that whoever scrolls finds it drawn. */
const AHEAD = "600px";

/** Is told once; an element that is in sight from the start counts too. */
export function whenSeen(seen: () => void): Attachment {
  return (element) => {
    // A room scrolls inside the window, and "ahead" is counted from the edge of what scrolls.
    const root = element.closest("main");
    const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && seen(), { root, rootMargin: AHEAD });
    watch.observe(element);
    return () => watch.disconnect();
  };
}
