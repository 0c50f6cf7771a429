import { FlaskConical } from 'lucide-react';
import type { Area } from '../../app/areas.ts';

export const experimentsArea: Area = {
  path: 'experiments',
  name: 'experiments',
  group: 'improve',
  icon: FlaskConical,
  permission: 'agents:read',
  letter: 'x',
  load: () => import('./experiments.tsx'),
};
