import { Link } from 'wouter';
import type { Approval } from '../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { approvalTexts } from '../../texts/approvals.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { AgentName } from '../../ui/agent-filter.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextAreaField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Badge, Page } from '../../ui/page.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { useUrlState } from '../../ui/use-url-state.ts';

const filters = { status: 'pending' };
const tones = { read: 'neutral', write: 'warn', destructive: 'bad' } as const;
/** Milliseconds between two looks. */
const lookEvery = 5000;

/** `/approvals`: calls of tools that wait for a decision. */
export default function Approvals() {
  const texts = useTexts(approvalTexts);
  const [{ status }, setFilters] = useUrlState(filters);
  const query = status === '' ? {} : { status: status as Approval['status'] };
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/approvals',
    { params: { query } },
    { ...paged, refetchInterval: lookEvery },
  );
  const rows = rowsOf(reading.data);
  const choices = Object.entries(texts.statuses).map(([value, label]) => ({ value, label }));
  return (
    <Page title={texts.title} description={texts.description}>
      <div className="filters">
        <SelectField
          label={texts.show}
          value={status}
          onChange={(value) => setFilters({ status: value })}
          choices={[{ value: '', label: texts.all }, ...choices]}
        />
      </div>
      {rows === undefined ? (
        reading.error === null ? (
          <Loading>{texts.loading}</Loading>
        ) : (
          <Failed problem={reading.error} onRetry={reading.refetch} />
        )
      ) : rows.length === 0 ? (
        <Empty title={status === 'pending' ? texts.none : texts.noMatch}>{texts.noneHint}</Empty>
      ) : (
        <ul className="list">
          {rows.map((approval) => (
            <li key={approval.id} className="card">
              <Call approval={approval} />
            </li>
          ))}
        </ul>
      )}
      {reading.hasNextPage && (
        <p className="more">
          <Button isBusy={reading.isFetchingNextPage} onClick={() => reading.fetchNextPage()}>
            {texts.more}
          </Button>
        </p>
      )}
    </Page>
  );
}

function Call({ approval }: { readonly approval: Approval }) {
  const texts = useTexts(approvalTexts);
  const { tool_name, effect, reason, agent_id, run_id, session_id, status, input } = approval;
  return (
    <>
      <header className="section-header">
        <h2>
          <code>{tool_name}</code> <Badge tone={tones[effect]}>{texts.effects[effect]}</Badge>{' '}
          {status !== 'pending' && <Badge>{texts.statuses[status]}</Badge>}
        </h2>
        <span className="muted small">
          <AgentName id={agent_id} /> · <Time value={approval.created_at} /> ·{' '}
          <Link href={placeOf(`/sessions/runs/${run_id}`)}>{texts.trace}</Link>
          {session_id !== null && (
            <>
              {' · '}
              <Link href={placeOf(`/sessions/${session_id}`)}>{texts.conversation}</Link>
            </>
          )}
          {status === 'pending' && (
            <>
              {' · '}
              {texts.expires} <Time value={approval.expires_at} />
            </>
          )}
        </span>
      </header>
      <p>{reason}</p>
      {status === 'pending' ? (
        <Decision approval={approval} />
      ) : (
        <>
          <pre tabIndex={0}>{JSON.stringify(approval.edited_input ?? input, null, 2)}</pre>
          {approval.comment !== null && <p className="muted">{approval.comment}</p>}
        </>
      )}
    </>
  );
}

/** The arguments can be changed before they are approved; what is approved is exactly what is shown. */
function Decision({ approval }: { readonly approval: Approval }) {
  const texts = useTexts(approvalTexts);
  const toast = useToast();
  const original = JSON.stringify(approval.input, null, 2);
  const draft = useDraft(`approval.${approval.id}`, { edited: original, reason: '' });
  const { edited, reason } = draft.value;
  const parsed = parse(edited);
  const decide = useAction(
    (decision: 'approve' | 'reject', header) => {
      const isEdited = decision === 'approve' && edited !== original;
      return client.POST('/api/v1/runs/{run}/actions', {
        params: { path: { run: approval.run_id }, header },
        body: {
          actions: [
            {
              ...{ type: 'approval', tool_call_id: approval.tool_call_id, digest: approval.digest },
              decision: isEdited ? 'edit' : decision,
              ...(isEdited && parsed !== null && { arguments: parsed }),
              ...(reason.trim() !== '' && { reason }),
            },
          ],
        },
      });
    },
    {
      refresh: ['/api/v1/approvals', '/api/v1/runs', '/api/v1/sessions'],
      onDone: (_, decision) => {
        draft.discard();
        toast(decision === 'approve' ? texts.approved : texts.rejected, approval.tool_name);
      },
    },
  );
  return (
    <Form
      problem={decide.problem}
      onSubmit={() => decide.run('approve')}
      label={approval.tool_name}
    >
      <TextAreaField
        className="code-area"
        label={texts.arguments}
        hint={texts.argumentsHint}
        error={parsed === null ? texts.notJson : null}
        value={edited}
        onChange={(text) => draft.set({ edited: text })}
        spellCheck={false}
      />
      <TextAreaField
        label={texts.reason}
        hint={texts.reasonHint}
        rows={2}
        value={reason}
        onChange={(text) => draft.set({ reason: text })}
      />
      <div className="form-actions">
        <Button type="submit" kind="primary" isBusy={decide.isRunning} disabled={parsed === null}>
          {edited === original ? texts.approve : texts.approveEdited}
        </Button>
        <Button isBusy={decide.isRunning} onClick={() => decide.run('reject')}>
          {texts.reject}
        </Button>
      </div>
    </Form>
  );
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
