#!/usr/bin/env bash
# One would guess that a statistics library computes the normal distribution to many digits, and that its quantile inverts its probability.
# simple-statistics has three: `cumulativeStdNormalProbability` reads a printed table (steps of 0.01, four digits) that ends at 3.09, so every
# z beyond has the probability 0.999 and no p-value is below 0.001; `probit` is an approximation of which 1.96 comes out as 1.957. Only
# `errorFunction` of the same package is good to 1e-7. Who tests at many looks or plans samples: (1 + errorFunction(z / √2)) / 2, and bisect it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund simple-statistics@7.12.1
cat >normal.mjs <<'SCRIPT'
import { cumulativeStdNormalProbability, errorFunction, probit } from 'simple-statistics';
const good = (z) => (1 + errorFunction(z / Math.SQRT2)) / 2;
for (const z of [1.96, 3, 4, 5])
  console.log(`P(Z <= ${z}): table ${cumulativeStdNormalProbability(z)}, by errorFunction ${good(z)}`);
console.log(`z of 0.975: probit ${probit(0.975)}, true 1.959964`);
const surprising = cumulativeStdNormalProbability(5) === 0.999 && Math.abs(probit(0.975) - 1.959964) > 0.002;
process.exit(surprising && Math.abs(good(5) - 0.9999997133) < 1e-9 ? 0 : 1);
SCRIPT
node normal.mjs
