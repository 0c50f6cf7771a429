import { useLocation } from 'wouter';
import type { Agent } from '../../../../client/index.ts';
import { api } from '../../../api/api.ts';
import { placeOf } from '../../../app/places.ts';
import { useCan } from '../../../app/session.tsx';
import { versionTexts } from '../../../texts/agent-versions.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button, LinkButton } from '../../../ui/button.tsx';
import { SelectField } from '../../../ui/field.tsx';
import { Section } from '../../../ui/page.tsx';
import { Failed, Loading } from '../../../ui/states.tsx';
import { useUrlState } from '../../../ui/use-url-state.ts';
import { Diff } from '../diff.tsx';
import { ActivateDialog } from './activate-dialog.tsx';
import { AskBoth } from './ask-both.tsx';

interface Pair {
  readonly agent: Agent;
  readonly a: string;
  readonly b: string;
}

const asked = { activate: '' };

/** `/agents/{agent}/versions/{a}/{b}`: what differs, and how both answer. */
export function Comparison({ agent, a, b }: Pair) {
  const texts = useTexts(versionTexts);
  const [, go] = useLocation();
  const mayWrite = useCan('agents:write') && agent.archived_at === null;
  const [{ activate }, setAsked] = useUrlState(asked);
  const isOther = Number(b) !== agent.active_version.number;
  const numbers = Array.from({ length: agent.latest_version }, (_, index) => ({
    value: String(agent.latest_version - index),
    label: texts.version(agent.latest_version - index),
  }));
  const show = (first: string, second: string) => go(`/versions/${first}/${second}`);
  return (
    <>
      <div className="filters">
        <SelectField
          label={texts.first}
          value={a}
          choices={numbers}
          onChange={(next) => show(next, b)}
        />
        <SelectField
          label={texts.second}
          value={b}
          choices={numbers}
          onChange={(next) => show(a, next)}
        />
        <Button onClick={() => show(b, a)}>{texts.swap}</Button>
        {mayWrite && isOther && (
          <Button onClick={() => setAsked({ activate: b })}>
            {texts.activateNumber(Number(b))}
          </Button>
        )}
      </div>
      <Section title={texts.changes}>
        <Changes {...{ agent, a, b }} mayTest={mayWrite && a !== b} />
      </Section>
      {mayWrite && <AskBoth {...{ agent, a, b }} />}
      {mayWrite && activate === b && isOther && (
        <ActivateDialog
          agent={agent}
          number={Number(b)}
          onClose={() => setAsked({ activate: '' })}
        />
      )}
    </>
  );
}

function Changes({ agent: { id: agent }, a, b, mayTest }: Pair & { readonly mayTest: boolean }) {
  const texts = useTexts(versionTexts);
  const path = '/api/v1/agents/{agent}/versions/{version}' as const;
  const first = api.useQuery('get', path, { params: { path: { agent, version: a } } });
  const second = api.useQuery('get', path, { params: { path: { agent, version: b } } });
  const diff = api.useQuery('get', '/api/v1/agents/{agent}/versions/{a}/diff/{b}', {
    params: { path: { agent, a, b } },
  });
  const error: unknown = first.error ?? second.error ?? diff.error;
  if (error !== null) {
    const retry = () => Promise.all([first.refetch(), second.refetch(), diff.refetch()]);
    return <Failed problem={error} onRetry={retry} />;
  }
  if (first.data === undefined || second.data === undefined || diff.data === undefined)
    return <Loading>{texts.comparing}</Loading>;
  const { id: control, config, number } = first.data;
  const { id: candidate } = second.data;
  const pair = new URLSearchParams({ agent, control, candidate });
  return (
    <>
      <Diff
        before={config}
        after={second.data.config}
        lines={diff.data.instructions}
        names={[texts.version(number), texts.version(second.data.number)]}
      />
      {mayTest && (
        <p>
          <LinkButton to={placeOf(`/experiments/new?${pair}`)}>{texts.experiment}</LinkButton>
        </p>
      )}
    </>
  );
}
