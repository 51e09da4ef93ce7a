import type { JSX } from 'preact';
import type { ServerStatus } from '../api/types';
import { t } from '../language/language';
import { columnsOf } from './columns';

const Width = 640, Height = 120, Foot = 18;

/** Seconds of work for a second of sound, for each of the last jobs, oldest left. */
export function RtfChart({ history }: { history: ServerStatus['history'] }): JSX.Element {
  const chart = columnsOf(history.map(job => job.rtf), Width, Height - Foot);
  if (chart.columns.length === 0)
    return <p class="muted">{t('status.noHistory')}</p>;
  const words = t('status.rtf', { n: history.length, median: chart.median.toFixed(3), worst: chart.worst.toFixed(3) });
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${Width} ${Height}`} role="img" aria-label={words} preserveAspectRatio="none">
        <line class="chart-line" x1="0" x2={Width} y1={Height - Foot} y2={Height - Foot} />
        <line class="chart-median" x1="0" x2={Width} y1={chart.medianY} y2={chart.medianY} />
        {chart.columns.map((column, index) => <rect key={index} class={history[index]!.cached ? 'chart-bar cached' : 'chart-bar'} x={column.x} y={column.y} width={column.width} height={column.height} rx="1" />)}
      </svg>
      <figcaption class="muted small-text">{words}</figcaption>
    </figure>
  );
}
