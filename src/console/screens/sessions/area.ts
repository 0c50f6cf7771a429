import { MessagesSquare } from 'lucide-react';
import type { Area } from '../../app/areas.ts';

export const sessionsArea: Area = {
  path: 'sessions',
  name: 'sessions',
  group: 'observe',
  icon: MessagesSquare,
  permission: 'sessions:read',
  letter: 's',
  load: () => import('./sessions.tsx'),
};
