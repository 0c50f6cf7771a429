import { catalogue } from './catalogue.ts';

export const commandTexts = catalogue({
  en: {
    kinds: {
      recent: 'recent',
      action: 'action',
      area: 'area',
      settings: 'settings',
      agent: 'agent',
    },
    actions: {
      newAgent: 'New agent',
      importAgent: 'Import an agent',
      newTool: 'New HTTP tool',
      importTools: 'Import tools from OpenAPI',
      connectServer: 'Connect an MCP server',
      newExperiment: 'New experiment',
      newEvaluation: 'New evaluation',
      invite: 'Invite a member',
      newKey: 'New API key',
    },
    upload: (base: string) => `Upload a document to ${base}`,
  },
  de: {
    kinds: {
      recent: 'zuletzt',
      action: 'Aktion',
      area: 'Bereich',
      settings: 'Einstellungen',
      agent: 'Agent',
    },
    actions: {
      newAgent: 'Neuer Agent',
      importAgent: 'Agent importieren',
      newTool: 'Neues HTTP-Werkzeug',
      importTools: 'Werkzeuge aus OpenAPI importieren',
      connectServer: 'MCP-Server verbinden',
      newExperiment: 'Neues Experiment',
      newEvaluation: 'Neue Auswertung',
      invite: 'Mitglied einladen',
      newKey: 'Neuer API-Schlüssel',
    },
    upload: (base: string) => `Dokument hochladen in ${base}`,
  },
});
