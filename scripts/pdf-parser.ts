import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/**
 * Modules of pdf.js that reading text, form fields and properties never enters: it draws nothing, edits nothing, decodes no picture
 * (`src/documents/formats/pdf/guard.ts`) and does not open XFA forms. Each matches the names by which the build of pdf.js marks them.
 */
const unused = {
  'pdf.mjs': [
    './src/display/annotation_layer.js',
    './src/display/canvas.js',
    './src/display/canvas_dependency_tracker.js',
    './src/display/canvas_factory.js',
    './src/display/content_disposition.js',
    './src/display/draw_layer.js',
    './src/display/editor/',
    './src/display/fetch_stream.js',
    './src/display/filter_factory.js',
    './src/display/network.js',
    './src/display/network_stream.js',
    './src/display/network_utils.js',
    './src/display/node_stream.js',
    './src/display/node_utils.js',
    './src/display/pattern_helper.js',
    './src/display/svg_factory.js',
    './src/display/text_layer_images.js',
    './src/display/touch_manager.js',
    './src/display/webgpu.js',
    './src/display/xfa_layer.js',
    './src/display/xfa_text.js',
  ],
  'pdf.worker.mjs': [
    './external/brotli/decode.js',
    './external/jbig2/jbig2.js',
    './external/openjpeg/openjpeg.js',
    './external/qcms/',
    './src/core/calibri_factors.js',
    './src/core/editor/',
    './src/core/helvetica_factors.js',
    './src/core/jpg.js',
    './src/core/liberationsans_widths.js',
    './src/core/myriadpro_factors.js',
    './src/core/postscript/wasm_compiler.js',
    './src/core/segoeui_factors.js',
    './src/core/writer.js',
    './src/core/xfa/',
    './src/core/xfa_fonts.js',
  ],
} as const;

/** Returns the source of a file of pdf.js in which the unused modules are replaced by classes and functions that throw when used. */
export function withoutUnused(source: string, prefixes: readonly string[]): string {
  const [head = '', ...parts] = source.split(/^;\/\/ (\S+)$/m);
  const matched = new Set<string>();
  let result = head;
  for (let index = 0; index < parts.length; index += 2) {
    const [name = '', text = ''] = parts.slice(index, index + 2);
    const prefix = prefixes.find((one) => name.startsWith(one));
    if (prefix !== undefined) matched.add(prefix);
    result += prefix === undefined ? text : stubsOf(text);
  }
  const missing = prefixes.filter((prefix) => !matched.has(prefix));
  if (missing.length > 0) throw new Error(`pdf.js has no module ${missing.join(', ')}.`);
  return result;
}

/** Declares the names of the top level of a module. Constants are undefined. */
function stubsOf(text: string): string {
  const refuse = (name: string) =>
    `throw new Error('${name} is not part of this build of pdf.js.');`;
  const classes = [...text.matchAll(/^class (\w+)/gm)].map(
    ([, name = '']) => `class ${name} { constructor() { ${refuse(name)} } }`,
  );
  const functions = [...text.matchAll(/^(?:async )?function\*? (\w+)/gm)].map(
    ([, name = '']) => `function ${name}() { ${refuse(name)} }`,
  );
  const constants = [...text.matchAll(/^(?:const|let|var) (\w+)/gm)].map(
    ([, name = '']) => `let ${name};`,
  );
  return `\n${[...classes, ...functions, ...constants].join('\n')}\n`;
}

/** Expressions that a Worker cannot evaluate, each with its replacement. */
const replaced = {
  'pdf.mjs': [
    // Workers import no module by its address. The parser runs in the same thread (`globalThis.pdfjsWorker`).
    [
      /await import\(\s*\/\*webpackIgnore: true\*\/\s*\/\*@vite-ignore\*\/\s*this\.workerSrc\)/,
      'globalThis.pdfjsWorker',
    ],
  ],
  'pdf.worker.mjs': [
    // Rich text of annotations is not read.
    [/XFAFactory\.getRichTextAsHtml\(\w+\.get\("RC"\)\)/g, 'null'],
    [
      /new DOMMatrix\(\)\.scaleSelf\(1 \/ width, -1 \/ height\)\.translateSelf\(0, -height\)/,
      '({ a: 1 / width, b: 0, c: 0, d: -1 / height, e: 0, f: 1 })',
    ],
  ],
} as const;

/** Returns pdf.js without its unused modules as one module that exports `getDocument`. */
export async function buildPdfParser(): Promise<Buffer> {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json')),
    'build',
  );
  const parts: Plugin = {
    name: 'parts of pdf.js',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]pdf(?:\.worker)?\.mjs$/ }, ({ path }) => {
        const name = basename(path) as keyof typeof unused;
        let contents = withoutUnused(readFileSync(path, 'utf8'), unused[name]);
        for (const [pattern, by] of replaced[name]) {
          if (contents.search(pattern) < 0) throw new Error(`${name} has no ${pattern.source}.`);
          contents = contents.replace(pattern, by);
        }
        return { contents, loader: 'js' };
      });
    },
  };
  const { outputFiles, warnings } = await build({
    stdin: {
      contents: "import './pdf.worker.mjs';\nexport { getDocument } from './pdf.mjs';",
      resolveDir: folder,
    },
    ...{ bundle: true, minify: true, write: false, charset: 'utf8', target: 'es2024' },
    ...{ format: 'esm', tsconfigRaw: {}, logLevel: 'error', plugins: [parts] },
    // The platform decides nothing: it is the same in Node and in workerd.
    define: { process: 'undefined' },
  });
  const [script] = outputFiles;
  if (script === undefined || warnings.length > 0) throw new Error('pdf.js cannot be built.');
  return Buffer.from(script.contents);
}
