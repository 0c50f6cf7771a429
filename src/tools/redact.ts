const marker = '[secret]';

/** Shorter forms carry too little of the secret and occur in ordinary text. */
const minLength = 8;

/**
 * Replaces secrets in a text, in any case, escaped for JSON or a URL, and in base64. Services may echo what
 * they receive, and a secret must not reach a model, a message or a trace that way (R46).
 */
export function redact(text: string, secrets: readonly string[]): string {
  const parts = secrets.flatMap((secret) => [
    secret,
    ...secret.split(/\s+/).filter((part) => part.length >= minLength),
  ]);
  const forms = new Set(
    parts.flatMap((part) => [
      part,
      JSON.stringify(part).slice(1, -1),
      encodeURIComponent(part),
      ...base64Forms(part),
    ]),
  );
  forms.delete('');
  if (forms.size === 0) return text;
  const longestFirst = [...forms]
    .sort((a, b) => b.length - a.length)
    .map((form) => form.replaceAll(/[^A-Za-z0-9]/g, escaped));
  return text.replaceAll(new RegExp(longestFirst.join('|'), 'gi'), marker);
}

const escaped = (character: string) =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * Standard and URL-safe base64, also as a part of a longer text such as `user:secret`. Base64 encodes three
 * bytes at a time, so there are three forms by offset; characters that depend on neighbours are left out.
 */
function base64Forms(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const inside = [0, 1, 2].map((before) => {
    const encoded = base64(new Uint8Array([...new Uint8Array(before), ...bytes]));
    return encoded.slice(
      Math.ceil((before * 8) / 6),
      Math.floor(((before + bytes.length) * 8) / 6),
    );
  });
  const standard = [base64(bytes), ...inside].filter((form) => form.length >= minLength);
  return standard.flatMap((form) => [
    form,
    form.replaceAll('+', '-').replaceAll('/', '_'),
    form.replaceAll('/', '\\/'),
  ]);
}

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
