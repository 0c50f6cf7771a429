import { catalogue, counted } from './catalogue.ts';

export const agentModelTexts = catalogue({
  en: {
    model: 'Model',
    fallbackCount: (count: number) => counted(count, 'fallback', 'fallbacks'),
    fallbacks: 'Fallback models',
    fallbacksHint: 'Called in this order when the model fails before its first output.',
    fallbackNumber: (number: number) => `Fallback model ${number}`,
    addFallback: 'Add a fallback',
    removeFallback: (name: string) => `Remove the fallback ${name}`,
    loadingModels: 'Loading the models …',
    noModel: 'No listed model matches. Other models of your providers can be named in full.',
    unlisted: 'Not listed: its price and capabilities are unknown.',
    priceUnknown: 'price unknown',
    free: 'free',
    onlyQuotes: 'only quotes documents',
    price: (input: string, output: string) => `${input} in, ${output} out per million tokens`,
    context: (tokens: string) => `${tokens} context`,
    capabilities: {
      tools: 'tools',
      images: 'images',
      structured_output: 'JSON',
      reasoning: 'reasoning',
    },
  },
  de: {
    model: 'Modell',
    fallbackCount: (count: number) => counted(count, 'Ersatzmodell', 'Ersatzmodelle'),
    fallbacks: 'Ersatzmodelle',
    fallbacksHint:
      'Werden in dieser Reihenfolge aufgerufen, wenn das Modell vor der ersten Ausgabe fehlschlägt.',
    fallbackNumber: (number: number) => `Ersatzmodell ${number}`,
    addFallback: 'Ersatzmodell hinzufügen',
    removeFallback: (name: string) => `Ersatzmodell ${name} entfernen`,
    loadingModels: 'Modelle werden geladen …',
    noModel:
      'Kein gelistetes Modell passt. Andere Modelle Ihrer Anbieter können Sie mit vollem Namen angeben.',
    unlisted: 'Nicht gelistet: Preis und Fähigkeiten sind unbekannt.',
    priceUnknown: 'Preis unbekannt',
    free: 'kostenlos',
    onlyQuotes: 'zitiert nur Dokumente',
    price: (input: string, output: string) =>
      `${input} Eingabe, ${output} Ausgabe je Million Tokens`,
    context: (tokens: string) => `${tokens} Kontext`,
    capabilities: {
      tools: 'Werkzeuge',
      images: 'Bilder',
      structured_output: 'JSON',
      reasoning: 'Überlegung',
    },
  },
});
