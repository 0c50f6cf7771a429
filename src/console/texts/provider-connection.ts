import { catalogue } from './catalogue.ts';

export const connectionTexts = catalogue({
  en: {
    connect: 'Connect',
    saved: (name: string) => `${name} was saved`,
    standardUrl: 'Empty for the standard one of the provider.',
    ownUrl: 'Of your server, such as http://localhost:1234/v1.',
  },
  de: {
    connect: 'Verbinden',
    saved: (name: string) => `${name} wurde gespeichert`,
    standardUrl: 'Leer für die übliche des Anbieters.',
    ownUrl: 'Die Ihres Servers, etwa http://localhost:1234/v1.',
  },
});
