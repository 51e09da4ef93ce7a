import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../language/language';
import { MaxSpeakers, type Wish, type WishKind } from './speakerWish';

const kinds = ['auto', 'exact', 'range'] as const satisfies readonly WishKind[];

/** How many people speak: unknown, a number, or from one to another. */
export function SpeakerCount({ value, onChange }: { value: Wish; onChange: (wish: Wish) => void }): JSX.Element {
  const group = useId();
  const number = (name: 'exact' | 'min' | 'max', label: string): JSX.Element => (
    <input type="number" class="number" min={1} max={MaxSpeakers} required inputmode="numeric" aria-label={label} value={value[name]}
      onInput={event => onChange({ ...value, [name]: event.currentTarget.valueAsNumber })} />
  );
  return (
    <fieldset class="speaker-count">
      <legend>{t('wish.legend')}</legend>
      <div class="segments">
        {kinds.map(kind => (
          <label key={kind} class={value.kind === kind ? 'segment chosen' : 'segment'}>
            <input type="radio" class="sr-only" name={group} checked={value.kind === kind} onChange={() => onChange({ ...value, kind })} />
            {t(`wish.${kind}`)}
          </label>
        ))}
      </div>
      {value.kind === 'exact' && <span class="numbers">{number('exact', t('wish.number'))}</span>}
      {value.kind === 'range' && <span class="numbers">{number('min', t('wish.least'))}<span aria-hidden="true">–</span>{number('max', t('wish.most'))}</span>}
    </fieldset>
  );
}
