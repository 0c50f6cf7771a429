import {
  type ByteStream,
  type Dictionary,
  type DrawnImage,
  nameOf,
  readAll,
} from './drawn-image.ts';

interface PdfStream {
  readonly entries: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes a PDF whose only page is the picture, with the same encoded bytes: models that read PDFs decode
 * fax and JBIG2 pictures, which this program does not. Returns null for an unknown colour space.
 */
export function writeImagePdf(image: DrawnImage): Uint8Array<ArrayBuffer> | null {
  const { width, height, dictionary, coded, samples } = image;
  const isMask = dictionary.get('ImageMask', 'IM') === true;
  const isJpx = coded?.name === 'JPXDecode' || coded?.name === 'JPX';
  const space = isMask || isJpx ? null : colorSpaceOf(dictionary.get('ColorSpace', 'CS'));
  if (space === undefined) return null;
  const globals = coded?.parameters?.get('JBIG2Globals');
  const bits = dictionary.get('BitsPerComponent', 'BPC');
  const inverted = dictionary.get('Decode', 'D');
  const entries = [
    `/Type /XObject /Subtype /Image /Width ${width} /Height ${height}`,
    ...(isMask ? ['/ImageMask true'] : []),
    ...(isJpx ? [] : [`/BitsPerComponent ${isMask ? 1 : Number(bits) || 8}`]),
    ...(space === null ? [] : [`/ColorSpace ${space}`]),
    ...(isNumbers(inverted) ? [`/Decode [${inverted.join(' ')}]`] : []),
    ...(coded === null ? [] : [`/Filter /${coded.name}`]),
    ...(coded?.parameters ? [`/DecodeParms << ${parametersOf(coded.parameters)} >>`] : []),
  ].join(' ');
  const bytes = readAll(coded === null ? samples : coded.source);
  if (bytes.byteLength === 0) return null;
  const streams: PdfStream[] = [{ entries, bytes }];
  if (isStream(globals)) {
    streams.push({ entries: '', bytes: readAll(globals) });
  }
  return writePdf(width, height, streams);
}

const isStream = (value: unknown): value is ByteStream =>
  typeof (value as ByteStream | null)?.getBytes === 'function';

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'number');

const device = new Set(['DeviceGray', 'DeviceRGB', 'DeviceCMYK', 'G', 'RGB', 'CMYK']);
const byComponents = ['', '/DeviceGray', '', '/DeviceRGB', '/DeviceCMYK'];
const longNames: Readonly<Record<string, string>> = {
  G: 'DeviceGray',
  RGB: 'DeviceRGB',
  CMYK: 'DeviceCMYK',
};

/** Returns a colour space that shows the text of a picture as well as its own; undefined for none. */
function colorSpaceOf(value: unknown): string | undefined {
  const name = nameOf(value);
  if (name !== null) return device.has(name) ? `/${longNames[name] ?? name}` : undefined;
  if (!Array.isArray(value)) return undefined;
  const [kind, first, high, table] = value as readonly unknown[];
  switch (nameOf(kind)) {
    case 'ICCBased': {
      const components = isStream(first) ? first.dict?.get('N') : undefined;
      return byComponents[Number(components)] || undefined;
    }
    case 'CalGray':
      return '/DeviceGray';
    case 'CalRGB':
      return '/DeviceRGB';
    case 'Separation':
      return '/DeviceGray';
    case 'Indexed':
    case 'I': {
      const base = colorSpaceOf(first);
      const colors = isStream(table)
        ? readAll(table)
        : typeof table === 'string'
          ? Uint8Array.from(table, (letter) => letter.charCodeAt(0))
          : null;
      if (base === undefined || colors === null || colors.byteLength > 4 * 256) return undefined;
      const hex = [...colors].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      return `[/Indexed ${base} ${Number(high) || 0} <${hex}>]`;
    }
    default:
      return undefined;
  }
}

/** Parameters of the filters (ISO 32000-2, 7.4). */
function parametersOf(parameters: Dictionary): string {
  const numbers = [
    ...['K', 'Columns', 'Rows', 'DamagedRowsBeforeError'],
    ...['Predictor', 'Colors', 'BitsPerComponent', 'EarlyChange'],
  ];
  const switches = ['EndOfLine', 'EncodedByteAlign', 'EndOfBlock', 'BlackIs1'];
  return [
    ...numbers.flatMap((key) => {
      const value = parameters.get(key);
      return typeof value === 'number' ? [`/${key} ${value}`] : [];
    }),
    ...switches.flatMap((key) => {
      const value = parameters.get(key);
      return typeof value === 'boolean' ? [`/${key} ${value}`] : [];
    }),
    ...(isStream(parameters.get('JBIG2Globals')) ? ['/JBIG2Globals 6 0 R'] : []),
  ].join(' ');
}

/** Longest side of the page in points. */
const pageSide = 842;

function writePdf(
  width: number,
  height: number,
  streams: readonly PdfStream[],
): Uint8Array<ArrayBuffer> {
  const scale = pageSide / Math.max(width, height);
  const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const content = encode(`q ${w} 0 0 ${h} 0 0 cm /I Do Q`);
  const objects: readonly (string | PdfStream)[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${w} ${h}] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>`,
    { entries: '', bytes: content },
    ...streams,
  ];
  const parts: Uint8Array[] = [];
  let size = 0;
  const write = (bytes: Uint8Array) => {
    parts.push(bytes);
    size += bytes.byteLength;
  };
  write(encode('%PDF-1.7\n'));
  const offsets = objects.map((object, index) => {
    const offset = size;
    write(encode(`${index + 1} 0 obj\n`));
    if (typeof object === 'string') write(encode(object));
    else {
      write(encode(`<< /Length ${object.bytes.byteLength} ${object.entries} >>\nstream\n`));
      write(object.bytes);
      write(encode('\nendstream'));
    }
    write(encode('\nendobj\n'));
    return offset;
  });
  const entries = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const count = objects.length + 1;
  const start = size;
  write(encode(`xref\n0 ${count}\n0000000000 65535 f \n${entries}`));
  write(encode(`trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`));
  const file = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.byteLength;
  }
  return file;
}

const encode = (text: string) => new TextEncoder().encode(text);
