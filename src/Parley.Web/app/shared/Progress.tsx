import type { JSX } from 'preact';

/** A bar with a name; `value` from 0 to 1, null where nobody knows. */
export function Progress({ value, label, isQuiet = false }: { value: number | null; label: string; isQuiet?: boolean }): JSX.Element {
  return (
    <div class={`progress${value === null ? ' unknown' : ''}${isQuiet ? ' quiet' : ''}`} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100}
      aria-valuenow={value === null ? undefined : Math.round(value * 100)}>
      <div class="progress-fill" style={{ width: value === null ? '30%' : `${(value * 100).toFixed(2)}%` }} />
    </div>
  );
}
