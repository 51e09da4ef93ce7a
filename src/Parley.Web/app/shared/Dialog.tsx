import type { ComponentChildren, JSX } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { signal } from '@preact/signals';
import { t } from '../language/language';
import { Icon } from './icons';

/** A dialog over the page: the browser keeps the focus in it, closes it on Esc, and puts the focus back when it closes. */
export function Dialog({ title, onClose, children, wide = false }: { title: string; onClose: () => void; children: ComponentChildren; wide?: boolean }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null), id = useId();
  // Before the browser shows it: the next key is meant for the dialog.
  useLayoutEffect(() => {
    const box = dialog.current!;
    box.showModal();
    return () => box.close();
  }, []);
  return (
    <dialog ref={dialog} class={wide ? 'dialog wide' : 'dialog'} aria-labelledby={id} onClose={() => dialog.current && onClose()} onCancel={event => {
      event.preventDefault();
      onClose();
    }} onMouseDown={event => event.target === dialog.current && onClose()}>
      <div class="dialog-body">
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" class="plain" aria-label={t('action.close')} onClick={onClose}><Icon name="close" /></button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

interface Question {
  title: string;
  text: string;
  action: string;
  answer: (yes: boolean) => void;
}

const question = signal<Question | null>(null);

/** Asks before something that cannot be taken back. */
export function confirm(title: string, text: string, action: string): Promise<boolean> {
  return new Promise(resolve => {
    question.value = {
      title, text, action, answer: yes => {
        question.value = null;
        resolve(yes);
      },
    };
  });
}

export function Confirmation(): JSX.Element | null {
  const asked = question.value;
  return asked && (
    <Dialog title={asked.title} onClose={() => asked.answer(false)}>
      <p>{asked.text}</p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => asked.answer(false)}>{t('action.cancel')}</button>
        <button type="button" class="button danger" autofocus onClick={() => asked.answer(true)}>{asked.action}</button>
      </div>
    </Dialog>
  );
}
