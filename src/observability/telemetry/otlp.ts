/**
 * Types of OTLP/HTTP with JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  /** 64-bit integers are strings in JSON. */
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } };

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** Values of `SpanKind`; enums are numbers in JSON. */
export const kinds = { internal: 1, client: 3 } as const;
const statusOfError = 2;

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: (typeof kinds)[keyof typeof kinds];
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly status?: { readonly code: typeof statusOfError; readonly message?: string };
}

/** A number is exported as an integer; `double` marks a floating-point number. */
export type Attribute =
  | string
  | number
  | boolean
  | readonly string[]
  | { readonly double: number }
  | null
  | undefined;

/** Converts attributes; null and undefined ones are omitted. */
export const toAttributes = (attributes: Readonly<Record<string, Attribute>>): KeyValue[] =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value == null ? [] : [{ key, value: toAnyValue(value) }],
  );

function toAnyValue(value: Exclude<Attribute, null | undefined>): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return { intValue: String(Math.round(value)) };
  if ('double' in value) return { doubleValue: value.double };
  return { arrayValue: { values: value.map((text) => ({ stringValue: text })) } };
}

/** Converts epoch milliseconds to nanoseconds, which exceed the safe integers. */
export const toNanos = (epochMs: number): string =>
  String(BigInt(Math.round(epochMs)) * 1_000_000n);

export const failed = (message: string | null): NonNullable<Span['status']> => ({
  code: statusOfError,
  ...(message === null ? {} : { message }),
});

/** The version of the semantic conventions that the attributes follow. */
const schemaUrl = 'https://opentelemetry.io/schemas/1.41.0';

/** Builds the request body from spans that are already JSON. */
export function toExportRequest(workspace_id: string, spans: readonly string[]): string {
  const resource = {
    attributes: toAttributes({
      'service.name': 'agentgrid',
      'agentgrid.workspace.id': workspace_id,
    }),
  };
  const scope = { name: 'agentgrid' };
  const [before = '', after = ''] = JSON.stringify({
    resourceSpans: [{ resource, scopeSpans: [{ scope, spans: ['@'], schemaUrl }] }],
  }).split('"@"');
  return `${before}${spans.join(',')}${after}`;
}
