export { type HandOverRequest, requestHandOver } from './request.ts';
export {
  endHandOver,
  type HandOverRow,
  noteQuestion,
  noteReply,
  selectHandOver,
  selectInbox,
  updateHandOver,
} from './store.ts';
