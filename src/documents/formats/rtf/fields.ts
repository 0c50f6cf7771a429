import { symbolField } from '../../markup/symbol-font.ts';

/** A field, with the properties of the form field that it may be. */
export interface Field {
  code: string;
  type: number;
  /** State that the author set, and the one that a user chose. */
  initial: number;
  chosen: number | null;
  readonly choices: string[];
  /** True once the state of a form field is shown, which its result repeats at most. */
  isShown: boolean;
}

const checkBox = 1;
const dropDown = 2;
/** A form field that has its initial state. */
const unchanged = 25;

export const newField = (): Field => ({
  code: '',
  type: 0,
  initial: 0,
  chosen: null,
  choices: [],
  isShown: false,
});

/** Applies a control word for a form field. */
export function applyToField(field: Field | null, name: string, value: number | null): void {
  if (field === null) return;
  if (name === 'fftype') field.type = value ?? 0;
  else if (name === 'ffdefres') field.initial = value ?? 0;
  else if (name === 'ffres' && value !== unchanged) field.chosen = value;
}

/** Returns once what a field shows in place of its result; null for nothing. */
export function stateToShow(field: Field): string | null {
  if (field.isShown) return null;
  const state = formState(field) ?? symbolField(field.code);
  field.isShown = state !== null;
  return state;
}

function formState({ type, initial, chosen, choices }: Field): string | null {
  const state = chosen ?? initial;
  if (type === checkBox) return state === 1 ? '[x]' : '[ ]';
  return type === dropDown ? (choices[state] ?? choices[0] ?? null) : null;
}
