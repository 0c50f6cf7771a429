import { ShieldCheck } from 'lucide-react';
import type { Area } from '../../app/areas.ts';
import { WaitingApprovals } from '../../app/waiting.tsx';

export const approvalsArea: Area = {
  path: 'approvals',
  name: 'approvals',
  group: 'observe',
  icon: ShieldCheck,
  permission: 'approvals:decide',
  letter: 'p',
  Waiting: WaitingApprovals,
  load: () => import('./approvals.tsx'),
};
