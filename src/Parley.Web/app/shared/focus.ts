/**
 * Takes an element away and gives its focus to what stands there then. Whoever went elsewhere meanwhile is left there.
 * This must not wait for a frame: a key may come before it and move the focus, and would lose it again.
 */
export function handOver(element: Element, takeAway: () => void, next: () => HTMLElement | null | undefined): void {
  const at = document.activeElement, isHere = at === null || at === document.body || element.contains(at);
  takeAway();
  // Preact draws in a microtask, asked for just now; this one comes behind it, and before any key.
  if (isHere)
    queueMicrotask(() => next()?.focus({ preventScroll: true }));
}
