import type { Evaluation } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { Badge } from '../../ui/page.tsx';

const tones = { running: 'info', completed: 'good', failed: 'bad', cancelled: 'neutral' } as const;

export function EvaluationStatus({
  evaluation: { status },
}: {
  readonly evaluation: Pick<Evaluation, 'status'>;
}) {
  const texts = useTexts(evaluationTexts);
  return <Badge tone={tones[status]}>{texts.statuses[status]}</Badge>;
}

/** How many answers are given and scored. */
export function Progress({
  evaluation: { progress },
}: {
  readonly evaluation: Pick<Evaluation, 'progress'>;
}) {
  const texts = useTexts(evaluationTexts);
  const { done, total } = progress;
  return (
    <span className="progress">
      <progress value={done} max={Math.max(1, total)} aria-label={texts.progress} />
      <span className="small">{texts.progressOf(done, total)}</span>
    </span>
  );
}

type Texts = (typeof evaluationTexts)['en'];
type Target = Evaluation['targets'][number];

export const targetName = (target: Target | undefined, texts: Texts): string =>
  target === undefined
    ? '–'
    : target.is_draft
      ? texts.draftOf(target.version.number)
      : texts.versionNumber(target.version.number);

/** The label of an evaluation, otherwise what it evaluated. */
export const nameOf = ({ label, targets }: Evaluation, texts: Texts): string =>
  label === '' ? targets.map((one) => targetName(one, texts)).join(', ') : label;
