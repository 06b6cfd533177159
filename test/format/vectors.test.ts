import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Vector } from './vector.js'
import { makeVectors } from './vectors.js'

const vectors = makeVectors()

const stored = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/vectors/${name}.json`, import.meta.url), 'utf8'))

test.each(Object.keys(vectors))('the %s vectors are what they were when version 1 was made', (name) => {
  expect(JSON.parse(JSON.stringify(vectors[name]!.map(({ check: _, ...vector }) => vector)))).toEqual(
    stored(name),
  )
})

test.each(Object.keys(vectors))('the stored bytes of the %s vectors open to their values', (name) => {
  const written = stored(name) as readonly Omit<Vector, 'check'>[]
  vectors[name]!.forEach(({ check }, index) => {
    check(Buffer.from(written[index]!.bytes, 'hex'))
  })
})
