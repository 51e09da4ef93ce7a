import type { ComponentChildren, JSX } from 'preact';
import { isReachable, session, signOut } from '../api/client';
import { locale, setLocale, t } from '../language/language';
import { route } from '../router';
import { Icon } from './icons';
import { attempt, dismiss, notices } from './notices';
import { setTheme, theme } from './theme';

const nextTheme = { system: 'light', light: 'dark', dark: 'system' } as const;
const themeIcon = { system: 'system', light: 'sun', dark: 'moon' } as const;
const themeName = { system: 'theme.system', light: 'theme.light', dark: 'theme.dark' } as const;

/** What stands around every view: the bar, the banner, what is said in passing. */
export function Frame({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <>
      <a class="skip" href="#main" onClick={event => {
        event.preventDefault();
        document.getElementById('main')?.focus();
      }}>{t('frame.skip')}</a>
      <Bar />
      <div role="status" class="banner-place">{!isReachable.value && <p class="banner"><Icon name="alert" />{t('frame.unreachable')}</p>}</div>
      <main id="main" tabIndex={-1}>{children}</main>
      <Notices />
    </>
  );
}

function Bar(): JSX.Element {
  const who = session.value;
  return (
    <header class="bar">
      <a class="brand" href="#/" aria-label={t('frame.home')}>
        <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true"><rect width="32" height="32" rx="8" class="mark" /><path class="mark-a" d="M8 13v6M12.600 9v14" /><path class="mark-b" d="M19.400 11v10M24 14v4" /></svg>
        <span>Parley</span>
      </a>
      <nav aria-label={t('frame.navigation')}>
        <a class="plain" href="#/status" aria-label={t('frame.status')} title={t('frame.status')} aria-current={route.value.view === 'status' ? 'page' : undefined}><Icon name="pulse" /></a>
        <button type="button" class="plain words" lang={locale.value === 'zh' ? 'en' : 'zh-CN'} onClick={() => setLocale(locale.value === 'zh' ? 'en' : 'zh')}>{locale.value === 'zh' ? 'English' : '中文'}</button>
        <button type="button" class="plain" aria-label={t(themeName[theme.value])} title={t(themeName[theme.value])} onClick={() => setTheme(nextTheme[theme.value])}><Icon name={themeIcon[theme.value]} /></button>
        {who?.authentication && who.user !== null && (
          <button type="button" class="plain" aria-label={t('session.leave', { user: who.user })} title={t('session.leave', { user: who.user })} onClick={() => void attempt(signOut)}><Icon name="leave" /></button>
        )}
      </nav>
    </header>
  );
}

function Notices(): JSX.Element {
  return (
    <div class="notices" role="log" aria-live="polite" aria-label={t('frame.notices')}>
      {notices.value.map(notice => (
        <div key={notice.id} class={notice.isError ? 'notice error' : 'notice'}>
          <span>{notice.text}</span>
          {notice.action && <button type="button" class="link" onClick={() => {
            dismiss(notice.id);
            notice.action?.run();
          }}>{notice.action.label}</button>}
          <button type="button" class="plain small" aria-label={t('action.dismiss')} onClick={() => dismiss(notice.id)}><Icon name="close" /></button>
        </div>
      ))}
    </div>
  );
}
