import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { useFormat } from '../../ui/format.ts';
import type { EvaluationDraft } from './new-evaluation.tsx';

/** How many answers will be given, and what they will cost by the last evaluation of the agent. */
export function Estimate({
  draft: { dataset, agent, versions, repetitions, sample, tags, max_cost },
}: {
  readonly draft: EvaluationDraft;
}) {
  const texts = useTexts(evaluationTexts);
  const { money } = useFormat();
  const { data: read } = api.useQuery(
    'get',
    '/api/v1/datasets/{dataset}',
    { params: { path: { dataset } } },
    { enabled: dataset !== '' },
  );
  const { data: earlier } = api.useQuery(
    'get',
    '/api/v1/evaluations',
    { params: { query: { agent, status: 'completed', limit: 20 } } },
    { enabled: agent !== '' },
  );
  const model = useModelWithoutPrice(agent);
  if (read === undefined || versions.length === 0) return null;
  const cases = Math.min(read.case_count, sample ?? Number.POSITIVE_INFINITY);
  const answers = cases * versions.length * (repetitions ?? 1);
  const [last] = earlier?.data.filter(({ progress }) => progress.done > 0) ?? [];
  const cost = last === undefined ? null : (last.cost_usd / last.progress.done) * answers;
  return (
    <div className="note" role="status">
      <p>
        <strong>{texts.answers(answers)}</strong>
        {tags.trim() !== '' && ` ${texts.atMost}`}
      </p>
      <p>
        {cost === null ? texts.costUnknown : texts.costAbout(money(cost))}{' '}
        {max_cost === null ? texts.noLimit : texts.limitedTo(money(max_cost))}
      </p>
      {model !== null && max_cost !== null && (
        <p className="field-error">{texts.priceUnknown(model)}</p>
      )}
    </div>
  );
}

/** The model of the agent if its price is not known: then no limit of cost can be kept. */
function useModelWithoutPrice(agent: string): string | null {
  const { data: read } = api.useQuery(
    'get',
    '/api/v1/agents/{agent}',
    { params: { path: { agent } } },
    { enabled: agent !== '' },
  );
  const model = read?.config.model ?? '';
  const { data: models } = api.useQuery(
    'get',
    '/api/v1/models',
    { params: { query: { q: model, limit: 100 } } },
    { enabled: model !== '' },
  );
  if (models === undefined) return null;
  const source = models.data.find(({ id }) => id === model)?.price_source ?? null;
  return source === null ? model : null;
}
