import { catalogue } from './catalogue.ts';

export const agentSavingTexts = catalogue({
  en: {
    saveTitle: (version: number) => `Save version ${version}`,
    planning: 'Comparing with the active version …',
    versionName: (version: number) => `Version ${version}`,
    draftName: 'Draft',
    changeSummary: 'What changes',
    activateNow: 'Activate it at once',
    activateHint: 'Otherwise it is stored, and can be tried, compared and activated later.',
    gated: 'This agent requires an evaluation before a version is activated.',
    reason: 'Why',
    reasonHint: 'Kept with the activation.',
    override: 'Why without the evaluation',
    overrideHint: 'Admins may activate without it. The reason is recorded.',
    labelField: 'Label',
    labelHint: 'Optional, such as production or beta.',
    updatedTools: (names: string) => `Used at a newer revision: ${names}.`,
    forecast: (count: number, calls: string, before: string, after: string) =>
      count === 1
        ? `The one call of the last week cost ${before}; the same would cost ${after}.`
        : `The ${calls} calls of the last week cost ${before}; as many would cost ${after}.`,
    saveAndActivate: 'Save and activate',
    saveOnly: 'Save without activating',
    backToDraft: 'Back to the draft',
    planAgain: 'Compare again',
    activated: (version: number) => `Version ${version} is active.`,
    stored: (version: number) => `Version ${version} is stored.`,
  },
  de: {
    saveTitle: (version: number) => `Fassung ${version} speichern`,
    planning: 'Wird mit der aktiven Fassung verglichen …',
    versionName: (version: number) => `Fassung ${version}`,
    draftName: 'Entwurf',
    changeSummary: 'Was sich ändert',
    activateNow: 'Sofort aktivieren',
    activateHint:
      'Sonst wird sie gespeichert und kann später erprobt, verglichen und aktiviert werden.',
    gated: 'Dieser Agent verlangt eine Auswertung, bevor eine Fassung aktiviert wird.',
    reason: 'Warum',
    reasonHint: 'Wird mit der Aktivierung aufbewahrt.',
    override: 'Warum ohne die Auswertung',
    overrideHint: 'Admins dürfen ohne sie aktivieren. Der Grund wird aufgezeichnet.',
    labelField: 'Etikett',
    labelHint: 'Optional, etwa production oder beta.',
    updatedTools: (names: string) => `In neuerem Stand genutzt: ${names}.`,
    forecast: (count: number, calls: string, before: string, after: string) =>
      count === 1
        ? `Der eine Aufruf der letzten Woche kostete ${before}; derselbe würde ${after} kosten.`
        : `Die ${calls} Aufrufe der letzten Woche kosteten ${before}; ebenso viele würden ${after} kosten.`,
    saveAndActivate: 'Speichern und aktivieren',
    saveOnly: 'Speichern, ohne zu aktivieren',
    backToDraft: 'Zurück zum Entwurf',
    planAgain: 'Erneut vergleichen',
    activated: (version: number) => `Fassung ${version} ist aktiv.`,
    stored: (version: number) => `Fassung ${version} ist gespeichert.`,
  },
});
