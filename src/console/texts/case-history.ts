import { catalogue } from './catalogue.ts';

export const caseHistoryTexts = catalogue({
  en: {
    history: 'Earlier results',
    historyHint: 'What this case came to in the evaluations of its dataset.',
    none: 'No evaluation has had this case yet.',
    ended: 'Ended',
    latency: 'Latency',
    ofCase: 'Results of one case.',
    showAll: 'Show all cases',
    search: 'Search cases and answers',
    noMatch: 'No case matches',
    tag: 'Tag',
    any: 'Any',
  },
  de: {
    history: 'Frühere Ergebnisse',
    historyHint: 'Wie dieser Fall in den Auswertungen seines Datensatzes abschnitt.',
    none: 'Noch keine Auswertung hatte diesen Fall.',
    ended: 'Beendet',
    latency: 'Dauer',
    ofCase: 'Ergebnisse eines Falls.',
    showAll: 'Alle Fälle zeigen',
    search: 'Fälle und Antworten durchsuchen',
    noMatch: 'Kein Fall passt',
    tag: 'Tag',
    any: 'Beliebig',
  },
});
