import type { Ctx } from '../platform/context.ts';
import { equalDigests, hmac } from '../shared/digest.ts';
import { codeTtl, deleteOldCodes, replaceCode, takeCode, tryCode } from './code-store.ts';
import type { ShareLinkRow } from './store.ts';

/** Eight digits, each as likely as any other. */
function newCode(): string {
  // Multiples of 10^8 above the range would favour small codes; they are drawn again.
  for (;;) {
    const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1));
    if (drawn < 4_200_000_000) return String(drawn % 100_000_000).padStart(8, '0');
  }
}

const hashOf = (secret: string, link_id: string, email: string, code: string) =>
  hmac(secret, JSON.stringify(['share-code', link_id, email, code]));

/** Returns true if the link admits the address, by itself or by its domain. */
export const admits = ({ allowed_addresses }: ShareLinkRow, email: string): boolean =>
  allowed_addresses.includes(email) ||
  allowed_addresses.includes(email.slice(email.lastIndexOf('@')));

/**
 * Sends a code to an address that the link admits. The work is done after the response, which therefore says nothing about
 * the address.
 */
export const sendCode = (ctx: Ctx, link: ShareLinkRow, title: string, email: string): void => {
  if (admits(link, email)) ctx.defer(sendNewCode(ctx, link, title, email));
};

async function sendNewCode(
  ctx: Ctx,
  { id, workspace_id }: ShareLinkRow,
  title: string,
  email: string,
): Promise<void> {
  const code = newCode();
  const hash = await hashOf(ctx.config.token_secret.current, id, email, code);
  const now = ctx.now();
  const [stored] = await replaceCode(ctx.db, { workspace_id, link_id: id, email, hash }, now);
  if (stored === undefined) return;
  await ctx.mail.send({
    to: email,
    subject: `${code} is your code for ${title}`,
    text: `Your code for ${title}: ${code}\n\nIt is valid for ${codeTtl / 60_000} minutes. If you did not ask for it, ignore this message.\n`,
  });
}

/** Returns true for the code that was sent to the address last. Each code is accepted once. */
export async function redeemCode(
  ctx: Ctx,
  link: ShareLinkRow,
  email: string,
  code: string,
): Promise<boolean> {
  const { id, workspace_id } = link;
  const { current, previous } = ctx.config.token_secret;
  const hashes = await Promise.all(
    [current, ...(previous === null ? [] : [previous])].map((secret) =>
      hashOf(secret, id, email, code),
    ),
  );
  if (!admits(link, email)) return false;
  const now = ctx.now();
  const of = { workspace_id, link_id: id, email };
  const [tried] = await tryCode(ctx.db, of, now);
  const hash = hashes.find((one) => tried !== undefined && equalDigests(one, tried.hash));
  if (hash === undefined) return false;
  return (await takeCode(ctx.db, { ...of, hash }, now)).length === 1;
}

/** Deletes codes that have expired, some at a time. */
export const removeOldCodes = (ctx: Ctx) => deleteOldCodes(ctx.db, ctx.now(), 2000);
