import type { ChatRequest, Decision } from '../demo-model.ts';
import { resultsOf, textOf, toolCall } from '../demo-model.ts';
import type { Say } from './say.ts';

/** A model that orders when it should, and otherwise answers with the words of `say`. */
export const decideWith =
  (say: Say) =>
  (request: ChatRequest): Decision => {
    const { messages, tools = [] } = request;
    const question = textOf(messages.findLast(({ role }) => role === 'user'));
    if (/Please break/.test(question)) throw new Error(say('The model refuses this question.'));
    const results = resultsOf(messages);
    const wanted = /Please buy/.test(question)
      ? 'order_beans'
      : /my order/.test(question) && 'order_status';
    const called = tools.find(({ function: { name } }) => name === wanted);
    if (called !== undefined && results.size === 0)
      return {
        tool_calls: [toolCall(called.function.name, { order: '4711', note: say('Soon, please.') })],
      };
    return { text: say('Descaling takes **45 minutes**. Do it every three months [1].') };
  };
