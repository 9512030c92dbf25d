// Written from src/pages/browser/console/messages by npm run messages. Do not edit.

/** Each language by its own name. */
export const languages = [
  { tag: 'ar', name: 'العربية', dir: 'rtl' },
  { tag: 'de', name: 'Deutsch', dir: 'ltr' },
  { tag: 'en', name: 'English', dir: 'ltr' },
  { tag: 'es', name: 'español', dir: 'ltr' },
  { tag: 'fr', name: 'français', dir: 'ltr' },
  { tag: 'he', name: 'עברית', dir: 'rtl' },
  { tag: 'it', name: 'italiano', dir: 'ltr' },
  { tag: 'ja', name: '日本語', dir: 'ltr' },
  { tag: 'nl', name: 'Nederlands', dir: 'ltr' },
  { tag: 'pl', name: 'polski', dir: 'ltr' },
  { tag: 'pt-BR', name: 'português (Brasil)', dir: 'ltr' },
  { tag: 'zh-Hans', name: '简体中文', dir: 'ltr' },
] as const
