#!/usr/bin/env bash
# One would guess that a number just below an integer is shown by a fraction format as that integer, as Excel does: 2.999 with "# ?/?" is "3".
# numfmt carries into the integer and keeps the fraction that was carried: 2.999 is "3 1/1", which reads as 4, and 5.97 with eighths is
# "6 8/8", which reads as 7. Prices of bonds and lengths in inches have such formats. ssf rounds to the integer. Who shows cells by numfmt:
# where a fraction is shown whose two numbers are equal, remove it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund numfmt@4.0.1 ssf@0.11.2
cat >format.mjs <<'SCRIPT'
import { format } from 'numfmt';
import SSF from 'ssf';
const cases = [['# ?/?', 2.999, '3'], ['# ?/8', 5.97, '6'], ['# ?/4', 1.99, '2'], ['# ??/16', 3.99, '4'], ['# ?/?', 0.95, '1']];
const found = cases.map(([code, value, right]) => {
  const [ours, other] = [format(code, value).trim(), SSF.format(code, value).trim()];
  console.log(`${value} as ${code}: numfmt 4.0.1 ${JSON.stringify(ours)}, ssf 0.11.2 ${JSON.stringify(other)}, right is ${right}`);
  return /^\d+ +(\d+)\/\1$/.test(ours) && ours.startsWith(`${right} `);
});
process.exit(found.every(Boolean) ? 0 : 1);
SCRIPT
node format.mjs
