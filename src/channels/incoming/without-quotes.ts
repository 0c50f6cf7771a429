/** Lines after which a mail client quotes the message that is answered. */
const introductions = [
  /^-{2,} ?(?:original message|ursprüngliche nachricht|message d'origine|mensaje original) ?-{2,}$/i,
  /^_{10,}$/,
  /^(?:on|am|le|el|il|em|op|den) .{1,300}(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev).{0,80}:$/i,
];

/** Removes the quoted text and the signature from a reply. Returns the whole text if nothing else is left. */
export function withoutQuotes(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const end = lines.findIndex((line, index) => isEnd(line, lines[index + 1] ?? ''));
  const kept = (end === -1 ? lines : lines.slice(0, end)).filter((line) => !line.startsWith('>'));
  const own = kept.join('\n').trim();
  return own === '' ? text.trim() : own;
}

/** An introduction may be wrapped into two lines. */
const isEnd = (line: string, next: string): boolean =>
  line === '-- ' ||
  introductions.some((one) => one.test(line.trim()) || one.test(`${line.trim()} ${next.trim()}`)) ||
  (/^(?:from|von|de):\s/i.test(line) && /^(?:sent|gesendet|date|envoyé|enviado):\s/i.test(next));
