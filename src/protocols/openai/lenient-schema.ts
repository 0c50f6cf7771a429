import { z } from '@hono/zod-openapi';
import { placeOf } from '../../http/violations.ts';

/*
 * How the conversation of a request is read, in both protocols; the one place where the line is drawn.
 * Ignored: keys of messages, items and parts that are not listed, such as `cache_control`, `annotations` and what
 * clients and providers add to the messages that they send back; and reasoning, whatever form it has.
 * Refused by name: what the model would have read and cannot be given, such as audio, or a type that is not known.
 * The settings beside the conversation are strict: an unknown one might have changed the answer.
 */

/** A message, an item or a part: keys that are not listed are ignored. */
export const lenientObject = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.object(shape).openapi({ additionalProperties: true });

/** Parts of an answer that hold reasoning; they are ignored. */
export const ReasoningPart = lenientObject({
  type: z.enum(['reasoning', 'reasoning_text', 'summary_text', 'thinking', 'redacted_thinking']),
});

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A message for a union of kinds: the fault in the kind that was meant, the type that is not known, or what is expected. */
export const orExplain =
  (expected: string) =>
  (issue: {
    readonly input?: unknown;
    readonly errors?: readonly (readonly Issue[])[];
  }): string => {
    const isOther = ({ path }: Issue) =>
      path.length === 0 || path[0] === 'type' || path[0] === 'role';
    const { type, role } = (issue.input ?? {}) as {
      readonly type?: unknown;
      readonly role?: unknown;
    };
    // Kinds that have no role say nothing of a wrong one.
    const wrongRole =
      role === undefined
        ? undefined
        : issue.errors?.flat().find(({ path }) => path.length === 1 && path[0] === 'role');
    if (wrongRole !== undefined) return `${placeOf(wrongRole.path)}${wrongRole.message}`;
    const meant = issue.errors?.filter((branch) => !branch.some(isOther)) ?? [];
    const first = meant[0]?.[0];
    if (first !== undefined) return `${placeOf(first.path)}${first.message}`;
    return typeof type === 'string'
      ? `Type \`${type.slice(0, 64)}\` is not supported here. ${expected}`
      : expected;
  };

export const expectedChoice =
  'Must be `none`, `auto`, `required`, or an object of type `function` or `allowed_tools`.';
