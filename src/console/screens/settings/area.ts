import { Settings } from 'lucide-react';
import type { Area } from '../../app/areas.ts';

export const settingsArea: Area = {
  path: 'settings',
  name: 'settings',
  group: 'manage',
  icon: Settings,
  permission: 'workspace:read',
  letter: ',',
  load: () => import('./settings.tsx'),
};
