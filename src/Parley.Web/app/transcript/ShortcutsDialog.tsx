import type { JSX } from 'preact';
import { t } from '../language/language';
import { Dialog } from '../shared/Dialog';
import { areOn, switchShortcuts, type Shortcut } from './shortcuts';

export function ShortcutsDialog({ shortcuts, onClose }: { shortcuts: readonly Shortcut[]; onClose: () => void }): JSX.Element {
  const rows: { shown: string; what: string }[] = [
    ...shortcuts.map(shortcut => ({ shown: shortcut.shown, what: t(shortcut.what) })),
    { shown: 'Ctrl Z', what: t('key.undo') }, { shown: 'Enter', what: t('key.save') }, { shown: 'Esc', what: t('key.escape') },
  ];
  return (
    <Dialog title={t('key.title')} onClose={onClose}>
      <dl class="keys">
        {rows.map(row => <div key={row.shown}><dt>{row.shown.split(' ').map(key => <kbd key={key}>{key}</kbd>)}</dt><dd>{row.what}</dd></div>)}
      </dl>
      <label class="check"><input type="checkbox" checked={areOn.value} onChange={event => switchShortcuts(event.currentTarget.checked)} /> {t('key.switch')}</label>
    </Dialog>
  );
}
