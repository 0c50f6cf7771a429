import type { Draft, Finding, Topic } from '../db/schema/architect.ts';
import type { Brief } from './builtin/brief.ts';
import type { Catalog } from './catalog.ts';
import type { GivenDocument } from './schema.ts';
import type { MessageRow, SessionRow } from './store.ts';

/** A message to the architect, with what it is answered from. */
export interface Incoming {
  readonly session: SessionRow;
  readonly messages: readonly MessageRow[];
  readonly catalog: Catalog;
  readonly message: string;
  readonly topic: Topic | null;
  readonly documents: readonly GivenDocument[];
}

/** The architect's answer, before the draft is checked. */
export interface Outgoing {
  readonly reply: string;
  readonly suggestions: readonly string[];
  readonly draft: Draft;
  readonly brief: Brief;
  readonly asked: Topic | null;
  readonly open: readonly Topic[];
  readonly base_id: string | null;
  readonly findings: readonly Finding[];
  readonly run_id: string | null;
  readonly cost_nano_usd: number | null;
}

/** Returns the knowledge bases of a draft. */
export const basesOf = ({ config }: Draft): string[] => [
  ...((config.knowledge as { base_ids?: readonly string[] } | undefined)?.base_ids ?? []),
];
