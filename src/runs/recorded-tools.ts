import {
  answerFromRecord,
  type RecordedCall,
  type Tool,
  type ToolRecord,
} from '../execution/index.ts';
import type { Ctx } from '../platform/context.ts';
import { type SpanRow, selectSpans } from './store/spans.ts';

/** Names the past run whose record answers the tools of another one. */
export interface ToolRecordOf extends Pick<ToolRecord, 'at' | 'simulates_effects'> {
  readonly run_id: string;
}

/** Returns the calls of a run's own tools, without those of its delegates. */
export const callsOf = (spans: readonly SpanRow[]): RecordedCall[] =>
  spans
    .filter(({ type, parent_id }) => type === 'tool' && parent_id === null)
    .map(({ name, input, output, error }) => ({ name, input, output, error }));

/** Returns the tools of a run: as they are, or answering from the record of another run. */
export async function recordedTools(
  ctx: Ctx,
  tools: Tool[],
  of: ToolRecordOf | undefined,
): Promise<Tool[]> {
  if (of === undefined) return tools;
  const spans = await selectSpans(ctx.db, ctx.workspace_id, of.run_id).all();
  return answerFromRecord(tools, { ...of, calls: callsOf(spans) });
}
