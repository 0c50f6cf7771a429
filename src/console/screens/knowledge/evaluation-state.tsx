import type { RetrievalEvaluation } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { useFormat } from '../../ui/format.ts';
import { Badge } from '../../ui/page.tsx';
import { PersonName } from '../../ui/person-name.tsx';
import { Bar } from './file-status.tsx';

const tones = {
  queued: 'info',
  running: 'info',
  ready: 'good',
  failed: 'bad',
  cancelled: 'neutral',
} as const;

export const isRunning = ({ status }: RetrievalEvaluation): boolean =>
  status === 'queued' || status === 'running';

/** Who or what started an evaluation. */
export function StartedBy({
  evaluation: { trigger, created_by },
}: {
  readonly evaluation: RetrievalEvaluation;
}) {
  const { triggers } = useTexts(questionTexts);
  return trigger === 'request' ? <PersonName id={created_by} /> : triggers[trigger];
}

/** How far an evaluation is, and why it failed. */
export function EvaluationState({ evaluation }: { readonly evaluation: RetrievalEvaluation }) {
  const texts = useTexts(questionTexts);
  const { number } = useFormat();
  const { status, error, evaluated_count, question_count } = evaluation;
  const words = texts.progress(number(evaluated_count), number(question_count));
  return (
    <div className="knowledge-status">
      <Badge tone={tones[status]}>{texts.states[status]}</Badge>
      {isRunning(evaluation) && (
        <>
          <span className="small muted">{words}</span>
          <Bar
            label={texts.state}
            share={question_count === 0 ? 0 : evaluated_count / question_count}
            words={words}
          />
        </>
      )}
      {error !== null && <span className="small">{error.detail}</span>}
    </div>
  );
}
