import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icons';

export interface MenuItem {
  label: string;
  icon?: IconName;
  /** Colour of a speaker, 0 to 7, beside the name. */
  speaker?: number;
  href?: string;
  run?: () => void;
  isDangerous?: boolean;
  /** A line above it. */
  isFirstOfGroup?: boolean;
  hint?: string;
}

interface OpenMenu {
  name: string;
  items: MenuItem[];
  anchor: HTMLElement;
}

/** There is one menu on the page; where and of what is said here. */
export const menu = signal<OpenMenu | null>(null);

export function openMenu(anchor: HTMLElement, name: string, items: MenuItem[]): void {
  menu.value = menu.value?.anchor === anchor ? null : { anchor, name, items };
}

export function closeMenu(): void {
  const anchor = menu.value?.anchor;
  menu.value = null;
  if (anchor?.isConnected)
    anchor.focus({ preventScroll: true });
}

export function MenuHost(): JSX.Element | null {
  return menu.value && <MenuBox key={menu.value.anchor} open={menu.value} />;
}

function MenuBox({ open }: { open: OpenMenu }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => place(box.current!, open.anchor), [open]);
  // Before the browser shows it: the next key is meant for the menu.
  useLayoutEffect(() => {
    open.anchor.setAttribute('aria-expanded', 'true');
    items(box.current!)[0]?.focus({ preventScroll: true });
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !box.current!.contains(event.target) && !open.anchor.contains(event.target))
        menu.value = null;
    };
    const away = (): void => {
      menu.value = null;
    };
    document.addEventListener('pointerdown', outside, true);
    // Scrolling from before the menu opened may be told only now.
    const from = scrollY;
    const scrolled = (): void => {
      if (scrollY !== from)
        away();
    };
    addEventListener('resize', away);
    addEventListener('scroll', scrolled, { passive: true });
    return () => {
      open.anchor.setAttribute('aria-expanded', 'false');
      document.removeEventListener('pointerdown', outside, true);
      removeEventListener('resize', away);
      removeEventListener('scroll', scrolled);
    };
  }, [open]);

  const choose = (item: MenuItem): void => {
    closeMenu();
    item.run?.();
  };
  return (
    <div ref={box} class="menu" role="menu" aria-label={open.name} onKeyDown={event => step(event, box.current!)}>
      {open.items.map(item => {
        const inside = (
          <>
            {item.speaker !== undefined ? <span class={`dot speaker-${item.speaker}`} aria-hidden="true" /> : item.icon ? <Icon name={item.icon} /> : null}
            <span class="menu-label">{item.label}</span>
            {item.hint && <span class="menu-hint">{item.hint}</span>}
          </>
        );
        const names = `menu-item${item.isDangerous ? ' danger' : ''}${item.isFirstOfGroup ? ' group' : ''}`;
        return item.href
          ? <a key={item.label} class={names} role="menuitem" tabIndex={-1} href={item.href} download="" onClick={() => setTimeout(() => menu.value === open && closeMenu())}>{inside}</a>
          : <button key={item.label} type="button" class={names} role="menuitem" tabIndex={-1} onClick={() => choose(item)}>{inside}</button>;
      })}
    </div>
  );
}

const items = (box: HTMLElement): HTMLElement[] => [...box.querySelectorAll<HTMLElement>('[role=menuitem]')];

function step(event: KeyboardEvent, box: HTMLElement): void {
  const all = items(box), at = all.indexOf(document.activeElement as HTMLElement);
  const to = event.key === 'ArrowDown' ? (at + 1) % all.length : event.key === 'ArrowUp' ? (at + all.length - 1) % all.length
    : event.key === 'Home' ? 0 : event.key === 'End' ? all.length - 1 : -1;
  if (event.key === 'Escape' || event.key === 'Tab') {
    event.preventDefault();
    closeMenu();
  } else if (to >= 0) {
    event.preventDefault();
    all[to]?.focus();
  }
  event.stopPropagation();
}

/** Below its button, above it where there is no room; never beyond the window. */
function place(box: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect(), size = box.getBoundingClientRect(), gap = 6;
  const left = Math.max(gap, Math.min(at.right - size.width, innerWidth - size.width - gap));
  const below = at.bottom + gap, fitsBelow = below + size.height < innerHeight - gap;
  box.style.left = `${left}px`;
  box.style.top = `${fitsBelow ? below : Math.max(gap, at.top - gap - size.height)}px`;
}
