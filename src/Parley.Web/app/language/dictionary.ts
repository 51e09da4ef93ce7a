import { en } from './en';
import { zh } from './zh';

/** Every text of the page has a key here, and every language has all of them: the compiler sees to it. */
export type Key = keyof typeof en;

export const dictionary: { en: Record<Key, string>; zh: Record<Key, string> } = { en, zh };
