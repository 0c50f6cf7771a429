import { and, asc, desc, eq, getTableColumns, isNull, lte, type SQL, sql } from 'drizzle-orm';
import type { SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import { chooseVersion } from '../agents/index.ts';
import type { Db, Statement } from '../db/client.ts';
import { compileByColumns } from '../db/compiled.ts';
import { agent_versions } from '../db/schema/agents.ts';
import { conversation_items, conversations } from '../db/schema/openai.ts';
import { messages, run_steps, runs, sessions } from '../db/schema/sessions.ts';
import { workspaces } from '../db/schema/workspaces.ts';
import { eraseAttachments, guardedFiles } from './attachments/store.ts';
import { dropSummaries } from './background/summary-store.ts';
import { deleteFeedbackOfSession } from './feedback/store.ts';
import { nextIndexNumber, unindexSession } from './search/store.ts';

/** Without what only the keyword index (search-store.ts) knows of it. */
export type SessionRow = Omit<typeof sessions.$inferSelect, 'index_number'>;
export type MessageRow = typeof messages.$inferSelect;
export type RunRow = typeof runs.$inferSelect;
export type RunStepRow = typeof run_steps.$inferSelect;

export const insertSession = (db: Db, row: SessionRow) =>
  db
    .insert(sessions)
    .values({ ...row, index_number: row.kind === 'chat' ? nextIndexNumber : null });

/** What a turn begins with: its session, and what the workspace has set: whether traces may say what was said, who writes titles. */
export type ClaimedSession = SessionRow & {
  readonly keeps_content: boolean;
  readonly background_model: string | null;
};

const claimedColumns = (workspace_id: string) => ({
  ...getTableColumns(sessions),
  background_model: sql<
    string | null
  >`(select w.background_model from workspaces w where w.id = ${workspace_id})`.as(
    'background_model',
  ),
  keeps_content:
    sql<boolean>`(select w.content_logging from workspaces w where w.id = ${workspace_id})`
      .mapWith(Boolean)
      .as('keeps_content'),
});

/** A session that is made by the turn that holds it. */
export const insertClaimedSession = (db: Db, row: SessionRow) =>
  insertSession(db, row).returning(claimedColumns(row.workspace_id));

export const selectClaimedSession = (db: Db, workspace_id: string, id: string) =>
  db
    .select(claimedColumns(workspace_id))
    .from(sessions)
    .where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, id)));

export const selectSession = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(sessions)
    .where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, id)));

export const selectSessionOfRun = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.workspace_id, workspace_id),
        sql`${sessions.id} = (select session_id from runs where id = ${run_id} and workspace_id = ${workspace_id})`,
      ),
    );

export const updateSession = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: SQLiteUpdateSetSource<typeof sessions>,
) =>
  db
    .update(sessions)
    .set(changes)
    .where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, id)))
    .returning();

/** Everything of a session, children first. What it cost stays in the usage table, without its text. */
export function deleteSession(db: Db, workspace_id: string, id: string, now: number): Statement[] {
  const ownRuns = sql`(select id from runs where workspace_id = ${workspace_id} and session_id = ${id})`;
  const conversation_id = id.replace('ses_', 'conv_');
  return [
    ...eraseAttachments(db, workspace_id, id, now),
    unindexSession(db, workspace_id, id),
    deleteFeedbackOfSession(db, workspace_id, id),
    db.delete(run_steps).where(sql`${run_steps.run_id} in ${ownRuns}`),
    db
      .delete(messages)
      .where(and(eq(messages.workspace_id, workspace_id), eq(messages.session_id, id))),
    db.delete(runs).where(and(eq(runs.workspace_id, workspace_id), eq(runs.session_id, id))),
    dropSummaries(db, workspace_id, id),
    db
      .delete(conversation_items)
      .where(
        and(
          eq(conversation_items.workspace_id, workspace_id),
          eq(conversation_items.conversation_id, conversation_id),
        ),
      ),
    db
      .delete(conversations)
      .where(
        and(eq(conversations.workspace_id, workspace_id), eq(conversations.id, conversation_id)),
      ),
    db.delete(sessions).where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, id))),
  ];
}

/**
 * A branch, leaf first: the message `from` and those it follows, at most `limit`. It goes from parent to
 * parent, so that its cost is what it returns, however long the session.
 */
export function selectPath(
  db: Db,
  workspace_id: string,
  session_id: string,
  from: SQL | string,
  limit: number,
) {
  const own = sql`m.session_id = ${session_id} and m.workspace_id = ${workspace_id}`;
  const path = sql`(with recursive path as (
    select m.*, 1 as step from messages m where m.id = ${from} and ${own}
    union all select m.*, path.step + 1 from path join messages m on m.id = path.parent_id where path.step < ${limit} and ${own}
  ) select * from path) as "messages"`;
  return db.select(pathColumns).from(path).orderBy(sql`depth desc`);
}

/** The newest message of the user that follows another, or begins the session. */
export const selectNewestQuestion = (
  db: Db,
  workspace_id: string,
  session_id: string,
  parent_id: string | null,
) =>
  db
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(
        eq(messages.workspace_id, workspace_id),
        eq(messages.session_id, session_id),
        parent_id === null ? isNull(messages.parent_id) : eq(messages.parent_id, parent_id),
        eq(messages.role, 'user'),
      ),
    )
    .orderBy(desc(messages.seq))
    .limit(1);

/** The columns of a message, of rows that come from no table as far as Drizzle can tell. */
const pathColumns = Object.fromEntries(
  Object.entries(getTableColumns(messages)).map(([name, column]) => [
    name,
    sql`${sql.identifier(name)}`.mapWith(column).as(name),
  ]),
) as unknown as typeof messages._.columns;

/** The leaf of the branch that a session shows. */
export const headOf = (workspace_id: string, session_id: string): SQL =>
  sql`(select head_id from sessions where id = ${session_id} and workspace_id = ${workspace_id})`;

/** The version a run of a session is to use: the requested one, else the session's, else the agent's active one. */
export const versionOfSession = (
  session: Pick<SessionRow, 'id' | 'agent_id'>,
  requested: string | null,
): SQL<string | null> =>
  chooseVersion(
    sql`${session.agent_id}`,
    sql`coalesce(${requested}, (select s.version from sessions s where s.id = ${session.id}))`,
  );

const versionColumns = {
  version_id: sql<string>`${agent_versions.id}`.as('version_id'),
  agent_id: agent_versions.agent_id,
  number: agent_versions.number,
  config: agent_versions.config,
  tools: agent_versions.tools,
  background_model: sql<
    string | null
  >`(select w.background_model from workspaces w where w.id = ${agent_versions.workspace_id})`.as(
    'background_model',
  ),
};

/** The version a run would use now, with its configuration. */
export const selectVersionOfSession = (
  db: Db,
  workspace_id: string,
  session_id: string,
  requested: string | null,
) =>
  db
    .select(versionColumns)
    .from(sessions)
    .innerJoin(
      agent_versions,
      eq(
        agent_versions.id,
        chooseVersion(sql`${sessions.agent_id}`, sql`coalesce(${requested}, ${sessions.version})`),
      ),
    )
    .where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, session_id)));

/** The version that a run of an agent would use, without a session. */
export const selectVersionOfAgent = (
  db: Db,
  workspace_id: string,
  agent_id: string,
  requested: string | null,
) =>
  db
    .select(versionColumns)
    .from(agent_versions)
    .where(
      and(
        eq(agent_versions.workspace_id, workspace_id),
        eq(agent_versions.id, chooseVersion(sql`${agent_id}`, sql`${requested}`)),
      ),
    );

/** The version a run uses, unless that is the one that is known. */
export const selectVersionOfRun = (db: Db, run_id: string, known: string | null) =>
  db
    .select(versionColumns)
    .from(agent_versions)
    .where(
      sql`${agent_versions.id} = (select r.version_id from runs r where r.id = ${run_id} and (${known} is null or r.version_id <> ${known}))`,
    );

/** The same, for a batch. */
export const readVersionOfRun = compileByColumns<{
  readonly run_id: string;
  readonly known: string | null;
}>((db, { run_id, known }) => selectVersionOfRun(db, run_id, known));

export type TurnVersionRow = Awaited<
  ReturnType<ReturnType<typeof selectVersionOfRun>['all']>
>[number];

/** Whether the workspace lets traces say what was said. */
export const selectKeepsContent = (db: Db, workspace_id: string) =>
  db
    .select({ keeps_content: workspaces.content_logging })
    .from(workspaces)
    .where(eq(workspaces.id, workspace_id));

export interface Claim {
  /** The head that the caller knows: on another one it would answer what it has not read. */
  readonly expected_head: string | null;
  readonly head: string | null;
  /** Messages that the run begins with. */
  readonly new_messages: 0 | 1;
}

/**
 * Makes the run the one that answers and takes the next sequence number; does nothing while another
 * one answers, or where the session or its agent takes no messages. Returns a `ClaimedSession`.
 */
export const claimSession = (db: Db, run: RunRow, claim: Claim, now: number): Statement =>
  claimWith(db, { ...claim, run_id: run.id, lease_until: run.lease_until, now, ...placeOf(run) });

const placeOf = ({ workspace_id, session_id, agent_id }: RunRow) => ({
  workspace_id,
  session_id: session_id ?? '',
  agent_id,
});

type ClaimOfRun = Claim &
  ReturnType<typeof placeOf> & {
    readonly run_id: string;
    readonly lease_until: number;
    readonly now: number;
  };

const claimWith = compileByColumns<ClaimOfRun>(
  (db, { expected_head, head, new_messages, run_id, lease_until, now, ...own }) =>
    db
      .update(sessions)
      .set({
        active_run_id: run_id,
        active_run_until: lease_until,
        message_seq: sql`${sessions.message_seq} + ${new_messages}`,
        head_id: head,
        updated_at: now,
      })
      .where(
        and(
          eq(sessions.workspace_id, own.workspace_id),
          eq(sessions.id, own.session_id),
          isNull(sessions.active_run_id),
          sql`${sessions.head_id} is ${expected_head}`,
          isNull(sessions.archived_at),
          sql`(${sessions.expires_at} is null or ${sessions.expires_at} > ${now})`,
          sql`exists (select 1 from agents a where a.id = ${own.agent_id} and a.archived_at is null)`,
        ),
      )
      .returning(claimedColumns(own.workspace_id)),
);

/** Frees the session; with `answer`, that message becomes its head. Without, the head is `head`, where it is given. */
export const releaseSession = (
  db: Db,
  { id, workspace_id, session_id }: Pick<RunRow, 'id' | 'workspace_id' | 'session_id'>,
  now: number,
  { new_messages, head }: { readonly new_messages: 0 | 1; readonly head?: string | null },
): Statement =>
  releaseWith(db, {
    workspace_id,
    session_id: session_id ?? '',
    run_id: id,
    now,
    new_messages,
    head,
  });

interface Release extends Readonly<Record<'workspace_id' | 'session_id' | 'run_id', string>> {
  readonly now: number;
  readonly new_messages: 0 | 1;
  readonly head: string | null | undefined;
}

const releaseWith = compileByColumns<Release>(
  (db, { workspace_id, session_id, run_id, now, new_messages, head }) =>
    db
      .update(sessions)
      .set({
        active_run_id: null,
        active_run_until: 0,
        message_seq: sql`${sessions.message_seq} + ${new_messages}`,
        ...(head === undefined ? {} : { head_id: head }),
        updated_at: now,
      })
      .where(
        and(
          eq(sessions.workspace_id, workspace_id),
          eq(sessions.id, session_id),
          eq(sessions.active_run_id, run_id),
        ),
      ),
);

/**
 * A message with the sequence number that the session has reached, `ahead` of it, if the run holds
 * the session; otherwise `seq` is null, which the table refuses, and the whole batch with it. The same
 * of `attachments` when one that it is sent with has been deleted.
 */
export const insertMessage = (
  db: Db,
  { seq: _, ...row }: Omit<MessageRow, 'seq'> & { readonly seq?: number },
  ahead: 0 | 1,
): Statement =>
  row.attachments.length === 0
    ? insertPlainMessage(db, { ...row, ahead })
    : db.insert(messages).values({
        ...row,
        attachments: guardedFiles(row.attachments, row.id),
        seq: nextSeq(row, ahead),
      });

const nextSeq = (
  { session_id, run_id }: Readonly<Record<'session_id' | 'run_id', unknown>>,
  ahead: unknown,
) =>
  sql<number>`(select message_seq + ${ahead} from sessions where id = ${session_id} and active_run_id = ${run_id})`;

const insertPlainMessage = compileByColumns<Omit<MessageRow, 'seq'> & { readonly ahead: 0 | 1 }>(
  (db, { ahead, ...row }) => db.insert(messages).values({ ...row, seq: nextSeq(row, ahead) }),
);

/** A run whose version may be left to the database; there is none where `version_id` comes out null. */
export const insertRun = (db: Db, row: RunRow, version_id: SQL<string | null> | string) =>
  db.insert(runs).values({ ...row, version_id: sql`${version_id}` });

/**
 * A run with the version that its session is to use, if the run holds the session and the session has what the
 * version's form asks for; otherwise none, which the table refuses.
 */
export const insertRunOfSession = (
  db: Db,
  { version_id: _, ...row }: RunRow,
  requested: string | null,
): Statement => insertRunWith(db, { ...row, requested });

const insertRunWith = compileByColumns<
  Omit<RunRow, 'version_id'> & { readonly requested: string | null }
>((db, { requested, ...row }) => {
  const version = versionOfSession({ id: row.session_id ?? '', agent_id: row.agent_id }, requested);
  const holder = sql`(select s.active_run_id from sessions s where s.id = ${row.session_id})`;
  const isFilled = sql`(${row.is_preview} or not exists (${missingInputs(row.session_id, version)}))`;
  const begun = [
    'version_id',
    'experiment_id',
    'variant_id',
    'input_message_id',
    'status',
    'lease_until',
    'metadata',
  ] as const;
  // One that has waited has its row already.
  return insertRun(
    db,
    { ...row, version_id: '' },
    sql`iif(${holder} = ${row.id} and ${isFilled}, ${version}, null)`,
  ).onConflictDoUpdate({
    target: runs.id,
    set: Object.fromEntries(begun.map((name) => [name, sql`excluded.${sql.identifier(name)}`])),
    setWhere: sql`${runs.status} = 'queued'`,
  });
});

/** Fields of a version's form that must be filled in and are not, by the session or by a default. */
const missingInputs = (session_id: string | null, version: SQL): SQL => sql`select 1
  from agent_versions v join sessions s on s.id = ${session_id} join json_each(v.config, '$.inputs') field
  where v.id = ${version} and field.value ->> 'required' and field.value ->> 'default' is null
    and json_type(s.inputs, '$.' || (field.value ->> 'name')) is null`;

/** A run that waits for the one before it in its session, with the version that it would use now. */
export const insertQueuedRun = (
  db: Db,
  row: RunRow,
  session: Pick<SessionRow, 'id' | 'agent_id'>,
  requested: string | null,
): Statement =>
  insertRun(db, { ...row, status: 'queued' }, sql`${versionOfSession(session, requested)}`);

/** Tells that the host of a run which waits is there. */
export const renewQueuedRun = (db: Db, workspace_id: string, id: string, until: number) =>
  db
    .update(runs)
    .set({ lease_until: until })
    .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, id), eq(runs.status, 'queued')));

/** Whether a run has yet to end. */
export const isOpen = ({ status }: Pick<RunRow, 'status'>): boolean =>
  status === 'running' || status === 'queued';

/** Ends a run that is running or waits, or changes nothing: it has ended once already. */
export const endRun = (db: Db, workspace_id: string, id: string, end: Partial<RunRow>): Statement =>
  endRunWith(db, { ...end, own_workspace_id: workspace_id, own_id: id });

const endRunWith = compileByColumns<
  Partial<RunRow> & Readonly<Record<'own_workspace_id' | 'own_id', string>>
>((db, { own_workspace_id, own_id, ...end }) =>
  db
    .update(runs)
    .set(end)
    .where(
      and(
        eq(runs.workspace_id, own_workspace_id),
        eq(runs.id, own_id),
        sql`${runs.status} in ('running', 'queued')`,
      ),
    ),
);

export const insertRunStep = compileByColumns<RunStepRow>((db, row) =>
  db.insert(run_steps).values(row),
);

export const renewRun = (
  db: Db,
  run: Pick<RunRow, 'id' | 'workspace_id' | 'session_id'>,
  until: number,
): Statement[] => [
  db
    .update(runs)
    .set({ lease_until: until })
    .where(
      and(eq(runs.workspace_id, run.workspace_id), eq(runs.id, run.id), eq(runs.status, 'running')),
    ),
  db
    .update(sessions)
    .set({ active_run_until: until })
    .where(
      and(
        eq(sessions.workspace_id, run.workspace_id),
        eq(sessions.id, run.session_id ?? ''),
        sql`${sessions.active_run_id} = ${run.id}`,
      ),
    ),
];

export const selectRun = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(runs)
    .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, id)));

export const selectRunSteps = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select()
    .from(run_steps)
    .where(and(eq(run_steps.workspace_id, workspace_id), eq(run_steps.run_id, run_id)))
    .orderBy(asc(run_steps.ordinal));

export const selectMessage = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(messages)
    .where(and(eq(messages.workspace_id, workspace_id), eq(messages.id, id)));

/** Not its copies in a session that was forked from the run's. */
const ofRun = (workspace_id: string, run_id: string) =>
  and(
    eq(messages.workspace_id, workspace_id),
    eq(messages.run_id, run_id),
    sql`${messages.session_id} = (select r.session_id from runs r where r.id = ${run_id})`,
  );

/** The answer of a run, if it has come to one. */
export const selectAnswerOfRun = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select()
    .from(messages)
    .where(and(ofRun(workspace_id, run_id), eq(messages.role, 'assistant')));

export const selectMessagesOfRun = (db: Db, workspace_id: string, run_id: string) =>
  db.select().from(messages).where(ofRun(workspace_id, run_id)).orderBy(asc(messages.seq));

/** Runs of any workspace, in one state, whose host has not been heard of since `now`. */
export const selectLostRuns = (db: Db, status: 'running' | 'queued', now: number, limit: number) =>
  db
    .select()
    .from(runs)
    .where(and(sql`${runs.status} = ${sql.raw(`'${status}'`)}`, lte(runs.lease_until, now)))
    .orderBy(asc(runs.lease_until))
    .limit(limit);
