import type { Run } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { Badge } from '../../ui/page.tsx';

type Status = NonNullable<Run>['status'];

const tones = {
  queued: 'neutral',
  running: 'info',
  requires_action: 'warn',
  completed: 'good',
  failed: 'bad',
  cancelled: 'neutral',
  interrupted: 'neutral',
  limit_exceeded: 'bad',
  expired: 'neutral',
} as const satisfies Record<Status, string>;

export function RunStatus({ status }: { readonly status: Status }) {
  const texts = useTexts(sessionTexts);
  return <Badge tone={tones[status]}>{texts.statuses[status]}</Badge>;
}
