import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { hasExpired, signIn } from '../api/client';
import { t } from '../language/language';
import { wordsFor } from './notices';

/** Asks for a token; the server puts it into a cookie that scripts cannot read. */
export function SignIn(): JSX.Element {
  const token = useSignal(''), refusal = useSignal(''), isBusy = useSignal(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    isBusy.value = true;
    refusal.value = '';
    try {
      await signIn(token.value.trim());
    } catch (error) {
      refusal.value = wordsFor(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <form class="sign-in" onSubmit={event => void submit(event)}>
      <h1>{t('session.title')}</h1>
      <p class="muted">{hasExpired.value ? t('session.expired') : t('session.why')}</p>
      <label>
        <span>{t('session.token')}</span>
        <input type="password" autocomplete="current-password" spellcheck={false} required value={token.value} aria-describedby="sign-in-refusal" onInput={event => token.value = event.currentTarget.value} />
      </label>
      <p id="sign-in-refusal" class="refusal" role="alert">{refusal.value}</p>
      <button type="submit" class="button primary" disabled={isBusy.value}>{t('session.enter')}</button>
    </form>
  );
}
