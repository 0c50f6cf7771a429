export function FileScreen(_: { readonly base_id: string; readonly id: string }) {
  return null;
}
