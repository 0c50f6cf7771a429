import { canonicalJson } from '../shared/digest.ts';
import type { FoundSource, ToolOutcome } from '../tools/index.ts';
import type { Tool } from './tool.ts';

/** A call of a tool in the trace of a past run. */
export interface RecordedCall {
  readonly name: string;
  /** null if it was not recorded. */
  readonly input: unknown;
  readonly output: unknown;
  readonly error: string | null;
}

/** The results of the tools of a past run. */
export interface ToolRecord {
  /** The time of that run, in epoch milliseconds. */
  readonly at: number;
  readonly calls: readonly RecordedCall[];
  /** A call that is not in the record and would change something is answered as if it had been made. */
  readonly simulates_effects: boolean;
}

/** Tools that compute their result from their arguments. */
const computed: ReadonlySet<string> = new Set(['calculator', 'current_time']);
/** Tools that read the knowledge of the agent, as its retrieval does. */
const live: ReadonlySet<string> = new Set(['knowledge_search']);

/** The form of a value that was too long for the trace. */
const isCut = (value: unknown): value is { readonly cut: string; readonly characters: number } =>
  typeof value === 'object' && value !== null && 'cut' in value && 'characters' in value;

/**
 * Replaces tools by ones that answer from the record: a call with the name and the arguments of a recorded one has its result, each
 * result once in their order and the last one again. Tools that compute their result run at the time of the record, and knowledge is
 * searched. Nothing else runs: a call that is not in the record fails with a message for the model.
 */
export function answerFromRecord(tools: readonly Tool[], record: ToolRecord): Tool[] {
  const taken = new Map<string, number>();
  return tools.map((tool): Tool => {
    if (live.has(tool.name)) return tool;
    if (computed.has(tool.name))
      return { ...tool, run: (ctx, call) => tool.run({ ...ctx, now: () => record.at }, call) };
    const { hostsOf: _, opens: __, ...definition } = tool;
    return {
      ...definition,
      // No call of it has an effect or leaves the deployment, so none needs an approval.
      effect: 'read',
      run: async (_ctx, { input }) => {
        const matches = matchesOf(record.calls, tool.name, input);
        const key = `${tool.name} ${canonicalJson(input)}`;
        const count = taken.get(key) ?? 0;
        taken.set(key, count + 1);
        const recorded = matches[Math.min(count, matches.length - 1)];
        return recorded === undefined ? missed(tool, record) : outcomeOf(recorded);
      },
    };
  });
}

const matchesOf = (
  calls: readonly RecordedCall[],
  name: string,
  input: unknown,
): RecordedCall[] => {
  const wanted = canonicalJson(input);
  return calls.filter(
    (one) =>
      one.name === name &&
      one.input !== null &&
      !isCut(one.input) &&
      (one.output !== null || one.error !== null) &&
      canonicalJson(one.input) === wanted,
  );
};

function outcomeOf({ name, output, error }: RecordedCall): ToolOutcome {
  if (error !== null) return { ok: false, error };
  if (isCut(output))
    return {
      ok: true,
      output: { beginning: output.cut, note: 'The record has only the beginning of this result.' },
    };
  const sources = pagesOf(name, output);
  return { ok: true, output, ...(sources.length === 0 ? {} : { sources }) };
}

/** The pages of recorded results of the built-in tools for the web, so that answers can cite them. */
function pagesOf(name: string, output: unknown): FoundSource[] {
  if (typeof output !== 'object' || output === null) return [];
  const { results, ...page } = output as Readonly<Record<string, unknown>>;
  const found =
    name === 'fetch_url' ? [page] : name === 'web_search' && Array.isArray(results) ? results : [];
  return found.flatMap((one: Readonly<Record<string, unknown>> | null): FoundSource[] => {
    const { url, title, text, snippet, published_at } = one ?? {};
    if (typeof url !== 'string') return [];
    const shown = typeof title === 'string' && title !== '' ? title : url;
    const read = [text, snippet].find((part) => typeof part === 'string' && part !== '') ?? shown;
    const date = typeof published_at === 'string' ? published_at : null;
    return [{ type: 'url', url, title: shown, text: read as string, published_at: date }];
  });
}

const missed = ({ name, effect }: Tool, { simulates_effects }: ToolRecord): ToolOutcome =>
  simulates_effects && effect !== 'read'
    ? {
        ok: true,
        is_trusted: true,
        output: {
          simulated: true,
          note: `${name} was not called, since this is a test. Continue as if it had succeeded.`,
        },
      }
    : {
        ok: false,
        error: `${name} was not called with these arguments in the recorded conversation, so its result is unknown. Continue without it, and do not call it again with these arguments.`,
      };

/** Returns how a call of a replay was answered, from the record and the call itself. */
export function sourceOfCall(
  { name, input, output }: RecordedCall,
  record: ToolRecord,
): {
  readonly source: 'recorded' | 'computed' | 'live' | 'simulated' | 'missed';
  readonly is_cut: boolean;
} {
  if (computed.has(name)) return { source: 'computed', is_cut: false };
  if (live.has(name)) return { source: 'live', is_cut: false };
  const [match] = matchesOf(record.calls, name, input);
  if (match !== undefined) return { source: 'recorded', is_cut: isCut(match.output) };
  const isSimulated = record.simulates_effects && isSimulation(output);
  return { source: isSimulated ? 'simulated' : 'missed', is_cut: false };
}

const isSimulation = (output: unknown): boolean =>
  typeof output === 'object' && output !== null && 'simulated' in output;
