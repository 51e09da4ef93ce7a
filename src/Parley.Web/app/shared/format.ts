// Numbers and times for people. Pure, so that tests need no browser.

/** `0:07`, `12:34`, `1:02:03`; parts of a second are dropped. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole % 3600 / 60), rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** How long, in two units at most: `42 s`, `3 min 20 s`, `2 h 5 min`. */
export function span(seconds: number, locale: 'en' | 'zh'): string {
  const units = locale === 'zh' ? [' 天', ' 小时', ' 分', ' 秒'] : [' d', ' h', ' min', ' s'];
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 86400), Math.floor(whole % 86400 / 3600), Math.floor(whole % 3600 / 60), whole % 60];
  const first = parts.findIndex(part => part > 0);
  if (first < 0)
    return `0${units[3]}`;
  if (locale === 'zh' && first === 2 && parts[3] === 0)
    return `${parts[2]} 分钟`;
  return parts.slice(first, first + 2).map((part, index) => part > 0 ? `${part}${units[first + index]}` : '').filter(Boolean).join(' ');
}

/** An estimate is no measurement: to five seconds below a minute, then half and whole minutes. */
export function roughly(seconds: number): number {
  if (seconds < 10)
    return Math.max(1, Math.ceil(seconds));
  const step = seconds < 60 ? 5 : seconds < 300 ? 30 : 60;
  return Math.ceil(seconds / step) * step;
}

/** `512 B`, `3.4 MB`: powers of 1000, as file managers count. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count, unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Today's time, this year's day, or the whole date. */
export function moment(iso: string, now: Date, locale: 'en' | 'zh'): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime()))
    return '';
  const tag = locale === 'zh' ? 'zh-CN' : 'en-GB';
  const time = date.toLocaleTimeString(tag, { hour: '2-digit', minute: '2-digit' });
  if (date.toDateString() === now.toDateString())
    return time;
  const day = date.toLocaleDateString(tag, { day: 'numeric', month: 'short', ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }) });
  return `${day} ${time}`;
}

export const percent = (share: number): string => `${Math.round(share * 100)}%`;
