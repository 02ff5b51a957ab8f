import assert from "node:assert/strict";
import { addressKey } from "../../src/store/address_key.ts";
import { type LoginAttempt, LoginThrottle } from "../../src/store/login_throttle.ts";

const OWNER: LoginAttempt = { account: "owner@example.org", address: "192.0.2.1", nowMs: 0 };
const MINUTE_MS = 60_000;

function failTimes(throttle: LoginThrottle, times: number, attempt: LoginAttempt): void {
  for (let done = 0; done < times; done++) throttle.failed(attempt);
}

Deno.test("LoginThrottle grows the delay of an account up to a minute", () => {
  const throttle = new LoginThrottle();
  const delays = Array.from({ length: 12 }, (_, index) => {
    throttle.failed({ ...OWNER, address: `192.0.2.${index}` });
    return throttle.delayMs({ ...OWNER, address: "198.51.100.1" });
  });
  const seconds = [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60];
  assert.deepEqual(delays, seconds.map((delay) => delay * 1000));
});

Deno.test("LoginThrottle grows the delay of an address over all accounts", () => {
  const throttle = new LoginThrottle();
  for (let index = 0; index < 10; index++) throttle.failed({ ...OWNER, account: `a${index}@x` });
  const next = { ...OWNER, account: "another@x" };
  assert.equal(throttle.delayMs(next), 0);
  throttle.failed({ ...OWNER, account: "a10@x" });
  assert.equal(throttle.delayMs(next), 1000);
  assert.equal(throttle.delayMs({ ...next, address: "192.0.2.2" }), 0);
});

Deno.test("LoginThrottle counts the delay down", () => {
  const throttle = new LoginThrottle();
  failTimes(throttle, 5, OWNER);
  assert.equal(throttle.delayMs({ ...OWNER, nowMs: 500 }), 1500);
  assert.equal(throttle.delayMs({ ...OWNER, nowMs: 2000 }), 0);
});

Deno.test("LoginThrottle never asks for more than the delay when the clock goes back", () => {
  const throttle = new LoginThrottle();
  failTimes(throttle, 5, { ...OWNER, nowMs: 1_000_000 });
  assert.equal(throttle.delayMs({ ...OWNER, nowMs: 0 }), 2000);
});

Deno.test("LoginThrottle ignores the letter case of an account", () => {
  const throttle = new LoginThrottle();
  failTimes(throttle, 4, OWNER);
  assert.equal(throttle.delayMs({ ...OWNER, account: "OWNER@Example.org" }), 1000);
});

Deno.test("LoginThrottle forgets after 15 minutes", () => {
  const throttle = new LoginThrottle();
  failTimes(throttle, 9, OWNER);
  throttle.failed({ ...OWNER, nowMs: 15 * MINUTE_MS });
  assert.equal(throttle.delayMs({ ...OWNER, nowMs: 15 * MINUTE_MS }), 0);
});

Deno.test("LoginThrottle forgets an account's failures when its owner succeeds", () => {
  const throttle = new LoginThrottle();
  failTimes(throttle, 5, OWNER);
  throttle.succeeded({ ...OWNER, nowMs: 5000 });
  failTimes(throttle, 3, { ...OWNER, nowMs: 5000 });
  assert.equal(throttle.delayMs({ ...OWNER, nowMs: 5000 }), 0);
});

Deno.test("LoginThrottle keeps an address's failures when one of its accounts succeeds", () => {
  const throttle = new LoginThrottle();
  for (let index = 0; index < 12; index++) throttle.failed({ ...OWNER, account: `a${index}@x` });
  throttle.failed(OWNER); // as before every check
  throttle.succeeded(OWNER);
  assert.equal(throttle.delayMs({ ...OWNER, account: "another@x" }), 2000);
});

Deno.test("LoginThrottle lets no stranger lock out an owner at a known address", () => {
  const throttle = new LoginThrottle();
  throttle.failed(OWNER);
  throttle.succeeded(OWNER);
  failTimes(throttle, 50, { ...OWNER, address: "203.0.113.9", nowMs: MINUTE_MS });
  assert.equal(throttle.delayMs({ ...OWNER, nowMs: MINUTE_MS }), 0);
  assert.equal(throttle.delayMs({ ...OWNER, address: "192.0.2.77", nowMs: MINUTE_MS }), MINUTE_MS);
  failTimes(throttle, 4, { ...OWNER, nowMs: MINUTE_MS });
  assert.equal(throttle.delayMs({ ...OWNER, nowMs: MINUTE_MS }), 1000, "nor guess freely there");
});

Deno.test("LoginThrottle drops the oldest key when it is full", () => {
  const throttle = new LoginThrottle({ keysMax: 3 });
  failTimes(throttle, 4, { ...OWNER, account: "first@x", address: "192.0.2.10" });
  failTimes(throttle, 4, { ...OWNER, account: "second@x", address: "192.0.2.11" });
  throttle.failed({ ...OWNER, account: "first@x", address: "192.0.2.10" }); // youngest again
  throttle.failed({ ...OWNER, account: "third@x", address: "192.0.2.12" });
  throttle.failed({ ...OWNER, account: "fourth@x", address: "192.0.2.13" });
  assert.equal(throttle.delayMs({ ...OWNER, account: "second@x" }), 0);
  assert.equal(throttle.delayMs({ ...OWNER, account: "first@x" }), 2000);
});

Deno.test("addressKey() gives one key to all of a subscriber's addresses", () => {
  const cases: readonly [string, string][] = [ // address, key
    ["192.0.2.1", "192.0.2.1"],
    ["::FFFF:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
    ["2001:db8::9", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["", ""],
  ];
  for (const [address, key] of cases) assert.equal(addressKey(address), key, address);
});
