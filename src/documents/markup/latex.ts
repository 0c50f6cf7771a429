import { type Element, isElement, type Node, textOf } from './tree.ts';

/** Characters of formulas that have a command in LaTeX; others stay as they are. */
const commands: ReadonlyMap<string, string> = new Map(
  `α alpha β beta γ gamma δ delta ε epsilon ϵ epsilon ζ zeta η eta θ theta ϑ vartheta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho σ sigma ς varsigma τ tau υ upsilon φ phi ϕ phi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega ∑ sum ∏ prod ∐ coprod ∫ int ∬ iint ∭ iiint ∮ oint ∂ partial ∇ nabla ∞ infty × times ÷ div ± pm ∓ mp ⋅ cdot · cdot ∗ ast ∘ circ ≤ leq ⩽ leq ≥ geq ⩾ geq ≠ neq ≈ approx ≡ equiv ∼ sim ≃ simeq ≅ cong ∝ propto ≪ ll ≫ gg ∈ in ∉ notin ∋ ni ⊂ subset ⊆ subseteq ⊃ supset ⊇ supseteq ∪ cup ∩ cap ∅ emptyset ∀ forall ∃ exists ¬ neg ∧ wedge ∨ vee ⊕ oplus ⊗ otimes ⊥ perp ∥ parallel ∠ angle → to ← leftarrow ↔ leftrightarrow ⇒ Rightarrow ⇐ Leftarrow ⇔ Leftrightarrow ↦ mapsto ↑ uparrow ↓ downarrow … ldots ⋯ cdots ⋮ vdots ⋱ ddots ℝ mathbb{R} ℕ mathbb{N} ℤ mathbb{Z} ℚ mathbb{Q} ℂ mathbb{C} ℏ hbar ℓ ell ⟨ langle ⟩ rangle ⌊ lfloor ⌋ rfloor ⌈ lceil ⌉ rceil ‖ | † dagger`
    .split(' ')
    .reduce<[string, string][]>((pairs, part, index, all) => {
      if (index % 2 === 1) pairs.push([all[index - 1] ?? '', `\\${part}`]);
      return pairs;
    }, []),
);

const functionNames =
  /^(?:sin|cos|tan|cot|sec|csc|sinh|cosh|tanh|arcsin|arccos|arctan|log|ln|exp|lim|max|min|sup|inf|det|dim|ker|gcd|arg|deg)$/;

const accents: ReadonlyMap<string, string> = new Map([
  ['^', 'hat'],
  ['ˆ', 'hat'],
  ['\u0302', 'hat'],
  ['~', 'tilde'],
  ['˜', 'tilde'],
  ['\u0303', 'tilde'],
  ['¯', 'bar'],
  ['‾', 'bar'],
  ['\u0304', 'bar'],
  ['\u0305', 'bar'],
  ['→', 'vec'],
  ['⃗', 'vec'],
  ['˙', 'dot'],
  ['\u0307', 'dot'],
  ['¨', 'ddot'],
  ['\u0308', 'ddot'],
  ['⏞', 'overbrace'],
]);

/** Writes a MathML formula as LaTeX, without delimiters: `x^{2}`, `\frac{a}{b}`, `\sum_{n=1}^{\infty}`. */
export function mathToLatex(node: Node): string {
  return write(node).replaceAll(/ {2,}/g, ' ').trim();
}

function write(node: Node): string {
  if (!isElement(node)) return symbols(node.trim());
  const parts = node.children.filter((child) => isElement(child) || child.trim() !== '');
  const [first = '', second = '', third = ''] = parts.slice(0, 3).map(write);
  switch (node.tag) {
    case 'msup':
      return `${base(first)}^{${second.trim()}}`;
    case 'msub':
      return `${base(first)}_{${second.trim()}}`;
    case 'msubsup':
    case 'munderover':
      return `${base(first)}_{${second.trim()}}^{${third.trim()}}`;
    case 'munder':
      return `${base(first)}_{${second.trim()}}`;
    case 'mover':
      return accented(first, second, parts[1]);
    case 'mfrac':
      return `\\frac{${first.trim()}}{${second.trim()}}`;
    case 'msqrt':
      return `\\sqrt{${parts.map(write).join('').trim()}}`;
    case 'mroot':
      return `\\sqrt[${second.trim()}]{${first.trim()}}`;
    case 'mtable':
      return `\\begin{matrix} ${parts.map(write).join(' \\\\ ')} \\end{matrix}`;
    case 'mtr':
    case 'mlabeledtr':
      return parts.map((cell) => write(cell).trim()).join(' & ');
    case 'mfenced':
      return fenced(node, parts);
    case 'mtext':
    case 'ms':
      return text(textOf(node));
    case 'mi':
      return identifier(textOf(node).trim());
    case 'mspace':
      return ' ';
    case 'semantics':
      return first;
    case 'annotation':
    case 'annotation-xml':
    case 'mphantom':
    case 'none':
    case 'mprescripts':
      return '';
    case 'mmultiscripts':
      return scripts(parts);
    default:
      return joined(parts.map(write));
  }
}

/** Joins parts; a command that ends in a letter is separated from a letter that follows. */
const joined = (parts: readonly string[]): string =>
  parts.reduce(
    (left, right) =>
      /\\[A-Za-z]+$/.test(left) && /^[A-Za-z]/.test(right) ? `${left} ${right}` : left + right,
    '',
  );

const base = (latex: string) =>
  /^(?:.|\\[A-Za-z]+|\\[a-z]+\{[^{}]*\})?$/su.test(latex.trim())
    ? latex.trim()
    : `{${latex.trim()}}`;

function accented(first: string, second: string, mark: Node | undefined): string {
  const accent = accents.get(mark === undefined ? '' : textOf(mark).trim());
  return accent === undefined
    ? `${base(first)}^{${second.trim()}}`
    : `\\${accent}{${first.trim()}}`;
}

function fenced(node: Element, parts: readonly Node[]): string {
  const { open = '(', close = ')', separators = ',' } = node.attributes;
  const separator = separators.trim().slice(0, 1);
  return symbols(open) + parts.map(write).join(separator) + symbols(close);
}

/** Writes `base sub sup sub sup`; scripts before the base follow it, too. */
const scripts = ([first, ...rest]: readonly Node[]): string =>
  `${first === undefined ? '' : base(write(first))}${rest
    .filter((part) => !isElement(part) || part.tag !== 'mprescripts')
    .map((part, index) => {
      const script = write(part).trim();
      return script === '' ? '' : `${index % 2 === 0 ? '_' : '^'}{${script}}`;
    })
    .join('')}`;

function identifier(name: string): string {
  if (functionNames.test(name)) return `\\${name} `;
  return /^[A-Za-z]{2,}$/.test(name) ? `\\mathrm{${name}}` : symbols(name);
}

const text = (content: string) => {
  const line = content.replaceAll(/\s+/g, ' ');
  return line.trim() === '' ? ' ' : /^[A-Za-z\s]+$/.test(line) ? `\\text{${line}}` : symbols(line);
};

const relation =
  /^(?:[=<>+\-−]|\\(?:times|div|pm|mp|leq|geq|neq|approx|equiv|sim|simeq|cong|propto|in|notin|to|Rightarrow|Leftrightarrow|cdot|ll|gg|subset|subseteq|cup|cap|wedge|vee|mapsto))$/;

function symbols(content: string): string {
  const latex = [...content]
    .map((character) => {
      const command = commands.get(character);
      return command === undefined ? plainSymbol(character) : `${command} `;
    })
    .join('');
  return relation.test(latex.trim()) ? ` ${latex.trim()} ` : latex;
}

/** Leaves out operators without a glyph, such as "function application". */
const plainSymbol = (character: string) =>
  /[\u2061-\u2064]/.test(character)
    ? ''
    : character === '−'
      ? '-'
      : /[{}%#&]/.test(character)
        ? `\\${character}`
        : character;
