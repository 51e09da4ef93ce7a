import { signal } from '@preact/signals';
import { keepTheme, keptTheme, type Theme } from './preferences';

export const theme = signal<Theme>(keptTheme());

const dark = matchMedia('(prefers-color-scheme: dark)');

/** Whether dark colours are shown now. */
export const isDark = signal(resolve());

function resolve(): boolean {
  return theme.value === 'system' ? dark.matches : theme.value === 'dark';
}

dark.addEventListener('change', () => isDark.value = resolve());

export function setTheme(next: Theme): void {
  theme.value = next;
  keepTheme(next);
  if (next === 'system')
    delete document.documentElement.dataset['theme'];
  else
    document.documentElement.dataset['theme'] = next;
  isDark.value = resolve();
}
