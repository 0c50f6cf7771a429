import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly allowScripts: Record<string, boolean>;
};
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Record<string, Locked>;
};
/** Packages from a registry, by their folder. */
const locked = Object.entries(packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && link !== true,
);
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 13);
/** Licences of packages in the Worker. */
const permissive =
  /^\(?(?:MIT|MIT-0|Apache-2\.0|ISC|0BSD|BSD-[23]-Clause|CC0-1\.0|Python-2\.0|BlueOak-1\.0\.0|AFL-2\.1)\b/;

/** MIT packages that declare it in a form that npm does not read. */
const readByHand = new Set(['busboy', 'streamsearch']);

describe('dependencies (R80)', () => {
  it('are named by exact versions', () => {
    const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+$|^file:test\//.test(version),
    );
    expect(ranges).toEqual([]);
  });

  it('have a digest in the lock file, and no registry of their own', () => {
    expect(locked.length).toBeGreaterThan(100);
    expect(locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it('run install scripts only where package.json allows or denies them by name', () => {
    const scripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    expect(
      scripts.map(([path]) => nameOf(path)).filter((name) => !(name in manifest.allowScripts)),
    ).toEqual([]);
  });

  it('have permissive licences if they are part of the Worker', () => {
    const shipped = locked.filter(([, { dev }]) => dev !== true);
    expect(shipped.length).toBeGreaterThan(20);
    expect(
      shipped
        .filter(([, { license }]) => !permissive.test(license ?? ''))
        .map(([path]) => nameOf(path))
        .filter((name) => !readByHand.has(name)),
    ).toEqual([]);
  });

  it('include a Hono without the published advisories', () => {
    const [major = 0, minor = 0, patch = 0] = (packages['node_modules/hono']?.version ?? '')
      .split('.')
      .map(Number);
    expect(major * 1e6 + minor * 1e3 + patch).toBeGreaterThanOrEqual(4_012_025);
  });
});
