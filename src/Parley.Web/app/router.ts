import { signal } from '@preact/signals';

export type Route = { view: 'home' } | { view: 'status' } | { view: 'recording'; id: string } | { view: 'unknown' };

/** Which view an address means: `#/`, `#/status`, `#/recordings/ID`. */
export function routeOf(hash: string): Route {
  const path = hash.replace(/^#\/?/, '').replace(/\/$/, '');
  if (path === '')
    return { view: 'home' };
  if (path === 'status')
    return { view: 'status' };
  const id = /^recordings\/([0-9a-fA-F-]{36})$/.exec(path)?.[1];
  return id ? { view: 'recording', id: id.toLowerCase() } : { view: 'unknown' };
}

export const route = signal<Route>(routeOf(typeof location === 'undefined' ? '' : location.hash));

export const recordingHref = (id: string): string => `#/recordings/${id}`;

export function watchAddress(): void {
  addEventListener('hashchange', () => {
    route.value = routeOf(location.hash);
    scrollTo(0, 0);
  });
}
