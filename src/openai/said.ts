import { z } from '@hono/zod-openapi';

/*
 * How the conversation of a request is read, in both protocols; the one place where the line is drawn.
 * Ignored: keys of messages, items and parts that are not listed, such as `cache_control`, `annotations` and what
 * clients and providers add to the messages that they send back; and reasoning, whatever form it has.
 * Refused by name: what the model would have read and cannot be given, such as audio, or a type that is not known.
 * The settings beside the conversation are strict: an unknown one might have changed the answer.
 */

/** A message, an item or a part: keys that are not listed are ignored. */
export const said = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.object(shape).openapi({ additionalProperties: true });

/** Parts of an answer that hold reasoning; they are ignored. */
export const ReasoningPart = said({ type: z.enum(['reasoning', 'reasoning_text', 'summary_text', 'thinking', 'redacted_thinking']) });

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A message for a union of kinds: the fault in the kind that was meant, the type that is not known, or what is expected. */
export const orExplain =
  (expected: string) =>
  (issue: { readonly input?: unknown; readonly errors?: readonly (readonly Issue[])[] }): string => {
    const isOther = ({ path }: Issue) => path.length === 0 || path[0] === 'type' || path[0] === 'role';
    const meant = issue.errors?.filter((branch) => !branch.some(isOther)) ?? [];
    const first = meant[0]?.[0];
    if (first !== undefined) return `${placeOf(first.path)}${first.message}`;
    const type = (issue.input as { readonly type?: unknown } | null | undefined)?.type;
    return typeof type === 'string' ? `Type \`${type.slice(0, 64)}\` is not supported here. ${expected}` : expected;
  };

/** Nested explanations bring places of their own. */
const placeOf = (path: readonly PropertyKey[]): string =>
  path.length === 0 ? '' : `${path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')}: `;
