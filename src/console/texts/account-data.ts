import { catalogue } from './catalogue.ts';

export const accountDataTexts = catalogue({
  en: {
    email: 'E-mail address',
    change: 'Change the address',
    newEmail: 'New address',
    send: 'Send the link',
    steps: [
      'The new address gets a link, valid for 30 minutes. The address changes when you open it, and all your sign-ins end.',
      'The present address gets a notice. For 7 days its link refuses or undoes the change. It then also removes the password, and the passkeys, linked accounts and second factor added since.',
      'Keep the present mailbox for those 7 days.',
    ].join('\n'),
    sent: (email: string) =>
      `A link is on its way to ${email}. Until you open it, the address stays as it is.`,
    data: 'Your data',
    dataHint:
      'Everything that this deployment knows of you. Data of workspaces is exported by their admins.',
    export: 'Export my data',
    deletion: 'Delete the account',
    deletionHint: 'Ends your access to all workspaces. Cannot be undone.',
    deleteTitle: 'Delete your account?',
    lost: 'At once you lose:',
    lostSignIns: 'all sign-ins, the password, passkeys and linked accounts',
    lostMemberships: (names: string) => `your place in ${names}`,
    lostJobs: 'schedules and other background work in your name, which stop',
    stays: 'What you made stays in the workspaces, as that of a “Deleted account”.',
    delete: 'Delete the account',
    lastOwner: 'You are the only owner of these workspaces',
    appoint: (name: string) => `Appoint an owner in ${name}`,
    appointHint: 'Others work there. Make one of them an owner first.',
    alone: (name: string) =>
      `${name} has no other member. It is deleted with the account: agents, knowledge, conversations, and keys.`,
    deleteAll: 'Delete the account and these workspaces',
    tryAgain: 'Check again',
  },
  de: {
    email: 'E-Mail-Adresse',
    change: 'Adresse ändern',
    newEmail: 'Neue Adresse',
    send: 'Link senden',
    steps: [
      'Die neue Adresse erhält einen Link, der 30 Minuten gilt. Die Adresse ändert sich, wenn Sie ihn öffnen; alle Ihre Anmeldungen enden.',
      'Die bisherige Adresse erhält eine Nachricht. 7 Tage lang lehnt deren Link die Änderung ab oder macht sie rückgängig. Er entfernt dann auch das Passwort und seither hinzugefügte Passkeys, verknüpfte Konten und den zweiten Faktor.',
      'Behalten Sie das bisherige Postfach für diese 7 Tage.',
    ].join('\n'),
    sent: (email: string) =>
      `Ein Link ist unterwegs an ${email}. Bis Sie ihn öffnen, bleibt die Adresse, wie sie ist.`,
    data: 'Ihre Daten',
    dataHint:
      'Alles, was diese Installation über Sie weiß. Daten von Arbeitsbereichen exportieren deren Admins.',
    export: 'Meine Daten exportieren',
    deletion: 'Konto löschen',
    deletionHint:
      'Beendet Ihren Zugang zu allen Arbeitsbereichen. Lässt sich nicht rückgängig machen.',
    deleteTitle: 'Ihr Konto löschen?',
    lost: 'Sofort verlieren Sie:',
    lostSignIns: 'alle Anmeldungen, das Passwort, Passkeys und verknüpfte Konten',
    lostMemberships: (names: string) => `Ihren Platz in ${names}`,
    lostJobs: 'Zeitpläne und andere Hintergrundarbeit in Ihrem Namen, die anhält',
    stays:
      'Was Sie gemacht haben, bleibt in den Arbeitsbereichen, als das eines „gelöschten Kontos“.',
    delete: 'Konto löschen',
    lastOwner: 'Sie sind der einzige Inhaber dieser Arbeitsbereiche',
    appoint: (name: string) => `Inhaber in ${name} ernennen`,
    appointHint: 'Dort arbeiten andere. Machen Sie zuerst jemanden davon zum Inhaber.',
    alone: (name: string) =>
      `${name} hat kein anderes Mitglied. Er wird mit dem Konto gelöscht: Agenten, Wissen, Gespräche und Schlüssel.`,
    deleteAll: 'Konto und diese Arbeitsbereiche löschen',
    tryAgain: 'Erneut prüfen',
  },
});
