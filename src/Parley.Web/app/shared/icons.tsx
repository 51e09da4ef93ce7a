// One stroke width, one grid of 24: drawn for this page.
import type { JSX } from 'preact';

const paths = {
  upload: 'M12 16V4m0 0L7 9m5-5 5 5M5 20h14',
  mic: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3ZM6 11a6 6 0 0 0 12 0M12 17v4',
  play: 'M8 5.5v13l10.5-6.5Z',
  pause: 'M8 5v14M16 5v14',
  stop: 'M7 7h10v10H7Z',
  back: 'M11 5l-7 7 7 7M4 12h16',
  search: 'M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14Zm5 12 4.5 4.5',
  close: 'M6 6l12 12M18 6 6 18',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  up: 'M6 15l6-6 6 6',
  down: 'M6 9l6 6 6-6',
  undo: 'M8 5 4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3',
  copy: 'M9 9h11v11H9ZM15 9V4H4v11h5',
  download: 'M12 4v12m0 0 5-5m-5 5-5-5M5 20h14',
  trash: 'M4 7h16M10 4h4M6 7l1 13h10l1-13M10 11v5M14 11v5',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.500 10.500Z',
  system: 'M4 5h16v11H4ZM9 20h6M12 16v4',
  pulse: 'M3 12h4l3-7 4 14 3-7h4',
  people: 'M9 5a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7ZM3 20c0-3.300 2.700-5.500 6-5.500s6 2.200 6 5.500M16 5.300a3.500 3.500 0 0 1 0 6.400M18 15c1.900.8 3 2.600 3 5',
  keyboard: 'M3 7h18v10H3ZM7 11h.01M11 11h.01M15 11h.01M8 14h8',
  check: 'M5 12.500 10 17.500 19 7',
  alert: 'M12 4 2.500 20h19ZM12 10v4M12 17h.01',
  back5: 'M4 4v5h5M4.600 9A8 8 0 1 1 4 13',
  skip5: 'M20 4v5h-5M19.400 9A8 8 0 1 0 20 13',
  edit: 'M4 20h4L19 9l-4-4L4 16ZM13 7l4 4',
  follow: 'M12 4v14m0 0 5-5m-5 5-5-5M5 21h14',
  leave: 'M10 4H4v16h6M14 8l4 4-4 4M18 12H9',
} as const;

export type IconName = keyof typeof paths;

/** Decoration: what it means stands beside it or in the name of its button. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.75"
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
