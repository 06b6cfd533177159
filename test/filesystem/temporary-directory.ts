import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach } from 'vitest'
import { type ByteString, byteStringOfText } from '../../src/bytes/byte-string.js'

const made: string[] = []

afterEach(() => {
  // rm goes down step by step; fs.rmSync fails on paths beyond PATH_MAX.
  if (made.length > 0) execFileSync('rm', ['-rf', '--', ...made.splice(0)])
})

/** A new directory that is gone after the test. */
export const temporaryDirectory = (within = os.tmpdir()): string => {
  const directory = fs.mkdtempSync(path.join(within, 'varve-fs-'))
  made.push(directory)
  return directory
}

export const bytePath = (...parts: string[]): ByteString => byteStringOfText(path.join(...parts))

/** Runs a call as user 65534, without root's rights; without root it runs as whoever is there. */
export const asNobody = <Result>(call: () => Result): Result => {
  if (process.geteuid!() !== 0) return call()
  process.setegid!(65534)
  process.seteuid!(65534)
  try {
    return call()
  } finally {
    process.seteuid!(0)
    process.setegid!(0)
  }
}

export const isRoot = process.geteuid!() === 0
