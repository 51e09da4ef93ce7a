// Runs before anything is drawn, so that a kept choice of colours or language never flashes in later.
import { keptLocale, keptTheme } from './shared/preferences';

const theme = keptTheme();
if (theme !== 'system')
  document.documentElement.dataset['theme'] = theme;
document.documentElement.lang = keptLocale() === 'zh' ? 'zh-CN' : 'en';
