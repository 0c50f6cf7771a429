export { requestHandOver } from './request.ts';
export {
  dropNotes,
  endHandOver,
  noteQuestion,
  noteReply,
  selectHandOver,
  selectInbox,
  updateHandOver,
} from './store.ts';
