import { useLocation } from 'wouter';
import type { ArchitectSession } from '../../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { createTexts } from '../../../texts/agents.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge, Section } from '../../../ui/page.tsx';
import { ProblemNote } from '../../../ui/states.tsx';
import { type Column, ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';

const path = '/api/v1/architect/sessions';

/** Begins a conversation with the architect, or continues one. */
export function ArchitectSessions() {
  const texts = useTexts(createTexts);
  const [, go] = useLocation();
  const begin = useAction(
    async (_, header) => (await client.POST(path, { params: { header }, body: {} })).data,
    {
      refresh: [path],
      onDone: (made) => made !== undefined && go(`/architect/${made.id}`),
    },
  );
  const reading = api.useInfiniteQuery('get', path, {}, paged);
  const columns: readonly Column<ArchitectSession>[] = [
    {
      name: texts.name,
      cell: ({ draft, agent_id }) => (
        <>
          {draft.name || texts.untitled}{' '}
          {agent_id !== null && <Badge tone="good">{texts.designed}</Badge>}
        </>
      ),
    },
    { name: texts.draft, cell: ({ message_count }) => texts.messages(message_count) },
    { name: texts.changed, cell: ({ updated_at }) => <Time value={updated_at} /> },
  ];
  return (
    <>
      <p className="muted">{texts.architectHint}</p>
      <ProblemNote problem={begin.problem} />
      <div className="form-actions">
        <Button kind="primary" isBusy={begin.isRunning} onClick={() => begin.run()}>
          {texts.begin}
        </Button>
      </div>
      <Section title={texts.sessions}>
        <ListTable
          label={texts.sessions}
          loading={texts.loadingSessions}
          reading={reading}
          rows={rowsOf(reading.data)}
          columns={columns}
          keyOf={({ id }) => id}
          linkOf={({ id }) => `/architect/${id}`}
          empty={<p className="muted">{texts.noSessions}</p>}
        />
      </Section>
    </>
  );
}
