import { z } from '@hono/zod-openapi';
import { placeOf } from '../../http/violations.ts';

/*
 * Defines which parts of a conversation in a request are validated, for Chat Completions and Responses.
 * Ignored: unknown keys of messages, items and parts, such as `cache_control`, `annotations` and other keys that
 * clients and providers add to messages that they send back; and reasoning in every format.
 * Rejected with an error: content that the model would have to read and that is not supported, such as audio, and
 * unknown types. The settings outside the conversation are strict, since an unknown setting might change the answer.
 */

/** Returns the schema of a message, item or part whose unknown keys are ignored. */
export const lenientObject = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.object(shape).openapi({ additionalProperties: true });

/** The parts of an answer that contain reasoning. They are ignored. */
export const ReasoningPart = lenientObject({
  type: z.enum(['reasoning', 'reasoning_text', 'summary_text', 'thinking', 'redacted_thinking']),
});

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * Returns the error message of a union: the first error of the case that the input's `type` or `role` selects, otherwise
 * that the type is not supported, otherwise `expected`.
 */
export const explainUnion =
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
    // Cases without a role cannot report a wrong role.
    const wrongRole =
      role === undefined
        ? undefined
        : issue.errors?.flat().find(({ path }) => path.length === 1 && path[0] === 'role');
    if (wrongRole !== undefined) return `${placeOf(wrongRole.path)}${wrongRole.message}`;
    const selected = issue.errors?.filter((branch) => !branch.some(isOther)) ?? [];
    const first = selected[0]?.[0];
    if (first !== undefined) return `${placeOf(first.path)}${first.message}`;
    return typeof type === 'string'
      ? `Type \`${type.slice(0, 64)}\` is not supported here. ${expected}`
      : expected;
  };

export const expectedChoice =
  'Must be `none`, `auto`, `required`, or an object of type `function` or `allowed_tools`.';
