import { Link } from 'wouter';
import type { RunWithSteps } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { BudgetWay } from '../../chat/budget-way.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { AgentName } from '../../ui/agent-filter.tsx';
import { Button } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copy.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Facts, Page, Section } from '../../ui/page.tsx';
import { Failed, Loading, ProblemNote } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { VersionName } from '../../ui/version-name.tsx';
import { RunStatus } from './run-status.tsx';
import { Said } from './said.tsx';
import { Waterfall } from './waterfall.tsx';

/** Milliseconds between two looks at a run that goes on. */
const lookEvery = 1500;
const open = new Set<RunWithSteps['status']>(['queued', 'running', 'requires_action']);

export function RunScreen({ id }: { readonly id: string }) {
  const texts = useTexts(sessionTexts);
  const reading = api.useQuery(
    'get',
    '/api/v1/runs/{run}',
    { params: { path: { run: id } } },
    {
      refetchInterval: ({ state: { data } }) =>
        data !== undefined && open.has(data.status) ? lookEvery : false,
    },
  );
  if (reading.data !== undefined) return <Trace run={reading.data} />;
  if (reading.error !== null) return <Failed problem={reading.error} onRetry={reading.refetch} />;
  return <Loading>{texts.loadingRun}</Loading>;
}

function Trace({ run }: { readonly run: RunWithSteps }) {
  const texts = useTexts(sessionTexts);
  const back =
    run.session_id !== null
      ? { to: `/${run.session_id}`, label: texts.conversation }
      : run.is_preview
        ? { to: placeOf(`/agents/${run.agent_id}`), label: texts.agent }
        : { to: '/runs', label: texts.runs };
  return (
    <Page
      title={texts.trace}
      back={back}
      heading={
        <>
          {texts.trace} <RunStatus status={run.status} />{' '}
          {run.is_preview && <Badge>{texts.preview}</Badge>}
        </>
      }
      actions={<Cancel run={run} />}
    >
      {run.error !== null && (
        <div className="note note-bad" role="alert">
          <p>
            <code>{run.error.code}</code> {run.error.detail}
          </p>
          {run.error.code === 'budget_exceeded' && <BudgetWay id={null} />}
        </div>
      )}
      <Figures run={run} />
      <Said run={run} />
      <Section title={texts.steps} description={texts.stepsHint}>
        <Waterfall run={run} />
      </Section>
      <Section title={texts.given} description={texts.givenHint}>
        <Given run={run} />
      </Section>
    </Page>
  );
}

function Figures({ run }: { readonly run: RunWithSteps }) {
  const texts = useTexts(sessionTexts);
  const format = useFormat();
  const { usage } = run;
  return (
    <div className="columns">
      <Facts
        facts={[
          [
            texts.agent,
            <Link key="agent" href={placeOf(`/agents/${run.agent_id}`)}>
              <AgentName id={run.agent_id} />
            </Link>,
          ],
          [
            run.is_preview ? texts.draftBasedOn : texts.answeredBy,
            <VersionName key="version" agent={run.agent_id} id={run.version_id} />,
          ],
          [texts.started, <Time key="started" value={run.created_at} form="moment" />],
          [texts.duration, format.duration(run.latency_ms)],
          [texts.firstToken, format.duration(run.first_token_ms)],
          [texts.waited, run.waited_ms === 0 ? '–' : format.duration(run.waited_ms)],
          [texts.id, <Copyable key="id" text={run.id} />],
        ]}
      />
      <Facts
        facts={[
          [texts.cost, format.money(usage.cost_usd)],
          [texts.inputTokens, format.number(usage.input_tokens)],
          [texts.cachedTokens, format.number(usage.cache_read_tokens)],
          [texts.outputTokens, format.number(usage.output_tokens)],
          [texts.confidence, format.percent(run.confidence)],
          [texts.coverage, run.coverage === null ? '–' : texts.coverages[run.coverage]],
        ]}
      />
    </div>
  );
}

/** What the model was given: how the tokens of its prompt were spent. */
function Given({ run: { context } }: { readonly run: RunWithSteps }) {
  const texts = useTexts(sessionTexts);
  const format = useFormat();
  if (context === null) return <p className="muted">{texts.notRecorded}</p>;
  const { tokens, messages, summary, memories } = context;
  const parts = [
    'instructions',
    'question',
    'passages',
    'attachments',
    'facts',
    'history',
  ] as const;
  const all = Math.max(
    1,
    parts.reduce((sum, name) => sum + tokens[name], 0),
  );
  return (
    <div className="card">
      <ul className="bars">
        {parts.map((name) => (
          <li key={name}>
            <span>{texts.parts[name]}</span>
            <span className="span-track" aria-hidden="true">
              <span className="span-bar" style={{ width: `${(tokens[name] / all) * 100}%` }} />
            </span>
            <span className="number">{format.number(tokens[name])}</span>
          </li>
        ))}
      </ul>
      <p className="muted">
        {texts.history(messages.included, messages.summarized, messages.omitted)}
        {summary !== null && ` ${texts.summarized(summary.tokens)}`}
        {memories.length > 0 && ` ${texts.remembered(memories.length)}`}
      </p>
    </div>
  );
}

function Cancel({ run }: { readonly run: RunWithSteps }) {
  const texts = useTexts(sessionTexts);
  const mayWrite = useCan('sessions:write');
  const cancel = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/runs/{run}/cancel', { params: { path: { run: run.id }, header } }),
    { refresh: ['/api/v1/runs', '/api/v1/sessions'] },
  );
  return (
    <>
      {run.session_id !== null && (
        <Link href={`/${run.session_id}`} className="button button-plain">
          {texts.openConversation}
        </Link>
      )}
      {open.has(run.status) && mayWrite && (
        <Button isBusy={cancel.isRunning} onClick={() => cancel.run(undefined)}>
          {texts.cancelRun}
        </Button>
      )}
      <ProblemNote problem={cancel.problem} />
    </>
  );
}
