import { Bot } from 'lucide-react';
import type { Area } from '../../app/areas.ts';

export const agentsArea: Area = {
  path: 'agents',
  name: 'agents',
  group: 'build',
  icon: Bot,
  permission: 'agents:read',
  letter: 'a',
  load: () => import('./agents.tsx'),
};
