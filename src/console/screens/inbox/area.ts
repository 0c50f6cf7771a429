import { Inbox } from 'lucide-react';
import type { Area } from '../../app/areas.ts';
import { WaitingConversations } from '../../app/waiting.tsx';

export const inboxArea: Area = {
  path: 'inbox',
  name: 'inbox',
  group: 'observe',
  icon: Inbox,
  permission: 'hand_overs:read',
  letter: 'i',
  Waiting: WaitingConversations,
  load: () => import('./inbox.tsx'),
};
