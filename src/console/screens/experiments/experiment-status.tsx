import type { Experiment } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentTexts } from '../../texts/experiments.ts';
import { Badge } from '../../ui/page.tsx';

const tones = {
  draft: 'neutral',
  running: 'info',
  paused: 'warn',
  concluded: 'good',
  stopped: 'neutral',
} as const;

export function ExperimentStatus({
  experiment: { status },
}: {
  readonly experiment: Pick<Experiment, 'status'>;
}) {
  const texts = useTexts(experimentTexts);
  return <Badge tone={tones[status]}>{texts.statuses[status]}</Badge>;
}
