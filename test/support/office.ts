import { makeZip, type ZipEntry } from './documents.ts';

const types = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** Namespaces of parts, to be put into their root elements. */
export const names = [
  'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"',
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"',
  'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"',
  'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"',
  'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"',
  'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"',
  'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main"',
].join(' ');

/** A part of an Office document, and the parts that it refers to by the last step of their relationship's type. */
export interface PartSource {
  readonly name: string;
  readonly xml: string;
  /** Each as id, type, and target: a part from the root, or an external address. */
  readonly relations?: readonly (readonly [id: string, type: string, target: string])[];
}

const entry = (name: string, xml: string): ZipEntry => ({
  name,
  content: Uint8Array.from(new TextEncoder().encode(`<?xml version="1.0"?>${xml}`)),
});

/** An Office document whose first part is its main part. */
export function makeOffice(parts: readonly PartSource[]): Promise<Uint8Array<ArrayBuffer>> {
  const root = {
    name: '',
    xml: '',
    relations: [['main', 'officeDocument', parts[0]?.name ?? '']] as const,
  };
  const relations = [root, ...parts].flatMap(({ name, relations: all = [] }) => {
    const folder = name.slice(0, name.lastIndexOf('/') + 1);
    const links = all.map(([id, type, target]) => {
      const isExternal = /^[a-z]+:/.test(target);
      return `<Relationship Id="${id}" Type="${types}/${type}" Target="${isExternal ? target : `/${target}`}"${isExternal ? ' TargetMode="External"' : ''}/>`;
    });
    return all.length === 0
      ? []
      : entry(
          `${folder}_rels/${name.slice(folder.length)}.rels`,
          `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${links.join('')}</Relationships>`,
        );
  });
  return makeZip([...relations, ...parts.map(({ name, xml }) => entry(name, xml))]);
}

/** A chart of one series (ECMA-376, 21.2). */
export const chartXml = (title: string, name: string, values: Readonly<Record<string, number>>) => {
  const points = (texts: readonly (string | number)[]) =>
    texts.map((text, index) => `<c:pt idx="${index}"><c:v>${text}</c:v></c:pt>`).join('');
  return `<c:chartSpace ${names}><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>${title}</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:strCache>${points([name])}</c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache>${points(Object.keys(values))}</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:formatCode>General</c:formatCode>${points(Object.values(values))}</c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>`;
};

/** Content of a `data:` address in base64. */
export const bytesOf = (address: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(address.slice(address.indexOf(',') + 1)), (byte) => byte.charCodeAt(0));
