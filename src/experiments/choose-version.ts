import { type SQL, sql } from 'drizzle-orm';
import { chooseVersion } from '../agents/index.ts';
import { prime, slots } from './assignment.ts';

/** Whom a version is chosen for. */
export interface Caller {
  readonly agent_id: string;
  /** Number, id or label of a version, which no experiment replaces; null for none. */
  readonly version: string | null;
  /** Null for a caller that no experiment assigns. */
  readonly subject: number | null;
  /** The start of the session or run: an experiment assigns those that started after it. */
  readonly created_at: number;
}

type CallerValues = { readonly [Name in keyof Caller]: unknown };

/** Selects a caller from values. Numbers are bound as REAL, for which `%` would not be exact. */
export const callerOf = ({ agent_id, version, subject, created_at }: CallerValues): SQL =>
  sql`select ${agent_id} as agent_id, ${version} as wanted, cast(${subject} as integer) as subject, ${created_at} as created_at`;

/** SQL of `slotOf`. All operands must be integers. */
export const slotSql = (subject: SQL, multiplier: SQL, increment: SQL): SQL<number> =>
  sql`((${multiplier} * (${subject} % ${sql.raw(String(prime))}) + ${increment}) % ${sql.raw(String(prime))}) % ${sql.raw(String(slots))}`;

const slot = slotSql(sql`c.subject`, sql`e.multiplier`, sql`e.increment`);

/**
 * Selects the columns of each caller (`agent_id`, `wanted`, `subject`, `created_at` and others) and `version_id`,
 * `experiment_id`, `variant_id` and `counted_subject`. The version is the one that is wanted; else that of the caller's
 * variant in the running experiment: the one that it was exposed to, else the owner of its slot; else the active one. The
 * others are null for a caller who is not counted: without an experiment, or if its variant has been stopped, in whose
 * place it gets the version of the control. `version_id` is null when the version does not exist.
 */
export const selectChosen = (caller: SQL): SQL => sql`
  select c.*,
    iif(k.stopped_at is null, k.experiment_id, null) as experiment_id,
    iif(k.stopped_at is null, k.id, null) as variant_id,
    iif(k.id is not null and k.stopped_at is null, c.subject, null) as counted_subject,
    case
      when k.id is null then ${chooseVersion(sql`c.agent_id`, sql`c.wanted`)}
      when k.stopped_at is null then k.version_id
      else (select o.version_id from experiment_variants o where o.experiment_id = k.experiment_id and o.is_control = 1)
    end as version_id
  from (${caller}) c
  left join experiments e on e.agent_id = c.agent_id and e.status = 'running'
    and c.wanted is null and c.subject is not null and e.started_at <= c.created_at
  left join experiment_variants k on k.id = coalesce(
    (select x.variant_id from experiment_subjects x where x.experiment_id = e.id and x.subject = c.subject),
    (select a.value ->> 1 from json_each(e.allocation) a where a.value ->> 0 > ${slot} order by a.key limit 1))`;
