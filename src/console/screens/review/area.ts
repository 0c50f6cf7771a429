import { ClipboardCheck } from 'lucide-react';
import type { Area } from '../../app/areas.ts';

export const reviewArea: Area = {
  path: 'review',
  name: 'review',
  group: 'improve',
  icon: ClipboardCheck,
  permission: 'reviews:read',
  letter: 'r',
  load: () => import('./review.tsx'),
};
