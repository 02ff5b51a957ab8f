/**
 * The mutations of both protocols.
 *
 * @module
 */

import { type Mutation, MUTATIONS } from "./mutations.ts";
import { ROOM_MUTATIONS } from "./v2/mutations.ts";

/** All of them. */
export const ALL_MUTATIONS: readonly Mutation[] = [...MUTATIONS, ...ROOM_MUTATIONS];
