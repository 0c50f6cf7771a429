import { DocumentFault } from '../../fault.ts';
import { element, type Node } from '../../markup/tree.ts';
import { readMath } from '../../ooxml/math.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import { Definitions } from './definitions.ts';
import { applyToField, type Field, newField, stateToShow } from './fields.ts';
import { Flow } from './flow.ts';
import { applyFormat } from './format-words.ts';
import { Notes } from './notes.ts';
import {
  type Collected,
  isCollected,
  newState,
  paragraphFormat,
  plainParagraph,
  type State,
} from './state.ts';
import { type Token, tokensOf } from './tokens.ts';
import { characters, destinations, margins } from './words.ts';

const maxDepth = 1000;

/** Reads a file as blocks (Rich Text Format specification 1.9.1). */
export class RtfReader {
  readonly #body = new Flow();
  readonly #groups: { readonly state: State; readonly end: (() => void) | null }[] = [];
  readonly #definitions = new Definitions();
  readonly #notes = new Notes();
  readonly #margins: Node[] = [];
  #state: State = newState(this.#body);
  #end: (() => void) | null = null;
  #bytes: number[] = [];
  #skipped = 0;
  #isStarred = false;
  #isFirst = false;
  #collected = '';
  #property = '';

  read(bytes: Uint8Array): { body: Node[]; notes: readonly Node[]; margins: readonly Node[] } {
    for (const token of tokensOf(bytes)) this.#token(token);
    this.#flush();
    while (this.#groups.length > 0) this.#close();
    const body = this.#body.end(this.#format());
    return { body, notes: this.#notes.items, margins: this.#margins };
  }

  #token(token: Token): void {
    if (token.kind === 'bytes') {
      this.#addBytes(token.bytes);
      return;
    }
    this.#flush();
    this.#skipped = 0;
    if (token.kind === 'open') this.#open();
    else if (token.kind === 'close') this.#close();
    else if (token.kind === 'symbol' && token.name === '*') this.#isStarred = true;
    else {
      if (token.kind === 'symbol') this.#write(characters.get(token.name) ?? '');
      else this.#word(token.name, token.value);
      this.#isStarred = false;
      this.#isFirst = false;
    }
  }

  #open(): void {
    if (this.#groups.length >= maxDepth)
      throw new DocumentFault('too_large', 'The document is nested too deeply.');
    this.#groups.push({ state: this.#state, end: this.#end });
    this.#state = { ...this.#state };
    this.#end = null;
    this.#isFirst = true;
    this.#isStarred = false;
  }

  #close(): void {
    const group = this.#groups.pop();
    if (group === undefined) return;
    this.#end?.();
    this.#state = group.state;
    this.#end = group.end;
    this.#isFirst = false;
  }

  #format = (minDepth = 0) => paragraphFormat(this.#state, this.#definitions.styles, minDepth);

  #addBytes(bytes: Uint8Array): void {
    this.#isFirst = false;
    const { destination } = this.#state;
    const dropped = Math.min(this.#skipped, bytes.length);
    this.#skipped -= dropped;
    if (destination === 'skip' || destination === 'shape' || destination === 'form') return;
    for (let at = dropped; at < bytes.length; at += 1) this.#bytes.push(bytes[at] ?? 0);
  }

  #flush(): void {
    if (this.#bytes.length === 0) return;
    const bytes = Uint8Array.from(this.#bytes);
    this.#bytes = [];
    this.#write(this.#definitions.decode(bytes, this.#state));
  }

  /** Sends text to the current destination. */
  #write(text: string): void {
    if (text === '') return;
    const { destination, math } = this.#state;
    if (destination === 'text') this.#add(text);
    else if (destination === 'math') math?.children.push(text);
    else if (destination === 'fonts' || destination === 'styles')
      this.#definitions.addText(destination, text);
    else if (destination !== 'skip' && destination !== 'shape' && destination !== 'unicode')
      this.#collected += text;
  }

  #add(node: Node): void {
    const { isHidden, isDeleted, isTiny, isStruck, isBold, position, flow } = this.#state;
    if (isHidden || isDeleted || isTiny) return;
    flow.add(
      node,
      [...(isStruck ? ['del'] : []), ...(position === null ? [] : [position])],
      isBold,
    );
  }

  #word(name: string, value: number | null): void {
    if (this.#state.destination === 'skip') return;
    if (this.#isStarred || this.#isFirst) {
      if (this.#begin(name)) return;
      if (this.#isStarred) {
        this.#state.destination = 'skip';
        return;
      }
    }
    const { destination } = this.#state;
    if (name === 'u') this.#unicode(value ?? 0);
    else if (name === 'uc') this.#state.fallback = Math.max(0, Math.min(value ?? 1, 100));
    else if (destination === 'fonts' || destination === 'styles')
      this.#definitions.addWord(destination, name, value);
    else if (destination === 'form') applyToField(this.#state.field, name, value);
    else if (characters.has(name)) this.#write(characters.get(name) ?? '');
    else if (name === 'ftnalt') this.#notes.isEndnote = true;
    else if (destination === 'text' && this.#ends(name)) return;
    else if (!this.#definitions.setPage(name, value)) applyFormat(this.#state, name, value);
  }

  #unicode(value: number): void {
    this.#write(this.#definitions.unicode(value & 0xffff, this.#state));
    this.#skipped = this.#state.fallback;
  }

  /** Ends a line, paragraph, cell or row; false for other words. */
  #ends(name: string): boolean {
    const { flow, row, tableDepth } = this.#state;
    const inner = Math.max(2, tableDepth ?? 2);
    if (name === 'line' || name === 'lbr') this.#add(element('br', []));
    else if (name === 'par' || name === 'sect' || name === 'page')
      flow.endParagraph(this.#format());
    else if (name === 'cell') flow.endCell({ ...this.#format(), depth: 1 });
    else if (name === 'nestcell') flow.endCell(this.#format(inner));
    else if (name === 'row') flow.endRow({ ...this.#format(), depth: 1 }, row);
    else if (name === 'nestrow') flow.endRow(this.#format(inner), row);
    else return false;
    return true;
  }

  /** Begins a destination; false for other words. */
  #begin(name: string): boolean {
    const state = this.#state;
    const destination = destinations.get(name);
    if (destination !== undefined) {
      state.destination = destination;
      if (isCollected(destination)) this.#collect(destination);
    } else if (name === 'mmath' || (state.destination === 'math' && /^m[A-Za-z]/.test(name)))
      this.#beginMath(name);
    else if (name === 'field') state.field = newField();
    else if (name === 'fldrslt') {
      const isPage = /^\s*(?:PAGE|NUMPAGES|SECTIONPAGES|SECTION)\b/i.test(state.field?.code ?? '');
      const isSkipped = (state.isMargin && isPage) || state.field?.isShown === true;
      if (isSkipped) state.destination = 'skip';
    } else if (name === 'upr') {
      state.outer = state.destination;
      state.destination = 'unicode';
    } else if (name === 'ud') state.destination = state.outer;
    else if (name === 'result') state.destination = 'text';
    else if (name === 'nesttableprops') return true;
    else return this.#beginFlow(name);
    return true;
  }

  /** Collects the text of a property until its group ends. */
  #collect(destination: Collected): void {
    const outer = this.#collected;
    const { flow, field } = this.#state;
    this.#collected = '';
    this.#end = () => {
      const text = this.#collected;
      this.#collected = outer;
      if (destination === 'label') flow.label = text.replaceAll(/\s+/g, ' ').trim();
      else if (destination === 'instruction') this.#endInstruction(field, text);
      else if (destination === 'choice') field?.choices.push(text);
      else if (destination === 'author') this.#notes.author = text.trim();
      else if (destination === 'name') this.#property = text.trim();
      else if (this.#property === 'wzDescription' && text.trim() !== '')
        flow.addAside([element('p', [text])]);
    };
  }

  #endInstruction(field: Field | null, code: string): void {
    if (field === null) return;
    field.code += code;
    const state = stateToShow(field);
    if (state !== null) this.#add(state);
  }

  /** Begins a text apart from the current one: a note, header, comment or text box. */
  #beginFlow(name: string): boolean {
    const isMargin = margins.has(name);
    if (!isMargin && !/^(?:footnote|annotation|shptxt|dptxbxtext)$/.test(name)) return false;
    const outer = this.#state.flow;
    const flow = new Flow();
    Object.assign(this.#state, { ...plainParagraph, destination: 'text', flow, isMargin });
    this.#notes.isEndnote = false;
    this.#end = () => {
      const blocks = flow.end(this.#format());
      if (isMargin) this.#margins.push(...blocks);
      else if (name === 'footnote') outer.add(this.#notes.add(blocks), [], false);
      else
        outer.addAside(
          name === 'annotation' ? this.#notes.comment(blocks) : [element('div', blocks)],
        );
    };
    return true;
  }

  /** Reads a formula as the elements of Word's XML, which have the same names. */
  #beginMath(name: string): void {
    const { math: parent } = this.#state;
    const attributes: Record<string, string> = {};
    const node: XmlElement = { name: `m:${name.slice(1)}`, attributes, children: [] };
    this.#state.destination = 'math';
    this.#state.math = node;
    this.#end = () => {
      const [text] = node.children;
      if (typeof text === 'string') attributes['m:val'] = text.trim();
      if (parent === null) this.#add(readMath(node));
      else parent.children.push(node);
    };
  }
}
