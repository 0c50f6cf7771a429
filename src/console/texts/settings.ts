import { catalogue } from './catalogue.ts';

export const settingsTexts = catalogue({
  en: {
    title: 'Settings',
    loading: 'Loading the settings …',
    notFound: 'Nothing is here',
    notFoundHint: 'Choose one of the parts of the settings.',
  },
  de: {
    title: 'Einstellungen',
    loading: 'Einstellungen werden geladen …',
    notFound: 'Hier ist nichts',
    notFoundHint: 'Wählen Sie einen der Teile der Einstellungen.',
  },
});
