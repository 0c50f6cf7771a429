import type { Evaluation } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { LinkButton } from '../../ui/button.tsx';

type Target = Evaluation['targets'][number] | undefined;

/** From a comparison to an experiment between its two versions, and to the activation of the one that is not active. */
export function NextSteps({
  agent,
  base,
  target,
}: {
  readonly agent: string;
  readonly base: Target;
  readonly target: Target;
}) {
  const texts = useTexts(evaluationTexts);
  const mayWrite = useCan('agents:write');
  const { data } = api.useQuery(
    'get',
    '/api/v1/agents/{agent}',
    { params: { path: { agent } } },
    { enabled: mayWrite },
  );
  if (!mayWrite || data === undefined || base === undefined || target === undefined) return null;
  const [before, after] = [base.version, target.version];
  const areStored = !base.is_draft && !target.is_draft;
  if (!areStored || before.id === after.id || data.archived_at !== null) return null;
  const pair = new URLSearchParams({ agent, control: before.id, candidate: after.id });
  const versions = `/agents/${agent}/versions/${before.number}/${after.number}`;
  return (
    <div className="form-actions">
      <LinkButton to={placeOf(`/experiments/new?${pair}`)}>{texts.experimentBoth}</LinkButton>
      {data.active_version.number !== after.number && (
        <LinkButton to={placeOf(`${versions}?activate=${after.number}`)}>
          {texts.seeAndActivate(after.number)}
        </LinkButton>
      )}
    </div>
  );
}
