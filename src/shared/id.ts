import { TypeID, typeid } from 'typeid-js';

/** TypeID prefixes. An id is prefix + UUIDv7, so that `ORDER BY id` is creation order. */
const idPrefixes = [
  'act',
  'agt',
  'anm',
  'arc',
  'ars',
  'att',
  'alert',
  'apr',
  'aud',
  'batch',
  'bud',
  'case',
  'chd',
  'chi',
  'chk',
  'chn',
  'cht',
  'conv',
  'ds',
  'emb',
  'ent',
  'era',
  'eux',
  'eval',
  'evt',
  'exec',
  'exp',
  'fact',
  'fb',
  'file',
  'gen',
  'gq',
  'hold',
  'hov',
  'idn',
  'inp',
  'inv',
  'jdg',
  'job',
  'kb',
  'key',
  'mca',
  'mcp',
  'mem',
  'msg',
  'osc',
  'page',
  'psk',
  'req',
  'rev',
  'rpl',
  'run',
  'rvr',
  'rvw',
  'sch',
  'scr',
  'sec',
  'ses',
  'sev',
  'shl',
  'slot',
  'src',
  'ssn',
  'step',
  'sum',
  'tki',
  'tok',
  'tool',
  'upl',
  'use',
  'usr',
  'var',
  'ver',
  'vis',
  'wex',
  'whd',
  'whk',
  'ws',
] as const;
export type IdPrefix = (typeof idPrefixes)[number];

export const newId = (prefix: IdPrefix): string => typeid(prefix).toString();

const suffix = '[0-7][0-9a-hjkmnp-tv-z]{25}';

/** The exact shape of an id, checked before any query: a malformed id is not found. */
export const idPattern = (prefix: IdPrefix) => new RegExp(`^${prefix}_${suffix}$`);

const patterns = new Map(idPrefixes.map((prefix) => [prefix, idPattern(prefix)]));

export const isId = (prefix: IdPrefix, value: string): boolean =>
  patterns.get(prefix)?.test(value) ?? false;

/** Returns the UUID of an id: 32 hexadecimal digits, the second half of which is random. */
export const idHex = (id: string): string => TypeID.fromString(id).toUUID().replaceAll('-', '');
