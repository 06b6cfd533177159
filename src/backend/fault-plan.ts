/** The calls of a backend that can be disturbed. */
export type BackendOperation =
  | 'create'
  | 'openStaging'
  | 'publishStaged'
  | 'discardStaged'
  | 'read'
  | 'readRange'
  | 'readTail'
  | 'list'
  | 'listFolders'
  | 'listTop'
  | 'size'
  | 'makeDurable'
  | 'remove'
  | 'clearAbandonedTemporaries'

export interface BackendCall {
  readonly operation: BackendOperation
  /** The object or folder that the call names; the path of discardStaged; empty where there is none. */
  readonly subject: string
  /** 0 for the first call of all. */
  readonly ordinal: number
}

/**
 * - `fail`: the call does nothing and throws.
 * - `lose-reply`: the call happens, then throws; a list breaks off after its first object.
 * - `delay`: the call happens after `turns` turns of the event loop, so that calls overtake each other.
 */
export type Fault =
  | { readonly kind: 'fail' | 'lose-reply' }
  | { readonly kind: 'delay'; readonly turns: number }

/** Decides what happens to each call, in the order in which calls begin. */
export type FaultPlan = (call: BackendCall) => Fault | undefined

export const noFaults: FaultPlan = () => undefined

/** The storage is gone from the given call on, as after a power cut. */
export const failFrom =
  (ordinal: number): FaultPlan =>
  (call) =>
    call.ordinal >= ordinal ? { kind: 'fail' } : undefined

export interface FaultRates {
  /** Each a probability; together at most 1. */
  readonly fail?: number
  readonly loseReply?: number
  readonly delay?: number
  readonly delayTurnsMax?: number
}

/** The same seed gives the same faults for the same sequence of calls. */
export const seededFaults = (seed: number, rates: FaultRates): FaultPlan => {
  const { fail = 0, loseReply = 0, delay = 0, delayTurnsMax = 8 } = rates
  const next = seededFractions(seed)
  return () => {
    const drawn = next()
    const turns = 1 + Math.floor(next() * delayTurnsMax)
    if (drawn < fail) return { kind: 'fail' }
    if (drawn < fail + loseReply) return { kind: 'lose-reply' }
    if (drawn < fail + loseReply + delay) return { kind: 'delay', turns }
    return undefined
  }
}

/**
 * A Weyl sequence through the 32-bit finaliser of MurmurHash3 (Appleby, 2011): fractions from 0 up to 1. Good enough to
 * spread faults, for nothing else.
 */
const seededFractions = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
  }
}
