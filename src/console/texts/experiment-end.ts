import { catalogue } from './catalogue.ts';

export const experimentEndTexts = catalogue({
  en: {
    notStarted: 'Not started',
    notStartedHint:
      'Check the set-up, then start it. Results appear here about a minute after the first answers.',
    with: (name: string, version: number | null) =>
      `It has ended: ${name}${version === null ? '' : `, version ${version},`} was promoted.`,
    without: 'It has ended without a winner: the active version stayed.',
    last: 'Below are the last results and what they recommended.',
  },
  de: {
    notStarted: 'Nicht gestartet',
    notStartedHint:
      'Prüfen Sie den Aufbau, und starten Sie. Ergebnisse erscheinen etwa eine Minute nach den ersten Antworten.',
    with: (name: string, version: number | null) =>
      `Es ist beendet: ${name}${version === null ? '' : `, Version ${version},`} wurde übernommen.`,
    without: 'Es ist ohne Sieger beendet: Die aktive Version ist geblieben.',
    last: 'Unten stehen die letzten Ergebnisse und was sie empfahlen.',
  },
});
