/**
 * Chromium, headless, with a profile of its own that is gone afterwards.
 *
 * @module
 */

import { inflateSync } from "node:zlib";
import { findProgram } from "./needs.ts";
import { inTempFolder } from "./temp_folder.ts";

/** It may take its time on a machine that is busy; then it is killed. */
const PATIENCE_MS = 120_000;

const FLAGS: readonly string[] = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
  ...["--disable-dev-shm-usage", "--hide-scrollbars"],
];

/** A theme of the reader's. */
export type Theme = "light" | "dark";

async function chromium(path: string, args: readonly string[]): Promise<string> {
  return await inTempFolder(async (profile) => {
    const { code, stdout, stderr } = await new Deno.Command(findProgram("chromium") ?? "", {
      args: [...FLAGS, `--user-data-dir=${profile}`, ...args, `file://${path}`],
      signal: AbortSignal.timeout(PATIENCE_MS),
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    if (code === 0) return decoder.decode(stdout);
    throw new Error(`chromium ended with ${code}: ${decoder.decode(stderr)}`);
  });
}

/** The page as Chromium understood it, as HTML again. */
export async function dumpDom(path: string): Promise<string> {
  return await chromium(path, ["--dump-dom"]);
}

/** Prints the page; the PDF's bytes as text of one character a byte. */
export async function printPdf(path: string): Promise<string> {
  return await inTempFolder(async (folder) => {
    await chromium(path, ["--no-pdf-header-footer", `--print-to-pdf=${folder}/page.pdf`]);
    return new TextDecoder("latin1").decode(await Deno.readFile(`${folder}/page.pdf`));
  });
}

/** Mean brightness of the left edge of a picture of the page: 0 is black, 255 white. */
export async function edgeBrightness(
  path: string,
  { theme, width }: { readonly theme: Theme; readonly width: number },
): Promise<number> {
  return await inTempFolder(async (folder) => {
    const scheme = theme === "dark" ? 0 : 1; // blink::mojom::PreferredColorScheme
    await chromium(path, [
      `--blink-settings=preferredColorScheme=${scheme}`,
      `--window-size=${width},800`,
      `--screenshot=${folder}/page.png`,
    ]);
    return leftBrightness(await Deno.readFile(`${folder}/page.png`));
  });
}

/**
 * Of the first pixel of each row: PNG's filters (PNG §9.2) look left and up, and left of it nothing is, so
 * none of the others is needed.
 */
function leftBrightness(png: Uint8Array): number {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const [width, height, channels] = [view.getUint32(16), view.getUint32(20), png[25] === 6 ? 4 : 3];
  const data: Uint8Array[] = [];
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (type === "IDAT") data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const rows = inflateSync(new Uint8Array(data.flatMap((part) => [...part])));
  let above = [0, 0, 0];
  let sum = 0;
  for (let row = 0; row < height; row++) {
    const start = row * (width * channels + 1);
    const filter = rows[start] ?? 0;
    const up = filter === 2 || filter === 4 ? 1 : filter === 3 ? 0.5 : 0;
    above = above.map((before, index) =>
      ((rows[start + 1 + index] ?? 0) + Math.floor(before * up)) % 256
    );
    sum += above.reduce((total, value) => total + value, 0) / 3;
  }
  return sum / height;
}
