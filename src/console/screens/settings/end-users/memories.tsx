import { useState } from 'react';
import { Link } from 'wouter';
import type { CreateMemory, Memory } from '../../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { placeOf } from '../../../app/places.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { endUserTexts } from '../../../texts/end-users.ts';
import { AgentName } from '../../../ui/agent-filter.tsx';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { CheckField, SearchField, SelectField, TextAreaField } from '../../../ui/field.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Badge, Section } from '../../../ui/page.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { useDraft } from '../../../ui/use-draft.ts';
import { useUrlState } from '../../../ui/use-url-state.ts';
import { MemoryActions, maxMemoryLength } from './memory-actions.tsx';

const filters = { q: '', replaced: '' };
const refresh = ['/api/v1/end-users/{end_user}/memories'];

/** What agents know about one person. */
export function Memories({ endUser }: { readonly endUser: string }) {
  const texts = useTexts(endUserTexts);
  const format = useFormat();
  const mayWrite = useCan('sessions:write');
  const [{ q, replaced }, setFilters] = useUrlState(filters);
  const query = { ...(q !== '' && { q }), ...(replaced !== '' && { superseded: 'true' as const }) };
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/end-users/{end_user}/memories',
    { params: { path: { end_user: endUser }, query } },
    paged,
  );
  const rows = rowsOf(reading.data);
  const isFiltered = q !== '' || replaced !== '';
  const hasSome = isFiltered || (rows !== undefined && rows.length > 0);
  return (
    <Section
      title={texts.memories}
      description={texts.memoriesHint}
      actions={
        mayWrite && (
          <>
            {hasSome && <ForgetAll endUser={endUser} />}
            <AddMemory endUser={endUser} />
          </>
        )
      }
    >
      {hasSome && (
        <div className="row">
          <SearchField
            label={texts.searchMemories}
            value={q}
            onChange={(value) => setFilters({ q: value })}
          />
          <CheckField
            label={texts.withReplaced}
            checked={replaced !== ''}
            onChange={(checked) => setFilters({ replaced: checked ? '1' : '' })}
          />
        </div>
      )}
      <ListTable
        label={texts.memories}
        loading={texts.loading}
        reading={reading}
        rows={rows}
        keyOf={({ id }) => id}
        columns={[
          {
            name: texts.memory,
            cell: ({ text, superseded_at }) => (
              <>
                {text} {superseded_at !== null && <Badge>{texts.replaced}</Badge>}
              </>
            ),
          },
          {
            name: texts.agent,
            cell: ({ agent_id }) => <AgentName id={agent_id} />,
            isMinor: true,
          },
          { name: texts.origin, cell: (memory) => <Origin memory={memory} />, isMinor: true },
          {
            name: texts.certainty,
            cell: ({ confidence }) => format.percent(confidence),
            isNumber: true,
            isMinor: true,
          },
          {
            name: texts.changed,
            cell: ({ updated_at }) => <Time value={updated_at} />,
            isMinor: true,
          },
          {
            name: texts.actions,
            cell: (memory) => mayWrite && <MemoryActions memory={memory} />,
          },
        ]}
        empty={<p className="muted">{isFiltered ? texts.noMemoryMatches : texts.noMemories}</p>}
      />
    </Section>
  );
}

function Origin({ memory: { origin, source } }: { readonly memory: Memory }) {
  const texts = useTexts(endUserTexts);
  if (source === null) return texts.origins[origin];
  const place = placeOf(`/sessions/${source.session_id}`);
  return (
    <Link href={place} title={texts.source}>
      {texts.origins[origin]}
    </Link>
  );
}

function AddMemory({ endUser }: { readonly endUser: string }) {
  const texts = useTexts(endUserTexts);
  const draft = useDraft(`end-user.${endUser}.memory`, { text: '', chosen: '' });
  const { text, chosen } = draft.value;
  const { data } = api.useQuery('get', '/api/v1/agents', { params: { query: { limit: 100 } } });
  const agents = data?.data ?? [];
  const agent_id = chosen === '' ? (agents[0]?.id ?? '') : chosen;
  const add = useAction(
    (body: CreateMemory, header) =>
      client.POST('/api/v1/end-users/{end_user}/memories', {
        params: { path: { end_user: endUser }, header },
        body,
      }),
    { refresh },
  );
  return (
    <FormDialog
      button={texts.addMemory}
      kind="plain"
      title={texts.addMemory}
      action={texts.addMemory}
      change={add}
      draft={draft}
      input={() => ({ agent_id, text })}
    >
      <SelectField
        label={texts.agent}
        pointer="/agent_id"
        value={agent_id}
        onChange={(next) => draft.set({ chosen: next })}
        choices={agents.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <TextAreaField
        label={texts.memory}
        hint={texts.memoryHint}
        pointer="/text"
        value={text}
        onChange={(next) => draft.set({ text: next })}
        maxLength={maxMemoryLength}
        required
      />
    </FormDialog>
  );
}

function ForgetAll({ endUser }: { readonly endUser: string }) {
  const texts = useTexts(endUserTexts);
  const toast = useToast();
  const [isAsking, setAsking] = useState(false);
  const forget = useAction(
    () =>
      client.DELETE('/api/v1/end-users/{end_user}/memories', {
        params: { path: { end_user: endUser } },
      }),
    {
      refresh,
      onDone: () => {
        setAsking(false);
        toast(texts.forgotten);
      },
    },
  );
  return (
    <>
      <Button kind="quiet" onClick={() => setAsking(true)}>
        {texts.forgetAll}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={texts.forgetAllTitle}
        action={texts.forgetAll}
        isBusy={forget.isRunning}
        problem={forget.problem}
        onConfirm={() => forget.run()}
      >
        {texts.forgetAllHint}
      </ConfirmDialog>
    </>
  );
}
