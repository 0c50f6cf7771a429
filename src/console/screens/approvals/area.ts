import { ShieldCheck } from 'lucide-react';
import type { Area } from '../../app/areas.ts';

export const approvalsArea: Area = {
  path: 'approvals',
  name: 'approvals',
  group: 'observe',
  icon: ShieldCheck,
  permission: 'approvals:decide',
  letter: 'p',
  load: () => import('./approvals.tsx'),
};
