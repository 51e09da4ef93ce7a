import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { t } from '../language/language';
import { Icon } from '../shared/icons';
import { reveal } from './Following';
import { mark, MaxMarks, rangeOf } from './highlights';
import { hitsOf, nextHit, type Hit } from './hits';
import type { RecordingModel } from './RecordingModel';

/** What is searched for and where it stands. */
export class SearchModel {
  readonly text: Signal<string> = signal('');
  readonly at = signal(-1);
  readonly hits: ReadonlySignal<Hit[]>;

  constructor(private readonly model: RecordingModel) {
    this.hits = computed(() => hitsOf(model.sentences.value, this.text.value));
  }

  search(text: string): void {
    this.model.isWhole.value = true;
    this.text.value = text;
    this.at.value = -1;
    this.step(1);
  }

  step(direction: 1 | -1): void {
    this.at.value = nextHit(this.hits.value.length, this.at.value, direction);
    const hit = this.hits.value[this.at.value];
    if (hit)
      reveal(hit.sentence);
  }
}

export function SearchBox({ model }: { model: RecordingModel }): JSX.Element {
  const search = useMemo(() => new SearchModel(model), [model]);
  const hits = search.hits.value, at = search.at.value, isSearching = search.text.value.trim() !== '';
  useEffect(() => {
    const ranges = hits.slice(0, MaxMarks).map(hit => rangeOf(hit.sentence, hit));
    mark('hit', ranges);
    mark('hit-now', [hits[at] ? rangeOf(hits[at].sentence, hits[at]) : null]);
    return () => {
      mark('hit', []);
      mark('hit-now', []);
    };
  }, [hits, at, model.turns.value, model.editing.value]);
  const count = hits.length === 0 ? t('search.none') : t('search.count', { at: at + 1, of: hits.length });
  return (
    <div class="find transcript-find" role="search">
      <Icon name="search" />
      <input id="transcript-search" type="search" value={search.text.value} placeholder={t('search.title')} aria-label={t('search.title')} autocomplete="off" spellcheck={false}
        onInput={event => search.search(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            event.preventDefault();
            search.step(event.shiftKey ? -1 : 1);
          } else if (event.key === 'Escape') {
            search.search('');
            event.currentTarget.blur();
          }
        }} />
      <span class={isSearching ? 'find-count' : 'sr-only'} role="status">{isSearching ? count : ''}</span>
      {isSearching && <button type="button" class="plain small" disabled={hits.length === 0} aria-label={t('search.previous')} title={t('search.previous')} onClick={() => search.step(-1)}><Icon name="up" /></button>}
      {isSearching && <button type="button" class="plain small" disabled={hits.length === 0} aria-label={t('search.next')} title={t('search.next')} onClick={() => search.step(1)}><Icon name="down" /></button>}
    </div>
  );
}
