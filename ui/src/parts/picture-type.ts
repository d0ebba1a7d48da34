/** PNG or JPEG by their first bytes; anything else is not drawn. */
export function pictureType(bytes: ArrayBuffer): "image/png" | "image/jpeg" | null {
  const [a, b, c, d] = new Uint8Array(bytes, 0, Math.min(4, bytes.byteLength));
  if (a === 0x89 && b === 0x50 && c === 0x4e && d === 0x47) return "image/png";
  return a === 0xff && b === 0xd8 && c === 0xff ? "image/jpeg" : null;
}
