export {
  authorizeAgent,
  authorizeOwned,
  authorizeVersion,
  creatorFilter,
  endUserOf,
  mayReadMessages,
} from './access.ts';
export { ClientTools, withClientTools } from './actions/client-tools.ts';
export { RunAction } from './actions/schema.ts';
export { submitAsStream, submitToEnd } from './actions/submit.ts';
export {
  type ActiveRun,
  begin,
  type EndedRun,
  type NewAnswer,
  newRun,
  type RunStorage,
} from './active-run.ts';
export { selectApprovalsById } from './approvals/store.ts';
export { attachToRun, stopRun, waitForAnswer } from './attach.ts';
export {
  deleteAttachmentCleanups,
  insertAttachmentCleanup,
  removeObjects,
  sendErasure,
  storeText,
} from './attachments/objects.ts';
export { mapReferences, referenceOf, referenceTo } from './attachments/references.ts';
export { isDeclined } from './declines.ts';
export type { Draft } from './draft.ts';
export type { HostPort, RunDriver, RunRequest, RunSource, RunTerms } from './driver.ts';
export type { RunEvent } from './events.ts';
export { runsFeature } from './feature.ts';
export { RunHost } from './host/host.ts';
export { hostOf } from './host/host-client.ts';
export { waitingRun } from './host/turn-queue.ts';
export { leftToPerson, storedForPerson } from './left-to-person.ts';
export { namedAgent } from './list/named-agent.ts';
export { type OneOffInput, oneOffRequest, type RequestFile } from './one-off/one-off-input.ts';
export { prepareOneOff } from './one-off/prepare.ts';
export { eraseOneOff, eraseOneOffs, eraseSomeOneOffs } from './one-off/retention.ts';
export type { Overrides } from './overrides.ts';
export type { Fact } from './prompt/facts.ts';
export { foldOf, type HistoryMessage, type Summary, tokensOf } from './prompt/history.ts';
export { checkInputs, isRequired, refuseMissing } from './prompt/instructions.ts';
export { type RunResult, readResult } from './read-run.ts';

export { callsOf } from './recorded-tools.ts';

export { interruptRun, sumUsage } from './recover/interrupt.ts';
export { type LostRun, settleLostCall } from './recover/lost-call.ts';

export { Feedback, type FeedbackRow, Rating, toFeedback } from './schema/feedback.ts';
export {
  FileCitation,
  Message,
  MessageAttachment,
  PageCitation,
  toMessage,
  toMessageAttachment,
} from './schema/message.ts';
export {
  Inputs,
  maxMessageChars,
  OnBusy,
  OptionalVersion,
  TextPart,
  textOf,
} from './schema/request.ts';
export { Run } from './schema/run.ts';
export { runAsStream, runToEnd, startRun } from './start.ts';
export {
  answerOfContent,
  type MessageOfOneOff,
  questionOfContent,
  selectContentOfMessage,
  selectRunContent,
  selectRunOfContent,
} from './store/contents.ts';
export { eraseTrace } from './store/erase-trace.ts';
export { type AnyMessageRow, selectMessagesOfRun } from './store/messages.ts';
export {
  type Assigned,
  assignedColumns,
  insertRun,
  isOpen,
  isWaiting,
  type NewRunRow,
  newRunColumns,
  type RunRow,
  renewRunRow,
  selectContentLogging,
  selectRun,
} from './store/runs.ts';
export { type SpanRow, selectSpans } from './store/spans.ts';
export {
  type RunVersionRow,
  readVersionOfRun,
  selectVersionOfCaller,
  selectVersionOfRun,
  versionColumns,
} from './store/versions.ts';
export type {
  NativeStream,
  StreamEncoder,
  StreamProtocol,
  StreamRequest,
} from './stream/encoder.ts';
export { textOfEvents } from './stream/event-log.ts';
export { respond, runFailures, streamRun } from './stream/respond.ts';
export type { RunStream } from './stream/run-stream.ts';
export { toEventStream, wantsStream } from './stream/sse.ts';
export type { SuspendedRun } from './suspension/state.ts';
export { type RunVersion, toRunVersion } from './version.ts';
export type { Waits } from './waits.ts';
export { readableMessages, withheld, withheldIn, withheldRuns } from './withheld.ts';
