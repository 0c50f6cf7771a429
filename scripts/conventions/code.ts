import { filesIn, readText } from './source.ts';

/** Returns the code without comments and strings, with unchanged line numbers. */
const codeOf = (text: string) =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\/|(?<![:\\])\/\/.*$/gm, (comment) =>
      comment.replaceAll(/[^\n]/g, ' '),
    )
    .replaceAll(
      /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g,
      (text) => text[0] + ' '.repeat(text.length - 2) + text[0],
    );

interface Rule {
  readonly pattern: RegExp;
  readonly except: RegExp;
  readonly why: string;
}

const rules: readonly Rule[] = [
  {
    pattern: /(?<![.\w])fetch\(|globalThis\.fetch/,
    except: /^src\/platform\/egress\.ts$/,
    why: 'outbound HTTP has one door, platform/egress.ts',
  },
  {
    pattern: /\.transaction\(/,
    except: /^$/,
    why: 'D1 has no transactions; put what belongs together into one batch',
  },
  {
    pattern: /\bDate\.now\(|new Date\(\)/,
    except: /^src\/(?:platform\/.+|db\/client|app)\.ts$/,
    why: 'the clock is ctx.now()',
  },
  {
    pattern: /\beval\(|new Function\(/,
    except: /^$/,
    why: 'nothing is compiled at run time (R81)',
  },
  {
    pattern: /\bprocess\.env\b/,
    except: /^$/,
    why: 'settings come from Env, through platform/config.ts',
  },
];

/** Restricts what the Worker's code may call: outbound HTTP, the clock, the environment. Code of browsers has its own. */
export const checkCode = (): string[] =>
  filesIn('src', /^(?!(?:client|console|widget)\/).*(?<!\.d)\.ts$/).flatMap((file) => {
    const lines = codeOf(readText(file)).split('\n');
    return rules
      .filter((rule) => !rule.except.test(file))
      .flatMap(({ pattern, why }) =>
        lines.flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1} ${why}`] : [])),
      );
  });
