export { requestHandOver } from './request.ts';
export {
  endHandOver,
  noteQuestion,
  noteReply,
  selectHandOver,
  selectInbox,
  updateHandOver,
} from './store.ts';
