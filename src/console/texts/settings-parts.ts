import { catalogue } from './catalogue.ts';

/** Names of the parts of the settings, which the search of the console lists, too. */
export const settingsPartTexts = catalogue({
  en: {
    workspace: 'Workspace',
    members: 'Members',
    keys: 'API keys',
    providers: 'Model providers',
    search: 'Web search',
    endUsers: 'End users',
    sharing: 'Share links & widget',
    channels: 'Channels',
    limits: 'Rate limits',
    webhooks: 'Webhooks & alerts',
    telemetry: 'Telemetry',
    exports: 'Workspace export',
    audit: 'Audit log',
  },
  de: {
    workspace: 'Arbeitsbereich',
    members: 'Mitglieder',
    keys: 'API-Schlüssel',
    providers: 'Modellanbieter',
    search: 'Websuche',
    endUsers: 'Endnutzer',
    sharing: 'Links & Widget',
    channels: 'Kanäle',
    limits: 'Ratengrenzen',
    webhooks: 'Webhooks & Alarme',
    telemetry: 'Telemetrie',
    exports: 'Export des Arbeitsbereichs',
    audit: 'Protokoll',
  },
});
