import { useState } from 'react';
import type { File, KnowledgeBase } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { fileTexts } from '../../texts/knowledge-files.ts';
import { uiTexts } from '../../texts/ui.ts';
import { Button } from '../../ui/button.tsx';
import { SearchField, SelectField, TextField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { FileActions } from './file-actions.tsx';
import { FileMenu } from './file-menu.tsx';
import { isProcessing, steps } from './file-state.ts';
import { FileStatus } from './file-status.tsx';
import { usePlaces } from './places.ts';
import { UploadZone } from './upload-zone.tsx';

const filters = { q: '', status: '', tag: '' };
type Status = File['status'];

/** The files of a base, with uploads above them. */
export function FileList({ base }: { readonly base: KnowledgeBase }) {
  const texts = useTexts(fileTexts);
  const mayWrite = useCan('knowledge:write');
  const [{ q, status, tag }, setFilters] = useUrlState(filters);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const query = {
    ...(q !== '' && { q }),
    ...(status !== '' && { status: status as Status }),
    ...(tag !== '' && { tag }),
  };
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/knowledge-bases/{kb}/files',
    { params: { path: { kb: base.id }, query } },
    {
      ...paged,
      refetchInterval: ({ state }) =>
        state.data?.pages.some((page) => page.data.some(isProcessing)) === true ? 1500 : false,
    },
  );
  const rows = rowsOf(reading.data);
  const isFiltered = q !== '' || status !== '' || tag !== '';
  const { file: placeOf } = usePlaces();
  return (
    <div className="section">
      {mayWrite && <UploadZone base={base} />}
      <Filters base={base} />
      {chosen.size > 0 && (
        <FileActions
          files={rows?.filter(({ id }) => chosen.has(id)) ?? []}
          onDone={() => setChosen(new Set())}
        />
      )}
      <ListTable
        label={texts.files}
        loading={texts.loading}
        reading={reading}
        rows={rows}
        columns={useColumns(mayWrite)}
        keyOf={({ id }) => id}
        linkOf={({ id }) => placeOf(base.id, id)}
        {...(mayWrite && {
          selection: {
            keys: chosen,
            onChange: setChosen,
            labelOf: ({ name }: File) => texts.select(name),
            allLabel: texts.selectAll,
          },
        })}
        empty={
          isFiltered ? (
            <Empty
              title={texts.noMatch}
              action={
                <Button onClick={() => setFilters({ q: '', status: '', tag: '' })}>
                  {texts.clearFilters}
                </Button>
              }
            >
              {texts.noMatchHint}
            </Empty>
          ) : (
            <Empty title={texts.none}>{mayWrite ? texts.noneHint : texts.noneReader}</Empty>
          )
        }
      />
    </div>
  );
}

function useColumns(mayWrite: boolean): readonly Column<File>[] {
  const texts = useTexts(fileTexts);
  const { actions } = useTexts(uiTexts);
  const { bytes, number } = useFormat();
  return [
    { name: texts.name, cell: ({ name }) => name },
    { name: texts.status, cell: (file) => <FileStatus file={file} /> },
    {
      name: texts.size,
      cell: ({ byte_size }) => bytes(byte_size),
      isNumber: true,
      isMinor: true,
    },
    { name: texts.pages, cell: ({ pages }) => number(pages), isNumber: true, isMinor: true },
    {
      name: texts.passages,
      cell: ({ chunk_count }) => number(chunk_count),
      isNumber: true,
      isMinor: true,
    },
    {
      name: texts.tags,
      cell: ({ tags, groups }) => (
        <span className="knowledge-badges">
          {tags.map((one) => (
            <Badge key={one}>{one}</Badge>
          ))}
          {groups !== null && (
            <Badge tone="warn">{groups.length === 0 ? texts.nobody : groups.join(', ')}</Badge>
          )}
        </span>
      ),
      isMinor: true,
    },
    { name: texts.changed, cell: ({ updated_at }) => <Time value={updated_at} />, isMinor: true },
    ...(mayWrite ? [{ name: actions, cell: (file: File) => <FileMenu file={file} /> }] : []),
  ];
}

function Filters({ base }: { readonly base: KnowledgeBase }) {
  const texts = useTexts(fileTexts);
  const [{ q, status, tag }, setFilters] = useUrlState(filters);
  const [typed, setTyped] = useState({ q, tag });
  return (
    <search className="filters" key={base.id}>
      <SearchField
        label={texts.search}
        value={typed.q}
        onChange={(text) => {
          setTyped((before) => ({ ...before, q: text }));
          setFilters({ q: text.trim() });
        }}
      />
      <SelectField
        label={texts.status}
        isLabelHidden
        value={status}
        onChange={(next) => setFilters({ status: next })}
        choices={[
          { value: '', label: texts.anyStatus },
          ...[...steps, 'ready' as const, 'failed' as const].map((value) => ({
            value,
            label: texts.statuses[value],
          })),
        ]}
      />
      <TextField
        label={texts.tag}
        isLabelHidden
        placeholder={texts.tag}
        value={typed.tag}
        maxLength={64}
        onChange={(text) => {
          setTyped((before) => ({ ...before, tag: text }));
          setFilters({ tag: text.trim() });
        }}
      />
    </search>
  );
}
