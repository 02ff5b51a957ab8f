/**
 * DER for tests that need what no library would write.
 *
 * @module
 */

/** One value, its length written in the shortest way. */
export function derValue(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const content = Buffer.concat(parts);
  const hex = content.length.toString(16);
  const octets = Uint8Array.fromHex(hex.padStart(hex.length + hex.length % 2, "0"));
  const head = content.length < 0x80 ? octets : [0x80 | octets.length, ...octets];
  return new Uint8Array(Buffer.concat([new Uint8Array([tag, ...head]), content]));
}

/** A SEQUENCE. */
export function derSequence(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return derValue(0x30, ...parts);
}

/** An OCTET STRING. */
export function derOctets(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return derValue(0x04, content);
}

/** An INTEGER of 0 or more. */
export function derInteger(value: number): Uint8Array<ArrayBuffer> {
  const hex = value.toString(16);
  const even = hex.padStart(hex.length + hex.length % 2, "0");
  return derValue(
    0x02,
    Uint8Array.fromHex(parseInt(even.slice(0, 2), 16) < 0x80 ? even : `00${even}`),
  );
}

/** An OBJECT IDENTIFIER of its dotted text. */
export function derOid(text: string): Uint8Array<ArrayBuffer> {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const octets = [40 * first + second, ...rest].flatMap((arc) => {
    const low = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      low.unshift(0x80 | left % 128);
    }
    return low;
  });
  return derValue(0x06, new Uint8Array(octets));
}
