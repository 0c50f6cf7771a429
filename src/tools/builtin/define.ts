import type { JSONSchema7 } from '@ai-sdk/provider';
import { z } from '@hono/zod-openapi';
import type { Ctx } from '../../platform/context.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import type { Effect } from '../definition.ts';
import type { CallableTool, ToolContext, ToolOutcome } from '../tool.ts';

/** The declaration of a built-in tool, complete in one file. */
interface Declaration<Name extends string, Input extends z.ZodObject> {
  readonly name: Name;
  /** Purpose of the tool and when to use it; read by the model. */
  readonly description: string;
  /** A strict object, so that undeclared arguments are refused. */
  readonly input: Input;
  readonly effect: Effect;
  /** Starts at 1. Increment it with any change of name, description, input, effect or result. */
  readonly revision: number;
  readonly is_trusted?: boolean;
  hostsOf?(input: z.output<Input>): readonly string[];
  opens?(input: z.output<Input>): string | null;
  /** Returns the hosts that calls in the workspace reach, where these do not depend on the arguments. One round trip. */
  reach?(ctx: Ctx): Promise<readonly string[]>;
  /** Returns why the tool cannot be used in the workspace, with the remedy; null if it can. One round trip. */
  whyUnusable?(ctx: Ctx): Promise<string | null>;
  /** Does not throw for a fault of the tool: it returns an error for the model to read. */
  run(ctx: Ctx, input: z.output<Input>, context: ToolContext): Promise<ToolOutcome>;
}

export interface BuiltIn<Name extends string = string>
  extends CallableTool,
    Pick<Declaration<Name, z.ZodObject>, 'reach' | 'whyUnusable'> {
  readonly name: Name;
  readonly revision: number;
}

/** Declares a built-in tool. The JSON Schema of its arguments is derived from `input` on first use. */
export function defineBuiltIn<Name extends string, Input extends z.ZodObject>(
  declaration: Declaration<Name, Input>,
): BuiltIn<Name> {
  const { name, description, input, effect, revision, is_trusted = false } = declaration;
  let schema: JSONSchema7 | null = null;
  return {
    name,
    description,
    effect,
    revision,
    is_trusted,
    ...definedFields({ reach: declaration.reach, whyUnusable: declaration.whyUnusable }),
    hostsOf(given) {
      const { data } = input.safeParse(given);
      return data === undefined ? [] : (declaration.hostsOf?.(data) ?? []);
    },
    opens(given) {
      const { data } = input.safeParse(given);
      return data === undefined ? null : (declaration.opens?.(data) ?? null);
    },
    get input_schema() {
      schema ??= toInputSchema(input);
      return schema;
    },
    async run(ctx, given, context) {
      const parsed = input.safeParse(given);
      return parsed.success
        ? declaration.run(ctx, parsed.data, context)
        : { ok: false, error: `Invalid arguments. ${z.prettifyError(parsed.error)}` };
    },
  };
}

function toInputSchema(input: z.ZodObject): JSONSchema7 {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input' });
  return schema as JSONSchema7;
}
