import { CircleDollarSign } from 'lucide-react';
import type { Area } from '../../app/areas.ts';

export const costArea: Area = {
  path: 'cost',
  name: 'cost',
  group: 'manage',
  icon: CircleDollarSign,
  permission: 'usage:read',
  letter: 'c',
  load: () => import('./cost.tsx'),
};
