import { readFileSync } from 'node:fs'

/** A file of fixtures/vectors. */
export const vectorsOf = <Shape>(name: string): Shape =>
  JSON.parse(readFileSync(new URL(`../../fixtures/vectors/${name}.json`, import.meta.url), 'utf8')) as Shape

export const fromHex = (hex: string): Buffer => Buffer.from(hex, 'hex')
