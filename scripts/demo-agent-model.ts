// Simulates the model of `npm run demo -- --agent` by a rule: search and calculate, then order what was calculated, then answer.
import { type ChatRequest, type Decision, resultsOf, sayPassage, toolCall } from './demo-model.ts';

export const orderTool = 'demo_order_beans';

const property = 'How long is lost property kept?';
const code = `const rows = parseCsv(await readFile('cafe-sales.csv'));
await writeFile('beans-per-month.svg', barChart(rows, { x: 'month', y: 'beans_kg', title: 'Beans per month', y_label: 'kg' }));
return { average_kg: Math.round(mean(rows.map((row) => row.beans_kg))) };`;

export function decideSteps({ messages }: ChatRequest): Decision {
  const results = resultsOf(messages);
  const searched = results.get('knowledge_search');
  const calculated = results.get('run_code');
  const ordered = results.get(orderTool);
  if (searched === undefined || calculated === undefined)
    return {
      tool_calls: [
        toolCall('knowledge_search', { query: property }),
        toolCall('run_code', { code, files: ['cafe-sales.csv'] }),
      ],
    };
  const average = averageIn(calculated);
  if (average === null) return { text: `The beans could not be calculated: ${calculated}` };
  if (ordered === undefined) return { tool_calls: [toolCall(orderTool, { kilograms: average })] };
  return {
    text: `${sayPassage(searched, property)} The chart shows the beans of each month, ${average} kg on average. The roastery says: ${ordered}`,
  };
}

function averageIn(result: string): number | null {
  const [, number] = /"average_kg":\s*(\d+)/.exec(result) ?? [];
  return number === undefined ? null : Number(number);
}
