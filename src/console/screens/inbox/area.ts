import { Inbox } from 'lucide-react';
import type { Area } from '../../app/areas.ts';

export const inboxArea: Area = {
  path: 'inbox',
  name: 'inbox',
  group: 'observe',
  icon: Inbox,
  permission: 'hand_overs:read',
  letter: 'i',
  load: () => import('./inbox.tsx'),
};
