import { render, type JSX } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { loadSession, needsToken, session } from './api/client';
import { Home } from './home/Home';
import { beginIntake, isOver } from './home/intake';
import { locale, t } from './language/language';
import { route, watchAddress } from './router';
import { Confirmation } from './shared/Dialog';
import { Frame } from './shared/Frame';
import { Guard } from './shared/Guard';
import { MenuHost } from './shared/Menu';
import { SignIn } from './shared/SignIn';
import { StatusView } from './status/StatusView';
import { Lost } from './shared/Lost';
import { RecordingView } from './transcript/RecordingView';

function View(): JSX.Element | null {
  const at = route.value;
  useEffect(() => {
    if (at.view !== 'recording')
      document.title = at.view === 'status' ? `${t('status.title')} · Parley` : 'Parley';
  }, [at, locale.value]);
  if (session.value === null)
    return null;
  if (needsToken())
    return <SignIn />;
  switch (at.view) {
    case 'home': return <Home />;
    case 'status': return <StatusView />;
    case 'recording': return <RecordingView key={at.id} id={at.id} />;
    case 'unknown': return <Lost />;
  }
}

function Page(): JSX.Element {
  const isIn = session.value !== null && !needsToken();
  // Before the browser shows it: who sees the page may drop a file on it.
  useLayoutEffect(() => isIn ? beginIntake() : undefined, [isIn]);
  return (
    <Frame>
      <Guard key={JSON.stringify(route.value)}><View /></Guard>
      {isOver.value && <div class="drop-veil" aria-hidden="true" />}
      <MenuHost />
      <Confirmation />
    </Frame>
  );
}

watchAddress();
void loadSession().catch(() => undefined); // asked again as soon as the server is there
render(<Page />, document.getElementById('page')!);
