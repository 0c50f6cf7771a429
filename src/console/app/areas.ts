import type { LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';
import { agentsArea } from '../screens/agents/area.ts';
import { analyticsArea } from '../screens/analytics/area.ts';
import { approvalsArea } from '../screens/approvals/area.ts';
import { costArea } from '../screens/cost/area.ts';
import { evaluationArea } from '../screens/evaluation/area.ts';
import { experimentsArea } from '../screens/experiments/area.ts';
import { inboxArea } from '../screens/inbox/area.ts';
import { knowledgeArea } from '../screens/knowledge/area.ts';
import { reviewArea } from '../screens/review/area.ts';
import { sessionsArea } from '../screens/sessions/area.ts';
import { settingsArea } from '../screens/settings/area.ts';
import { toolsArea } from '../screens/tools/area.ts';
import type { AreaName } from '../texts/shell.ts';
import type { Permission } from './session.tsx';

/** A part of the console with screens of its own, below `/console/{workspace}/{path}`. */
export interface Area {
  readonly path: string;
  /** Its name in the catalogue `texts/shell.ts`. */
  readonly name: AreaName;
  readonly group: 'build' | 'observe' | 'improve' | 'manage';
  readonly icon: LucideIcon;
  /** Without this permission the area is not shown. */
  readonly permission: Permission;
  /** `g` and this letter lead to it. */
  readonly letter: string;
  /** What it shows beside its name in the navigation. */
  readonly Waiting?: ComponentType;
  readonly load: () => Promise<{ readonly default: ComponentType }>;
}

/** In the order in which they are shown. */
export const areas: readonly Area[] = [
  agentsArea,
  knowledgeArea,
  toolsArea,
  sessionsArea,
  inboxArea,
  approvalsArea,
  analyticsArea,
  costArea,
  experimentsArea,
  evaluationArea,
  reviewArea,
  settingsArea,
];
