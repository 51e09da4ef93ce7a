// Runs before anything is drawn, so that a kept choice of colours or language never flashes in later.
import { keptLocale, keptTheme, paint } from './shared/preferences';

paint(keptTheme());
document.documentElement.lang = keptLocale() === 'zh' ? 'zh-CN' : 'en';
