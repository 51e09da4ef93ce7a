// What the page remembers in this browser. Storage may be denied; then choices last as long as the page.

export type Theme = 'system' | 'light' | 'dark';
export type Locale = 'en' | 'zh';

export const SystemIsDark = '(prefers-color-scheme: dark)';

const ThemeKey = 'parley.theme';
const LocaleKey = 'parley.language';

export function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Denied or full: nothing depends on it.
  }
}

export function keptTheme(): Theme {
  const kept = read(ThemeKey);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Shows the colours of a choice. Returns whether they are dark. */
export function paint(theme: Theme): boolean {
  const isDark = theme === 'system' ? matchMedia(SystemIsDark).matches : theme === 'dark';
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
  return isDark;
}

export const keepTheme = (theme: Theme): void => write(ThemeKey, theme);

/** The kept language, else the first of the browser's languages that the page has. */
export function keptLocale(): Locale {
  const kept = read(LocaleKey);
  if (kept === 'en' || kept === 'zh')
    return kept;
  for (const language of navigator.languages ?? [navigator.language]) {
    if (language.toLowerCase().startsWith('zh'))
      return 'zh';
    if (language.toLowerCase().startsWith('en'))
      return 'en';
  }
  return 'en';
}

export const keepLocale = (locale: Locale): void => write(LocaleKey, locale);
