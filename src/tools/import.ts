import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure, invalid, type Violation } from '../shared/failure.ts';
import { definitionDefaults } from './definition.ts';
import type { ImportedTools, ImportPreview, ImportTools, PreviewImport } from './import-schema.ts';
import {
  type FoundOperation,
  findOperations,
  type ImportableOperation,
  parseDocument,
} from './openapi-document.ts';
import { OversizedDocument, UnfitDocument } from './references.ts';
import { CreateTool, toTool } from './schema.ts';
import { auditOf, commitNamed, newTool } from './service.ts';

/** Lists the operations of a document and the tools they would become. Stores nothing. Throws `validation_failed`. */
export async function previewImport(ctx: Ctx, input: PreviewImport): Promise<ImportPreview> {
  const { title, operations } = readDocument(input);
  const reply = { title, operations: refuseUnfit(() => operations.map(toPreview)) };
  await commit(ctx, { statements: [], reply });
  return reply;
}

function toPreview({ read, ...operation }: FoundOperation) {
  try {
    const { name, effect, url } = read();
    return { ...operation, name, effect, url, problem: null };
  } catch (error) {
    if (!(error instanceof UnfitDocument) || error instanceof OversizedDocument) throw error;
    return { ...operation, name: null, effect: null, url: null, problem: error.message };
  }
}

function readDocument({ document: given, server_url }: PreviewImport): {
  readonly title: string;
  readonly operations: FoundOperation[];
} {
  return refuseUnfit(() => {
    const document = parseDocument(given);
    const { title } = (document.info ?? {}) as { title?: unknown };
    return {
      title: typeof title === 'string' ? title.slice(0, 500).toWellFormed() : '',
      operations: findOperations(document, server_url),
    };
  });
}

/** Turns a document that cannot be read into `validation_failed`. */
function refuseUnfit<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof UnfitDocument ? invalid('/document', error.message) : error;
  }
}

/**
 * Creates tools from the chosen operations, all or none. Throws `validation_failed` with a pointer to the
 * choice, `url_not_allowed`, `name_taken`, `forbidden`.
 */
export async function importTools(ctx: Ctx, input: ImportTools): Promise<ImportedTools> {
  const { operations } = readDocument(input);
  const made: Awaited<ReturnType<typeof newTool>>[] = [];
  for (const [index, choice] of input.operations.entries()) {
    const pointer = `/operations/${index}`;
    const read = readChoice(operations, choice, pointer);
    const wanted = {
      ...read,
      name: choice.name ?? read.name,
      effect: choice.effect ?? read.effect,
    };
    if (made.some(({ row }) => row.name === wanted.name))
      throw invalid(
        pointer,
        `Two operations have the name ${wanted.name}. Set \`name\` for one of them.`,
      );
    made.push(await makeTool(ctx, input, wanted, pointer));
  }
  const reply = { data: made.map(({ row }) => toTool(row)) };
  await commitNamed(() =>
    commit(ctx, {
      statements: made.flatMap(({ statements }) => statements),
      audit: made.map(({ row }) => auditOf('tool.import', row)),
      reply,
    }),
  );
  return reply;
}

function readChoice(
  operations: readonly FoundOperation[],
  choice: ImportTools['operations'][number],
  pointer: string,
): ImportableOperation {
  const { operation_id, method, path } = choice;
  if (operation_id === undefined && (method === undefined || path === undefined))
    throw invalid(pointer, 'Set `operation_id`, or `method` and `path`.');
  const found = operations.filter(
    (one) =>
      (operation_id === undefined || one.operation_id === operation_id) &&
      (method === undefined || one.method === method) &&
      (path === undefined || one.path === path),
  );
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw invalid(
      pointer,
      only === undefined
        ? 'This operation does not exist in the document.'
        : 'Several operations of the document match. Set `method` and `path`.',
    );
  }
  try {
    return only.read();
  } catch (error) {
    throw error instanceof UnfitDocument ? invalid(pointer, error.message) : error;
  }
}

/** Validates a tool of a document like one that a caller writes. */
async function makeTool(
  ctx: Ctx,
  { headers, secret_headers }: ImportTools,
  operation: ImportableOperation,
  pointer: string,
) {
  const parsed = CreateTool.safeParse({
    ...definitionDefaults,
    ...operation,
    headers,
    secret_headers,
  });
  const text = JSON.stringify(operation);
  if (/\\u0000|\\ud[89a-f]/i.test(text))
    throw invalid(pointer, 'Text must be well-formed Unicode without NUL.');
  if (!parsed.success)
    throw invalid(
      pointer,
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join(' '),
    );
  try {
    return await newTool(ctx, parsed.data);
  } catch (error) {
    throw error instanceof Failure && error.options.errors !== undefined
      ? at(pointer, error, error.options.errors)
      : error;
  }
}

const at = (pointer: string, { code, message }: Failure, errors: readonly Violation[]) =>
  new Failure(code, message, {
    errors: errors.map((error) =>
      /^\/(secret_)?headers/.test(error.pointer)
        ? error
        : { pointer, detail: `${error.pointer}: ${error.detail}` },
    ),
  });
