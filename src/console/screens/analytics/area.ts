import { ChartLine } from 'lucide-react';
import type { Area } from '../../app/areas.ts';

export const analyticsArea: Area = {
  path: 'analytics',
  name: 'analytics',
  group: 'improve',
  icon: ChartLine,
  permission: 'usage:read',
  letter: 'y',
  load: () => import('./analytics.tsx'),
};
