import { z } from '@hono/zod-openapi';
import { Failure } from '../../shared/failure.ts';
import { defaultTimeMs, executeCode, maxCodeChars } from '../code/execute.ts';
import { consoleText, explainError } from '../code/explain.ts';
import { defineBuiltIn } from './define.ts';

const description = `Runs JavaScript or TypeScript in a sandbox, to calculate, to analyze data and to write files for the user. The code is the body of an async function: end with \`return value\`, which must be JSON; console.log is returned too. There are no modules, no network, no timers, no Intl, and at most ${defaultTimeMs / 1000} seconds.
Globals besides the language:
readFile(name) and readBytes(name) read attachments of the conversation, and knowledge files named in \`files\`; \`files\` lists the names.
writeFile(name, content) gives the user a file to download: csv, json, svg, png, txt or md; content is text, a Uint8Array, or a value that becomes JSON.
parseCsv(text, { delimiter?, header?, types? }) returns an array of objects with numbers as numbers. toCsv(rows, { columns?, delimiter? }). parseNumber(text, { decimal? }) reads "1.234,50 €"; use it on columns with such texts before statistics and charts.
groupRows(rows, 'column' or ['a', 'b'], { total: ['sum', 'amount'], n: 'count' }); operations: count, sum, mean, median, min, max, first, list.
sortRows(rows, '-total', 'name'). joinRows(left, right, 'id' or ['left_id', 'right_id'], 'inner' or 'left'). sum, mean, median (values), quantile(values, 0.9).
lineChart(rows, { x: 'month', y: 'total' or ['a', 'b'], title?, x_label?, y_label?, width?, height? }) and barChart(rows, …) return SVG text for writeFile('chart.svg', …).`;

export const runCode = defineBuiltIn({
  name: 'run_code',
  description,
  input: z.strictObject({
    code: z.string().min(1).max(maxCodeChars).describe('Body of an async function'),
    language: z.enum(['javascript', 'typescript']).describe('javascript unless given').optional(),
    files: z
      .array(z.string().min(1).max(255))
      .max(10)
      .describe("Names of files of the agent's knowledge that the code reads")
      .optional(),
  }),
  effect: 'read',
  revision: 1,
  async run(ctx, { code, language = 'javascript', files: names = [] }, context) {
    const { services, attribution, tool_call_id } = context;
    const read = await services.readFiles({ names, code });
    if (!read.ok) return read;
    const { agent_id = null, run_id = null, session_id = null, end_user_id = null } = attribution;
    const owner = { agent_id, run_id, session_id, end_user_id, tool_call_id };
    try {
      const { outcome, files } = await executeCode(ctx, {
        ...{ code, language, owner, input: null },
        files: read.files,
        time_ms: defaultTimeMs,
      });
      if (outcome.error !== null)
        return { ok: false, error: explainError(outcome.error, code, outcome) };
      const logs = consoleText(outcome);
      const output = {
        result: outcome.result,
        ...(logs === '' ? {} : { console: logs }),
        ...(files.length === 0 ? {} : { files: files.map(({ name }) => name), note: shown }),
      };
      return { ok: true, output, files };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { ok: false, error: error.message };
    }
  },
});

const shown = 'The user gets the files as downloads with the answer.';
