import { useLocation } from 'wouter';
import type { ArchitectSession } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { placeOf } from '../../../app/places.ts';
import { createTexts } from '../../../texts/agents.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button, LinkButton } from '../../../ui/button.tsx';
import { Badge } from '../../../ui/page.tsx';
import { ProblemNote } from '../../../ui/states.tsx';

const path = '/api/v1/architect/sessions';

/** What the architect has so far; it can be tried, and made an agent at any time. */
export function ArchitectDraft({ session }: { readonly session: ArchitectSession }) {
  const texts = useTexts(createTexts);
  const [, go] = useLocation();
  const { id, draft, open, findings, agent_id } = session;
  const params = { path: { architect_session: id } };
  const test = useAction(
    (_, header) =>
      client.POST(`${path}/{architect_session}/test`, { params: { ...params, header }, body: {} }),
    { refresh: [path] },
  );
  const create = useAction(
    async (_, header) =>
      (
        await client.POST(`${path}/{architect_session}/create-agent`, {
          ...{ params: { ...params, header }, body: {} },
        })
      ).data,
    {
      refresh: ['/api/v1/agents', path],
      onDone: (agent) => agent !== undefined && go(placeOf(`/agents/${agent.id}`)),
    },
  );
  const { instructions } = draft.config;
  return (
    <section className="preview architect-draft" aria-label={texts.draft}>
      <h2>{draft.name || texts.untitled}</h2>
      {draft.description !== '' && <p className="muted">{draft.description}</p>}
      {typeof instructions === 'string' && instructions !== '' && (
        <>
          <h3>{texts.instructions}</h3>
          <p className="message-text draft-text" tabIndex={0}>
            {instructions}
          </p>
        </>
      )}
      <Listed title={texts.openTopics} lines={open.map(({ question }) => question)} />
      <Listed title={texts.findings} lines={findings.map(({ detail }) => detail)} />
      <Tested session={session} />
      <ProblemNote problem={test.problem ?? create.problem} />
      <div className="form-actions">
        {agent_id === null ? (
          <>
            <Button kind="primary" isBusy={create.isRunning} onClick={() => create.run()}>
              {texts.createFrom}
            </Button>
            <Button isBusy={test.isRunning} onClick={() => test.run()}>
              {texts.tryOut}
            </Button>
          </>
        ) : (
          <LinkButton to={placeOf(`/agents/${agent_id}`)} kind="primary">
            {texts.open}
          </LinkButton>
        )}
      </div>
    </section>
  );
}

const Listed = ({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) =>
  lines.length === 0 ? null : (
    <>
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );

function Tested({ session: { previews } }: { readonly session: ArchitectSession }) {
  const texts = useTexts(createTexts);
  if (previews.length === 0) return null;
  return (
    <>
      <h3>{texts.tested}</h3>
      {previews.map(({ question, passed, answer, error }) => (
        <details key={question} className="tool-call">
          <summary>
            {question}{' '}
            <Badge tone={passed ? 'good' : 'warn'}>{passed ? texts.passed : texts.failed}</Badge>
          </summary>
          <p className="message-text">{error === null ? answer : error.detail}</p>
        </details>
      ))}
    </>
  );
}
