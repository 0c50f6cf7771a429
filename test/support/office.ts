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

/** A slide with its shapes, and the parts that it refers to. */
export interface Slide {
  readonly shapes: string;
  readonly attributes?: string;
  readonly relations?: PartSource['relations'];
  readonly parts?: readonly PartSource[];
  /** True leaves out the part of the slide. */
  readonly isMissing?: boolean;
}

/** A shape of a slide, with its placeholder and its rectangle. */
export function placed(
  kind: 'sp' | 'pic' | 'graphicFrame',
  placeholder: string,
  at: readonly [x: number, y: number, width: number, height: number] | null,
  content: string,
): string {
  const prefix = kind === 'graphicFrame' ? 'p' : 'a';
  const frame =
    at === null
      ? ''
      : `<${prefix}:xfrm><a:off x="${at[0]}" y="${at[1]}"/><a:ext cx="${at[2]}" cy="${at[3]}"/></${prefix}:xfrm>`;
  const properties = kind === 'graphicFrame' ? frame : `<p:spPr>${frame}</p:spPr>`;
  return `<p:${kind}><p:nvSpPr><p:cNvPr id="2" name="n"/><p:nvPr>${placeholder}</p:nvPr></p:nvSpPr>${properties}${content}</p:${kind}>`;
}

export const textBody = (text: string): string =>
  `<p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody>`;

/** A presentation of slides of 1000 by 1000 units, whose master has bullets and whose layout may have a slogan. */
export function makeDeck(slides: readonly Slide[], slogan = ''): Promise<Uint8Array<ArrayBuffer>> {
  const p = `xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" ${names}`;
  const tree = (shapes: string) =>
    `<p:cSld><p:spTree><p:nvGrpSpPr/><p:grpSpPr/>${shapes}</p:spTree></p:cSld>`;
  const ids = slides.map((_, index) => `<p:sldId id="${index}" r:id="s${index}"/>`);
  return makeOffice([
    {
      name: 'ppt/presentation.xml',
      xml: `<p:presentation ${p}><p:sldIdLst>${ids.join('')}</p:sldIdLst><p:sldSz cx="1000" cy="1000"/></p:presentation>`,
      relations: [
        ...slides.map((_, index) => [`s${index}`, 'slide', `ppt/s${index}.xml`] as const),
        ['authors', 'commentAuthors', 'ppt/authors.xml'],
      ],
    },
    ...slides.flatMap(
      ({ shapes, attributes = '', relations = [], parts = [], isMissing }, index) => [
        ...(isMissing === true
          ? []
          : [
              {
                name: `ppt/s${index}.xml`,
                xml: `<p:sld ${p} ${attributes}>${tree(shapes)}</p:sld>`,
                relations: [['layout', 'slideLayout', 'ppt/layout.xml'] as const, ...relations],
              },
            ]),
        ...parts,
      ],
    ),
    {
      name: 'ppt/layout.xml',
      xml: `<p:sldLayout ${p}>${tree(slogan === '' ? '' : placed('sp', '', [0, 900, 100, 50], textBody(slogan)))}</p:sldLayout>`,
      relations: [['master', 'slideMaster', 'ppt/master.xml']],
    },
    {
      name: 'ppt/master.xml',
      xml: `<p:sldMaster ${p}>${tree(placed('sp', '<p:ph type="body"/>', [0, 300, 900, 500], textBody('Click to edit')))}<p:txStyles><p:bodyStyle><a:lvl1pPr><a:buChar char="•"/></a:lvl1pPr><a:lvl2pPr><a:buChar char="–"/></a:lvl2pPr></p:bodyStyle></p:txStyles></p:sldMaster>`,
    },
    {
      name: 'ppt/authors.xml',
      xml: `<p:cmAuthorLst ${p}><p:cmAuthor id="0" name="Ada"/></p:cmAuthorLst>`,
    },
  ]);
}
