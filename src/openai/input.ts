import type { LanguageModelV4FilePart, LanguageModelV4Message, LanguageModelV4TextPart, LanguageModelV4ToolChoice } from '@ai-sdk/provider';
import { OutputSchema } from '../agents/index.ts';
import type { ClientTool } from '../execution/index.ts';
import { schemaProblem } from '../tools/index.ts';
import { unsupported } from './errors.ts';

/** A conversation as it is brought along, and the question in it. */
export interface Conversation {
  readonly messages: readonly LanguageModelV4Message[];
  /** Of the user's last message: what is searched for. */
  readonly question: string;
}

type Tool = {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly parameters?: Record<string, unknown> | null | undefined;
};

/** Tools of the caller's. Throws `validation_failed` for schemas that are not understood, and names that are there twice. */
export function toClientTools(tools: readonly { readonly at: string; readonly tool: Tool }[]): ClientTool[] {
  const seen = new Set<string>();
  return tools.map(({ at, tool: { name, description, parameters } }) => {
    if (seen.has(name)) throw unsupported(`${at}/name`, 'Two tools of one name are not supported.');
    seen.add(name);
    const schema = withoutReferences(parameters ?? { type: 'object', properties: {} }, `${at}/parameters`);
    const problem = schemaProblem(withoutPatterns(schema));
    if (problem !== null) throw unsupported(`${at}/parameters`, problem);
    return { name, description: description ?? '', input_schema: schema };
  });
}

type Choice = 'none' | 'auto' | 'required' | { readonly name: string };

/** Throws `validation_failed` for a tool that is not among those given. */
export function toToolChoice(choice: Choice, tools: readonly ClientTool[]): LanguageModelV4ToolChoice {
  if (typeof choice === 'string') return { type: choice };
  if (!tools.some(({ name }) => name === choice.name)) throw unsupported('/tool_choice', `There is no tool ${choice.name} in \`tools\`.`);
  return { type: 'tool', toolName: choice.name };
}

type Format =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | { readonly type: 'json_schema'; readonly schema: Readonly<Record<string, unknown>> };

/** The schema that the answer follows; null for free text, undefined for what the agent says. */
export function toOutputSchema(format: Format | null, at: string): Record<string, unknown> | null | undefined {
  if (format === null) return undefined;
  if (format.type === 'text') return null;
  if (format.type === 'json_object') return { type: 'object' };
  const parsed = OutputSchema.safeParse(withoutReferences(format.schema, at));
  const message = parsed.error?.issues[0]?.message;
  if (message !== undefined) throw unsupported(at, message);
  return parsed.data as Record<string, unknown>;
}

const places = /^#\/(?:\$defs|definitions)\/([^/]+)$/;

/** Definitions put where they are referred to, as generators of schemas write them. Throws for what refers to itself. */
function withoutReferences(schema: Readonly<Record<string, unknown>>, at: string): Record<string, unknown> {
  const definitions = { ...(schema.definitions as object), ...(schema.$defs as object) } as Record<string, unknown>;
  const resolve = (value: unknown, open: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((one) => resolve(one, open));
    if (value === null || typeof value !== 'object') return value;
    const { $ref, $defs: _defs, definitions: _definitions, $schema: _schema, ...rest } = value as Record<string, unknown>;
    const inner = Object.fromEntries(Object.entries(rest).map(([key, one]) => [key, resolve(one, open)]));
    if ($ref === undefined) return inner;
    const name = places.exec(String($ref))?.[1];
    if (name === undefined || !Object.hasOwn(definitions, name)) throw unsupported(at, `The reference ${String($ref)} is not supported.`);
    if (open.includes(name) || open.length > 16) throw unsupported(at, 'Schemas that refer to themselves are not supported.');
    return { ...(resolve(definitions[name], [...open, name]) as object), ...inner };
  };
  return resolve(schema, []) as Record<string, unknown>;
}

/** A pattern in the arguments of a tool that is not run here is only told to the model. */
const withoutPatterns = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema), (key, value: unknown) => (key === 'pattern' && typeof value === 'string' ? undefined : value));

const dataUrl = /^data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/=]+)$/;

/** A picture for a model that takes some; one that does not refuses it. Throws `validation_failed` for one that is elsewhere. */
export function toImage(url: string, at: string): LanguageModelV4FilePart {
  const [, mediaType, data] = dataUrl.exec(url) ?? [];
  if (mediaType === undefined || data === undefined) {
    throw unsupported(at, 'Pictures at an address are not supported: send a `data:image/…;base64,…` URL.');
  }
  return { type: 'file', mediaType, data: { type: 'data', data } };
}

export const toText = (text: string): LanguageModelV4TextPart => ({ type: 'text', text });

/** Arguments that are no JSON are an empty object, as a model's own are. */
export function readArguments(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return {};
  }
}

/** Puts a conversation together: knows the names of calls, and puts results that follow one another into one message. */
export class Writer {
  readonly messages: LanguageModelV4Message[] = [];
  readonly #names: Map<string, string>;

  constructor(earlier: readonly { readonly id: string; readonly name: string }[] = []) {
    this.#names = new Map(earlier.map(({ id, name }) => [id, name]));
  }

  add(message: LanguageModelV4Message): void {
    this.messages.push(message);
  }

  call(id: string, name: string, text: string): void {
    this.#names.set(id, name);
    const part = { type: 'tool-call' as const, toolCallId: id, toolName: name, input: readArguments(text) };
    const last = this.messages.at(-1);
    if (last?.role === 'assistant') last.content.push(part);
    else this.messages.push({ role: 'assistant', content: [part] });
  }

  /** Throws `validation_failed` for a result that nothing has asked for. */
  result(id: string, value: string, at: string): void {
    const toolName = this.#names.get(id);
    if (toolName === undefined) throw unsupported(at, 'There is no such tool call before it.');
    const part = { type: 'tool-result' as const, toolCallId: id, toolName, output: { type: 'text' as const, value } };
    const last = this.messages.at(-1);
    if (last?.role === 'tool') last.content.push(part);
    else this.messages.push({ role: 'tool', content: [part] });
  }

  /** Throws `validation_failed` where the last word is not the user's or a tool's. */
  done(at: string): Conversation {
    const last = this.messages.at(-1);
    if (last?.role !== 'user' && last?.role !== 'tool') {
      throw unsupported(at, 'The last message must be the user’s, or the result of a tool call.');
    }
    const isText = (part: { readonly type: string }) => part.type === 'text';
    if (last.role === 'user' && last.content.every((part) => isText(part) && 'text' in part && part.text.trim() === ''))
      throw unsupported(at, 'The last message must not be empty.');
    const user = this.messages.findLast(({ role }) => role === 'user');
    const parts = user?.role === 'user' ? user.content : [];
    const question = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
    return { messages: this.messages, question };
  }
}
