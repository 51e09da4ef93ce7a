import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { getStatus } from '../api/client';
import { t } from '../language/language';
import { isParticular, setWordWish, wordWish } from './wordWish';

/** What few people wish: other models, words that are likely to be said, numbers in figures. */
export function WordOptions(): JSX.Element {
  const models = useSignal<string[]>([]), id = useId(), wish = wordWish.value;
  useEffect(() => {
    void getStatus().then(status => models.value = status.engine.bundles, () => undefined); // without an answer there is no choice
  }, []);
  // A bundle that was wished once and is not served any more can still be seen, and unwished.
  const names = wish.model === '' || models.value.includes(wish.model) ? models.value : [...models.value, wish.model];
  return (
    <details class="word-options" open={isParticular(wish)}>
      <summary>{t('words.title')}</summary>
      <div class="word-fields">
        {names.length > 1 && (
          <label class="field" for={`${id}-model`}>
            <span>{t('words.model')}</span>
            <select id={`${id}-model`} value={wish.model} onChange={event => setWordWish({ ...wish, model: event.currentTarget.value })}>
              <option value="">{t('words.modelDefault', { name: names[0] ?? '' })}</option>
              {names.slice(1).map(name => <option key={name} value={name}>{name}</option>)}
            </select>
          </label>
        )}
        <label class="field" for={`${id}-hotwords`}>
          <span>{t('words.hotwords')}</span>
          <input id={`${id}-hotwords`} type="text" maxLength={4000} autocomplete="off" placeholder={t('words.hotwordsHint')} value={wish.hotwords}
            onInput={event => setWordWish({ ...wish, hotwords: event.currentTarget.value })} />
        </label>
        <label class="check">
          <input type="checkbox" checked={wish.itn} onChange={event => setWordWish({ ...wish, itn: event.currentTarget.checked })} /> {t('words.itn')}
        </label>
      </div>
    </details>
  );
}
