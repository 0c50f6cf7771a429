import { Wrench } from 'lucide-react';
import type { Area } from '../../app/areas.ts';

export const toolsArea: Area = {
  path: 'tools',
  name: 'tools',
  group: 'build',
  icon: Wrench,
  permission: 'tools:read',
  letter: 't',
  load: () => import('./tools.tsx'),
};
