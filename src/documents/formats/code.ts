import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';
import type { LanguageName } from './code/languages.ts';

/** Types that clients declare for text that they do not know; `.ts` is also MPEG video, `.rs` also a list of resources. */
const guessed = ['text/plain', 'text/x-source', 'application/x-source', 'text/x-script'];

/** Served as plain text: a browser would run scripts and apply style sheets. */
const codeFormat = (
  language: LanguageName,
  title: string,
  media_type: string,
  extensions: readonly [string, ...string[]],
  aliases: readonly string[] = [],
): DocumentFormat => ({
  kind: 'document',
  title,
  media_type,
  aliases: [...guessed, ...aliases],
  extensions,
  served_as: 'text/plain; charset=utf-8',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./code/extract.ts')).extractCode(bytes, encoding, language),
  inline_bytes: 500_000,
  web: null,
});

/** Source code: one format per language, because files are stored under their media type. */
export const codeFormats = {
  javascript: codeFormat(
    'javascript',
    'JavaScript',
    'text/javascript',
    ['js', 'mjs', 'cjs', 'jsx'],
    [
      'application/javascript',
      'application/x-javascript',
      'text/x-javascript',
      'text/jsx',
      'application/ecmascript',
    ],
  ),
  typescript: codeFormat(
    'typescript',
    'TypeScript',
    'text/x-typescript',
    ['ts', 'tsx', 'mts', 'cts'],
    [
      'application/typescript',
      'text/typescript',
      'application/x-typescript',
      'text/tsx',
      'video/mp2t',
      'video/vnd.dlna.mpeg-tts',
      'text/vnd.trolltech.linguist',
      'model/vnd.mts',
    ],
  ),
  python: codeFormat(
    'python',
    'Python',
    'text/x-python',
    ['py', 'pyi', 'pyw'],
    [
      'text/x-python-script',
      'text/x-script.python',
      'application/x-python',
      'application/x-python-code',
      'text/python',
    ],
  ),
  go: codeFormat('go', 'Go', 'text/x-go', ['go'], ['text/x-golang', 'application/x-go']),
  rust: codeFormat(
    'rust',
    'Rust',
    'text/x-rust',
    ['rs'],
    ['text/rust', 'application/rls-services+xml'],
  ),
  java: codeFormat('java', 'Java', 'text/x-java', ['java'], ['text/x-java-source', 'text/java']),
  kotlin: codeFormat('kotlin', 'Kotlin', 'text/x-kotlin', ['kt', 'kts']),
  scala: codeFormat('scala', 'Scala', 'text/x-scala', ['scala', 'sc'], ['application/x-scala']),
  swift: codeFormat('swift', 'Swift', 'text/x-swift', ['swift']),
  c: codeFormat('c', 'C', 'text/x-c', ['c', 'h'], ['text/x-csrc', 'text/x-chdr', 'text/x-h']),
  cpp: codeFormat(
    'cpp',
    'C++',
    'text/x-c++',
    ['cpp', 'cc', 'cxx', 'hpp', 'hh', 'hxx'],
    ['text/x-c++src', 'text/x-c++hdr', 'text/x-c', 'text/x-cpp'],
  ),
  csharp: codeFormat('csharp', 'C#', 'text/x-csharp', ['cs'], ['text/csharp']),
  php: codeFormat(
    'php',
    'PHP',
    'text/x-php',
    ['php'],
    ['application/x-php', 'application/x-httpd-php', 'application/php', 'text/php'],
  ),
  ruby: codeFormat(
    'ruby',
    'Ruby',
    'text/x-ruby',
    ['rb'],
    ['application/x-ruby', 'text/ruby', 'text/x-ruby-script'],
  ),
  lua: codeFormat('lua', 'Lua', 'text/x-lua', ['lua'], ['application/x-lua']),
  r: codeFormat('r', 'R', 'text/x-r', ['r'], ['text/x-rsrc', 'text/x-r-source']),
  shell: codeFormat(
    'shell',
    'shell script',
    'text/x-sh',
    ['sh', 'bash', 'zsh'],
    ['application/x-sh', 'application/x-shellscript', 'text/x-shellscript', 'application/x-bash'],
  ),
  sql: codeFormat(
    'sql',
    'SQL',
    'application/sql',
    ['sql'],
    ['text/sql', 'text/x-sql', 'application/x-sql'],
  ),
  css: codeFormat(
    'css',
    'CSS',
    'text/css',
    ['css', 'scss', 'less'],
    ['text/x-scss', 'text/x-less', 'text/less'],
  ),
  toml: codeFormat('toml', 'TOML', 'application/toml', ['toml'], ['text/toml', 'text/x-toml']),
  ini: codeFormat(
    'ini',
    'INI',
    'text/x-ini',
    ['ini', 'cfg', 'conf', 'properties', 'env'],
    ['text/x-properties', 'text/x-java-properties', 'application/x-wine-extension-ini'],
  ),
} as const satisfies Readonly<Record<string, DocumentFormat>>;
