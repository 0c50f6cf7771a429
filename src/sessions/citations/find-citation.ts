import type { z } from '@hono/zod-openapi';
import type { Ctx } from '../../platform/context.ts';
import type { FileCitation } from '../../runs/index.ts';
import { notFound } from '../../shared/failure.ts';
import { getMessage } from '../tree/list-messages.ts';

export type Citation = z.output<typeof FileCitation>;

/** Returns a citation of a file. Throws `not_found`, also for an answer that is withheld from the caller. */
export async function findCitation(ctx: Ctx, message: string, number: number): Promise<Citation> {
  const { citations } = await getMessage(ctx, message);
  const cited = citations.find((one) => one.number === number);
  if (cited?.type !== 'file') throw notFound('citation');
  return cited;
}
