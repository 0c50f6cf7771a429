import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { usageError } from './exit.ts';
import type { Output } from './output.ts';

const suffix = '.agent.json';
const maxBytes = 2 * 1024 * 1024;
const maxDatasetBytes = 10 * 1024 * 1024;
const maxFiles = 200;
const maxDepth = 100;
/** Its value would become part of a configuration. */
const keyVariable = 'AGENTGRID_API_KEY';
const slugForm = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])$/;

/** The section `evaluation` of a manifest file, which the command uses and the API does not receive. */
export interface EvaluationSettings {
  /** Name of the dataset in the workspace. */
  readonly name: string;
  readonly cases: string;
  readonly scorers: readonly object[];
  /** The least score of each scorer, or of `overall`. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Fields of the request that starts the evaluation. */
  readonly request: Readonly<Record<string, unknown>>;
}

export interface ManifestFile {
  readonly path: string;
  readonly slug: string;
  /** The manifest as the API takes it. */
  readonly manifest: { readonly agent: { readonly slug: string } };
  readonly evaluation: EvaluationSettings | null;
  /** Digest of everything in the file, its instructions and cases included. */
  readonly digest: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads manifests. Directories give their `*.agent.json`. Throws a `CommandError` that names the file. */
export function readManifests(targets: readonly string[], output: Output): ManifestFile[] {
  const paths = (targets.length === 0 ? ['.'] : targets).flatMap(pathsOf);
  if (paths.length === 0)
    throw usageError(`There are no files named *${suffix}. Write one with agentgrid export AGENT.`);
  if (paths.length > maxFiles)
    throw usageError(`There are ${paths.length} manifests; at most ${maxFiles} are read.`);
  const files = [...new Set(paths.map((path) => resolve(path)))].map((path) =>
    readManifest(path, output),
  );
  for (const [index, { slug, path }] of files.entries()) {
    const first = files.findIndex((file) => file.slug === slug);
    if (first !== index)
      throw usageError(`${path} and ${files[first]?.path} are both of the agent ${slug}.`);
  }
  return files;
}

function pathsOf(target: string): string[] {
  try {
    if (!statSync(target).isDirectory()) return [target];
  } catch {
    throw usageError(`${target} does not exist.`);
  }
  return readdirSync(target)
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => join(target, name));
}

function readText(path: string, limit: number): string {
  let bytes: Buffer;
  try {
    if (statSync(path).size > limit)
      throw usageError(`${path} is larger than ${limit / 1024 / 1024} MB.`);
    bytes = readFileSync(path);
  } catch (error) {
    if (!('code' in (error as Error)) || typeof (error as { code: unknown }).code === 'number')
      throw error;
    throw usageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw usageError(`${path} is not UTF-8.`);
  }
}

function readManifest(path: string, output: Output): ManifestFile {
  const shown = relative('.', path) || path;
  const fail = (problem: string) => usageError(`${shown}: ${problem}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(path, maxBytes));
  } catch (error) {
    if (error instanceof SyntaxError) throw fail(`is not JSON. ${error.message}`);
    throw error;
  }
  const given = withVariables(parsed, {
    fail,
    read(name) {
      const value = name === keyVariable ? undefined : process.env[name];
      if (value === undefined) throw fail(`the variable ${name} is not set, or not for manifests.`);
      output.hide(name, value);
      return value;
    },
  });
  if (!isObject(given) || given.kind !== 'agentgrid.agent')
    throw fail('is not a manifest: it must be an object with "kind": "agentgrid.agent".');
  const { evaluation, ...manifest } = given;
  const slug = isObject(manifest.agent) ? manifest.agent.slug : undefined;
  if (typeof slug !== 'string' || !slugForm.test(slug))
    throw fail('"agent.slug" must be a slug: lower-case letters, digits and hyphens.');
  const besides = (name: unknown, what: string, limit: number) => {
    const place = `${what} must be the path of a file in the directory of the manifest, or below it.`;
    if (typeof name !== 'string' || name === '' || name.includes('\0')) throw fail(place);
    // A manifest of a pull request must not publish other files of the machine, by a link neither.
    const file = resolve(dirname(path), name);
    if (!isBelow(dirname(path), file)) throw fail(place);
    return readText(file, limit);
  };
  const whole = withInstructions(manifest, (name) =>
    besides(name, '"config.instructions.file"', maxBytes),
  );
  const settings = readEvaluation(evaluation, slug, fail, (name) =>
    besides(name, '"evaluation.dataset"', maxDatasetBytes),
  );
  return {
    path: shown,
    slug,
    manifest: whole as ManifestFile['manifest'],
    evaluation: settings,
    digest: digestOf([whole, settings]),
  };
}

/** Instructions may be in a file of their own: `"instructions": { "file": "support.txt" }`. */
function withInstructions(manifest: Json, read: (name: unknown) => string): Json {
  const { config } = manifest;
  if (!isObject(config) || !isObject(config.instructions)) return manifest;
  return { ...manifest, config: { ...config, instructions: read(config.instructions.file) } };
}

const evaluationFields = new Set(['dataset', 'name', 'scorers', 'thresholds']);
const requestFields = new Set([
  'repetitions',
  'concurrency',
  'max_cost_usd',
  'execute_tools',
  'sample',
  'tags',
]);

function readEvaluation(
  given: unknown,
  slug: string,
  fail: (problem: string) => Error,
  read: (name: unknown) => string,
): EvaluationSettings | null {
  if (given === undefined || given === null) return null;
  if (!isObject(given)) throw fail('"evaluation" must be an object.');
  for (const name of Object.keys(given))
    if (!evaluationFields.has(name) && !requestFields.has(name))
      throw fail(
        `"evaluation.${name}" is unknown. The fields are ${[...evaluationFields, ...requestFields].join(', ')}.`,
      );
  const { dataset, scorers, thresholds = {} } = given;
  if (!Array.isArray(scorers) || scorers.length === 0 || !scorers.every(isObject))
    throw fail('"evaluation.scorers" must be a list of scorers.');
  if (!isObject(thresholds)) throw fail('"evaluation.thresholds" must be an object.');
  const names = ['overall', ...scorers.map(({ name, type }) => String(name ?? type))];
  for (const [name, value] of Object.entries(thresholds)) {
    if (!names.includes(name))
      throw fail(`"evaluation.thresholds.${name}" is not one of ${names.join(', ')}.`);
    if (typeof value !== 'number' || !(value >= 0 && value <= 1))
      throw fail(`"evaluation.thresholds.${name}" must be a number from 0 to 1.`);
  }
  const name = given.name ?? `${slug}: ${basename(String(dataset))}`;
  if (typeof name !== 'string' || name.trim() === '' || name.length > 100)
    throw fail('"evaluation.name" must have 1 to 100 characters.');
  return {
    name,
    cases: read(dataset),
    scorers,
    thresholds: thresholds as Record<string, number>,
    request: Object.fromEntries(Object.entries(given).filter(([one]) => requestFields.has(one))),
  };
}

interface Variables {
  readonly read: (name: string) => string;
  readonly fail: (problem: string) => Error;
}

/** Replaces `${env:NAME}` in all texts of a value. */
function withVariables(value: unknown, variables: Variables, depth = 0): unknown {
  if (typeof value === 'string')
    return value.replaceAll(/\$\{env:([A-Za-z_]\w*)\}/g, (_, name: string) => variables.read(name));
  if (value === null || typeof value !== 'object') return value;
  if (depth > maxDepth) throw variables.fail(`has more than ${maxDepth} levels.`);
  const inner = (one: unknown) => withVariables(one, variables, depth + 1);
  if (Array.isArray(value)) return value.map(inner);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one)]));
}

/** True for a file in a directory once links are followed, and for one that does not exist. */
function isBelow(directory: string, file: string): boolean {
  try {
    return !relative(realpathSync(directory), realpathSync(file)).startsWith('..');
  } catch {
    return !relative(directory, file).startsWith('..');
  }
}

export const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** SHA-256 of a value as JSON with sorted keys. */
export const digestOf = (value: unknown): string =>
  createHash('sha256')
    .update(
      JSON.stringify(value, (_, inner: unknown) =>
        isObject(inner)
          ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      ),
    )
    .digest('hex');
