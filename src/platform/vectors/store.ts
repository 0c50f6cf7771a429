import { type Placeholder, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { compile } from '../../db/compiled.ts';

/** Rows of one read. */
export const pageRows = 20_000;

export interface VectorRow {
  readonly seq: number;
  readonly id: string;
  readonly base_id: string;
  readonly vector: string;
}

export interface BlockRow {
  readonly id: number;
  readonly base_id: string;
  readonly last_seq: number;
}

type Values<Name extends string> = (name: Name) => Placeholder;

/** Removes vectors and counts them. `ids` is JSON. A `+` keeps the planner from reading all vectors of the workspace. */
export const deleteVectors = (db: Db, workspace_id: string, ids: string): Statement[] =>
  [countRemoved, deleteRows, deleteFormerRows].map((statement) =>
    statement(db, { workspace_id, ids }),
  );

const countRemoved = compile((db, value: Values<'workspace_id' | 'ids'>) =>
  db.run(sql`
    insert into vector_lists (workspace_id, base_id, tail, packed, removed)
    select v.workspace_id, v.base_id, 0, 0, count(*) from json_each(${value('ids')}) j cross join vectors v on v.id = j.value
    where +v.workspace_id = ${value('workspace_id')} group by +v.base_id
    on conflict do update set removed = removed + excluded.removed`),
);

const deleteRows = compile((db, value: Values<'workspace_id' | 'ids'>) =>
  db.run(sql`
    delete from vectors where id in (select value from json_each(${value('ids')})) and +workspace_id = ${value('workspace_id')}`),
);

const deleteFormerRows = compile((db, value: Values<'workspace_id' | 'ids'>) =>
  db.run(sql`
    delete from chunk_vectors where chunk_id in (select value from json_each(${value('ids')})) and +workspace_id = ${value('workspace_id')}`),
);

/** Inserts vectors behind all others. `rows` is JSON. An id of another workspace is skipped. */
export const insertVectors = (db: Db, workspace_id: string, rows: string): Statement[] =>
  [insertRows, countAdded].map((statement) => statement(db, { workspace_id, rows }));

const insertRows = compile((db, value: Values<'workspace_id' | 'rows'>) =>
  db.run(sql`
    insert into vectors (id, workspace_id, base_id, vector)
    select value ->> 'id', ${value('workspace_id')}, value ->> 'base_id', value ->> 'vector' from json_each(${value('rows')}) where true
    on conflict (id) do nothing`),
);

const countAdded = compile((db, value: Values<'workspace_id' | 'rows'>) =>
  db.run(sql`
    insert into vector_lists (workspace_id, base_id, tail, packed, removed)
    select ${value('workspace_id')}, value ->> 'base_id', count(*), 0, 0 from json_each(${value('rows')}) where true group by 2
    on conflict do update set tail = tail + excluded.tail`),
);

/**
 * Moves vectors to another base, behind all others of the index, and counts them. `ids` is JSON. A block of the former
 * base still names their places, at which nothing is found.
 */
export const moveVectors = (
  db: Db,
  workspace_id: string,
  ids: string,
  base_id: string,
): Statement[] => {
  const values = { workspace_id, ids, base_id };
  return [countMoved, countArrived, moveRows, moveFormerRows].map((statement) =>
    statement(db, values),
  );
};

type MoveValues = Values<'workspace_id' | 'ids' | 'base_id'>;

const countMoved = compile((db, value: MoveValues) =>
  db.run(sql`
    insert into vector_lists (workspace_id, base_id, tail, packed, removed)
    select v.workspace_id, v.base_id, 0, 0, count(*) from json_each(${value('ids')}) j cross join vectors v on v.id = j.value
    where v.workspace_id = ${value('workspace_id')} and v.base_id <> ${value('base_id')} group by v.base_id
    on conflict do update set removed = removed + excluded.removed`),
);

const countArrived = compile((db, value: MoveValues) =>
  db.run(sql`
    insert into vector_lists (workspace_id, base_id, tail, packed, removed)
    select ${value('workspace_id')}, ${value('base_id')}, count(*), 0, 0 from json_each(${value('ids')}) j cross join vectors v on v.id = j.value
    where v.workspace_id = ${value('workspace_id')} and v.base_id <> ${value('base_id')} having count(*) > 0
    on conflict do update set tail = tail + excluded.tail`),
);

const moveRows = compile((db, value: MoveValues) =>
  db.run(sql`
    insert or replace into vectors (id, workspace_id, base_id, vector)
    select v.id, v.workspace_id, ${value('base_id')}, v.vector from json_each(${value('ids')}) j cross join vectors v on v.id = j.value
    where v.workspace_id = ${value('workspace_id')} and v.base_id <> ${value('base_id')}`),
);

const moveFormerRows = compile((db, value: MoveValues) =>
  db.run(sql`
    update chunk_vectors set base_id = ${value('base_id')}
    where +workspace_id = ${value('workspace_id')} and chunk_id in (select value from json_each(${value('ids')}))`),
);

export const selectBlocks = (db: Db, workspace_id: string, base_ids: string) =>
  db.all<BlockRow>(sql`
    select b.id as id, b.base_id as base_id, b.last_seq as last_seq from json_each(${base_ids}) j
    cross join vector_blocks b on b.workspace_id = ${workspace_id} and b.base_id = j.value order by b.base_id, b.last_seq`);

export const selectBlockData = (db: Db, workspace_id: string, ids: readonly number[]) =>
  db.all<{ readonly id: number; readonly base_id: string; readonly data: string }>(sql`
    select b.id as id, b.base_id as base_id, b.data as data from json_each(${JSON.stringify(ids)}) j
    cross join vector_blocks b on b.id = j.value where +b.workspace_id = ${workspace_id}`);

/** Selects the vectors behind the last block of each base, by base and `seq`. */
export const selectTails = (
  db: Db,
  workspace_id: string,
  base_ids: string,
  after: Pick<VectorRow, 'base_id' | 'seq'>,
) =>
  db.all<VectorRow>(sql`
    select v.seq as seq, v.id as id, v.base_id as base_id, v.vector as vector
    from (select value as base_id from json_each(${base_ids}) where value >= ${after.base_id} order by value) j
    cross join vectors v on v.workspace_id = ${workspace_id} and v.base_id = j.base_id
      and v.seq > max(${endOfBlocks(workspace_id)}, iif(j.base_id = ${after.base_id}, cast(${after.seq} as integer), 0))
    order by v.base_id, v.seq limit cast(${pageRows} as integer)`);

const endOfBlocks = (workspace_id: string) =>
  sql`coalesce((select max(b.last_seq) from vector_blocks b where b.workspace_id = ${workspace_id} and b.base_id = j.base_id), 0)`;

/** Selects vectors that have not been moved yet, by base and id. */
export const selectFormer = (
  db: Db,
  workspace_id: string,
  base_ids: string,
  after: Pick<VectorRow, 'base_id' | 'id'>,
) =>
  db.all<Omit<VectorRow, 'seq'>>(sql`
    select chunk_id as id, base_id, vector from chunk_vectors
    where workspace_id = ${workspace_id} and base_id in (select value from json_each(${base_ids})) and (base_id, chunk_id) > (${after.base_id}, ${after.id})
    order by base_id, chunk_id limit cast(${pageRows} as integer)`);

/** Selects the vectors that still have one of these `seq`. */
export const selectBySeq = (
  db: Db,
  workspace_id: string,
  base_ids: string,
  seqs: readonly number[],
) =>
  db.all<Pick<VectorRow, 'id' | 'vector'>>(sql`
    select v.id as id, v.vector as vector from json_each(${JSON.stringify(seqs)}) j cross join vectors v on v.seq = j.value
    where +v.workspace_id = ${workspace_id} and +v.base_id in (select value from json_each(${base_ids}))`);

/** Selects vectors by id. */
export const selectByIds = (
  db: Db,
  workspace_id: string,
  base_ids: string,
  ids: readonly string[],
) =>
  db.all<Pick<VectorRow, 'id' | 'vector'>>(sql`
    with wanted as (select value from json_each(${JSON.stringify(ids)})), bases as (select value from json_each(${base_ids}))
    select v.id as id, v.vector as vector from wanted j cross join vectors v on v.id = j.value
    where +v.workspace_id = ${workspace_id} and +v.base_id in (select value from bases)
    union all
    select v.chunk_id as id, v.vector as vector from wanted j cross join chunk_vectors v on v.chunk_id = j.value
    where +v.workspace_id = ${workspace_id} and +v.base_id in (select value from bases)`);
