import { signal } from '@preact/signals';
import { keepLocale, keptLocale, type Locale } from '../shared/preferences';
import { dictionary, type Key } from './dictionary';
import { problemsInChinese } from './problems';

export const locale = signal<Locale>(keptLocale());

export function setLocale(next: Locale): void {
  locale.value = next;
  keepLocale(next);
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en';
}

/** What the server said, in the present language where it is known there. */
export const said = (code: string, detail: string): string => locale.value === 'zh' ? problemsInChinese[code] ?? detail : detail;

export type Values = Record<string, string | number>;

/**
 * The text of a key in the present language. `{name}` stands for a value; of `one | many` the first is taken when `n` is 1.
 */
export function t(key: Key, values: Values = {}): string {
  const forms = dictionary[locale.value][key].split(' | ');
  const text = forms.length > 1 && values['n'] !== 1 ? forms[1]! : forms[0]!;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => name in values ? String(values[name]) : whole);
}
