import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { getStatus } from '../api/client';
import type { ServerStatus } from '../api/types';
import { locale, t } from '../language/language';
import type { Key } from '../language/dictionary';
import { Icon } from '../shared/icons';
import { bytes, percent, roughly, span } from '../shared/format';
import { wordsFor } from '../shared/notices';
import { RtfChart } from './RtfChart';

const Interval = 3000;

/** A text of a key that may not exist: words of the server that the page does not know are shown as they are. */
const known = ['state.healthy', 'state.starting', 'state.degraded', 'state.stopping', 'state.idle', 'state.busy', 'state.asleep', 'state.broken', 'state.completed', 'state.failed',
  'state.cancelled', 'state.timed_out'] as const satisfies readonly Key[];
const word = (value: string): string => {
  const key = known.find(candidate => candidate === `state.${value}`);
  return key ? t(key) : value;
};

/** What operators look at: state, queue, workers, devices and why, speed, cache, versions. */
export function StatusView(): JSX.Element {
  const status = useSignal<ServerStatus | null>(null), trouble = useSignal('');
  useEffect(() => {
    let timer = 0, isOver = false;
    const refresh = async (): Promise<void> => {
      try {
        status.value = await getStatus();
        trouble.value = '';
      } catch (error) {
        trouble.value = wordsFor(error);
      }
      if (!isOver)
        timer = window.setTimeout(() => void refresh(), Interval);
    };
    void refresh();
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, []);
  const now = status.value;
  return (
    <div class="status">
      <header class="status-head">
        <h1>{t('status.title')}</h1>
        {now && <p class={`state ${now.state}`} role="status">{word(now.state)}</p>}
      </header>
      {trouble.value && <p class="refusal" role="alert">{trouble.value}</p>}
      {now && <Checks checks={now.checks ?? {}} />}
      {now && <Facts now={now} />}
      <p class="muted small-text">{t('status.links')} <a href={`/metrics${metricsQuery()}`}>/metrics</a> · <a href="/health">/health</a> · <a href="/api/v1/openapi.json">OpenAPI</a></p>
    </div>
  );
}

const checks = ['check.maintenance_loop', 'check.accepting_tasks', 'check.workers_ready'] as const satisfies readonly Key[];

/** What has to hold; a mark and a word say where it does not. */
function Checks({ checks: held }: { checks: Record<string, unknown> }): JSX.Element {
  return (
    <ul class="checks">
      {Object.entries(held).map(([name, isWell]) => {
        const key = checks.find(candidate => candidate === `check.${name}`), text = key ? t(key) : name;
        return <li key={name} class={isWell ? 'muted' : 'refusal'}><Icon name={isWell ? 'check' : 'alert'} />{isWell ? text : `${text}: ${t('status.bad')}`}</li>;
      })}
    </ul>
  );
}

/** The token of the page's own address goes on to /metrics, as operators have it in their bookmarks. */
function metricsQuery(): string {
  const token = new URLSearchParams(location.search).get('token');
  return token ? `?token=${encodeURIComponent(token)}` : '';
}

function Facts({ now }: { now: ServerStatus }): JSX.Element {
  const looked = now.cache.hits + now.cache.misses;
  return (
    <>
      <dl class="tiles">
        <Tile name={t('status.waiting')}>{now.queue.waiting} <small>/ {now.queue.max_waiting}</small></Tile>
        <Tile name={t('status.running')}>{now.queue.running} <small>/ {now.engine.slots}</small></Tile>
        <Tile name={t('status.perJob')}>{now.queue.seconds_per_job == null ? '–' : span(roughly(now.queue.seconds_per_job), locale.value)}</Tile>
        <Tile name={t('status.uptime')}>{span(now.uptime_seconds, locale.value)}</Tile>
        <Tile name={t('status.connections')}>{now.connections}</Tile>
        <Tile name={t('status.uploads')}>{now.uploads}</Tile>
      </dl>
      <Section title={t('status.speed')}><RtfChart history={now.history} /></Section>
      <Section title={t('status.devices')}>
        <Table head={[t('status.stage'), t('status.device'), t('status.why')]} rows={now.engine.devices.map(device => [device.stage, device.device, device.why ?? ''])} />
        <p class="muted small-text">{t('status.engine', { mode: now.engine.mode, models: now.engine.bundles.join(', ') })}</p>
      </Section>
      {now.workers.length > 0 && (
        <Section title={t('status.workers')}>
          <Table head={['#', t('status.state'), t('status.bundle'), t('status.memory'), t('status.jobsDone'), t('status.restarts'), t('status.start')]}
            rows={now.workers.map(worker => [
              worker.number, worker.error ? `${word(worker.state)}: ${worker.error}` : word(worker.state), worker.bundles.join(', ') || '–', worker.memory_bytes == null ? '–' : bytes(worker.memory_bytes), worker.jobs_done, worker.restarts,
              worker.start_seconds == null ? '–' : `${worker.start_seconds.toFixed(1)} s`,
            ])} />
        </Section>
      )}
      <div class="pair">
        <Section title={t('status.cache')}>
          <Pairs pairs={[
            [t('status.entries'), now.cache.entries], [t('status.size'), bytes(now.cache.bytes)], [t('status.hitRate'), looked > 0 ? percent(now.cache.hits / looked) : '–'],
            [t('status.projected'), now.cache.projected],
          ]} />
        </Section>
        <Section title={t('status.ended')}>
          <Pairs pairs={[...Object.entries(now.ended).map(([name, count]): [string, number] => [word(name), count]), ...Object.entries(now.errors).filter(([, count]) => count > 0)]} />
        </Section>
      </div>
      <Section title={t('status.versions')}><Pairs pairs={Object.entries(now.versions).map(([name, version]): [string, string] => [name, version ?? '–'])} /></Section>
      {now.original && Object.keys(now.original).length > 0 && (
        <details class="original">
          <summary>{t('status.original')}</summary>
          <pre tabIndex={0}>{JSON.stringify(now.original, null, 2)}</pre>
        </details>
      )}
    </>
  );
}

const Tile = ({ name, children }: { name: string; children: ComponentChildren }): JSX.Element => <div class="tile"><dt>{name}</dt><dd>{children}</dd></div>;

const Section = ({ title, children }: { title: string; children: ComponentChildren }): JSX.Element => <section class="status-section"><h2>{title}</h2>{children}</section>;

const Pairs = ({ pairs }: { pairs: [string, string | number][] }): JSX.Element => pairs.length === 0 ? <p class="muted">–</p>
  : <dl class="pairs">{pairs.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;

const Table = ({ head, rows }: { head: string[]; rows: (string | number)[][] }): JSX.Element => (
  <div class="table-place" tabIndex={0} role="group" aria-label={head.join(', ')}>
    <table>
      <thead><tr>{head.map(name => <th key={name} scope="col">{name}</th>)}</tr></thead>
      <tbody>{rows.map((row, index) => <tr key={index}>{row.map((value, column) => <td key={column}>{value}</td>)}</tr>)}</tbody>
    </table>
  </div>
);
