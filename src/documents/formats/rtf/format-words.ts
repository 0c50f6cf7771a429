import { newRow, plainParagraph, plainText, type State } from './state.ts';

const maxCells = 2000;
/** In half points: smaller offsets are no superscript or subscript. */
const minOffset = 4;
/** In half points: smaller text is invisible. */
const tiny = 2;

/** Applies a control word for text, paragraphs or rows to the state of its group. */
export function applyFormat(state: State, name: string, value: number | null): void {
  const isOn = value !== 0;
  switch (name) {
    case 'plain':
      Object.assign(state, plainText);
      break;
    case 'v':
      state.isHidden = isOn;
      break;
    case 'deleted':
      state.isDeleted = isOn;
      break;
    case 'fs':
      state.isTiny = value !== null && value <= tiny;
      break;
    case 'strike':
    case 'striked':
      state.isStruck = isOn;
      break;
    case 'b':
      state.isBold = isOn;
      break;
    case 'super':
      state.position = isOn ? 'sup' : null;
      break;
    case 'sub':
      state.position = isOn ? 'sub' : null;
      break;
    case 'up':
      state.position = (value ?? 6) >= minOffset ? 'sup' : null;
      break;
    case 'dn':
      state.position = (value ?? 6) >= minOffset ? 'sub' : null;
      break;
    case 'nosupersub':
      state.position = null;
      break;
    case 'f':
      state.font = value ?? 0;
      break;
    default:
      applyToParagraph(state, name, value);
  }
}

function applyToParagraph(state: State, name: string, value: number | null): void {
  switch (name) {
    case 'pard':
      Object.assign(state, plainParagraph);
      break;
    case 's':
      state.style = value ?? 0;
      break;
    case 'outlinelevel':
      state.outline = value;
      break;
    case 'ilvl':
      state.level = Math.max(0, value ?? 0);
      break;
    case 'intbl':
      state.isInTable = true;
      break;
    case 'itap':
      state.tableDepth = Math.max(0, value ?? 1);
      break;
    default:
      applyToRow(state, name, value);
  }
}

function applyToRow(state: State, name: string, value: number | null): void {
  const { row } = state;
  if (name === 'trowd') state.row = newRow();
  else if (name === 'trleft') row.left = value ?? 0;
  else if (name === 'trhdr') row.isHeader = true;
  else if (name === 'clmrg') row.continuesLeft = true;
  else if (name === 'clvmrg') row.continuesAbove = true;
  else if (name === 'cellx' && row.cells.length < maxCells) {
    const { continuesLeft, continuesAbove } = row;
    row.cells.push({ right: value ?? 0, continuesLeft, continuesAbove });
    row.continuesLeft = false;
    row.continuesAbove = false;
  }
}
