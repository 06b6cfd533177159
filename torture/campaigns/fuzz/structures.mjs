import fc from 'fast-check'
import { load } from '../../../bench/machine/dist.mjs'

const { encodeRecord } = await load('format/record.js')

const scalars = [
  fc.maxSafeNat(),
  fc.maxSafeInteger(),
  fc.nat({ max: 24 }),
  fc.boolean(),
  fc.constant(null),
  fc.string({ maxLength: 12 }).filter((text) => !text.startsWith('\ufeff')),
  fc.uint8Array({ maxLength: 40 }),
  fc
    .constantFrom(16, 24, 32, 72, 136)
    .chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
]

const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 6, depthSize: 'small' }, ...scalars, tie('list')),
  list: fc.array(tie('value'), { maxLength: 20 }),
}))

/** Records of any shape: most begin as those of the repository do, with a version. */
const records = fc.oneof(
  fc.array(value, { maxLength: 20 }).map((items) => [1, ...items]),
  fc.array(value, { maxLength: 20 }),
  value,
)

/** `count` encoded records, which follow from the seed. */
export const structures = (seed, count) =>
  fc.sample(records, { seed, numRuns: count }).map((record) => encodeRecord(record))
