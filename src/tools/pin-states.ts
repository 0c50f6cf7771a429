import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { type PinOf, parsePins, type ToolKind, type ToolPin } from '../db/schema/tool-pins.ts';
import { kinds, sources } from './sources/registry.ts';
import type { PinStatus, StatusInDatabase } from './sources/source.ts';

/** A tool of a version as the API shows it. */
export interface PinState {
  readonly name: string;
  /** null for tools that are part of the deployment, as `revision`. */
  readonly tool_id: string | null;
  readonly revision: number | null;
  readonly status: PinStatus;
}

const toState = (pin: ToolPin, status: PinStatus): PinState =>
  pin.kind === 'http'
    ? { name: pin.name, tool_id: pin.tool_id, revision: pin.revision, status }
    : { name: pin.name, tool_id: null, revision: null, status };

/** Returns null for a tool whose status only the database knows. */
export function pinStateInCode(pin: ToolPin): PinState | null {
  const status = statusInCode(pin.kind, pin);
  return status === null ? null : toState(pin, status);
}

function statusInCode<Kind extends ToolKind>(kind: Kind, pin: PinOf<Kind>): PinStatus | null {
  const { status } = sources[kind];
  return status.where === 'code' ? status.of(pin) : null;
}

const pin = sql.raw('pin');
/** Pins stored before they had a kind are HTTP tools or part of the deployment. */
const kindOfPin = sql.raw(
  "coalesce(pin.value ->> 'kind', iif(pin.value ->> 'tool_id' is null, 'builtin', 'http'))",
);

/**
 * An expression over a pin that depends on its kind; null for kinds that are not in the database.
 */
const byKind = (express: (status: StatusInDatabase) => SQL): SQL => {
  const cases = kinds.flatMap((kind) => {
    const { status } = sources[kind];
    return status.where === 'database' ? [sql`when ${kind} then ${express(status)}`] : [];
  });
  return sql`case ${kindOfPin} ${sql.join(cases, sql` `)} end`;
};

/** States of the pins in a column or value, for a select list. */
export const pinStates = (pins: SQL) =>
  sql<readonly PinState[]>`(
  select json_group_array(json_object('pin', json(pin.value), 'status', ${byKind(({ status }) => status(pin))}))
  from json_each(${pins}) pin)`
    .mapWith(readStates)
    .as('states');

function readStates(json: string): readonly PinState[] {
  const rows = JSON.parse(json) as readonly { pin: object; status: PinStatus | null }[];
  const stored = parsePins(JSON.stringify(rows.map((row) => row.pin)));
  return stored.flatMap((one, index) => {
    const status = rows[index]?.status ?? statusInCode(one.kind, one);
    return status === null ? [] : [toState(one, status)];
  });
}

export const selectPinStates = (db: Db, pins: readonly ToolPin[]) =>
  db.select({ states: pinStates(sql`${JSON.stringify(pins)}`) }).from(sql`(select 1)`);

/** A condition: everything that the pins refer to exists in the workspace. */
export const pinsExist = (workspace_id: string, pins: readonly ToolPin[]): SQL => sql`not exists (
  select 1 from json_each(${JSON.stringify(pins)}) pin
  where not coalesce(${byKind(({ exists }) => exists(pin, workspace_id))}, true))`;
