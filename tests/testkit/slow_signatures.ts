import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";

/** Signatures that are done when a test says so, and not in the order of the calls. */
export class SlowSignatures {
  readonly #waiting: (() => void)[] = [];
  /** Until it is set, signatures are done at once. */
  isSlow = false;

  /** An identity that signs like this. */
  of(own: OwnIdentity): OwnIdentity {
    const { signingKey } = own;
    const sign = async (data: Uint8Array<ArrayBuffer>) => {
      if (this.isSlow) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      return await signingKey.sign(data);
    };
    return { ...own, signingKey: { ...signingKey, sign } };
  }

  /** What lets one of those that wait go on. */
  releases(): readonly (() => void)[] {
    return this.#waiting.map((_, index) => () => this.#waiting.splice(index, 1)[0]?.());
  }
}
