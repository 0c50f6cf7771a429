import { setTimeout as wait } from 'node:timers/promises';
import type { Helpers } from './helpers.ts';
import type { Measured } from './load.ts';
import { requestOf, type Scenario, scriptOf, turnsOf } from './scenario.ts';
import type { Server, Workspace } from './server.ts';

/** The measurements of some seconds of one kind of turn. */
export interface Slice extends Measured {
  readonly cpu_ms: number;
}

export const ratePerSecond = ({ end, time_ms }: Slice): number => (end.length / time_ms) * 1000;
export const cpuOfTurn = ({ end, cpu_ms }: Slice): number => cpu_ms / end.length;

/** Turns per session, interleaved with other sessions; the first one is cold. */
const turnsOfSession = 10;

interface SliceOptions {
  readonly turns?: number;
  /** Called before the first turn and after the last one, outside the measured time. */
  readonly start?: () => Promise<void>;
  readonly end?: () => Promise<void>;
}

/** Runs turns on new sessions of the workspace; without one, on the relay. The CPU includes work after the responses. */
export async function runSlice(
  helpers: Helpers,
  server: Server,
  scenario: Scenario,
  workspace: Workspace | null,
  { turns = turnsOf(scenario), start, end }: SliceOptions = {},
): Promise<Slice> {
  const { connections } = scenario;
  const perLane = Math.ceil(turns / connections / turnsOfSession);
  const sessions = (await workspace?.openSessions(scriptOf(scenario), perLane * connections)) ?? [];
  const lanes = Array.from({ length: connections }, (_, lane) => {
    const own = sessions
      .slice(lane * perLane, (lane + 1) * perLane)
      .map((id) => `/api/v1/sessions/${id}/messages`);
    const round = workspace === null ? Array.from({ length: perLane }, () => '/') : own;
    return Array.from({ length: turnsOfSession }, () => round).flat();
  });
  const url = workspace === null ? server.relay_url : server.url;
  await untilIdle(server);
  await start?.();
  const before = server.cpu_ms();
  const measured = await helpers.send({ url, lanes, ...requestOf(workspace, scenario) });
  await untilIdle(server);
  const slice = { ...measured, cpu_ms: server.cpu_ms() - before };
  await end?.();
  await workspace?.checkStored(sessions, scenario.tokens, slice.end.length);
  return slice;
}

/** Waits until the server has used no CPU for 100 ms, at most 3 s. */
async function untilIdle(server: Server): Promise<void> {
  for (let last = -1, tries = 0; tries < 30 && last !== server.cpu_ms(); tries += 1) {
    last = server.cpu_ms();
    await wait(100);
  }
}
