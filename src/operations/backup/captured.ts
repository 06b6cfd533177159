import { nativeCalls } from '../../filesystem/native.js'
import { Captured } from '../../format/snapshot.js'

/** What this machine can capture, as the snapshot record says it (docs/FORMAT.md §9.4). */
export const capturable = (): number =>
  nativeCalls() === undefined ? Captured.nanoseconds : Captured.xattrs | Captured.holes | Captured.nanoseconds

/** The rest, for people. */
export const notCapturedOf = (captured: number): readonly string[] =>
  (captured & Captured.xattrs) === 0
    ? [
        'extended attributes and ACLs, and holes of sparse files (the optional package koffi is not installed)',
      ]
    : []
