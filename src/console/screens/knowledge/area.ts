import { BookOpen } from 'lucide-react';
import type { Area } from '../../app/areas.ts';

export const knowledgeArea: Area = {
  path: 'knowledge',
  name: 'knowledge',
  group: 'build',
  icon: BookOpen,
  permission: 'knowledge:read',
  letter: 'k',
  load: () => import('./knowledge.tsx'),
};
