import { catalogue } from './catalogue.ts';

export const inboxTexts = catalogue({
  en: {
    title: 'Inbox',
    description: 'Conversations that an agent, a user or a member has handed to a person.',
    conversation: 'Conversation',
    agent: 'Agent',
    reason: 'Reason',
    person: 'Person',
    requestedBy: {
      agent: 'The agent handed over',
      end_user: 'Asked for a person',
      member: 'Taken over by a member',
    },
    assignee: 'Assigned to',
    waiting: 'Waiting since',
    show: 'Show',
    open: 'Open',
    closed: 'Closed',
    loading: 'Loading the inbox …',
    none: 'Nobody is waiting',
    noneHint:
      'A conversation comes here when its agent hands over, when a user asks for a person, or when you take it over under Sessions.',
    untitled: 'Untitled conversation',
    unread: (count: number) => `${count} unread`,
  },
  de: {
    title: 'Posteingang',
    description:
      'Gespräche, die ein Agent, ein Nutzer oder ein Mitglied einem Menschen übergeben hat.',
    conversation: 'Gespräch',
    agent: 'Agent',
    reason: 'Grund',
    person: 'Person',
    requestedBy: {
      agent: 'Der Agent hat übergeben',
      end_user: 'Hat um einen Menschen gebeten',
      member: 'Von einem Mitglied übernommen',
    },
    assignee: 'Zugewiesen an',
    waiting: 'Wartet seit',
    show: 'Anzeigen',
    open: 'Offene',
    closed: 'Geschlossene',
    loading: 'Posteingang wird geladen …',
    none: 'Niemand wartet',
    noneHint:
      'Ein Gespräch kommt hierher, wenn sein Agent übergibt, ein Nutzer einen Menschen verlangt, oder Sie es unter Sitzungen übernehmen.',
    untitled: 'Gespräch ohne Titel',
    unread: (count: number) => `${count} ungelesen`,
  },
});
