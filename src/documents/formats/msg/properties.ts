import type { Storage } from '../../compound-file.ts';
import { decodeText, encodingOf } from '../../encoding/decode.ts';
import { decodeLeniently } from '../../encoding/decode-leniently.ts';

/** Tags of properties that are read ([MS-OXPROPS]). */
export const tags = {
  subject: 0x0037,
  submitTime: 0x0039,
  recipientType: 0x0c15,
  senderName: 0x0c1a,
  senderAddress: 0x0c1f,
  deliveryTime: 0x0e06,
  body: 0x1000,
  compressedRtf: 0x1009,
  html: 0x1013,
  displayName: 0x3001,
  address: 0x3003,
  attachData: 0x3701,
  attachName: 0x3704,
  attachLongName: 0x3707,
  attachMediaType: 0x370e,
  contentId: 0x3712,
  smtpAddress: 0x39fe,
  codePage: 0x3ffd,
  internetCodePage: 0x3fde,
  locale: 0x3ff1,
  senderSmtpAddress: 0x5d01,
  isHidden: 0x7ffe,
} as const;

const type = {
  integer: 0x0003,
  boolean: 0x000b,
  object: 0x000d,
  string8: 0x001e,
  string: 0x001f,
  time: 0x0040,
  binary: 0x0102,
};
const hex = (value: number) => value.toString(16).toUpperCase().padStart(4, '0');
const streamName = (tag: number, kind: number) => `__substg1.0_${hex(tag)}${hex(kind)}`;
/** Time between 1601 and 1970, in milliseconds. */
const epoch = 11_644_473_600_000;

/** The properties of a message, a recipient or an attachment ([MS-OXMSG], 2.1). */
export class Properties {
  readonly #storage: Storage;
  readonly #fixed = new Map<number, bigint>();
  readonly #codePage: number | null;

  /** `headerSize` is the length before the first entry, which differs between messages, recipients and others. */
  constructor(storage: Storage, headerSize: number, codePage: number | null = null) {
    this.#storage = storage;
    const stream = storage.streams.get('__properties_version1.0') ?? new Uint8Array(0);
    const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
    for (let at = headerSize; at + 16 <= stream.length; at += 16)
      this.#fixed.set(view.getUint32(at, true), view.getBigUint64(at + 8, true));
    this.#codePage =
      codePage ??
      this.number(tags.codePage) ??
      codePageOfLocale(this.number(tags.locale)) ??
      this.number(tags.internetCodePage);
  }

  get codePage(): number | null {
    return this.#codePage;
  }

  number(tag: number): number | null {
    const value = this.#fixed.get(tag * 0x10000 + type.integer);
    return value === undefined ? null : Number(value & 0xffff_ffffn);
  }

  isSet(tag: number): boolean {
    return ((this.#fixed.get(tag * 0x10000 + type.boolean) ?? 0n) & 1n) === 1n;
  }

  /** Returns a point in time; null when it is missing or no date. */
  time(tag: number): Date | null {
    const value = this.#fixed.get(tag * 0x10000 + type.time);
    const date = value === undefined ? null : new Date(Number(value / 10_000n) - epoch);
    return date === null || Number.isNaN(date.getTime()) ? null : date;
  }

  binary(tag: number): Uint8Array<ArrayBuffer> | null {
    return this.#storage.streams.get(streamName(tag, type.binary)) ?? null;
  }

  /** Returns an attached message; null for none. */
  object(tag: number): Storage | null {
    return this.#storage.storages.get(streamName(tag, type.object)) ?? null;
  }

  hasText(tag: number): boolean {
    const { streams } = this.#storage;
    return streams.has(streamName(tag, type.string)) || streams.has(streamName(tag, type.string8));
  }

  /** Returns a text without the characters that end it; empty when it is missing. */
  async text(tag: number): Promise<string> {
    const wide = this.#storage.streams.get(streamName(tag, type.string));
    const narrow = this.#storage.streams.get(streamName(tag, type.string8));
    const text =
      wide === undefined
        ? narrow === undefined
          ? ''
          : await decodeLeniently(decodeText, narrow, encodingOfCodePage(this.#codePage))
        : new TextDecoder('utf-16le').decode(wide);
    return text.replace(/\0+$/, '');
  }
}

/** Code pages of Windows by language, the lower ten bits of a locale ([MS-LCID]). Other languages use 1252. */
const codePageOfLanguage: Readonly<Record<number, number>> = {
  1: 1256,
  2: 1251,
  5: 1250,
  8: 1253,
  13: 1255,
  14: 1250,
  17: 932,
  18: 949,
  21: 1250,
  24: 1250,
  25: 1251,
  26: 1250,
  27: 1250,
  30: 874,
  31: 1254,
  34: 1251,
  36: 1250,
  37: 1257,
  38: 1257,
  39: 1257,
  41: 1256,
  42: 1258,
};
const chinese = 4;
const simplified = [0x0804, 0x1004];

function codePageOfLocale(locale: number | null): number | null {
  if (locale === null || locale === 0) return null;
  const language = locale & 0x3ff;
  if (language === chinese) return simplified.includes(locale) ? 936 : 950;
  return codePageOfLanguage[language] ?? 1252;
}

const codePages: Readonly<Record<number, string>> = {
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  20866: 'koi8-r',
  50220: 'iso-2022-jp',
  51932: 'euc-jp',
  54936: 'gb18030',
  65001: 'utf-8',
};

/** Returns the encoding of a Windows code page; null for one that is not known. */
export function encodingOfCodePage(codePage: number | null): string | null {
  if (codePage === null) return null;
  if (codePage > 28_590 && codePage < 28_606) return encodingOf(`iso-8859-${codePage - 28_590}`);
  return codePages[codePage] ?? encodingOf(`windows-${codePage}`);
}
