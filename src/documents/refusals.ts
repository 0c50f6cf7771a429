interface Refusal {
  /** Extensions, and whole names of files whose extension tells nothing. */
  readonly files: string;
  /** Subject of "… are not supported." */
  readonly title: string;
  /** Extensions of formats to convert to, in order of preference. The text names those that are supported. */
  readonly instead: string;
  /** Advice where a conversion alone does not help. */
  readonly advice?: string;
}

/** Well-known files that are not read, and what to upload instead. */
const refusals: readonly Refusal[] = [
  { files: 'xlsb', title: 'Binary Excel workbooks', instead: 'xlsx csv' },
  { files: 'pages', title: 'Pages documents', instead: 'docx pdf' },
  { files: 'numbers', title: 'Numbers spreadsheets', instead: 'xlsx csv' },
  { files: 'key', title: 'Keynote presentations', instead: 'pptx pdf' },
  {
    files: 'wpd wps wri sxw hwp hwpx abw lwp',
    title: 'Documents of this word processor',
    instead: 'docx pdf',
  },
  {
    files: 'vsd vsdx pub one mpp dwg dxf indd fig sketch',
    title: 'Files of this application',
    instead: 'pdf',
  },
  {
    files: 'djvu djv xps oxps ps eps',
    title: 'Documents of this page format',
    instead: 'pdf',
  },
  {
    files: 'mobi azw azw3 kfx lit',
    title: 'E-books of this format',
    instead: 'epub html pdf',
  },
  { files: 'chm', title: 'Compiled help files', instead: 'html pdf' },
  {
    files: 'png jpg jpeg jfif gif webp bmp tif tiff heic heif avif svg ico psd ai',
    title: 'Images of this type',
    instead: 'png pdf txt',
    advice: 'If they show text, recognize it (OCR) first.',
  },
  {
    files: 'mp3 wav m4a aac ogg oga opus flac wma mp4 m4v mov avi mkv webm wmv mpg mpeg',
    title: 'Audio and video files',
    instead: 'vtt srt txt',
    advice: 'Transcribe them first.',
  },
  {
    files: 'rar 7z tar gz tgz bz2 tbz xz txz zst',
    title: 'Archives of this type',
    instead: 'zip',
  },
  {
    files: 'winmail.dat tnef',
    title: 'Attachments in the rich text format of Outlook',
    instead: '',
    advice: 'Ask the sender for a message in HTML or plain text.',
  },
  { files: 'pst ost', title: 'Outlook data files', instead: 'eml mbox msg' },
  {
    files: 'p7m p7s p7c pgp gpg',
    title: 'Encrypted or signed containers',
    instead: '',
    advice: 'Upload the content itself.',
  },
  {
    files: 'mdb accdb sqlite sqlite3 db dbf',
    title: 'Databases',
    instead: 'csv jsonl',
  },
  {
    files: 'parquet avro orc feather arrow',
    title: 'Columnar data files',
    instead: 'csv jsonl',
  },
];

const refusalOf: ReadonlyMap<string, Refusal> = new Map(
  refusals.flatMap((refusal) => refusal.files.split(' ').map((file) => [file, refusal] as const)),
);

/** The extension of a name in lower case, without the dot; empty for none. */
export const extensionOf = (name: string): string =>
  /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';

/**
 * Returns sentences that state why a file of this name is not read and what to upload instead; null
 * for other files. `supported` are the extensions that may be named, each with its dot.
 */
export function refusalText(name: string, supported: readonly string[]): string | null {
  const refusal = refusalOf.get(name.toLowerCase()) ?? refusalOf.get(extensionOf(name));
  if (refusal === undefined) return null;
  const { title, instead, advice } = refusal;
  const targets = instead
    .split(' ')
    .map((target) => `.${target}`)
    .filter((target) => supported.includes(target));
  const list = targets.join(', ').replace(/, ([^,]+)$/, ' or $1');
  return [
    `${title} are not supported.`,
    ...(advice === undefined ? [] : [advice]),
    ...(list === '' ? [] : [`Convert the file to ${list}.`]),
  ].join(' ');
}
