import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import WaveSurfer from 'wavesurfer.js/dist/wavesurfer.js';
import Renderer from 'wavesurfer.js/dist/renderer.js';
import type { Sentence } from '../api/types';
import { isDark } from '../shared/theme';
import type { PlayerModel } from './PlayerModel';
import { tints } from './grouping';

const Height = 56;
const BarPixels = 3;

// wavesurfer.js writes its styles as an inline element, which our content policy refuses. A sheet that a script makes is allowed:
// the same frame, built from elements.
const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { user-select: none; min-width: 1px; }
  .scroll { position: relative; width: 100%; overflow: hidden; }
  .wrapper { position: relative; z-index: 2; }
  .canvases { min-height: ${Height}px; pointer-events: none; }
  .canvases > div, .progress > div { position: relative; }
  canvas { display: block; position: absolute; top: 0; }
  .progress { position: absolute; z-index: 2; top: 0; left: 0; width: 0; height: 100%; overflow: hidden; pointer-events: none; }
  .cursor { position: absolute; z-index: 5; top: 0; left: 0; height: 100%; border-radius: 2px; pointer-events: none; }
`);

(Renderer.prototype as unknown as { initHtml: () => [HTMLElement, ShadowRoot] }).initHtml = () => {
  const host = document.createElement('div'), shadow = host.attachShadow({ mode: 'open' });
  shadow.adoptedStyleSheets = [sheet];
  const part = (name: string, parent: ParentNode): HTMLElement => {
    const element = document.createElement('div');
    [element.className, element.part.value] = [name, name];
    parent.append(element);
    return element;
  };
  const wrapper = part('wrapper', part('scroll', shadow));
  for (const name of ['canvases', 'progress', 'cursor'])
    part(name, wrapper);
  return [host, shadow];
};

interface Props {
  player: PlayerModel;
  peaks: number[];
  duration: number;
  sentences: readonly Sentence[];
}

/** The waveform in the colours of those who speak: pale what is to come, full what was heard. */
export function Waveform({ player, peaks, duration, sentences }: Props): JSX.Element {
  const place = useRef<HTMLDivElement>(null), surfer = useRef<WaveSurfer | null>(null);
  const paint = useRef<() => void>(() => undefined);
  paint.current = () => surfer.current?.setOptions(colours(place.current!, sentences, duration));

  useEffect(() => {
    const made = WaveSurfer.create({
      container: place.current!, media: player.audio, peaks: [peaks], duration, height: Height, barWidth: BarPixels - 1, barGap: 1, barRadius: 2, barMinHeight: 2,
      normalize: true, hideScrollbar: true, dragToSeek: true, cursorWidth: 2, ...colours(place.current!, sentences, duration),
    });
    surfer.current = made;
    let width = place.current!.clientWidth;
    const resize = new ResizeObserver(() => {
      const now = place.current?.clientWidth ?? width;
      if (now !== width) {
        width = now;
        paint.current();
      }
    });
    resize.observe(place.current!);
    return () => {
      resize.disconnect();
      surfer.current = null;
      made.destroy();
    };
  }, [peaks, duration]);
  useEffect(() => paint.current(), [sentences, isDark.value]);

  return <div ref={place} class="waveform" aria-hidden="true" data-testid="waveform" />;
}

/** Gradients with hard edges, a colour for each bar: however many sentences there are, the browser paints one. */
function colours(place: HTMLElement, sentences: readonly Sentence[], duration: number): { waveColor: CanvasGradient | string; progressColor: CanvasGradient | string; cursorColor: string } {
  const style = getComputedStyle(place), value = (name: string): string => style.getPropertyValue(name).trim();
  const width = place.clientWidth * Math.max(1, devicePixelRatio);
  const context = document.createElement('canvas').getContext('2d');
  const neutral = value('--line-strong'), cursorColor = value('--ink');
  if (!context || width === 0 || duration <= 0)
    return { waveColor: neutral, progressColor: value('--muted'), cursorColor };
  const wave = context.createLinearGradient(0, 0, width, 0), progress = context.createLinearGradient(0, 0, width, 0);
  const parts = Math.max(1, Math.floor(place.clientWidth / BarPixels)), all = tints(sentences, duration, parts);
  all.forEach((colour, index) => {
    const full = colour < 0 ? neutral : value(`--speaker-${colour}`), pale = colour < 0 ? neutral : value(`--speaker-${colour}-pale`);
    if (index > 0 && all[index - 1] === colour && index < parts - 1)
      return;
    const previous = all[index - 1];
    if (previous !== undefined && previous !== colour) {
      wave.addColorStop(index / parts, previous < 0 ? neutral : value(`--speaker-${previous}-pale`));
      progress.addColorStop(index / parts, previous < 0 ? neutral : value(`--speaker-${previous}`));
    }
    wave.addColorStop(index / parts, pale);
    progress.addColorStop(index / parts, full);
  });
  return { waveColor: wave, progressColor: progress, cursorColor };
}
