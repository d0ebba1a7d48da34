/* A plot as a PNG, made here: the sample backend has no files. */

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (CRC[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
function adler(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}
const number = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

function chunk(name: string, body: number[] | Uint8Array): Uint8Array {
  const named = Uint8Array.from([...new TextEncoder().encode(name), ...body]);
  return Uint8Array.from([...number(body.length), ...named, ...number(crc(named))]);
}

/** A PNG whose pixels are shades that `shade` gives, without compression. */
function png(width: number, height: number, shade: (x: number, y: number) => number): ArrayBuffer {
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) rows[y * (width + 1) + 1 + x] = shade(x, y);
  const packed: number[] = [0x78, 1];
  for (let at = 0; at < rows.length; at += 65535) {
    const part = rows.subarray(at, at + 65535);
    packed.push(
      at + 65535 >= rows.length ? 1 : 0,
      part.length & 255,
      part.length >> 8,
      ~part.length & 255,
      (~part.length >> 8) & 255,
    );
    for (const byte of part) packed.push(byte);
  }
  packed.push(...number(adler(rows)));
  const palette = [255, 255, 255, 14, 134, 168, 193, 125, 18, 225, 230, 233, 70, 86, 95];
  const parts = [
    Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    chunk("IHDR", [...number(width), ...number(height), 8, 3, 0, 0, 0]),
    chunk("PLTE", palette),
    chunk("IDAT", Uint8Array.from(packed)),
    chunk("IEND", []),
  ];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.buffer;
}

/** Two curves over a grid, like a model against its baseline. */
export function plot(width = 372, height = 168): ArrayBuffer {
  const good = (x: number) => x ** 0.24;
  const plain = (x: number) => x ** 0.5;
  const near = (line: (x: number) => number, x: number, y: number) => {
    const share = Math.max(0, x - 20) / (width - 30);
    const [here, next] = [share, share + 1 / width].map(
      (at) => (1 - line(Math.min(1, at))) * (height - 30) + 10,
    );
    return y >= Math.min(here ?? 0, next ?? 0) - 1 && y <= Math.max(here ?? 0, next ?? 0) + 1;
  };
  return png(width, height, (x, y) => {
    if (x < 20 || x > width - 10) return 0;
    if (near(good, x, y)) return 1;
    if (near(plain, x, y)) return 2;
    if (x === 20 || y === height - 20) return 4;
    return (y - 10) % 46 === 0 && y < height - 20 ? 3 : 0;
  });
}
