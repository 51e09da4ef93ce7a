import { signal } from '@preact/signals';
import type { Key } from '../language/dictionary';
import { read, write } from '../shared/preferences';

/** What a key does. `keys` are values of KeyboardEvent.key; the first is shown. */
export interface Shortcut {
  keys: readonly string[];
  shown: string;
  what: Key;
  run: () => void;
}

const Setting = 'parley.shortcuts';

/** Single keys can be switched off: speech input and screen readers send letters, too. */
export const areOn = signal(read(Setting) !== 'off');

export function switchShortcuts(on: boolean): void {
  areOn.value = on;
  write(Setting, on ? 'on' : 'off');
}

/** Whether a key belongs to something else: a field, a button that Space presses, an open dialog. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  if (event.altKey || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]'))
    return true;
  const tag = target?.tagName ?? '';
  if (tag === 'TEXTAREA' || tag === 'SELECT' || (tag === 'INPUT' && (target as HTMLInputElement).type !== 'range'))
    return true;
  if (tag === 'INPUT')
    return event.key.startsWith('Arrow');
  return event.key === ' ' && (tag === 'BUTTON' || tag === 'A');
}

/** Listens for shortcuts of a view. Returns what ends it. */
export function listen(shortcuts: readonly Shortcut[], onUndo: () => void): () => void {
  const onKey = (event: KeyboardEvent): void => {
    const inField = /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as HTMLElement | null)?.tagName ?? '');
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z' && !inField) {
      event.preventDefault();
      onUndo();
      return;
    }
    if (isTaken(event) || (!areOn.value && event.key !== '?'))
      return;
    const shortcut = shortcuts.find(one => one.keys.includes(event.key));
    if (shortcut) {
      event.preventDefault();
      shortcut.run();
    }
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}
