import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ByteString } from '../../src/bytes/byte-string.js'
import { keyOf, keyPrefixOf, pathOfKey, splitKey } from '../../src/format/tree-key.js'
import { names } from './arbitrary-entries.js'

test('keys take a path apart and put it together, and sort a directory before its subdirectories', () => {
  fc.assert(
    fc.property(fc.array(names, { maxLength: 4 }), names, (components, name) => {
      const directory = components.join('/') as ByteString
      const key = keyOf(directory, name)
      expect(splitKey(key)).toEqual({ directory, name })
      expect(pathOfKey(key)).toBe([...components, name].join('/'))
      expect(key.startsWith(keyPrefixOf(directory))).toBe(true)
      expect(key < keyOf([...components, '\x01'].join('/') as ByteString, name)).toBe(true)
    }),
  )
  expect(keyOf('' as ByteString, 'n' as ByteString)).toBe('\0n')
  expect(keyOf('a/b' as ByteString, 'n' as ByteString)).toBe('a\0b\0\0n')
})
