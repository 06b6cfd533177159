import { load } from '../../../../bench/machine/dist.mjs'

const { decodeConfig } = await load('format/config.js')
const { decodeRecord } = await load('format/record.js')
const { decodeNode } = await load('format/tree-node.js')

const hex = (text) => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** Bytes that stand for a record of each decoder that reads CBOR from strangers. */
const refusedByAll = async (scene, bytes) => {
  await scene.corrupt('a record', () => decodeRecord(bytes, 'object', 16 * 1024 * 1024))
  await scene.corrupt('a tree node', () => decodeNode(bytes, 'object'))
  await scene.corrupt('config', () => decodeConfig(bytes, 'config'))
}

/** The same as a whole repository's config, both copies. */
const asConfig = async (scene, bytes) => {
  await refusedByAll(scene, bytes)
  for (const name of ['config', 'config.copy']) scene.put(name, bytes)
  await scene.told()
}

export const arraysNestedAMillionDeep = (scene) => asConfig(scene, Buffer.alloc(1_000_000, 0x81))

export const arraysNestedSeventeenDeep = (scene) =>
  asConfig(scene, Buffer.concat([Buffer.alloc(17, 0x81), hex('00')]))

export const arrayOfTwoToTheFiftyThree = (scene) => asConfig(scene, hex('9b 00 20 00 00 00 00 00 00'))

export const arrayLongerThanTheAddressSpace = (scene) => asConfig(scene, hex('9b ff ff ff ff ff ff ff ff'))

export const arrayOfFourBillion = (scene) => asConfig(scene, hex('9a ff ff ff ff 00'))

export const bytesOfTwoGigabytes = (scene) => asConfig(scene, hex('81 5a 7f ff ff ff 00'))

export const textOfTwoToTheFiftyThree = (scene) => asConfig(scene, hex('81 7b 00 1f ff ff ff ff ff ff 00'))

export const notANumber = (scene) => asConfig(scene, hex('81 f9 7e 00'))

export const infinity = (scene) => asConfig(scene, hex('81 fb 7f f0 00 00 00 00 00 00'))

export const wholeNumberAsAFloat = (scene) => asConfig(scene, hex('81 f9 3c 00'))

export const negativeVersions = async (scene) => {
  const config = Buffer.from(scene.bytesOf('config'))
  // The two versions stand behind the magic: a head and five letters.
  config[7] = 0x20
  config[8] = 0x20
  await scene.corrupt('config', () => decodeConfig(config, 'config'))
  for (const name of ['config', 'config.copy']) scene.put(name, config)
  await scene.told()
}

export const overlongZero = (scene) => asConfig(scene, hex('82 18 00 80'))

export const overlongArrayHead = (scene) => asConfig(scene, hex('98 02 00 80'))

export const overlongEightByteNumber = (scene) => asConfig(scene, hex('82 1b 00 00 00 00 ff ff ff ff 80'))

export const indefiniteArray = (scene) => asConfig(scene, hex('9f 00 80 ff'))

export const indefiniteText = (scene) => asConfig(scene, hex('81 7f 61 61 ff'))

export const reservedLengths = async (scene) => {
  for (const head of ['1c', '1d', '1e', '9c', '5d', '7e']) await asConfig(scene, hex(`82 ${head} 80`))
}

export const mapWithUnsortedAndDoubleKeys = (scene) => asConfig(scene, hex('81 a3 02 00 01 00 01 00'))

export const tagsAroundTags = (scene) =>
  asConfig(scene, Buffer.concat([Buffer.alloc(60_000, 0xc1), hex('00')]))

export const bigNumbers = (scene) => asConfig(scene, hex('81 c2 49 01 00 00 00 00 00 00 00 00'))

export const undefinedAndOtherSimpleValues = async (scene) => {
  for (const value of ['f7', 'e0', 'f8ff', 'f818', 'ff']) await asConfig(scene, hex(`81 ${value}`))
}

export const textThatIsNotUtf8 = (scene) => asConfig(scene, hex('81 62 c3 28'))

export const textWithALoneSurrogate = (scene) => asConfig(scene, hex('81 63 ed a0 80'))

export const textWithAnOverlongNul = (scene) => asConfig(scene, hex('81 62 c0 80'))

export const textThatBeginsWithAMark = (scene) => asConfig(scene, hex('81 63 ef bb bf'))

export const bytesAfterTheEnd = (scene) => asConfig(scene, hex('80 00'))

export const nothingAtAll = (scene) => asConfig(scene, Buffer.alloc(0))

export const smallestNumberBelowTheSafeOnes = (scene) => asConfig(scene, hex('81 3b 00 1f ff ff ff ff ff ff'))
