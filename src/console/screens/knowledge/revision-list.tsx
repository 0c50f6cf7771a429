import { Link } from 'wouter';
import type { KnowledgeBase, KnowledgeRevision } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { historyTexts } from '../../texts/knowledge-history.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { PersonName } from '../../ui/person-name.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { usePlaces } from './places.ts';
import { RevisionDiff } from './revision-diff.tsx';

const range = { from: '', to: '' };

/** Every change of what searches find, and what differs between two revisions. */
export function RevisionList({ base }: { readonly base: KnowledgeBase }) {
  const texts = useTexts(historyTexts);
  const { number } = useFormat();
  const [{ from, to }, setRange] = useUrlState(range);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/knowledge-bases/{kb}/revisions',
    { params: { path: { kb: base.id } } },
    paged,
  );
  return (
    <>
      <Section title={texts.compare}>
        <CompareForm
          key={`${from} ${to}`}
          base={base}
          initial={{ from, to }}
          onCompare={(next) => setRange(next)}
        />
        {(from !== '' || to !== '') && <RevisionDiff base={base} from={from} to={to} />}
      </Section>
      <Section
        title={texts.revisions}
        description={`${texts.intro} ${texts.oldest(number(base.oldest_revision))}`}
      >
        <ListTable
          label={texts.revisions}
          loading={texts.loading}
          reading={reading}
          rows={rowsOf(reading.data)}
          columns={useColumns(base)}
          keyOf={({ revision, chunk_id }) => `${revision} ${chunk_id ?? ''}`}
          empty={<Empty title={texts.none}>{texts.noneHint}</Empty>}
        />
      </Section>
    </>
  );
}

function useColumns(base: KnowledgeBase): readonly Column<KnowledgeRevision>[] {
  const texts = useTexts(historyTexts);
  const places = usePlaces();
  const maySearch = useCan('knowledge:search');
  const isKept = (revision: number) => revision >= base.oldest_revision;
  return [
    {
      name: texts.revision,
      cell: ({ revision }) =>
        maySearch && isKept(revision) ? (
          <Link href={`/search?revision=${revision}`} title={texts.search}>
            {revision}
          </Link>
        ) : (
          revision
        ),
    },
    { name: texts.change, cell: ({ change }) => texts.changes[change] },
    {
      name: texts.file,
      cell: ({ file_id, file_name, revision, change }) =>
        file_name === null ? (
          <span className="muted">{texts.purged}</span>
        ) : change === 'file_removed' || !isKept(revision) ? (
          file_name
        ) : (
          <Link href={places.file(base.id, file_id, { revision })}>{file_name}</Link>
        ),
    },
    { name: texts.time, cell: ({ created_at }) => <Time value={created_at} /> },
    {
      name: texts.by,
      cell: ({ actor_id }) => <PersonName id={actor_id} nobody="–" />,
      isMinor: true,
    },
  ];
}

/** The member who made a change, or the id of the key or job. */
function CompareForm({
  base,
  initial,
  onCompare,
}: {
  readonly base: KnowledgeBase;
  readonly initial: { readonly from: string; readonly to: string };
  readonly onCompare: (range: { readonly from: string; readonly to: string }) => void;
}) {
  const texts = useTexts(historyTexts);
  const draft = useDraft(`knowledge.${base.id}.compare`, {
    from: initial.from || `${base.oldest_revision}`,
    to: initial.to || `${base.revision}`,
  });
  const { from, to } = draft.value;
  const limits = { type: 'number', min: base.oldest_revision, max: base.revision, required: true };
  return (
    <form
      className="filters"
      onSubmit={(event) => {
        event.preventDefault();
        onCompare(draft.value);
        draft.discard();
      }}
    >
      <TextField
        label={texts.from}
        value={from}
        onChange={(next) => draft.set({ from: next })}
        {...limits}
      />
      <TextField
        label={texts.to}
        value={to}
        onChange={(next) => draft.set({ to: next })}
        {...limits}
      />
      <Button type="submit">{texts.compare}</Button>
    </form>
  );
}
