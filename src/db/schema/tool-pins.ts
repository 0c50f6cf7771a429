import { customType } from 'drizzle-orm/sqlite-core';

/** Fields of a pin by kind, besides `kind` and `name`. A kind added here needs a source (tools/sources). */
interface PinFields {
  builtin: { readonly revision: number };
  http: { readonly tool_id: string; readonly revision: number };
  /** The model names the agent in each call, so nothing is pinned. */
  agent: object;
  /** `hash` identifies the definition that was accepted when the version was created. */
  mcp: { readonly server_id: string; readonly hash: string };
}

export type ToolKind = keyof PinFields;

type Pins = {
  [Kind in ToolKind]: { readonly kind: Kind; readonly name: string } & PinFields[Kind];
};
export type PinOf<Kind extends ToolKind> = Pins[Kind];

/** The stored pin of a tool that the configuration of a version names. */
export type ToolPin = PinOf<ToolKind>;

/** Pins of versions stored before pins had a kind. */
type LegacyPin =
  | { readonly name: string; readonly builtin: true }
  | { readonly name: string; readonly tool_id: string; readonly revision: number };

/** Built-in tools had no revision then; it counts as the first. */
const fromLegacy = (pin: LegacyPin): ToolPin => {
  if ('tool_id' in pin) return { ...pin, kind: 'http' };
  return pin.name === 'agent'
    ? { kind: 'agent', name: pin.name }
    : { kind: 'builtin', name: pin.name, revision: 1 };
};

/** Reads stored pins. Version rows are immutable, so former pins are converted here. */
export const parsePins = (json: string): readonly ToolPin[] =>
  (JSON.parse(json) as readonly (ToolPin | LegacyPin)[]).map((pin) =>
    'kind' in pin ? pin : fromLegacy(pin),
  );

/** A column of pins, stored as a JSON array. */
export const toolPins = customType<{ data: readonly ToolPin[]; driverData: string }>({
  dataType: () => 'text',
  toDriver: (pins) => JSON.stringify(pins),
  fromDriver: parsePins,
});
