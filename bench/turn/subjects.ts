import { allowedCores, separate } from './affinity.ts';
import { type Checkout, here, openCheckout } from './checkout.ts';
import { type Helpers, startHelpers } from './helpers.ts';
import {
  openWorkspace,
  type Server,
  type ServerOptions,
  startServer,
  type Workspace,
} from './server.ts';

/** A server that is measured, with a workspace whose agents call the provider. */
export interface Subject {
  readonly name: string;
  readonly server: Server;
  readonly workspace: Workspace;
}

/** The servers of some checkouts, each in its own workerd, and the processes next to them. */
export interface Subjects {
  readonly helpers: Helpers;
  /** In the order of the checkouts. */
  readonly subjects: readonly Subject[];
  close(): Promise<void>;
}

/** Returns the checkouts to compare, the earlier one first. Without a ref, only this one. */
export const checkoutsOf = (against: string | undefined): Checkout[] =>
  against === undefined ? [here] : [openCheckout(against), here];

/** Starts the servers, which share one core if the machine has two; everything else runs on the other. */
export async function startSubjects(
  checkouts: readonly Checkout[],
  variant?: ServerOptions['variant'],
): Promise<Subjects> {
  const helpers = await startHelpers();
  const subjects: Subject[] = [];
  const close = async () => {
    for (const { server } of subjects) await server.close();
    helpers.close();
  };
  try {
    for (const { name, root } of checkouts) {
      const server = await startServer({ provider: helpers.provider, root, variant });
      subjects.push({ name, server, workspace: await openWorkspace(server.url, helpers.provider) });
    }
  } catch (error) {
    await close();
    throw error;
  }
  separate(
    subjects.flatMap(({ server }) => [server.pid, server.database?.pid]),
    [process.pid, ...helpers.pids],
  );
  return { helpers, subjects, close };
}

/** Describes how the processes are distributed, for the heading of a report. */
export const placement = (): string =>
  allowedCores().length > 1 ? 'servers on one core, load and provider on another' : 'one core';
