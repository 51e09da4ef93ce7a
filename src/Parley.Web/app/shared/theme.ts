import { signal } from '@preact/signals';
import { keepTheme, keptTheme, paint, SystemIsDark, type Theme } from './preferences';

export const theme = signal<Theme>(keptTheme());

/** Whether dark colours are shown now. */
export const isDark = signal(paint(theme.value));

matchMedia(SystemIsDark).addEventListener('change', () => isDark.value = paint(theme.value));

export function setTheme(next: Theme): void {
  theme.value = next;
  keepTheme(next);
  isDark.value = paint(next);
}
