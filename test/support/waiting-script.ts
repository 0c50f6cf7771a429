import type { Round, ToolCall } from './provider/script.ts';

/** Two client tools, as declared in a message. */
export const tools = [
  {
    name: 'get_location',
    description: 'Where the user is.',
    input_schema: { type: 'object', properties: { precise: { type: 'boolean' } }, required: [] },
  },
  { name: 'pick_colour', description: 'Asks the user for a colour.' },
];

export const locate: ToolCall = {
  id: 'call_1',
  name: 'get_location',
  arguments: { precise: true },
};
export const pick: ToolCall = { id: 'call_2', name: 'pick_colour', arguments: {} };
export const clock: ToolCall = {
  id: 'call_3',
  name: 'current_time',
  arguments: { time_zone: 'Europe/Zurich' },
};

export const asks = (...tool_calls: ToolCall[]): Round => ({
  text: ['Let me ', 'look. '],
  tool_calls,
  usage: { input_tokens: 10, output_tokens: 5 },
});
export const says: Round = {
  text: ['You are ', 'in Zurich.'],
  usage: { input_tokens: 20, output_tokens: 7 },
};

export const result = (tool_call_id = 'call_1', output: unknown = { city: 'Zurich' }) => ({
  type: 'tool_result',
  tool_call_id,
  output,
});
