import type { Ctx } from '../../platform/context.ts';
import { RunAction, selectApprovalsById } from '../../runs/index.ts';
import { Failure } from '../../shared/failure.ts';
import { conversationIdOf } from './conversation-response.ts';
import { sessionOf } from './conversations.ts';
import { unsupported } from './errors.ts';
import {
  isOfApproval,
  readResponseId,
  toApprovalId,
  toApprovalRequestId,
  toResponseId,
} from './ids.ts';
import type { InputItem } from './input-item-schema.ts';
import { pendingOf } from './response-part.ts';
import type { CreateResponse } from './responses-schema.ts';
import { type FoundResponse, findResponse } from './stored-response.ts';

type Decision = Extract<InputItem, { type: 'mcp_approval_response' }>;
type Request = Extract<InputItem, { type: 'mcp_approval_request' }>;

interface Given {
  readonly item: Decision;
  readonly at: string;
  /** The request in the same input, whose arguments the client has shown. */
  readonly request: Request | undefined;
}

/** The decisions of a request, for the run that waits for them. */
export interface Decisions {
  readonly found: FoundResponse;
  /** The number of the part of the run that follows. */
  readonly index: number;
  readonly actions: readonly RunAction[];
}

/**
 * Reads the decisions at the end of an input; null when there are none. Their ids determine the response that they
 * continue, so a client that sends its whole history needs no `previous_response_id`. Throws `validation_failed` for
 * decisions that are unknown, not last, of several responses, or not those of all calls that wait.
 */
export async function readDecisions(ctx: Ctx, body: CreateResponse): Promise<Decisions | null> {
  const items = typeof body.input === 'string' ? [] : body.input;
  const start = items.findLastIndex((item) => !isApproval(item)) + 1;
  const given = items.flatMap((item, index): Given[] => {
    if (!isDecision(item)) return [];
    const request = items.find(
      (one): one is Request => isRequest(one) && one.id === item.approval_request_id,
    );
    return [{ item, at: `/input/${index}`, request }];
  });
  if (given.length === 0) return null;
  const last = given.filter(({ at }) => Number(at.slice('/input/'.length)) >= start);
  const ids = given.map(({ item }) => toApprovalId(item.approval_request_id));
  const approvals = await selectApprovalsById(ctx.db, ctx.workspace_id, ids).all();
  const approvalOf = ({ item }: Given) =>
    approvals.find(({ id }) => toApprovalRequestId(id) === item.approval_request_id);
  const early = given.find((one) => !last.includes(one) && approvalOf(one)?.status === 'pending');
  if (early !== undefined)
    throw unsupported(
      early.at,
      `${early.item.approval_request_id} is pending. Decisions must be the last items: other items after them are not supported.`,
    );
  const [first] = last;
  if (first === undefined) return null;
  const run_id = approvalOf(first)?.run_id;
  const found = await findRun(ctx, run_id, first);
  const seen = new Set<string>();
  const actions = last.map((one) => {
    const approval = approvalOf(one);
    if (approval === undefined) throw unknownApproval(one);
    if (approval.run_id !== run_id)
      throw unsupported(one.at, 'Decisions about different responses are not supported.');
    if (seen.has(approval.id))
      throw unsupported(one.at, 'Two decisions about the same call are not supported.');
    seen.add(approval.id);
    return toAction(one, approval.tool_call_id);
  });
  checkPlace(body, found, start);
  checkAll(found, actions);
  return { found, actions, index: partAfter(found, actions) };
}

const isRequest = (item: InputItem): item is Request =>
  'type' in item && item.type === 'mcp_approval_request';
const isDecision = (item: InputItem): item is Decision =>
  'type' in item && item.type === 'mcp_approval_response';
const isApproval = (item: InputItem): boolean =>
  isRequest(item) || isDecision(item) || (!('role' in item) && isOfApproval(item.id ?? ''));

async function findRun(ctx: Ctx, run_id: string | undefined, given: Given): Promise<FoundResponse> {
  if (run_id === undefined) throw unknownApproval(given);
  return findResponse(ctx, toResponseId(run_id)).catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'not_found' ? unknownApproval(given) : error;
  });
}

const unknownApproval = ({ item, at }: Given): Failure =>
  unsupported(
    `${at}/approval_request_id`,
    `Approval request with id '${item.approval_request_id}' not found.`,
  );

function toAction({ item, at, request }: Given, tool_call_id: string): RunAction {
  const reason = item.reason?.trim().slice(0, 2000) ?? '';
  const { success, data } = RunAction.safeParse({
    ...{ type: 'approval', tool_call_id, decision: item.approve ? 'approve' : 'reject' },
    ...(reason === '' ? {} : { reason }),
    ...(item.approve && request?.arguments != null
      ? { arguments: readArguments(request.arguments) }
      : {}),
  });
  if (!success) throw unsupported(at, 'The `arguments` of the request must be a JSON object.');
  return data;
}

function readArguments(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A request names the response or the conversation that waits, or sends the history of it. */
function checkPlace(
  body: CreateResponse,
  { row, end_user_id }: FoundResponse,
  start: number,
): void {
  const conversation = conversationIdOf(body);
  const previous = body.previous_response_id ?? null;
  if (body.store === false)
    throw unsupported(
      '/store',
      'A response that continues another is always stored: `store: false` is not supported.',
    );
  if (previous !== null && readResponseId(previous).run_id !== row.id)
    throw unsupported(
      '/previous_response_id',
      'Decisions about calls of another response are not supported.',
    );
  if (conversation !== null && sessionOf(conversation) !== row.session_id)
    throw unsupported(
      '/conversation',
      'Decisions about calls of another conversation are not supported.',
    );
  if ((conversation ?? previous) !== null && start > 0)
    throw unsupported(
      '/input/0',
      'Other items in a request with decisions are not supported. Send them once the response has ended.',
    );
  if (body.user != null && body.user !== end_user_id)
    throw unsupported(
      '/user',
      'A `user` other than the user of the previous response is not supported.',
    );
}

/** The calls of a step are made together, so a client that decides one has to decide all. */
function checkAll({ row }: FoundResponse, actions: readonly RunAction[]): void {
  if (row.status !== 'requires_action') return;
  const missing = pendingOf(row, actions);
  if (missing !== '')
    throw unsupported(
      '/input',
      `Decisions about only some of the calls are not supported. Missing: ${missing}.`,
    );
}

/** Returns the number of the part after the one that required the actions. */
function partAfter({ waits }: FoundResponse, actions: readonly RunAction[]): number {
  const at = (waits?.messages ?? []).findLastIndex(({ run }) =>
    run?.required_actions?.some(({ tool_call_id }) =>
      actions.some((action) => action.tool_call_id === tool_call_id),
    ),
  );
  return at + 1;
}
