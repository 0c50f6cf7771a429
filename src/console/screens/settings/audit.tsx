import { useState } from 'react';
import type { AuditEntry } from '../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useSession } from '../../app/session.tsx';
import { auditTexts } from '../../texts/audit.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { settingsPartTexts } from '../../texts/settings-parts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { PersonName } from '../../ui/person-name.tsx';
import { Empty, ProblemNote } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { TargetName, useActionWords, useObjectChoices } from './audit-words.tsx';

const filters = { action_prefix: '', actor_type: '', actor_id: '', start_date: '', end_date: '' };
const actors = ['user', 'api_key', 'root', 'system', 'end_user', 'share_link'] as const;

/** Who changed what and when, in a chain that shows tampering. */
export default function Audit() {
  const texts = useTexts(auditTexts);
  const names = useTexts(settingsPartTexts);
  const [state, setFilters] = useUrlState(filters);
  const [shown, setShown] = useState<AuditEntry | null>(null);
  const { member } = useSession();
  const wordsOf = useActionWords();
  const objects = useObjectChoices();
  const query = Object.fromEntries(Object.entries(state).filter(([, value]) => value !== ''));
  const reading = api.useInfiniteQuery('get', '/api/v1/audit-log', { params: { query } }, paged);
  return (
    <Section title={names.audit} description={texts.auditHint} actions={<Verify />}>
      <div className="filters">
        <SelectField
          label={texts.about}
          value={state.action_prefix}
          onChange={(action_prefix) => setFilters({ action_prefix })}
          choices={[{ value: '', label: texts.all }, ...objects]}
        />
        <SelectField
          label={texts.actor}
          value={state.actor_id === '' ? state.actor_type : state.actor_id}
          onChange={(value) =>
            setFilters(
              value === member.id
                ? { actor_type: '', actor_id: value }
                : { actor_type: value, actor_id: '' },
            )
          }
          choices={[
            { value: '', label: texts.all },
            { value: member.id, label: texts.byMe },
            ...(state.actor_id === '' || state.actor_id === member.id
              ? []
              : [{ value: state.actor_id, label: state.actor_id }]),
            ...actors.map((value) => ({ value, label: texts.actorTypes[value] })),
          ]}
        />
        <TextField
          type="date"
          label={texts.from}
          value={state.start_date}
          onChange={(start_date) => setFilters({ start_date })}
        />
        <TextField
          type="date"
          label={texts.to}
          value={state.end_date}
          onChange={(end_date) => setFilters({ end_date })}
        />
      </div>
      <ListTable
        label={names.audit}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        columns={[
          { name: texts.time, cell: ({ created_at }) => <Time value={created_at} form="moment" /> },
          {
            name: texts.action,
            cell: ({ action }) => <span title={action}>{wordsOf(action)}</span>,
          },
          {
            name: texts.actor,
            cell: ({ actor_type, actor_id }) => <ActorName type={actor_type} id={actor_id} />,
          },
          {
            name: texts.target,
            cell: ({ target_type, target_id }) => <TargetName type={target_type} id={target_id} />,
          },
          {
            name: texts.details,
            isAction: true,
            cell: (entry) => (
              <Button kind="quiet" isSmall onClick={() => setShown(entry)}>
                {texts.show}
              </Button>
            ),
          },
        ]}
        empty={<Empty title={texts.noEntries}>{texts.noEntriesHint}</Empty>}
      />
      <Dialog
        isOpen={shown !== null}
        onClose={() => setShown(null)}
        title={shown === null ? '' : wordsOf(shown.action)}
      >
        {shown !== null && <Entry entry={shown} />}
      </Dialog>
    </Section>
  );
}

/** Who acted: a member or a key by name, otherwise the kind of actor and its id. */
function ActorName({ type, id }: { readonly type: string; readonly id: string | null }) {
  const { actorTypes } = useTexts(auditTexts);
  const kind = actorTypes[type as keyof typeof actorTypes] ?? type;
  return id === null ? kind : <PersonName id={id} />;
}

function Entry({ entry }: { readonly entry: AuditEntry }) {
  const texts = useTexts(auditTexts);
  return (
    <>
      <Facts
        facts={[
          [texts.time, <Time key="time" value={entry.created_at} form="moment" />],
          [texts.actor, <ActorName key="actor" type={entry.actor_type} id={entry.actor_id} />],
          [texts.action, <code key="action">{entry.action}</code>],
          [texts.target, <TargetName key="target" type={entry.target_type} id={entry.target_id} />],
          [texts.targetId, <code key="id">{`${entry.target_type} ${entry.target_id}`}</code>],
          [texts.address, entry.ip ?? '–'],
          [texts.request, entry.request_id],
          [texts.sequence, entry.sequence ?? texts.notSealed],
        ]}
      />
      <pre tabIndex={0}>{JSON.stringify(entry.detail, null, 2)}</pre>
    </>
  );
}

/** Checks the whole chain, page by page. */
function Verify() {
  const texts = useTexts(auditTexts);
  const [said, setSaid] = useState('');
  const verify = useAction(
    async () => {
      let cursor: string | null = null;
      let checked = 0;
      for (;;) {
        const query: { cursor?: string } = cursor === null ? {} : { cursor };
        const { data } = await client.GET('/api/v1/audit-log/verify', { params: { query } });
        if (data === undefined) return;
        checked += data.checked;
        if (data.result === 'broken')
          return setSaid(texts.broken(String(data.first_broken?.sequence ?? '?')));
        cursor = data.next_cursor;
        if (cursor === null) return setSaid(texts.intact(checked, data.unsealed));
      }
    },
    { refresh: [] },
  );
  return (
    <>
      <span role="status">{said}</span>
      <Button isBusy={verify.isRunning} onClick={() => verify.run()}>
        {texts.verify}
      </Button>
      <a className="button button-plain" href="/api/v1/audit-log/export" download>
        {texts.export}
      </a>
      <ProblemNote problem={verify.problem} />
    </>
  );
}
