import { ListChecks } from 'lucide-react';
import type { Area } from '../../app/areas.ts';

export const evaluationArea: Area = {
  path: 'evaluation',
  name: 'evaluation',
  group: 'improve',
  icon: ListChecks,
  permission: 'evaluations:read',
  letter: 'e',
  load: () => import('./evaluation.tsx'),
};
